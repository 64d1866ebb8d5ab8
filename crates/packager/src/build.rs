//! Builds the packages of chapters into a folder: all of them or none, and only what has changed.

use std::path::Path;

use cartable_course::Course;
use rayon::prelude::*;

use crate::{
    format::{PackageFormat, Schemas},
    output::{Output, OutputError, Pending, Written},
    part::Part,
    record::{self, Record},
    render::{RenderError, Renderer},
    suspend::suspend_data,
};

/// What to build.
pub struct Build<'a> {
    /// The course.
    pub course: &'a Course,
    /// What each package holds: chapters, or the whole course.
    pub parts: &'a [Part<'a>],
    /// The targets to build each of them for.
    pub targets: &'a [&'static dyn PackageFormat],
    /// The schemas of each target, in the same order; none where the list is shorter.
    pub schemas: &'a [Schemas],
    /// What tells this program from another build of it: packages made by another are made again.
    pub program: &'a [u8],
    /// Called from any thread after each package.
    pub progress: &'a (dyn Fn() + Sync),
}

/// A package that was built, or was there already.
#[derive(Clone, Debug)]
pub struct Built {
    /// The part's place among those asked for.
    pub part: usize,
    /// The target's place among those asked for.
    pub target: usize,
    /// The file.
    pub written: Written,
}

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A chapter cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A package cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// What a learner does in a chapter would not fit what an LMS keeps.
    #[error("{title}: {target} keeps {limit} characters of suspend data, and this chapter may need {needed}")]
    SuspendData {
        /// The chapter's title.
        title: String,
        /// What the target is called.
        target: &'static str,
        /// What it keeps.
        limit: usize,
        /// What the chapter needs at the worst.
        needed: usize,
    },
}

/// A package on its way: what it is made from, and its new file, unless the one in place is right.
type Prepared = (String, Pending);

impl Build<'_> {
    /// Builds the packages, part by part on all cores.
    ///
    /// # Errors
    ///
    /// When a chapter cannot be rendered or a package cannot be written: the folder's packages are then as they were. When
    /// one cannot be put in its place, those before it are new.
    pub fn run(&self, folder: &Path) -> Result<Vec<Built>, BuildError> {
        let renderer = Renderer::new(self.course)?;
        let output = Output::new(folder)?;
        let mut record = Record::read(folder);
        let parts: Vec<Vec<Prepared>> = self
            .parts
            .par_iter()
            .map(|part| self.part(&renderer, &output, &record, *part))
            .collect::<Result<_, _>>()?;

        let mut built = Vec::new();
        for (part, made) in parts.into_iter().enumerate() {
            for (target, (source, pending)) in made.into_iter().enumerate() {
                let written = pending.commit()?;
                let name = written.file.file_name().unwrap_or_default().to_string_lossy();
                record
                    .note(folder, &name, &source)
                    .map_err(|error| OutputError::of(&written.file, error))?;
                built.push(Built {
                    part,
                    target,
                    written,
                });
            }
        }
        record
            .write(folder)
            .map_err(|error| OutputError::of(folder, error))?;
        Ok(built)
    }

    fn part(
        &self,
        renderer: &Renderer,
        output: &Output,
        record: &Record,
        part: Part<'_>,
    ) -> Result<Vec<Prepared>, BuildError> {
        let fail = |error| OutputError::of(&self.course.folder, error);
        let source = record::source(self.program, self.course, part).map_err(fail)?;
        let mut pages = None;
        let mut made = Vec::with_capacity(self.targets.len());
        let none = Schemas::default();
        for (place, target) in self.targets.iter().enumerate() {
            let schemas = self.schemas.get(place).unwrap_or(&none);
            let source = record::with_files(&source, schemas.files()).map_err(fail)?;
            check_suspend_data(part, *target)?;
            let name = part.file_name(self.course, target.name());
            let unchanged = record.unchanged(output.folder(), &format!("{name}.zip"), &source);
            let pending = match unchanged {
                Some(size) if !target.is_unpacked() || output.folder().join(&name).is_dir() => {
                    output.unchanged(&name, size)
                }
                _ => {
                    let pages = match &pages {
                        Some(pages) => pages,
                        None => pages.insert(renderer.render(self.course, part)?),
                    };
                    let package = target.package(pages, name, schemas).map_err(fail)?;
                    output.add(&package)?
                }
            };
            made.push((source, pending));
            (self.progress)();
        }
        Ok(made)
    }
}

/// Whether what a learner does in each chapter fits what a target keeps.
fn check_suspend_data(part: Part<'_>, target: &dyn PackageFormat) -> Result<(), BuildError> {
    for chapter in part.chapters() {
        let (needed, limit) = suspend_data(chapter, target);
        if needed > limit {
            return Err(BuildError::SuspendData {
                title: chapter.title.clone(),
                target: target.title(),
                limit,
                needed,
            });
        }
    }
    Ok(())
}
