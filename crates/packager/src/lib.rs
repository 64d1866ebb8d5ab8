//! Turns a course into packages for a learning management system (LMS).
//!
//! 1. [`Renderer::render`] turns a chapter into one HTML page and its images, once for all targets.
//! 2. A [`PackageFormat`] (one per target) adds its manifest and its tracker, which gives a [`Package`]: a sorted map
//!    of paths to contents.
//! 3. [`Package::write_zip`] writes it: fixed dates and sorted entries, so that the same input gives the same bytes.
//! 4. [`Output`] writes all packages beside their final place and renames them together: a build that fails
//!    leaves the folder as it was.

mod format;
mod keys;
mod lexicon;
mod output;
mod package;
mod page;
mod prose;
mod render;
mod words;

pub use format::{ControlFiles, PackageFormat, format_named, formats};
pub use output::{Change, Output, OutputError, Written};
pub use package::{Content, Package};
pub use render::{RenderError, RenderedChapter, Renderer};
pub use words::word_keys;
