//! The program as a person meets it who made a mistake: what is wrong, where, what to do, and nothing half-done.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod administration;
mod build;
mod course;
mod serve;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use assert_cmd::Command;
use tempfile::TempDir;

/// The course that ships with the product.
const CONTENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../content");

/// A copy of the course that a test may spoil.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(Path::new(CONTENT), &folder.path().join("content"));
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces a part of a file, which must be there.
    fn change(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.path(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// Runs the program in the workshop.
    fn run(&self, arguments: &[&str]) -> Output {
        Command::cargo_bin("cartable")
            .unwrap()
            .current_dir(self.folder.path())
            .env_clear()
            .args(arguments)
            .output()
            .unwrap()
    }

    /// Runs a command that must fail, and gives what it says on one line.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn assert_says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in: {said}");
    }
}
