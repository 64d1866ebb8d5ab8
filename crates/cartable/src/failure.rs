//! Why a command stops, as it is told to the person who ran it.

use std::{fmt, process::ExitCode};

use cartable_course::{Diagnostic, Locale, Severity};
use serde::Serialize;

use crate::{args::Format, language::choose};

/// Why a command stops: what is wrong, and what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) help: String,
    /// Faults of the course, shown before.
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) format: Format,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
            diagnostics: Vec::new(),
            format: Format::Text,
        }
    }

    /// Prints the failure where it is looked for: for a machine on standard output, for a person on standard error.
    pub(crate) fn print(&self, locale: Locale) -> ExitCode {
        match self.format {
            Format::Json => {
                let report = JsonFailure {
                    error: &self.message,
                    help: &self.help,
                    diagnostics: self
                        .diagnostics
                        .iter()
                        .map(|fault| JsonDiagnostic::new(fault, locale))
                        .collect(),
                };
                println!("{}", serde_json::to_string_pretty(&report).unwrap_or_default());
            }
            Format::Text => {
                print_diagnostics(&self.diagnostics, locale);
                eprintln!(
                    "{:?}",
                    miette::Report::new(Shown {
                        message: self.message.clone(),
                        help: self.help.clone()
                    })
                );
            }
        }
        ExitCode::FAILURE
    }
}

/// Prints the faults of a course on standard error, each with the lines around its place.
pub(crate) fn print_diagnostics(diagnostics: &[Diagnostic], locale: Locale) {
    for diagnostic in diagnostics {
        eprintln!("{:?}", diagnostic.report(locale));
    }
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    error: &'a str,
    help: &'a str,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

/// A fault of the course, for a machine.
#[derive(Serialize)]
pub(crate) struct JsonDiagnostic<'a> {
    severity: &'static str,
    file: &'a str,
    line: usize,
    column: usize,
    message: String,
    help: String,
}

impl<'a> JsonDiagnostic<'a> {
    pub(crate) fn new(diagnostic: &'a Diagnostic, locale: Locale) -> Self {
        let (message, help) = diagnostic.problem().text(locale);
        let severity = match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        Self {
            severity,
            file: diagnostic.file(),
            line: diagnostic.line(),
            column: diagnostic.column(),
            message,
            help,
        }
    }
}

#[derive(Debug)]
struct Shown {
    message: String,
    help: String,
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }
}

/// The failure of a course with errors.
pub(crate) fn faulty_course(diagnostics: Vec<Diagnostic>, format: Format, locale: Locale) -> Failure {
    let count = diagnostics
        .iter()
        .filter(|fault| fault.severity() == Severity::Error)
        .count();
    let message = match (locale, count) {
        (Locale::English, 1) => "the course has an error".to_owned(),
        (Locale::English, _) => format!("the course has {count} errors"),
        (Locale::French, 1) => "le cours a une erreur".to_owned(),
        (Locale::French, _) => format!("le cours a {count} erreurs"),
    };
    let help = choose(
        locale,
        "nothing was written; correct and run again",
        "rien n’a été écrit ; corrigez, puis relancez",
    );
    Failure {
        message,
        help: help.to_owned(),
        diagnostics,
        format,
    }
}
