//! The console's templates, each with its typed context.

use serde::Serialize;
use tera::{Context, Tera};
use toml::Table;

use super::sentence::Line;

/// The templates, by the name under which they include each other.
static TEMPLATES: [(&str, &str); 4] = [
    (
        "layout.html",
        include_str!("../../../../templates/console/layout.html"),
    ),
    (
        "login.html",
        include_str!("../../../../templates/console/login.html"),
    ),
    (
        "openapi.html",
        include_str!("../../../../templates/console/openapi.html"),
    ),
    (
        "statements.html",
        include_str!("../../../../templates/console/statements.html"),
    ),
];

/// Why the console cannot show a page.
#[derive(Debug, thiserror::Error)]
#[error("a template of the console cannot be rendered: {0}")]
pub struct ConsoleError(#[from] tera::Error);

/// The login page.
#[derive(Serialize)]
pub(super) struct Login<'a> {
    /// The console's address.
    pub(super) base: String,
    pub(super) words: &'a Table,
    pub(super) language: &'a str,
    /// The key of the string that says what was wrong.
    pub(super) fault: Option<&'a str>,
}

/// The latest statements.
#[derive(Serialize)]
pub(super) struct Statements<'a> {
    /// The console's address.
    pub(super) base: String,
    pub(super) words: &'a Table,
    pub(super) language: &'a str,
    pub(super) account: &'a str,
    pub(super) lines: Vec<Line>,
    /// The cursor of the next page.
    pub(super) older: Option<String>,
    pub(super) is_first: bool,
}

/// The programming interface.
#[derive(Serialize)]
pub(super) struct Interface<'a> {
    /// The console's address.
    pub(super) base: String,
    pub(super) words: &'a Table,
    pub(super) language: &'a str,
    /// The address of the document for machines.
    pub(super) document: String,
    pub(super) operations: Vec<Described>,
}

/// One method of one resource.
#[derive(Serialize)]
pub(super) struct Described {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: &'static str,
    pub(super) parameters: &'static [&'static str],
    pub(super) statuses: Vec<u16>,
}

/// Renders the pages.
pub(super) struct Pages(Tera);

impl Pages {
    pub(super) fn new() -> Result<Self, ConsoleError> {
        let mut tera = Tera::new();
        tera.add_raw_templates(TEMPLATES)?;
        Ok(Self(tera))
    }

    pub(super) fn login(&self, page: &Login<'_>) -> Result<String, ConsoleError> {
        self.render("login.html", page)
    }

    pub(super) fn statements(&self, page: &Statements<'_>) -> Result<String, ConsoleError> {
        self.render("statements.html", page)
    }

    pub(super) fn interface(&self, page: &Interface<'_>) -> Result<String, ConsoleError> {
        self.render("openapi.html", page)
    }

    fn render(&self, template: &str, page: &impl Serialize) -> Result<String, ConsoleError> {
        Ok(self.0.render(template, &Context::from_serialize(page)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::language::Language;

    #[test]
    fn every_page_renders_with_a_sample_and_escapes_what_strangers_sent() {
        let pages = Pages::new().unwrap();
        for language in [Language::French, Language::English] {
            for fault in [None, Some("login_wrong"), Some("login_too_many")] {
                let html = pages.login(&Login {
                    base: "/lrs/console".to_owned(),
                    words: language.words(),
                    language: language.tag(),
                    fault,
                });
                let html = html.unwrap();
                assert!(html.contains(r#"action="/lrs/console/login""#), "{html}");
                assert_eq!(html.contains(r#"role="alert""#), fault.is_some());
            }
            let line = Line {
                actor: "<script>alert(1)</script>".to_owned(),
                verb: "a terminé".to_owned(),
                object: "R&D “7”".to_owned(),
                detail: Some("80 %".to_owned()),
                time: "24/11/2026 02:10:05".to_owned(),
                datetime: "2026-11-24T02:10:05Z".to_owned(),
            };
            for (lines, older) in [(vec![line], Some("abc".to_owned())), (Vec::new(), None)] {
                let empty = lines.is_empty();
                let html = pages.statements(&Statements {
                    base: "/console".to_owned(),
                    words: language.words(),
                    language: language.tag(),
                    account: "admin",
                    lines,
                    older,
                    is_first: true,
                });
                let html = html.unwrap();
                assert!(!html.contains("<script"), "{html}");
                assert_eq!(html.contains("&lt;script&gt;"), !empty);
                assert_eq!(html.contains("/console?before=abc"), !empty);
            }
        }
    }
}
