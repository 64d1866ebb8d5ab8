//! A course as its author writes it: a folder of TOML and Markdown.
//!
//! ```text
//! content/
//!   course.toml            identifier, title, language, version, IRI, publisher, theme
//!   templates/             templates and a stylesheet of the course's own   (optional)
//!   07-spip/               a chapter: any folder that has a chapter.toml
//!     chapter.toml         identifier, number, title, quiz, end, next chapter
//!     lexicon.toml         terms and their definitions       (optional)
//!     resources.toml       links to go further               (optional)
//!     01-role.md           a lesson: TOML front matter, then Markdown
//! ```
//!
//! [`Course::load`] reads all of it and reports every fault it finds, sorted by place, rather than the first one.
//! What it returns is checked: identifiers are unique, questions have a right answer, links and images lead
//! somewhere. What the packager makes of it is not this crate's affair.

mod chapter;
mod contrast;
mod diagnostic;
mod directive;
mod foreign;
mod lesson;
mod lexicon;
mod load;
mod locale;
mod media;
mod model;
mod panel;
mod problem;
mod prose;
mod question;
mod resources;
mod source;
mod table;
mod theme;

pub use contrast::Colour;
pub use diagnostic::{Diagnostic, Severity};
pub use foreign::Foreign;
pub use load::Loaded;
pub use locale::Locale;
pub use model::{
    Block, Callout, CalloutKind, Chapter, Choice, Completion, Course, Destination, Ending, FillIn, Lesson,
    Lexicon, Link, LinkKind, Mark, MarkKind, Media, MediaKind, Member, Next, Numeric, Panel, PanelKind,
    Panels, Pool, Question, QuestionKind, Quiz, QuizCompletion, Resources, Score, Term, Words,
};
pub use problem::Problem;
pub use prose::Prose;
pub use pulldown_cmark;
pub use theme::{Font, Logo, Palette, TEMPLATES, Template, Theme};
