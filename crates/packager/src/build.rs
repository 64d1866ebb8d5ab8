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
    rendered::RenderedCourse,
    report::Reporter,
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

/// What a build gave.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The packages, part by part.
    pub packages: Vec<Built>,
    /// The accessibility reports, one for each part.
    pub reports: Vec<Reported>,
}

/// The accessibility report of a part.
#[derive(Clone, Debug)]
pub struct Reported {
    /// The part's place among those asked for.
    pub part: usize,
    /// The report.
    pub report: Written,
    /// The draft of the declaration that French law asks for, of a course in French.
    pub declaration: Option<Written>,
    /// How many points do not hold.
    pub points: usize,
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

/// What a part becomes.
struct PreparedPart {
    packages: Vec<Prepared>,
    report: PreparedReport,
}

/// A report on its way, with what it is made from.
struct PreparedReport {
    source: String,
    report: Pending,
    declaration: Option<Pending>,
    points: usize,
}

impl Build<'_> {
    /// Builds the packages and the reports, part by part on all cores.
    ///
    /// # Errors
    ///
    /// When a chapter cannot be rendered or a package cannot be written: the folder's packages are then as they were. When
    /// one cannot be put in its place, those before it are new.
    pub fn run(&self, folder: &Path) -> Result<Outcome, BuildError> {
        let renderer = Renderer::new(self.course)?;
        let reporter = Reporter::new(&self.course.language)?;
        let output = Output::new(folder)?;
        let mut record = Record::read(folder);
        let parts: Vec<PreparedPart> = self
            .parts
            .par_iter()
            .map(|part| self.part(&renderer, &reporter, &output, &record, *part))
            .collect::<Result<_, _>>()?;

        let (mut packages, mut reports) = (Vec::new(), Vec::new());
        let mut commit = |pending: Pending, source: &str, points: Option<usize>| {
            let written = pending.commit()?;
            let name = written.file.file_name().unwrap_or_default().to_string_lossy();
            record
                .note(folder, &name, source)
                .map_err(|error| OutputError::of(&written.file, error))?;
            if let Some(points) = points {
                record.note_points(&name, points);
            }
            Ok::<_, OutputError>(written)
        };
        for (part, prepared) in parts.into_iter().enumerate() {
            for (target, (source, pending)) in prepared.packages.into_iter().enumerate() {
                let written = commit(pending, &source, None)?;
                packages.push(Built {
                    part,
                    target,
                    written,
                });
            }
            let PreparedReport {
                source,
                report,
                declaration,
                points,
            } = prepared.report;
            reports.push(Reported {
                part,
                report: commit(report, &source, Some(points))?,
                declaration: declaration
                    .map(|pending| commit(pending, &source, None))
                    .transpose()?,
                points,
            });
        }
        record
            .write(folder)
            .map_err(|error| OutputError::of(folder, error))?;
        Ok(Outcome { packages, reports })
    }

    fn part(
        &self,
        renderer: &Renderer,
        reporter: &Reporter,
        output: &Output,
        record: &Record,
        part: Part<'_>,
    ) -> Result<PreparedPart, BuildError> {
        let fail = |error| OutputError::of(&self.course.folder, error);
        let part_source = record::source(self.program, self.course, part).map_err(fail)?;
        let mut pages = None;
        let mut made = Vec::with_capacity(self.targets.len());
        let none = Schemas::default();
        for (place, target) in self.targets.iter().enumerate() {
            let schemas = self.schemas.get(place).unwrap_or(&none);
            let source = record::with_files(&part_source, schemas.files()).map_err(fail)?;
            check_suspend_data(part, *target)?;
            let name = part.file_name(self.course, target.name());
            let file = format!("{name}.zip");
            let unchanged = record.unchanged(output.folder(), &file, &source);
            let pending = match unchanged {
                Some(size) if !target.is_unpacked() || output.folder().join(&name).is_dir() => {
                    output.unchanged(&file, size)
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
        let render = || match pages {
            Some(pages) => Ok(pages),
            None => renderer.render(self.course, part),
        };
        let report = self.report(reporter, output, record, part, part_source, render)?;
        Ok(PreparedPart {
            packages: made,
            report,
        })
    }

    /// The report of a part and, of a course in French, the draft of its declaration.
    fn report(
        &self,
        reporter: &Reporter,
        output: &Output,
        record: &Record,
        part: Part<'_>,
        source: String,
        render: impl FnOnce() -> Result<RenderedCourse, RenderError>,
    ) -> Result<PreparedReport, BuildError> {
        let file = |kind| format!("{}.html", part.file_name(self.course, kind));
        let name = file("accessibility");
        let declaration = reporter.declares().then(|| file("declaration"));
        let size = |name: &str| record.unchanged(output.folder(), name, &source);
        let in_place = |name: &str| Some(output.unchanged(name, size(name)?));
        let declaration_in_place = declaration.as_deref().map(in_place);
        if let (Some(report), Some(points)) = (in_place(&name), record.points(&name))
            && !matches!(declaration_in_place, Some(None))
        {
            return Ok(PreparedReport {
                report,
                declaration: declaration_in_place.flatten(),
                points,
                source,
            });
        }
        let pages = render()?;
        let made = reporter.report(self.course, part, &pages)?;
        let report = output.add_page(&name, &made.page)?;
        let declaration = match (declaration, &made.declaration) {
            (Some(name), Some(page)) => Some(output.add_page(&name, page)?),
            _ => None,
        };
        Ok(PreparedReport {
            report,
            declaration,
            points: made.points,
            source,
        })
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
