//! The accessibility report of a part: what was checked, what does not hold, what needs a human; and, of a course in
//! French, the draft of the declaration that French law asks for.
//!
//! 1. `html` reads the rendered pages as a browser does; `place` knows the author's line behind an element; `page` says what
//!    a page shows.
//! 2. `checks` examines it; what does not hold is a point with its place.
//! 3. `criteria` says of each criterion of RGAA 4.1 whether it holds, does not apply, or is for a human.
//! 4. The templates of `templates/report/` show it, with the words of `fr.toml` or `en.toml`.

mod checks;
mod criteria;
mod html;
mod page;
mod place;

use std::collections::BTreeSet;

use cartable_course::{Chapter, Course, Locale};
use serde::Serialize;
use tera::{Context, Tera};
use toml::{Table, Value};

use crate::{part::Part, render::RenderError, rendered::RenderedCourse};
use checks::{CHECKS, Checks, Vague};
use criteria::text;
use html::Document;
use page::Page;
use place::Place;

const STYLE: &str = include_str!("../../../../templates/report/style.css");
const REPORT: &str = "report.html";
const DECLARATION: &str = "declaration.html";

static TEMPLATES: [(&str, &str); 2] = [
    (REPORT, include_str!("../../../../templates/report/report.html")),
    (
        DECLARATION,
        include_str!("../../../../templates/report/declaration.html"),
    ),
];

/// The words by language; every other language is served the last.
static CATALOGUES: [(Locale, &str); 2] = [
    (
        Locale::French,
        include_str!("../../../../templates/report/fr.toml"),
    ),
    (
        Locale::English,
        include_str!("../../../../templates/report/en.toml"),
    ),
];

/// Makes the reports of a course.
pub(crate) struct Reporter {
    tera: Tera,
    words: Table,
    /// Those that the template says by itself: it is given no others, which would cost time for each part.
    said: Table,
    locale: Locale,
}

/// A report that was made.
pub(crate) struct Report {
    /// It, an HTML page.
    pub(crate) page: String,
    /// The draft of the declaration, an HTML page.
    pub(crate) declaration: Option<String>,
    /// How many points do not hold.
    pub(crate) points: usize,
}

/// The context of `report.html`.
#[derive(Serialize)]
struct ReportPage<'a> {
    words: &'a Table,
    style: &'a str,
    /// The report's own.
    language: &'a str,
    title: &'a str,
    course: &'a str,
    course_language: &'a str,
    version: &'a str,
    program: &'a str,
    /// How many checks hold, and how many had something to examine.
    held: usize,
    examined: usize,
    for_human: usize,
    checks: Vec<CheckRow<'a>>,
    points: &'a [PointRow<'a>],
    pictures: Vec<PictureRow>,
    recordings: Vec<RecordingRow<'a>>,
    themes: Vec<criteria::Theme<'a>>,
}

/// The context of `declaration.html`.
#[derive(Serialize)]
struct DeclarationPage<'a> {
    style: &'a str,
    title: &'a str,
    course: &'a str,
    is_whole: bool,
    version: &'a str,
    publisher: Option<&'a str>,
    program: &'a str,
    /// Those that a criterion speaks of.
    points: Vec<&'a PointRow<'a>>,
    /// What the content holds beside the page itself.
    technologies: Vec<&'static str>,
    screens: Vec<String>,
}

#[derive(Serialize)]
struct CheckRow<'a> {
    title: &'a str,
    examined: usize,
    points: usize,
    result: String,
}

#[derive(Serialize)]
struct PointRow<'a> {
    what: &'a str,
    to_do: &'a str,
    shown: String,
    place: PlaceRow,
    rgaa: String,
    wcag: String,
}

#[derive(Serialize)]
struct PictureRow {
    file: String,
    alternative: String,
    place: PlaceRow,
}

#[derive(Serialize)]
struct RecordingRow<'a> {
    file: String,
    name: String,
    captions: &'a str,
    transcript: &'a str,
    place: PlaceRow,
}

/// A place in words.
#[derive(Serialize)]
struct PlaceRow {
    view: String,
    source: Option<String>,
}

/// What the pages of a part gave.
#[derive(Default)]
struct Findings<'a> {
    checks: Checks,
    has: BTreeSet<&'static str>,
    points: Vec<PointRow<'a>>,
    pictures: Vec<PictureRow>,
    recordings: Vec<RecordingRow<'a>>,
}

impl Reporter {
    /// Parses the templates, and chooses the words of a course's language.
    ///
    /// # Errors
    ///
    /// When a template is malformed.
    pub(crate) fn new(language: &str) -> Result<Self, RenderError> {
        let mut tera = Tera::new();
        tera.add_raw_templates(TEMPLATES)?;
        let locale = Locale::of(language);
        let found = CATALOGUES.iter().find(|(one, _)| *one == locale);
        // A catalogue that does not parse fails the tests below, and gives an empty one here.
        let words: Table = found.and_then(|(_, text)| text.parse().ok()).unwrap_or_default();
        let said = words
            .iter()
            .filter(|(_, value)| value.is_str())
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Ok(Self {
            tera,
            words,
            said,
            locale,
        })
    }

    /// Whether it drafts declarations: French law asks for them in French.
    pub(crate) fn declares(&self) -> bool {
        self.locale == Locale::French
    }

    /// Makes the report of a part from its rendered pages.
    ///
    /// # Errors
    ///
    /// When a template fails.
    pub(crate) fn report(
        &self,
        course: &Course,
        part: Part<'_>,
        pages: &RenderedCourse,
    ) -> Result<Report, RenderError> {
        let chapters = part.chapters();
        let mut findings = Findings::default();
        if let Some(html) = &pages.html {
            let document = Document::parse(html.bytes());
            self.examine(&mut findings, &Page::read(&document, course, None), None);
        }
        for (chapter, rendered) in chapters.iter().copied().zip(&pages.chapters) {
            let document = Document::parse(rendered.html.bytes());
            let page = Page::read(&document, course, Some((chapter, rendered)));
            self.examine(&mut findings, &page, Some((chapter, pages.is_whole())));
        }
        let Findings {
            checks,
            has,
            points,
            pictures,
            recordings,
        } = findings;

        let declaration = self
            .declares()
            .then(|| {
                let technologies = [
                    ("recording", "lecteur audio et vidéo du navigateur"),
                    ("download", "documents à télécharger"),
                ];
                let page = DeclarationPage {
                    style: STYLE,
                    title: part.title(),
                    course: &course.title,
                    is_whole: pages.is_whole(),
                    version: &course.version,
                    publisher: course.publisher.as_deref(),
                    program: env!("CARGO_PKG_VERSION"),
                    points: points.iter().filter(|point| !point.rgaa.is_empty()).collect(),
                    technologies: technologies
                        .iter()
                        .filter(|(needs, _)| has.contains(needs))
                        .map(|(_, name)| *name)
                        .collect(),
                    screens: self.screens(&chapters, pages.is_whole()),
                };
                self.tera.render(DECLARATION, &Context::from_serialize(&page)?)
            })
            .transpose()?;

        let rows = self.check_rows(&checks);
        let (themes, for_human) = criteria::themes(&self.words, self.declares(), &has, &checks);
        let page = ReportPage {
            words: &self.said,
            style: STYLE,
            // The words are in one of two languages, whatever that of the course.
            language: if self.declares() { "fr" } else { "en" },
            title: part.title(),
            course: &course.title,
            course_language: &course.language,
            version: &course.version,
            program: env!("CARGO_PKG_VERSION"),
            held: rows
                .iter()
                .filter(|row| row.examined > 0 && row.points == 0)
                .count(),
            examined: rows.iter().filter(|row| row.examined > 0).count(),
            for_human,
            checks: rows,
            points: &points,
            pictures,
            recordings,
            themes,
        };
        Ok(Report {
            page: self.tera.render(REPORT, &Context::from_serialize(&page)?)?,
            declaration,
            points: points.len(),
        })
    }

    /// Adds what a page gives. `chapter` is with whether it is one of a whole course.
    fn examine<'a>(
        &'a self,
        findings: &mut Findings<'a>,
        page: &Page<'_>,
        chapter: Option<(&Chapter, bool)>,
    ) {
        let list = |key: &str| -> Vec<&str> {
            let words = self.words.get(key).and_then(Value::as_array);
            words.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let vague = Vague {
            links: list("vague_links"),
            images: list("image_prefixes"),
        };
        findings.has.extend(page.has());
        findings
            .pictures
            .extend(page.pictures().map(|picture| PictureRow {
                file: picture.file,
                alternative: picture.alternative,
                place: self.place(picture.place, chapter),
            }));
        let yes = |is_there| text(&self.words, if is_there { "present" } else { "missing" });
        findings
            .recordings
            .extend(page.recordings().map(|recording| RecordingRow {
                file: recording.file,
                name: recording.name,
                captions: if recording.is_film {
                    yes(recording.has_captions)
                } else {
                    text(&self.words, "not_needed")
                },
                transcript: yes(recording.has_transcript),
                place: self.place(recording.place, chapter),
            }));
        let mut checks = page.check(&vague);
        for name in CHECKS {
            let Some(checked) = checks.remove(name) else {
                continue;
            };
            let (rgaa, wcag) = if checked.points.is_empty() {
                Default::default()
            } else {
                criteria::of_check(name)
            };
            for point in &checked.points {
                let fault = self
                    .words
                    .get("faults")
                    .and_then(|faults| faults.get(point.fault));
                let said = |key| {
                    fault
                        .and_then(|fault| fault.get(key)?.as_str())
                        .unwrap_or_default()
                };
                findings.points.push(PointRow {
                    what: said("what"),
                    to_do: said("to_do"),
                    shown: point.shown.clone(),
                    place: self.place(point.place.clone(), chapter),
                    rgaa: rgaa.clone(),
                    wcag: wcag.clone(),
                });
            }
            let all = findings.checks.entry(name).or_default();
            all.examined += checked.examined;
            all.points.extend(checked.points);
        }
    }

    fn check_rows(&self, checks: &Checks) -> Vec<CheckRow<'_>> {
        let titles = self.words.get("checks");
        let row = |name: &&'static str| {
            let (examined, points) = checks
                .get(name)
                .map(|checked| (checked.examined, checked.points.len()))
                .unwrap_or_default();
            let result = match (examined, points) {
                (0, _) => text(&self.words, "nothing").to_owned(),
                (_, 0) => text(&self.words, "holds").to_owned(),
                _ => text(&self.words, "does_not_hold").replace("{count}", &points.to_string()),
            };
            CheckRow {
                title: titles
                    .and_then(|titles| titles.get(name)?.as_str())
                    .unwrap_or_default(),
                examined,
                points,
                result,
            }
        };
        CHECKS.iter().map(row).collect()
    }

    /// A place in words.
    fn place(&self, place: Place, chapter: Option<(&Chapter, bool)>) -> PlaceRow {
        let Place { view, source } = place;
        let view = match (chapter, view.as_deref()) {
            (None, _) => text(&self.words, "in_course").to_owned(),
            (Some((chapter, is_whole)), view) => self.screen(chapter, is_whole, view),
        };
        PlaceRow { view, source }
    }

    /// A screen of a chapter in words; in a whole course, with the chapter's number.
    fn screen(&self, chapter: &Chapter, is_whole: bool, view: Option<&str>) -> String {
        let word = |key| text(&self.words, key);
        let lesson = || {
            let mut lessons = chapter.lessons.iter().enumerate();
            let (place, lesson) = lessons.find(|(_, lesson)| view == Some(&*place::view_of(lesson)))?;
            let number = (place + 1).to_string();
            Some(
                word("in_lesson")
                    .replace("{number}", &number)
                    .replace("{title}", &lesson.title),
            )
        };
        let screen = match view {
            Some("opening") => word("in_opening").to_owned(),
            Some("lexicon") => word("in_lexicon").to_owned(),
            Some("resources") => word("in_resources").to_owned(),
            Some("end") => word("in_end").to_owned(),
            _ => lesson().unwrap_or_else(|| word("in_page").to_owned()),
        };
        if is_whole {
            let number = chapter.number.to_string();
            return format!("{}, {screen}", word("in_chapter").replace("{number}", &number));
        }
        screen
    }

    /// Every screen of a part.
    fn screens(&self, chapters: &[&Chapter], is_whole: bool) -> Vec<String> {
        let course = is_whole.then(|| text(&self.words, "in_course").to_owned());
        let of_chapter = |chapter: &&Chapter| {
            let lessons = chapter.lessons.iter().map(place::view_of);
            let views = std::iter::once("opening".to_owned())
                .chain(lessons)
                .chain(chapter.lexicon.as_ref().map(|_| "lexicon".to_owned()))
                .chain(chapter.resources.as_ref().map(|_| "resources".to_owned()))
                .chain(["end".to_owned()]);
            views
                .map(|view| self.screen(chapter, is_whole, Some(&view)))
                .collect::<Vec<_>>()
        };
        course
            .into_iter()
            .chain(chapters.iter().flat_map(of_chapter))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use toml::Table;

    use super::CATALOGUES;
    use crate::words::tests::keys;

    #[test]
    fn both_languages_have_every_word() {
        let [french, english] = CATALOGUES.map(|(_, text)| text.parse::<Table>().unwrap());
        assert_eq!(keys(&french, ""), keys(&english, ""));
    }

    #[test]
    fn every_fault_of_the_checks_has_words() {
        let source = include_str!("checks.rs");
        let words: Table = CATALOGUES[0].1.parse().unwrap();
        let faults = words["faults"].as_table().unwrap();
        for fault in faults.keys() {
            assert!(source.contains(&format!("\"{fault}\"")), "{fault} is never found");
        }
    }
}
