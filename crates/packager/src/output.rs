//! Writes packages and reports to a folder: all of them, or none.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, TempDir, TempPath};

use crate::package::Package;

/// Why packages cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The folder cannot be made or written to.
    #[error("{}: {error}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A package cannot be written.
    #[error("{}: {error}", path.display())]
    File {
        /// The package's file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl OutputError {
    /// A fault about a file.
    pub(crate) fn of(path: &Path, error: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            error,
        }
    }
}

/// How a package compares with what the folder held before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There was no such file.
    New,
    /// The file was different.
    Changed,
    /// The file was the same, and was left alone.
    Unchanged,
}

/// A package that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The zip.
    pub file: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// How it compares with what was there before.
    pub change: Change,
}

/// A folder that receives packages.
pub(crate) struct Output {
    folder: PathBuf,
}

/// A package beside its place; removed when it is dropped without having been committed.
pub(crate) struct Pending {
    written: Written,
    /// The new file, unless the one in place is the same.
    file: Option<TempPath>,
    /// The new folder and its place, for a package that is unpacked as well.
    folder: Option<(TempDir, PathBuf)>,
}

impl Output {
    /// Makes the folder where it is missing.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(crate) fn new(folder: &Path) -> Result<Self, OutputError> {
        fs::create_dir_all(folder).map_err(|error| OutputError::Folder {
            path: folder.to_owned(),
            error,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file that is in its place already.
    pub(crate) fn unchanged(&self, file: &str, size: u64) -> Pending {
        Pending {
            written: Written {
                file: self.folder.join(file),
                size,
                change: Change::Unchanged,
            },
            file: None,
            folder: None,
        }
    }

    /// Writes a page beside its final place.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written to.
    pub(crate) fn add_page(&self, name: &str, page: &str) -> Result<Pending, OutputError> {
        let path = self.folder.join(name);
        let change = match fs::read(&path) {
            Ok(existing) if existing == page.as_bytes() => Change::Unchanged,
            Ok(_) => Change::Changed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Change::New,
            Err(error) => return Err(OutputError::of(&path, error)),
        };
        let file = if change == Change::Unchanged {
            None
        } else {
            let mut file = part_file()
                .tempfile_in(&self.folder)
                .map_err(|error| OutputError::Folder {
                    path: self.folder.clone(),
                    error,
                })?;
            file.write_all(page.as_bytes())
                .map_err(|error| OutputError::of(&path, error))?;
            Some(file.into_temp_path())
        };
        Ok(Pending {
            written: Written {
                file: path,
                size: u64::try_from(page.len()).unwrap_or(u64::MAX),
                change,
            },
            file,
            folder: None,
        })
    }

    /// Writes a package beside its final place.
    ///
    /// # Errors
    ///
    /// When a file of the author's cannot be read or the folder cannot be written to.
    pub(crate) fn add(&self, package: &Package) -> Result<Pending, OutputError> {
        let path = self.folder.join(format!("{}.zip", package.name));
        let fail = |error| OutputError::File {
            path: path.clone(),
            error,
        };

        #[cfg_attr(not(unix), expect(unused_mut, reason = "permissions are set on Unix alone"))]
        let mut builder = part_file();
        let folder_error = |error| OutputError::Folder {
            path: self.folder.clone(),
            error,
        };
        let mut file = builder.tempfile_in(&self.folder).map_err(folder_error)?;
        let mut buffered = BufWriter::new(file.as_file_mut());
        package
            .write_zip(&mut buffered)
            .and_then(|()| buffered.flush())
            .map_err(fail)?;
        drop(buffered);

        let size = file.as_file().metadata().map_err(fail)?.len();
        let change = match File::open(&path) {
            Ok(existing) => {
                let same = file.reopen().and_then(|new| same(existing, new)).map_err(fail)?;
                if same { Change::Unchanged } else { Change::Changed }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Change::New,
            Err(error) => return Err(fail(error)),
        };
        // Closed until it is renamed: a large course has more packages than a program may have open files.
        let file = (change != Change::Unchanged).then(|| file.into_temp_path());
        let place = self.folder.join(&package.name);
        let folder = if package.is_unpacked && (file.is_some() || !place.is_dir()) {
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
            let new = builder.tempdir_in(&self.folder).map_err(folder_error)?;
            package.write_folder(new.path()).map_err(fail)?;
            Some((new, place))
        } else {
            None
        };
        Ok(Pending {
            written: Written {
                file: path,
                size,
                change,
            },
            file,
            folder,
        })
    }
}

impl Pending {
    /// Puts the package in its place.
    ///
    /// # Errors
    ///
    /// When a file cannot be renamed.
    pub(crate) fn commit(self) -> Result<Written, OutputError> {
        let Self {
            written,
            file,
            folder,
        } = self;
        if let Some((new, place)) = folder {
            replace_folder(new, &place).map_err(|error| OutputError::Folder { path: place, error })?;
        }
        if let Some(file) = file {
            file.persist(&written.file)
                .map_err(|error| OutputError::of(&written.file, error.error))?;
        }
        Ok(written)
    }
}

/// What makes files that are not in their place yet.
fn part_file() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A package is no secret: the umask decides, as for any file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// Puts a folder in the place of another.
fn replace_folder(new: TempDir, place: &Path) -> io::Result<()> {
    let new = new.keep();
    if place.exists() {
        let old = new.with_file_name(format!(".{}.old", std::process::id()));
        fs::rename(place, &old)?;
        fs::rename(&new, place)?;
        return fs::remove_dir_all(old);
    }
    fs::rename(new, place)
}

/// Whether two files hold the same bytes, compared piece by piece.
fn same(left: File, right: File) -> io::Result<bool> {
    if left.metadata()?.len() != right.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (BufReader::new(left), BufReader::new(right));
    let (mut one, mut other) = ([0; 8192], [0; 8192]);
    loop {
        let read = left.read(&mut one)?;
        if read == 0 {
            return Ok(true);
        }
        right.read_exact(&mut other[..read])?;
        if one[..read] != other[..read] {
            return Ok(false);
        }
    }
}
