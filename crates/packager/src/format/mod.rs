//! The targets: what each adds to a rendered chapter.

mod cmi5;
mod ims;
mod lom;
mod scorm12;
mod scorm2004;
mod web;
mod xapi;
mod xml;

use std::io;

use cartable_player::Standard;

use crate::{
    package::{Content, PAGE, Package, SCRIPT, STYLE},
    render::RenderedChapter,
};

/// Files of a package's root, each with its bytes.
pub type ControlFiles = Vec<(&'static str, Vec<u8>)>;

/// A target: a kind of package that a learning management system takes.
pub trait PackageFormat: Sync {
    /// The name on the command line and in file names.
    fn name(&self) -> &'static str;

    /// What the target is called in full.
    fn title(&self) -> &'static str;

    /// The standard that the page's tracker speaks.
    fn standard(&self) -> Standard;

    /// Whether the package is for opening from a disk as well: a folder beside the zip.
    fn is_unpacked(&self) -> bool {
        false
    }

    /// What the package holds beside a chapter with these files: its manifest, where the target has one, and what the
    /// manifest needs.
    ///
    /// # Errors
    ///
    /// Never in practice: they are written to memory.
    fn control_files(&self, chapter: &RenderedChapter, files: &[&str]) -> io::Result<ControlFiles>;

    /// The whole package of a chapter.
    ///
    /// # Errors
    ///
    /// As [`PackageFormat::control_files`].
    fn package(&self, chapter: &RenderedChapter) -> io::Result<Package> {
        let mut package = Package {
            name: file_name(chapter, self.name()),
            is_unpacked: self.is_unpacked(),
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
            Content::Bytes(cartable_player::script(self.standard()).as_bytes().to_vec()),
        );
        for (path, script) in cartable_player::workers(self.standard()) {
            add(path, Content::Bytes(script.as_bytes().to_vec()));
        }
        for (path, file) in &chapter.images {
            add(path, Content::File(file.clone()));
        }
        let paths: Vec<&str> = package.files.keys().map(String::as_str).collect();
        for (path, bytes) in self.control_files(chapter, &paths)? {
            package.files.insert(path.to_owned(), Content::Bytes(bytes));
        }
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
    &[
        &scorm12::Scorm12,
        &scorm2004::Scorm2004::ThirdEdition,
        &scorm2004::Scorm2004::FourthEdition,
        &xapi::Xapi,
        &cmi5::Cmi5,
        &web::Web,
    ]
}

/// The target of a name.
#[must_use]
pub fn format_named(name: &str) -> Option<&'static dyn PackageFormat> {
    formats().iter().copied().find(|format| format.name() == name)
}
