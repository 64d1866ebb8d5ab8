//! Where something on a page was written.

use std::{
    collections::{HashMap, VecDeque},
    path::Path,
};

use cartable_course::{Chapter, Course, Lesson, MarkKind};

/// A place, as a report tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The screen: `opening`, `lexicon`, `resources`, `end`, or `lesson-` and the lesson's identifier.
    pub(crate) view: Option<String>,
    /// The file, from the course's folder, with the line and column where they are known.
    pub(crate) source: Option<String>,
}

/// The places of a chapter.
pub(crate) struct Places<'c> {
    course: &'c Course,
    chapter: Option<&'c Chapter>,
    /// What the lessons hold and was not met yet: line and column by screen and kind.
    written: HashMap<(String, MarkKind), VecDeque<(usize, usize)>>,
}

impl<'c> Places<'c> {
    /// The places of a chapter, or of the page that leads to the chapters.
    pub(crate) fn of(course: &'c Course, chapter: Option<&'c Chapter>) -> Self {
        let mut written: HashMap<_, VecDeque<_>> = HashMap::new();
        for lesson in chapter.iter().flat_map(|chapter| &chapter.lessons) {
            for mark in &lesson.marks {
                written
                    .entry((view_of(lesson), mark.kind.clone()))
                    .or_default()
                    .push_back((mark.line, mark.column));
            }
        }
        Self {
            course,
            chapter,
            written,
        }
    }

    /// The place of a screen.
    pub(crate) fn view(&self, view: Option<&str>) -> Place {
        Place {
            view: view.map(ToOwned::to_owned),
            source: self.file(view).map(|file| self.shown(&file)),
        }
    }

    /// The place of the next part of this kind on a screen: they are met in the order in which they were written.
    pub(crate) fn next(&mut self, view: Option<&str>, kind: MarkKind) -> Place {
        let mut place = self.view(view);
        let key = (view.unwrap_or_default().to_owned(), kind);
        if let (Some(source), Some((line, column))) = (
            &mut place.source,
            self.written.get_mut(&key).and_then(VecDeque::pop_front),
        ) {
            *source = format!("{source}:{line}:{column}");
        }
        place
    }

    fn file(&self, view: Option<&str>) -> Option<std::path::PathBuf> {
        let Some(chapter) = self.chapter else {
            return Some(self.course.folder.join("course.toml"));
        };
        let name = match view? {
            "lexicon" => "lexicon.toml",
            "resources" => "resources.toml",
            "opening" | "end" => "chapter.toml",
            view => {
                let lesson = chapter.lessons.iter().find(|lesson| view_of(lesson) == view)?;
                return Some(lesson.file.clone());
            }
        };
        Some(chapter.folder.join(name))
    }

    /// A path from the course's folder, with `/` between folders on every system.
    fn shown(&self, file: &Path) -> String {
        let file = file.strip_prefix(&self.course.folder).unwrap_or(file);
        let parts: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }
}

/// The screen of a lesson.
pub(crate) fn view_of(lesson: &Lesson) -> String {
    format!("lesson-{}", lesson.id)
}
