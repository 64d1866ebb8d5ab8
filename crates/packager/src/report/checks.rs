//! What the build verifies on a rendered page: [`Page::check`] examines it, check by check; what does not hold is a [`Point`]
//! with its place.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    html::{Element, words},
    page::{Found, Page, extension},
    place::Place,
};

/// An alternative that is longer is a description, which belongs in the text.
const LONGEST_ALTERNATIVE: usize = 250;
/// A sentence in capitals has at least so many words, and letters; an acronym or a short title is none.
const CAPITALS: (usize, usize) = (4, 12);

/// What a check found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// How many things were examined.
    pub(crate) examined: usize,
    /// What does not hold.
    pub(crate) points: Vec<Point>,
}

/// Something that does not hold.
#[derive(Debug)]
pub(crate) struct Point {
    /// What is wrong, a key of `[faults]` in the report's words.
    pub(crate) fault: &'static str,
    /// Where.
    pub(crate) place: Place,
    /// What it is about, as the author wrote it.
    pub(crate) shown: String,
}

/// The checks by their name, a key of `[checks]` in the report's words.
pub(crate) type Checks = BTreeMap<&'static str, Checked>;

/// Every check, in the order of a report.
pub(crate) const CHECKS: [&str; 21] = [
    "document",
    "identifiers",
    "presentation",
    "language",
    "title",
    "landmarks",
    "skip-link",
    "headings",
    "image-alternative",
    "image-words",
    "media-name",
    "media-transcript",
    "film-captions",
    "media-starts",
    "table-headers",
    "link-name",
    "link-words",
    "link-same",
    "field-name",
    "question-prompt",
    "capitals",
];

/// The words that tell a text which says nothing.
pub(crate) struct Vague<'w> {
    /// Texts of links, in lower case.
    pub(crate) links: Vec<&'w str>,
    /// How an alternative begins that says it is one, in lower case.
    pub(crate) images: Vec<&'w str>,
}

impl Page<'_> {
    /// Examines everything.
    pub(crate) fn check(&self, vague: &Vague<'_>) -> Checks {
        let mut checks: Checks = CHECKS.iter().map(|name| (*name, Checked::default())).collect();
        self.check_document(&mut checks);
        self.check_structure(&mut checks);
        self.check_headings(&mut checks);
        self.check_images(&mut checks, vague);
        self.check_recordings(&mut checks);
        self.check_tables(&mut checks);
        self.check_links(&mut checks, vague);
        self.check_fields(&mut checks);
        self.check_capitals(&mut checks);
        checks
    }

    fn check_document(&self, checks: &mut Checks) {
        let faults = self.document.faults;
        examine(
            checks,
            "document",
            faults == 0 && self.document.is_declared,
            || self.point("document", faults.to_string()),
        );

        let mut ids = HashSet::new();
        for element in self.document.elements() {
            if let Some(id) = element.attribute("id") {
                examine(checks, "identifiers", ids.insert(id), || {
                    self.at(element, "identifier-twice", id.to_owned())
                });
            }
            for name in ["for", "aria-labelledby", "aria-describedby", "aria-controls"] {
                let named = element.attribute(name).unwrap_or_default();
                for id in named.split_ascii_whitespace() {
                    examine(checks, "identifiers", self.document.with_id(id).is_some(), || {
                        self.at(element, "identifier-missing", id.to_owned())
                    });
                }
            }
            let attribute = ["align", "bgcolor", "border", "color", "background", "face"]
                .into_iter()
                .find(|name| element.attribute(name).is_some());
            let tag = [
                "basefont", "big", "blink", "center", "font", "marquee", "strike", "tt",
            ]
            .into_iter()
            .find(|tag| *tag == element.tag);
            examine(checks, "presentation", attribute.or(tag).is_none(), || {
                self.at(
                    element,
                    "presentation",
                    attribute.or(tag).unwrap_or_default().to_owned(),
                )
            });
        }

        let language = self
            .document
            .tagged("html")
            .find_map(|html| html.attribute("lang"))
            .unwrap_or_default();
        examine(checks, "language", language == self.language, || {
            self.point("language", language.to_owned())
        });
        let title = self
            .document
            .tagged("title")
            .map(|title| self.document.text(title))
            .find(|title| !title.is_empty());
        examine(checks, "title", title.is_some(), || {
            self.point("title", String::new())
        });
    }

    fn check_structure(&self, checks: &mut Checks) {
        let expected = ["header", "main", "footer"]
            .into_iter()
            .chain(self.has_contents.then_some("nav"));
        for landmark in expected {
            examine(
                checks,
                "landmarks",
                self.document.tagged(landmark).count() == 1,
                || self.point("landmark", landmark.to_owned()),
            );
        }
        let first = self.links.first();
        let leads = first
            .and_then(|link| link.element.attribute("href")?.strip_prefix('#'))
            .and_then(|id| self.document.with_id(id));
        examine(
            checks,
            "skip-link",
            leads.is_some_and(|to| to.tag == "main"),
            || self.point("skip-link", String::new()),
        );
    }

    fn check_headings(&self, checks: &mut Checks) {
        let mut last = 0;
        for heading in &self.headings {
            let level = heading.element.tag[1..].parse().unwrap_or(last);
            let text = self.document.text(heading.element);
            let fault = if text.is_empty() {
                "heading-empty"
            } else {
                "heading-level"
            };
            examine(checks, "headings", level <= last + 1 && !text.is_empty(), || {
                heading.point(fault, text)
            });
            last = level;
        }
    }

    fn check_images(&self, checks: &mut Checks, vague: &Vague<'_>) {
        for (found, _) in &self.images {
            let alternative = words(found.element.attribute("alt").unwrap_or_default());
            let lower = alternative.to_lowercase();
            let source = found.element.attribute("src").unwrap_or_default();
            examine(checks, "image-alternative", !alternative.is_empty(), || {
                found.point("image-alternative", source.to_owned())
            });
            let fault = if is_file_name(&alternative) {
                Some("image-file-name")
            } else if alternative.chars().count() > LONGEST_ALTERNATIVE {
                Some("image-long")
            } else if vague.images.iter().any(|start| lower.starts_with(start)) {
                Some("image-says-image")
            } else {
                None
            };
            examine(checks, "image-words", fault.is_none(), || {
                found.point(fault.unwrap_or_default(), alternative)
            });
        }
    }

    fn check_recordings(&self, checks: &mut Checks) {
        for ((found, _), recording) in self.recordings.iter().zip(self.recordings()) {
            let file = || recording.file.clone();
            examine(checks, "media-name", !recording.name.is_empty(), || {
                found.point("media-name", file())
            });
            let fault = if recording.is_film {
                "film-transcript"
            } else {
                "sound-transcript"
            };
            examine(checks, "media-transcript", recording.has_transcript, || {
                found.point(fault, file())
            });
            if recording.is_film {
                examine(checks, "film-captions", recording.has_captions, || {
                    found.point("film-captions", file())
                });
            }
            examine(
                checks,
                "media-starts",
                found.element.attribute("autoplay").is_none(),
                || found.point("media-starts", file()),
            );
        }
    }

    fn check_tables(&self, checks: &mut Checks) {
        for found in &self.tables {
            let table = found.element;
            let mut headers = self.document.descendants(table).filter(|cell| cell.tag == "th");
            let has_headers = headers.any(|header| !self.document.text(header).is_empty());
            examine(checks, "table-headers", has_headers, || {
                let mut text: String = self.document.text(table).chars().take(60).collect();
                text.push('…');
                found.point("table-headers", text)
            });
        }
    }

    fn check_links(&self, checks: &mut Checks, vague: &Vague<'_>) {
        // Where each text leads; the steps between screens (previous, next) are told apart by their screen.
        let mut leads: HashMap<(String, Option<&str>), &str> = HashMap::new();
        for link in &self.links {
            let address = link.element.attribute("href").unwrap_or_default();
            let name = self.document.name(link.element);
            examine(checks, "link-name", !name.is_empty(), || {
                link.point("link-name", address.to_owned())
            });
            let text = self.document.visible_text(link.element);
            let lower = text.to_lowercase();
            let said = lower.trim_matches(|part: char| !part.is_alphanumeric());
            let fault = if is_address(&text) {
                Some("link-address")
            } else if vague.links.contains(&said) {
                Some("link-vague")
            } else {
                None
            };
            examine(checks, "link-words", fault.is_none(), || {
                link.point(fault.unwrap_or_default(), text)
            });
            let view = address
                .starts_with('#')
                .then(|| self.document.view(link.element).unwrap_or_default());
            let other = *leads.entry((name.to_lowercase(), view)).or_insert(address);
            examine(checks, "link-same", other == address, || {
                link.point("link-same", format!("{name} ({other}, {address})"))
            });
        }
    }

    fn check_fields(&self, checks: &mut Checks) {
        let labels: HashMap<&str, &Element> = self
            .document
            .tagged("label")
            .filter_map(|label| Some((label.attribute("for")?, label)))
            .collect();
        for element in self.document.elements() {
            let is_field = match &*element.tag {
                "select" | "textarea" => true,
                "input" => !matches!(element.attribute("type"), Some("hidden" | "submit" | "button")),
                _ => false,
            };
            let name = if is_field {
                let around = || {
                    self.document
                        .ancestors(element)
                        .find(|outer| outer.tag == "label")
                };
                let label = element.attribute("id").and_then(|id| labels.get(id).copied());
                self.document
                    .label(element)
                    .or_else(|| Some(self.document.text(label.or_else(around)?)))
                    .unwrap_or_default()
            } else if element.tag == "button" {
                self.document.name(element)
            } else {
                continue;
            };
            examine(checks, "field-name", !name.is_empty(), || {
                let question = element.attribute("name").unwrap_or(&element.tag);
                self.at(element, "field-name", question.to_owned())
            });
        }
        for group in self.groups() {
            let name = self.document.label(group).unwrap_or_default();
            examine(checks, "field-name", !name.is_empty(), || {
                self.at(group, "group-name", String::new())
            });
        }
        let is_prompt = |element: &&Element| element.attribute("data-prompt").is_some();
        for prompt in self.document.elements().filter(is_prompt) {
            examine(
                checks,
                "question-prompt",
                !self.document.text(prompt).is_empty(),
                || self.at(prompt, "question-prompt", String::new()),
            );
        }
    }

    /// Sentences of the author's: those on a screen.
    fn check_capitals(&self, checks: &mut Checks) {
        for element in self.document.elements() {
            let is_text = matches!(
                &*element.tag,
                "p" | "li" | "td" | "th" | "h2" | "h3" | "h4" | "h5" | "h6"
            );
            if !is_text || self.document.view(element).is_none() {
                continue;
            }
            let inner = |tag: &str| matches!(tag, "p" | "li" | "ul" | "ol");
            if self.document.descendants(element).any(|one| inner(&one.tag)) {
                continue;
            }
            let text = self.document.text(element);
            let sentence = text
                .split_inclusive(['.', '!', '?', '…', ';', ':'])
                .find(|one| is_capitals(one));
            examine(checks, "capitals", sentence.is_none(), || {
                self.at(
                    element,
                    "capitals",
                    sentence.unwrap_or_default().trim().to_owned(),
                )
            });
        }
    }

    /// Something that does not hold of the page as a whole.
    fn point(&self, fault: &'static str, shown: String) -> Point {
        Point {
            fault,
            place: self.top.clone(),
            shown,
        }
    }

    /// Something that does not hold of an element.
    fn at(&self, element: &Element, fault: &'static str, shown: String) -> Point {
        Point {
            fault,
            place: self.place(element),
            shown,
        }
    }
}

impl Found<'_> {
    fn point(&self, fault: &'static str, shown: String) -> Point {
        Point {
            fault,
            place: self.place.clone(),
            shown,
        }
    }
}

/// Counts a thing that a check examined, and what is said of it where it does not hold.
fn examine(checks: &mut Checks, name: &'static str, holds: bool, point: impl FnOnce() -> Point) {
    let checked = checks.entry(name).or_default();
    checked.examined += 1;
    if !holds {
        checked.points.push(point());
    }
}

/// Whether an alternative is the name of a picture's file.
fn is_file_name(text: &str) -> bool {
    let name = extension(text);
    let known = [
        "png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "tif", "tiff", "bmp", "heic",
    ];
    let by_camera = ["img_", "dsc_", "dscn", "image_"];
    let lower = text.to_lowercase();
    name.is_some_and(|name| known.contains(&&*name))
        || (!text.contains(' ') && by_camera.iter().any(|start| lower.starts_with(start)))
}

/// Whether a text is an address rather than words.
fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    !text.contains(' ')
        && ["http://", "https://", "www."]
            .iter()
            .any(|start| lower.starts_with(start))
}

/// Whether a sentence is in capitals from end to end.
fn is_capitals(sentence: &str) -> bool {
    let (least_words, least_letters) = CAPITALS;
    let letters = sentence.chars().filter(|part| part.is_alphabetic());
    !sentence.chars().any(char::is_lowercase)
        && letters.count() >= least_letters
        && sentence
            .split_whitespace()
            .filter(|word| word.chars().any(char::is_alphabetic))
            .count()
            >= least_words
}

#[cfg(test)]
mod tests {
    use super::{is_address, is_capitals, is_file_name};

    #[test]
    fn a_sentence_in_capitals_is_told_from_acronyms_and_short_titles() {
        assert!(is_capitals("IL EST INTERDIT D’ENTRER !"));
        for sentence in [
            "SPIP, CPIP et DPIP",
            "RPO1",
            "LE SPIP",
            "JAP, SPIP, CPIP, ÉTAT de droit",
            "12 34 56 78",
        ] {
            assert!(!is_capitals(sentence), "{sentence}");
        }
    }

    #[test]
    fn an_alternative_that_is_a_file_name_is_known() {
        for text in ["plan.png", "IMG_2034", "Plan du site.JPG"] {
            assert!(is_file_name(text), "{text}");
        }
        for text in [
            "Le plan du site",
            "Le fichier s’appelle plan.png, il est ouvert",
            "Image_ de la ville",
        ] {
            assert!(!is_file_name(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_known() {
        assert!(is_address("https://example.org/a") && is_address("www.example.org"));
        assert!(!is_address("Le site www.example.org"));
    }
}
