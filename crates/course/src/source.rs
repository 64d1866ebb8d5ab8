//! A file of the author's, kept with its text so that each diagnostic can show the line it speaks of.

use std::{fs, io, ops::Range, path::Path, sync::Arc};

use crate::{diagnostic::Diagnostic, problem::Problem, table::Faults};

/// The largest text file that is read, in bytes: far above any chapter, far below what would exhaust memory.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A text file of the course. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The path as shown to the author: relative to where the program was started when the content folder was.
    pub(crate) path: Arc<str>,
    /// The whole text, without a byte order mark.
    pub(crate) text: Arc<str>,
}

impl Source {
    /// Reads a file, or reports why it cannot be used.
    pub(crate) fn read(path: &Path, faults: &Faults) -> Option<Self> {
        let shown: Arc<str> = path.display().to_string().into();
        let bytes = match read_bounded(path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                faults.add(Diagnostic::of_file(
                    shown,
                    Problem::FileTooLarge { limit: LARGEST },
                ));
                return None;
            }
            Err(error) => {
                faults.add(Diagnostic::of_file(shown, Problem::unreadable(&error)));
                return None;
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text).into();
                Some(Self { path: shown, text })
            }
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let source = Self {
                    path: shown,
                    text: String::from_utf8_lossy(error.as_bytes()).into(),
                };
                faults.report(&source, valid..valid, Problem::NotUtf8);
                None
            }
        }
    }

    /// The line and column of a byte offset, both counted from 1; the column counts characters.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }

    /// `path:line:column` of a byte offset.
    pub(crate) fn place(&self, offset: usize) -> String {
        let (line, column) = self.position(offset);
        format!("{}:{line}:{column}", self.path)
    }
}

fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if metadata.len() > LARGEST {
        return Ok(None);
    }
    fs::read(path).map(Some)
}

/// A part of a file: where a value or a block was written.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}
