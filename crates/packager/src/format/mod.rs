//! The targets: what each adds to a rendered chapter.

mod cmi5;
mod ims;
mod lom;
mod scorm12;
mod scorm2004;
mod web;
mod xapi;
mod xml;

use std::{
    fs, io, iter,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use cartable_player::{Extra, Standard};

use crate::{
    package::{COURSE_SCRIPT, COURSE_STYLE, Content, Made, PAGE, Package, SCRIPT, STYLE},
    rendered::RenderedCourse,
    words,
};

/// The schemas that an organisation holds for a target: all the files that go with them.
#[derive(Clone, Debug, Default)]
pub struct Schemas(Vec<PathBuf>);

impl Schemas {
    /// Finds the schemas of a target in a folder, or in its subfolder of the target's name: every `.xsd` and `.dtd`.
    /// Empty for a target without official schemas.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read, or a schema that the manifest names is missing; the error names it.
    pub fn find(folder: &Path, target: &dyn PackageFormat) -> io::Result<Self> {
        let needed = target.schemas();
        if needed.is_empty() {
            return Ok(Self::default());
        }
        let own = folder.join(target.name());
        let folder = if own.is_dir() { own } else { folder.to_owned() };
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "xsd" || extension == "dtd")
            {
                files.push(path);
            }
        }
        files.sort();
        for name in needed {
            if !files.contains(&folder.join(name)) {
                let missing = folder.join(name);
                return Err(io::Error::new(
                    io::ErrorKind::NotFound,
                    missing.display().to_string(),
                ));
            }
        }
        Ok(Self(files))
    }

    /// What the files are made from: their paths, sizes and times tell when they change.
    pub(crate) fn files(&self) -> &[PathBuf] {
        &self.0
    }
}

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

    /// The most characters of suspend data that an LMS keeps.
    fn suspend_limit(&self) -> usize {
        match self.standard() {
            Standard::Scorm12 => 4096,
            Standard::Scorm2004 => 64_000,
            // A request that outlives its page carries no more, nor does a browser's storage need to.
            Standard::Xapi | Standard::Cmi5 | Standard::Web => 60_000,
        }
    }

    /// Whether the package is for opening from a disk as well: a folder beside the zip.
    fn is_unpacked(&self) -> bool {
        false
    }

    /// What the package holds beside chapters with these files: its manifest, where the target has one, and what the
    /// manifest needs.
    ///
    /// # Errors
    ///
    /// Never in practice: they are written to memory.
    fn control_files(
        &self,
        course: &RenderedCourse,
        files: &[&str],
        has_schemas: bool,
    ) -> io::Result<ControlFiles>;

    /// The official schemas of the manifest, which an organisation may hold and add to its packages.
    fn schemas(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The package of what was rendered, under a name, with the schemas of its manifest if there are any.
    ///
    /// # Errors
    ///
    /// As [`PackageFormat::control_files`].
    fn package(&self, course: &RenderedCourse, name: String, schemas: &Schemas) -> io::Result<Package> {
        let mut package = Package {
            name,
            is_unpacked: self.is_unpacked(),
            ..Package::default()
        };
        let mut add = |path: &str, content| package.files.insert(path.to_owned(), content);
        let player = &PLAYER[self.standard() as usize];
        for (path, made) in &player.files {
            add(path, Content::Made(made.clone()));
        }
        let has_extras = course
            .chapters
            .iter()
            .any(|chapter| chapter.is_by_lesson || chapter.extras.iter().any(|extra| extra.has_script()));
        add(
            SCRIPT,
            Content::Made(player.scripts[usize::from(has_extras)].clone()),
        );
        // An LMS may say which language its learner prefers.
        if !matches!(self.standard(), Standard::Web | Standard::Xapi) {
            for language in words::others(&course.language) {
                let (path, made) = words::file(language);
                add(&path, Content::Made(made));
            }
        }
        for (path, content) in &course.look {
            add(path, content.clone());
        }
        for chapter in &course.chapters {
            add(&chapter.page, Content::Made(chapter.html.clone()));
            for extra in &chapter.extras {
                add(extra.style_path(), Content::Made(EXTRAS[*extra as usize].clone()));
            }
            for (path, file) in &chapter.media {
                add(path, Content::File(file.clone()));
            }
        }
        // Where an LMS does not lead to each chapter itself, a page does.
        if let (Some(html), Some(script)) = (&course.html, cartable_player::course_script(self.standard())) {
            add(PAGE, Content::Made(html.clone()));
            add(
                COURSE_STYLE,
                Content::Made(Made::new(cartable_player::course_style())),
            );
            add(COURSE_SCRIPT, Content::Made(Made::new(script)));
        }
        let paths: Vec<&str> = package.files.keys().map(String::as_str).collect();
        let has_schemas = !schemas.0.is_empty();
        for (path, bytes) in self.control_files(course, &paths, has_schemas)? {
            package
                .files
                .insert(path.to_owned(), Content::Made(Made::new(bytes)));
        }
        for file in &schemas.0 {
            if let Some(name) = file.file_name().and_then(|name| name.to_str()) {
                package.files.insert(name.to_owned(), Content::File(file.clone()));
            }
        }
        Ok(package)
    }
}

/// The player's files for each standard, by the standard's place.
static PLAYER: LazyLock<Vec<PlayerFiles>> = LazyLock::new(|| {
    let style = Made::new(cartable_player::style());
    Standard::ALL
        .into_iter()
        .map(|standard| {
            let scripts =
                [false, true].map(|has_extras| Made::new(cartable_player::script(standard, has_extras)));
            let workers = cartable_player::workers(standard)
                .iter()
                .map(|(path, script)| (*path, Made::new(*script)));
            let files = iter::once((STYLE, style.clone())).chain(workers).collect();
            PlayerFiles { scripts, files }
        })
        .collect()
});

/// The stylesheet of each extra, by its place.
static EXTRAS: LazyLock<Vec<Made>> = LazyLock::new(|| {
    let styles = Extra::ALL.into_iter();
    styles.map(|extra| Made::new(extra.style())).collect()
});

struct PlayerFiles {
    /// The script: without extras, and with them.
    scripts: [Made; 2],
    /// The others, by their paths.
    files: Vec<(&'static str, Made)>,
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
