use super::bar::Bar;
use super::lines::Lines;
use super::origin::Origin;
use crate::error::{Error, Result};
use crate::frames::FrameReader;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Something to import: a file, or standard input.
#[derive(Debug)]
pub(crate) struct Source {
    /// What it is called in messages.
    pub(crate) name: Arc<str>,
    path: Option<PathBuf>,
    /// Its size as it lies on disk; 0 when that is not known.
    pub(crate) bytes: u64,
    /// Whether it can be read twice.
    pub(crate) is_regular: bool,
    /// Whether it comes in frames.
    framed: bool,
}

impl Source {
    /// Looks at `path`; `-` is standard input.
    pub(crate) fn at(path: &Path, framed: bool) -> Result<Self> {
        if path != Path::new("-") && framed {
            let context = format!("{} is a file, and frames are for pipes", path.display());
            return Err(Error::usage(context).next("name `-`, or leave out --frames"));
        }
        if path == Path::new("-") {
            return Ok(Self {
                name: "standard input".into(),
                path: None,
                bytes: 0,
                is_regular: false,
                framed,
            });
        }
        let name: Arc<str> = path.display().to_string().into();
        let metadata = path.metadata().map_err(|e| unreadable(&name, e))?;
        if metadata.is_dir() {
            return Err(unreadable(&name, io::ErrorKind::IsADirectory.into()));
        }
        Ok(Self {
            name,
            path: Some(path.to_owned()),
            bytes: metadata.len(),
            is_regular: metadata.is_file(),
            framed,
        })
    }

    /// Opens it and unpacks it if it is gzip, by its first bytes, whatever its name says.
    pub(crate) fn open(&self, bar: &Bar) -> Result<Lines<Box<dyn BufRead>>> {
        let raw: Box<dyn Read> = match &self.path {
            None => Box::new(io::stdin()),
            Some(path) => Box::new(File::open(path).map_err(|e| self.unreadable(e))?),
        };
        let watched = bar.watch(raw);
        if self.framed {
            return Ok(Lines::new(Box::new(BufReader::new(FrameReader::new(
                watched,
            )))));
        }
        let reader = BufReader::with_capacity(64 * 1024, watched);
        let text = unpack(reader).map_err(|e| self.unreadable(e))?;
        Ok(Lines::new(text))
    }

    /// Its path, unless it is standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Where its line `line` is.
    pub(crate) fn origin(&self, line: u64) -> Origin {
        let file = Arc::clone(&self.name);
        Origin { file, line }
    }

    pub(crate) fn unreadable(&self, error: io::Error) -> Error {
        unreadable(&self.name, error)
    }
}

fn unreadable(name: &str, error: io::Error) -> Error {
    let context = format!("cannot read {name}");
    let found = match error.kind() {
        io::ErrorKind::NotFound => Error::not_found(context).next("check the path"),
        io::ErrorKind::IsADirectory => {
            Error::usage(context).next("name the files in it: shells expand `directory/*`")
        }
        io::ErrorKind::UnexpectedEof => {
            Error::failed(context).next("the file ends early: copy or download it again")
        }
        io::ErrorKind::InvalidData => Error::failed(context)
            .next("it is damaged, or not what it is said to be: copy it again"),
        _ => Error::failed(context).next("check the file and its permissions"),
    };
    found.because(error)
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

fn unpack<R: BufRead + 'static>(mut reader: R) -> io::Result<Box<dyn BufRead>> {
    let mut head = Vec::with_capacity(GZIP.len());
    reader
        .by_ref()
        .take(GZIP.len() as u64)
        .read_to_end(&mut head)?;
    let is_gzip = head == GZIP;
    let whole = Cursor::new(head).chain(reader);
    if is_gzip {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(whole))));
    }
    Ok(Box::new(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    fn gzip(text: &str) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        unpack(Cursor::new(bytes))?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn gzip_is_recognised_by_its_bytes() {
        assert_eq!(read(b"{}".to_vec()).unwrap(), "{}");
        assert_eq!(read(Vec::new()).unwrap(), "");
        assert_eq!(read(gzip("{}")).unwrap(), "{}");
    }

    #[test]
    fn files_that_were_packed_one_by_one_and_joined_are_read_whole() {
        let joined = [gzip("a\n"), gzip("b\n")].concat();
        assert_eq!(read(joined).unwrap(), "a\nb\n");
    }

    #[test]
    fn a_cut_file_is_an_error() {
        let mut cut = gzip("a line that is long enough to be cut");
        cut.truncate(cut.len() - 9);
        let error = read(cut).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
