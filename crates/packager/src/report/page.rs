//! A rendered page, and what it shows: which of its elements come from which line of the author's.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use cartable_course::{Chapter, Course, MarkKind, Media};

use super::{
    html::{Document, Element},
    place::{Place, Places},
};
use crate::rendered::RenderedChapter;

/// An element with its place.
pub(super) struct Found<'d> {
    pub(super) element: &'d Element,
    pub(super) place: Place,
}

/// A picture that a person must judge.
pub(crate) struct Picture {
    /// The author's file, or its address in the package.
    pub(crate) file: String,
    pub(crate) alternative: String,
    pub(crate) place: Place,
}

/// A film or a sound that a person must judge.
pub(crate) struct Recording {
    /// The author's file.
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) is_film: bool,
    pub(crate) has_captions: bool,
    pub(crate) has_transcript: bool,
    pub(crate) place: Place,
}

/// A page with what it shows.
pub(crate) struct Page<'p> {
    pub(super) document: &'p Document,
    pub(super) language: &'p str,
    pub(super) has_contents: bool,
    /// The place of what is on no screen.
    pub(super) top: Place,
    pub(super) images: Vec<(Found<'p>, Option<&'p Media>)>,
    pub(super) recordings: Vec<(Found<'p>, Option<&'p Media>)>,
    pub(super) links: Vec<Found<'p>>,
    pub(super) headings: Vec<Found<'p>>,
    pub(super) tables: Vec<Found<'p>>,
    places: Places<'p>,
}

impl<'p> Page<'p> {
    /// Reads the page of a chapter, or the one that leads to the chapters.
    pub(crate) fn read(
        document: &'p Document,
        course: &'p Course,
        chapter: Option<(&'p Chapter, &'p RenderedChapter)>,
    ) -> Self {
        let mut files: HashMap<&str, &Media> = HashMap::new();
        if let Some((chapter, rendered)) = chapter {
            let by_file: HashMap<&Path, &Media> =
                chapter.media.iter().map(|media| (&*media.file, media)).collect();
            for (path, file) in &rendered.media {
                if let Some(media) = by_file.get(&**file) {
                    files.insert(path, media);
                }
            }
        }
        let mut places = Places::of(course, chapter.map(|(chapter, _)| chapter));
        let (mut images, mut recordings, mut links) = (Vec::new(), Vec::new(), Vec::new());
        let (mut headings, mut tables) = (Vec::new(), Vec::new());
        for element in document.elements() {
            let view = document.view(element);
            let address = element.attribute("src").or_else(|| element.attribute("href"));
            let address = address.unwrap_or_default();
            let media = files.get(address).copied();
            let mut found = |kind| Found {
                element,
                place: places.next(view, kind),
            };
            let target = || MarkKind::Target(media.map_or(address, |media| &media.name).to_owned());
            match &*element.tag {
                "img" => images.push((found(target()), media)),
                "audio" | "video" => recordings.push((found(target()), media)),
                "a" => links.push(found(target())),
                "table" => tables.push(found(MarkKind::Table)),
                // Those above are the page's own.
                "h3" | "h4" | "h5" | "h6" => headings.push(found(MarkKind::Heading)),
                "h1" | "h2" => headings.push(Found {
                    element,
                    place: places.view(view),
                }),
                _ => {}
            }
        }
        Self {
            document,
            language: &course.language,
            has_contents: chapter.is_some(),
            top: places.view(None),
            images,
            recordings,
            links,
            headings,
            tables,
            places,
        }
    }

    /// What the page has, by the names under which a criterion needs it.
    pub(crate) fn has(&self) -> BTreeSet<&'static str> {
        let mut has = BTreeSet::new();
        let mut add = |name, is_there: bool| {
            if is_there {
                has.insert(name);
            }
        };
        let any = |tags: &[&str]| self.document.elements().any(|one| tags.contains(&&*one.tag));
        let is_decoration =
            |image: &(Found<'_>, _)| image.0.element.attribute("alt").is_some_and(str::is_empty);
        let link_has = |test: fn(&Element) -> bool| self.links.iter().any(|link| test(link.element));
        let film = any(&["video"]);
        add("image", any(&["img", "svg"]));
        add("decoration", self.images.iter().any(is_decoration));
        add("figure", any(&["figcaption"]));
        add("frame", any(&["iframe", "frame"]));
        add("object", any(&["object", "embed", "canvas"]));
        add("film", film);
        add("recording", film || any(&["audio"]));
        add(
            "moving",
            film || self.images.iter().any(|(image, _)| may_move(image.element)),
        );
        add("table", any(&["table"]));
        add("caption", any(&["caption"]));
        add("field", any(&["input", "select", "textarea"]));
        add("group", any(&["fieldset"]) || self.groups().next().is_some());
        add("options", any(&["select"]));
        add(
            "search",
            self.document
                .elements()
                .any(|one| one.attribute("role") == Some("search")),
        );
        add("download", link_has(|link| link.attribute("download").is_some()));
        has
    }

    /// The pictures, with their alternatives.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = Picture> {
        self.images.iter().map(|(found, media)| {
            let text = |name| found.element.attribute(name).unwrap_or_default().to_owned();
            Picture {
                file: media.map_or_else(|| text("src"), |media| media.name.clone()),
                alternative: text("alt"),
                place: found.place.clone(),
            }
        })
    }

    /// The films and the sounds.
    pub(crate) fn recordings(&self) -> impl Iterator<Item = Recording> {
        self.recordings.iter().map(|(found, media)| {
            let Found { element, place } = found;
            let source = element.attribute("src").unwrap_or_default();
            let is_captions =
                |track: &Element| track.tag == "track" && track.attribute("kind") == Some("captions");
            Recording {
                file: media.map_or(source, |media| &media.name).to_owned(),
                name: self.document.name(element),
                is_film: element.tag == "video",
                has_captions: self.document.descendants(element).any(is_captions),
                has_transcript: media.is_some_and(|media| {
                    media
                        .transcript
                        .as_ref()
                        .is_some_and(|text| !text.trim().is_empty())
                }),
                place: place.clone(),
            }
        })
    }

    /// The elements that group fields.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Element> {
        let is_group = |element: &&Element| matches!(element.attribute("role"), Some("group" | "radiogroup"));
        self.document.elements().filter(is_group)
    }

    /// Where an element stands that has no line of its own.
    pub(super) fn place(&self, element: &Element) -> Place {
        self.places.view(self.document.view(element))
    }
}

/// Pictures that may hold an animation.
fn may_move(image: &Element) -> bool {
    let source = image.attribute("src").unwrap_or_default();
    matches!(
        extension(source).as_deref(),
        Some("gif" | "webp" | "avif" | "svg")
    )
}

/// The end of a file's name, in lower case.
pub(super) fn extension(name: &str) -> Option<String> {
    Some(Path::new(name).extension()?.to_str()?.to_ascii_lowercase())
}
