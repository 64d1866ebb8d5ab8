//! The console's templates, each with its typed context.

use serde::Serialize;
use tera::{Context, Tera};
use toml::Table;

use super::{
    progress::{CourseRow, DayRow, LearnerRow, VerbRow},
    sentence::Line,
};

/// The templates, by the name under which they include each other.
static TEMPLATES: [(&str, &str); 8] = [
    (
        "activity.html",
        include_str!("../../../../templates/console/activity.html"),
    ),
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
        "overview.html",
        include_str!("../../../../templates/console/overview.html"),
    ),
    (
        "signed.html",
        include_str!("../../../../templates/console/signed.html"),
    ),
    (
        "statements.html",
        include_str!("../../../../templates/console/statements.html"),
    ),
    (
        "trouble.html",
        include_str!("../../../../templates/console/trouble.html"),
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

/// What is said in place of a page that cannot be shown.
#[derive(Serialize)]
pub(super) struct Trouble<'a> {
    /// The console's address.
    pub(super) base: String,
    pub(super) words: &'a Table,
    pub(super) language: &'a str,
    /// The key of the string that says what is wrong, and what to do.
    pub(super) fault: &'a str,
}

/// The latest statements.
#[derive(Serialize)]
pub(super) struct Statements<'a> {
    /// The console's address.
    pub(super) base: String,
    pub(super) words: &'a Table,
    pub(super) language: &'a str,
    pub(super) account: &'a str,
    /// Which of the console's places this is.
    pub(super) place: &'a str,
    /// Whose statements these are, and about what, when they are not all.
    pub(super) of: Option<Of>,
    pub(super) lines: Vec<Line>,
    /// The query of the next page.
    pub(super) older: Option<String>,
    /// The query of the first page.
    pub(super) latest: String,
    pub(super) is_first: bool,
}

/// What statements have in common.
#[derive(Serialize)]
pub(super) struct Of {
    pub(super) learner: String,
    pub(super) activity: String,
    /// The address of the activity's page.
    pub(super) link: String,
}

/// The activities and the last days.
#[derive(Serialize)]
pub(super) struct Overview<'a> {
    /// The console's address.
    pub(super) base: String,
    pub(super) words: &'a Table,
    pub(super) language: &'a str,
    pub(super) account: &'a str,
    pub(super) place: &'a str,
    /// Whether every statement is in the figures.
    pub(super) is_counted: bool,
    pub(super) courses: Vec<CourseRow>,
    pub(super) days: Vec<DayRow>,
    pub(super) verbs: Vec<VerbRow>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
    pub(super) is_first: bool,
}

/// An activity and its learners.
#[derive(Serialize)]
pub(super) struct ActivityPage<'a> {
    /// The console's address.
    pub(super) base: String,
    pub(super) words: &'a Table,
    pub(super) language: &'a str,
    pub(super) account: &'a str,
    pub(super) place: &'a str,
    /// Whether every statement is in the figures.
    pub(super) is_counted: bool,
    pub(super) course: CourseRow,
    pub(super) learners: Vec<LearnerRow>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
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

    pub(super) fn trouble(&self, page: &Trouble<'_>) -> Result<String, ConsoleError> {
        self.render("trouble.html", page)
    }

    pub(super) fn statements(&self, page: &Statements<'_>) -> Result<String, ConsoleError> {
        self.render("statements.html", page)
    }

    pub(super) fn overview(&self, page: &Overview<'_>) -> Result<String, ConsoleError> {
        self.render("overview.html", page)
    }

    pub(super) fn activity(&self, page: &ActivityPage<'_>) -> Result<String, ConsoleError> {
        self.render("activity.html", page)
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
    use crate::console::{language::Language, sentence::Moment};

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
            for (lines, older) in [(vec![line], Some("before=abc".to_owned())), (Vec::new(), None)] {
                let empty = lines.is_empty();
                let html = pages.statements(&Statements {
                    base: "/console".to_owned(),
                    words: language.words(),
                    language: language.tag(),
                    account: "admin",
                    place: "statements",
                    of: None,
                    lines,
                    older,
                    latest: String::new(),
                    is_first: true,
                });
                let html = html.unwrap();
                assert!(!html.contains("<script"), "{html}");
                assert_eq!(html.contains("&lt;script&gt;"), !empty);
                assert_eq!(html.contains("/console?before=abc"), !empty);
            }
        }
    }

    #[test]
    fn who_finished_what_renders_with_a_sample_and_escapes_what_strangers_sent() {
        const EVIL: &str = "<script>alert(1)</script>";
        let moment = Moment {
            text: "24/11/2026 02:10".to_owned(),
            datetime: "2026-11-24T02:10:00Z".to_owned(),
        };
        let course = CourseRow {
            name: EVIL.to_owned(),
            id: "https://example.org/7?a=b&c=d".to_owned(),
            link: "/console/activity?id=https%3A%2F%2Fexample.org%2F7".to_owned(),
            learners: "4,321".to_owned(),
            completed: "3".to_owned(),
            passed: "2".to_owned(),
            failed: "1".to_owned(),
            last: moment.clone(),
        };
        let learner = |score: Option<&str>, standing| LearnerRow {
            name: EVIL.to_owned(),
            identifier: Some("zoe@example.org".to_owned()),
            link: "/console?agent=mbox".to_owned(),
            standing,
            score: score.map(str::to_owned),
            first: moment.clone(),
            last: moment.clone(),
        };
        let day = DayRow {
            day: moment.clone(),
            statements: "7".to_owned(),
            x: 0,
            y: 0,
            height: 120,
        };
        let verb = VerbRow {
            name: EVIL.to_owned(),
            statements: "7".to_owned(),
        };
        let pages = Pages::new().unwrap();
        for language in [Language::French, Language::English] {
            for is_empty in [false, true] {
                let html = pages.overview(&Overview {
                    base: "/console".to_owned(),
                    words: language.words(),
                    language: language.tag(),
                    account: "admin",
                    place: "overview",
                    is_counted: is_empty,
                    courses: if is_empty {
                        Vec::new()
                    } else {
                        vec![course.clone()]
                    },
                    days: vec![day.clone()],
                    verbs: if is_empty { Vec::new() } else { vec![verb.clone()] },
                    next: Some("5.-7".to_owned()),
                    is_first: false,
                });
                let html = html.unwrap();
                assert!(!html.contains("<script"), "{html}");
                assert!(html.contains("/console/overview?after=5.-7"), "{html}");
                assert_eq!(html.contains("4,321"), !is_empty);
                assert_eq!(html.contains(r#"role="status""#), !is_empty);
            }
            let standings = [
                "standing_unfinished",
                "standing_completed",
                "standing_passed",
                "standing_failed",
            ];
            let html = pages.activity(&ActivityPage {
                base: "/console".to_owned(),
                words: language.words(),
                language: language.tag(),
                account: "admin",
                place: "activity",
                is_counted: true,
                course: course.clone(),
                learners: standings
                    .map(|standing| learner(Some("80 %").filter(|_| standing.ends_with("passed")), standing))
                    .to_vec(),
                next: None,
                is_first: true,
            });
            let html = html.unwrap();
            assert!(!html.contains("<script"), "{html}");
            assert_eq!(html.matches("80 %").count(), 1);
        }
    }
}
