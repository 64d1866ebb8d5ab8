//! One fault in the author's files: where it is, what is wrong, what to do.

use std::{fmt, ops::Range, sync::Arc};

use miette::{LabeledSpan, NamedSource, SourceCode};

use crate::{locale::Locale, problem::Problem, source::Source};

/// Whether a fault prevents the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The course cannot be built.
    Error,
    /// The course can be built, but its author should look.
    Warning,
}

/// A fault, with its place.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    file: Arc<str>,
    text: Option<Arc<str>>,
    span: Range<usize>,
    line: usize,
    column: usize,
    problem: Problem,
}

impl Diagnostic {
    pub(crate) fn new(source: &Source, span: Range<usize>, problem: Problem) -> Self {
        let (line, column) = source.position(span.start);
        Self {
            file: source.path.clone(),
            text: Some(source.text.clone()),
            span,
            line,
            column,
            problem,
        }
    }

    /// A fault of a file as a whole, such as its absence.
    pub(crate) fn of_file(file: Arc<str>, problem: Problem) -> Self {
        Self {
            file,
            text: None,
            span: 0..0,
            line: 1,
            column: 1,
            problem,
        }
    }

    /// The file's path, relative to where the program was started when the content folder was.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Whether it prevents the build.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.problem.severity()
    }

    /// The order in which diagnostics are shown: by file, then by place.
    pub(crate) fn order(&self) -> (Arc<str>, usize, usize) {
        (self.file.clone(), self.line, self.column)
    }

    /// The diagnostic as miette shows it, with the lines around its place, in the reader's language.
    #[must_use]
    pub fn report(&self, locale: Locale) -> miette::Report {
        let (message, help) = self.problem.text(locale);
        miette::Report::new(Shown {
            message: format!("{}:{}:{}: {message}", self.file, self.line, self.column),
            help,
            severity: self.severity(),
            source: self
                .text
                .as_ref()
                .map(|text| NamedSource::new(&*self.file, text.to_string())),
            span: self.span.clone(),
        })
    }
}

/// A diagnostic in one language, for miette.
#[derive(Debug)]
struct Shown {
    message: String,
    help: String,
    severity: Severity,
    source: Option<NamedSource<String>>,
    span: Range<usize>,
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(
            None,
            self.span.clone(),
        ))))
    }
}
