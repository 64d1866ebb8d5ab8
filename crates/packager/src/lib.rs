//! Turns a course into packages for a learning management system (LMS).
//!
//! 1. [`Renderer::render`] turns a [`Part`] (a chapter, or the whole course) into pages and their files, once for all targets.
//! 2. A [`PackageFormat`] (one per target) adds its manifest and its tracker, which gives a [`Package`]: a sorted map
//!    of paths to contents.
//! 3. [`Package::write_zip`] writes it: fixed dates and sorted entries, so that the same input gives the same bytes.
//! 4. [`Build`] does this on all cores for the chapters that have changed, writes all packages beside their final place
//!    and renames them at the end: a build that fails leaves the folder as it was.
//! 5. Beside them it writes an accessibility report of each part (`report`), made from the same pages.

mod build;
mod data;
mod format;
mod headings;
mod keys;
mod lesson;
mod lexicon;
mod look;
mod media;
mod output;
mod package;
mod page;
mod part;
mod prose;
mod quotations;
mod record;
mod render;
mod rendered;
mod report;
mod resources;
mod suspend;
mod tables;
mod templates;
mod typography;
mod words;

pub use build::{Build, BuildError, Built, Outcome, Reported};
pub use format::{ControlFiles, PackageFormat, Schemas, format_named, formats};
pub use output::{Change, OutputError, Written};
pub use package::{Content, Made, Package};
pub use part::Part;
pub use render::{RenderError, Renderer};
pub use rendered::{RenderedChapter, RenderedCourse, Unit};
pub use suspend::suspend_data;
pub use templates::check_templates;
pub use words::word_keys;
