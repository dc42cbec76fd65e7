//! Where files are put, and how a figure is printed.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder that vanishes with this.
pub struct Place {
    /// Which medium it is on, as it is called in the names of figures.
    pub medium: &'static str,
    folder: TempDir,
}

impl Place {
    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A folder on disk, which is beside this program so that no tmpfs stands in for it, and one on tmpfs.
///
/// # Panics
///
/// When there is no place on disk.
pub fn places() -> Vec<Place> {
    let program = std::env::current_exe().expect("a program");
    let beside = program.parent().expect("it is in a folder");
    let mut places = vec![Place {
        medium: "on disk",
        folder: tempfile::tempdir_in(beside).expect("a folder on disk"),
    }];
    match tempfile::tempdir_in(Path::new("/dev/shm")) {
        Ok(folder) => places.push(Place {
            medium: "on tmpfs",
            folder,
        }),
        Err(error) => println!("not measured on tmpfs: there is no /dev/shm: {error}"),
    }
    places
}

/// Prints a figure as `scripts/bench_report.py` reads it.
pub fn figure(name: &str, value: f64, unit: &str) {
    println!("figure: {name} = {} {unit}", short(value));
}

/// The number with three digits or more that say something.
pub(crate) fn short(value: f64) -> String {
    let digits = match value.abs() {
        1_000.0.. => 0,
        100.0.. => 1,
        10.0.. => 2,
        0.1.. => 3,
        0.01.. => 4,
        _ if value == 0.0 => 0,
        _ => 6,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn small_numbers_keep_their_digits() {
        let shown = [0.0, 0.000_412, 0.0721, 1.5, 357.1, 12_073.4].map(short);
        let wanted = ["0", "0.000412", "0.0721", "1.500", "357.1", "12073"];
        assert_eq!(shown, wanted);
    }
}
