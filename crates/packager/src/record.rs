//! What a folder received at the last build, so that the next one does only what has changed.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use cartable_course::Course;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::part::Part;

/// The record's file. It may be deleted at any time: everything is then built again.
const FILE: &str = ".cartable.json";

/// Packages by their file's name.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Record(BTreeMap<String, Entry>);

/// A package as it was written.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What it was made from.
    source: String,
    /// The zip's size in bytes.
    size: u64,
    /// When the zip was written, in nanoseconds since 1970.
    modified: u128,
    /// How many points do not hold, of a report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    points: Option<usize>,
}

impl Record {
    /// The record of a folder; empty when there is none, or none that can be read.
    pub(crate) fn read(folder: &Path) -> Self {
        fs::read(folder.join(FILE))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// The size of a package that was made from this, if its file is still the one that was written.
    pub(crate) fn unchanged(&self, folder: &Path, name: &str, source: &str) -> Option<u64> {
        let entry = self.0.get(name)?;
        let mut found = Entry::of(&folder.join(name), source).ok()?;
        found.points = entry.points;
        (found == *entry).then_some(entry.size)
    }

    /// How many points do not hold, in a report that was written.
    pub(crate) fn points(&self, name: &str) -> Option<usize> {
        self.0.get(name)?.points
    }

    /// Notes a package that stands in the folder.
    pub(crate) fn note(&mut self, folder: &Path, name: &str, source: &str) -> io::Result<()> {
        let entry = Entry::of(&folder.join(name), source)?;
        self.0.insert(name.to_owned(), entry);
        Ok(())
    }

    /// Notes how many points do not hold in a report that was noted.
    pub(crate) fn note_points(&mut self, name: &str, points: usize) {
        if let Some(entry) = self.0.get_mut(name) {
            entry.points = Some(points);
        }
    }

    /// Writes the record in place of the one before.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, self)?;
        file.persist(folder.join(FILE)).map_err(|error| error.error)?;
        Ok(())
    }
}

impl Entry {
    fn of(file: &Path, source: &str) -> io::Result<Self> {
        let metadata = fs::metadata(file)?;
        let modified = metadata
            .modified()?
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Ok(Self {
            source: source.to_owned(),
            size: metadata.len(),
            modified: modified.as_nanos(),
            points: None,
        })
    }
}

/// What the packages of a part are made from, as a hexadecimal SHA-256: the program, `course.toml`, the
/// course's look, and every file of the chapters' folders (the text of those that hold text, the size and time of the others).
pub(crate) fn source(program: &[u8], course: &Course, part: Part<'_>) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(bytes);
    };
    add(program);
    add(&fs::read(course.folder.join("course.toml"))?);
    let theme = &course.theme;
    let templates = theme.templates.iter();
    for (name, text) in templates
        .map(|template| (template.name, template.text()))
        .chain(theme.style.as_deref().map(|style| ("style.css", style)))
    {
        add(name.as_bytes());
        add(text.as_bytes());
    }
    for file in theme.files() {
        let Entry { size, modified, .. } = Entry::of(file, "")?;
        add(&size.to_be_bytes());
        add(&modified.to_be_bytes());
    }
    let chapters = part.chapters();
    add(&chapters.len().to_be_bytes());
    for file in chapters
        .iter()
        .map(|chapter| files(&chapter.folder))
        .collect::<io::Result<Vec<_>>>()?
        .concat()
    {
        add(file
            .strip_prefix(&course.folder)
            .unwrap_or(&file)
            .as_os_str()
            .as_encoded_bytes());
        if file
            .extension()
            .is_some_and(|extension| extension == "md" || extension == "toml")
        {
            add(&fs::read(&file)?);
        } else {
            let Entry { size, modified, .. } = Entry::of(&file, "")?;
            add(&size.to_be_bytes());
            add(&modified.to_be_bytes());
        }
    }
    Ok(hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// The same with files that are added as they are: their paths, sizes and times.
pub(crate) fn with_files(source: &str, files: &[PathBuf]) -> io::Result<String> {
    let mut whole = source.to_owned();
    for file in files {
        let Entry { size, modified, .. } = Entry::of(file, "")?;
        let _ = write!(whole, " {} {size} {modified}", file.display());
    }
    Ok(whole)
}

/// Every file under a folder, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
