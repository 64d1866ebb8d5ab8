//! A package: what its zip holds.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Cursor, Seek, Write},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// The page that a package opens.
pub(crate) const PAGE: &str = "index.html";
/// The page's stylesheet.
pub(crate) const STYLE: &str = "player.css";
/// The page's script.
pub(crate) const SCRIPT: &str = "player.js";
/// What the page that leads to the chapters of a whole course adds to the style.
pub(crate) const COURSE_STYLE: &str = "course.css";
/// The script of that page.
pub(crate) const COURSE_SCRIPT: &str = "course.js";

/// What a package holds: paths (ASCII, `/` between folders) and contents, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// The file name of its zip, without `.zip`.
    pub name: String,
    /// Whether it is for opening from a disk as well: a folder beside the zip.
    pub is_unpacked: bool,
    /// The contents by path.
    pub files: BTreeMap<String, Content>,
}

/// The content of a file in a package. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Content {
    /// Bytes made by the build.
    Made(Made),
    /// A file of the author's, copied as it is.
    File(PathBuf),
}

/// Bytes made by the build, compressed once for all the packages that hold them.
#[derive(Clone, Debug)]
pub struct Made(Arc<(Vec<u8>, OnceLock<Vec<u8>>)>);

impl Made {
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Arc::new((bytes.into(), OnceLock::new())))
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.0
    }

    /// A zip that holds the bytes alone, for its compressed entry to be copied.
    fn zip(&self) -> io::Result<&[u8]> {
        let (bytes, zip) = &*self.0;
        if let Some(zip) = zip.get() {
            return Ok(zip);
        }
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("made", options(CompressionMethod::Deflated))?;
        writer.write_all(bytes)?;
        let made = writer.finish()?.into_inner();
        Ok(zip.get_or_init(|| made))
    }
}

fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
        .compression_method(method)
}

impl Package {
    /// Writes the files into an empty folder.
    ///
    /// # Errors
    ///
    /// When a file of the author's cannot be read, or the folder cannot be written to.
    pub fn write_folder(&self, folder: &Path) -> io::Result<()> {
        for (path, content) in &self.files {
            let file = folder.join(path);
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            match content {
                Content::Made(made) => fs::write(file, made.bytes())?,
                Content::File(source) => {
                    io::copy(&mut File::open(source)?, &mut File::create(file)?)?;
                }
            }
        }
        Ok(())
    }

    /// Writes the zip. The same package gives the same bytes, wherever and whenever it is written.
    ///
    /// # Errors
    ///
    /// When a file of the author's cannot be read, or `out` cannot be written.
    pub fn write_zip(&self, out: impl Write + Seek) -> io::Result<()> {
        let mut zip = ZipWriter::new(out);
        for (path, content) in &self.files {
            match content {
                Content::Made(made) => {
                    let mut entry = ZipArchive::new(Cursor::new(made.zip()?))?;
                    zip.raw_copy_file_rename(entry.by_index_raw(0)?, path)?;
                }
                Content::File(file) => {
                    let mut reader = File::open(file)?;
                    let large = reader.metadata()?.len() >= u64::from(u32::MAX);
                    zip.start_file(path, options(method(path)).large_file(large))?;
                    io::copy(&mut reader, &mut zip)?;
                }
            }
        }
        zip.finish()?;
        Ok(())
    }
}

/// Formats that are compressed already are stored: deflating them again costs time and gains nothing.
fn method(path: &str) -> CompressionMethod {
    let extension = path
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some(
            "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "mp3" | "m4a" | "ogg" | "opus" | "mp4"
            | "webm" | "woff2" | "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp" | "epub" | "zip",
        ) => CompressionMethod::Stored,
        _ => CompressionMethod::Deflated,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use zip::ZipArchive;

    use super::{Content, Made, Package};

    fn zip(package: &Package) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        package.write_zip(&mut out).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_package_gives_the_same_bytes_twice_and_reads_back_sorted() {
        let text = "texte ".repeat(100);
        let files = [
            ("b.html", text.as_bytes()),
            ("a.png", &[1, 2, 3][..]),
            ("imsmanifest.xml", b"<m/>"),
        ];
        let files = files
            .map(|(path, bytes)| (path.to_owned(), Content::Made(Made::new(bytes))))
            .into();
        let package = Package {
            name: "x".into(),
            files,
            ..Package::default()
        };
        let bytes = zip(&package);
        assert_eq!(bytes, zip(&package));

        let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let names: Vec<String> = archive
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        assert_eq!(names, ["a.png", "b.html", "imsmanifest.xml"]);
        let mut page = String::new();
        archive
            .by_name("b.html")
            .unwrap()
            .read_to_string(&mut page)
            .unwrap();
        assert_eq!(page, text);
        assert!(bytes.len() < text.len());
    }
}
