//! The targets: what each adds to a rendered chapter.

mod scorm12;
mod xapi;
mod xml;

use std::io;

use cartable_player::Standard;

use crate::{
    package::{Content, PAGE, Package, SCRIPT, STYLE},
    render::RenderedChapter,
};

/// A target: a kind of package that a learning management system takes.
pub trait PackageFormat: Sync {
    /// The name on the command line and in file names.
    fn name(&self) -> &'static str;

    /// What the target is called in full.
    fn title(&self) -> &'static str;

    /// The standard that the page's tracker speaks.
    fn standard(&self) -> Standard;

    /// The manifest's path, and its text for a chapter with these files.
    ///
    /// # Errors
    ///
    /// Never in practice: the manifest is written to memory.
    fn manifest(&self, chapter: &RenderedChapter, files: &[&str]) -> io::Result<(&'static str, Vec<u8>)>;

    /// The whole package of a chapter.
    ///
    /// # Errors
    ///
    /// As [`PackageFormat::manifest`].
    fn package(&self, chapter: &RenderedChapter) -> io::Result<Package> {
        let mut package = Package {
            name: file_name(chapter, self.name()),
            ..Package::default()
        };
        let mut add = |path: &str, content| package.files.insert(path.to_owned(), content);
        add(PAGE, Content::Bytes(chapter.html.clone().into_bytes()));
        add(
            STYLE,
            Content::Bytes(cartable_player::style().as_bytes().to_vec()),
        );
        add(
            SCRIPT,
            Content::Bytes(cartable_player::script(self.standard()).into_bytes()),
        );
        for (path, file) in &chapter.images {
            add(path, Content::File(file.clone()));
        }
        let paths: Vec<&str> = package.files.keys().map(String::as_str).collect();
        let (path, manifest) = self.manifest(chapter, &paths)?;
        package.files.insert(path.to_owned(), Content::Bytes(manifest));
        Ok(package)
    }
}

/// The file name of a zip: what Moodle shows as the activity's name when the file is dropped on a course.
fn file_name(chapter: &RenderedChapter, target: &str) -> String {
    format!(
        "{}-{}-{}-{}-{target}",
        chapter.course, chapter.number, chapter.id, chapter.version
    )
}

/// All targets, in the order in which they are built.
#[must_use]
pub fn formats() -> &'static [&'static dyn PackageFormat] {
    &[&scorm12::Scorm12, &xapi::Xapi]
}

/// The target of a name.
#[must_use]
pub fn format_named(name: &str) -> Option<&'static dyn PackageFormat> {
    formats().iter().copied().find(|format| format.name() == name)
}
