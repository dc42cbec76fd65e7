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

/// Prints a figure as `scripts/bench_report.py` reads it, with four digits.
pub fn figure(name: &str, value: f64, unit: &str) {
    let digits = match value.abs() {
        1_000.0.. => 0,
        100.0.. => 1,
        10.0.. => 2,
        _ => 3,
    };
    println!("figure: {name} = {value:.digits$} {unit}");
}
