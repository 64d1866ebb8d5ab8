//! What was rendered, as every target packages it.

use std::{iter, path::PathBuf};

use cartable_course::{Chapter, Course};
use cartable_player::Extra;

use crate::package::{Content, Made};

/// A course, or one of its chapters, as every target packages it.
#[derive(Clone, Debug)]
pub struct RenderedCourse {
    /// The course's stable identifier.
    pub id: String,
    /// The course's title.
    pub title: String,
    /// The course's activity id, an IRI.
    pub activity: String,
    /// The course's language.
    pub language: String,
    /// The course's version.
    pub version: String,
    /// Who publishes the course.
    pub publisher: Option<String>,
    /// The chapters: all of them, or one.
    pub chapters: Vec<RenderedChapter>,
    /// The page that leads to the chapters, when the package holds all of them.
    pub html: Option<Made>,
    /// Its look: stylesheets, a logo, fonts, by their path in the package.
    pub look: Vec<(String, Content)>,
}

impl RenderedCourse {
    /// Whether the package holds the whole course.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.html.is_some()
    }

    /// The chapter, when the package holds one.
    #[must_use]
    pub fn alone(&self) -> Option<&RenderedChapter> {
        self.chapters.first().filter(|_| !self.is_whole())
    }

    /// The title of what the package holds.
    #[must_use]
    pub fn title(&self) -> &str {
        self.alone().map_or(&self.title, |chapter| &chapter.title)
    }

    /// What it is about, if its author says so.
    #[must_use]
    pub fn summary(&self) -> Option<&str> {
        self.alone()?.description.as_deref()
    }

    /// What it is about, or its title.
    #[must_use]
    pub fn description(&self) -> &str {
        self.summary().unwrap_or(self.title())
    }

    /// Its activity id, an IRI.
    #[must_use]
    pub fn activity(&self) -> &str {
        self.alone().map_or(&self.activity, |chapter| &chapter.activity)
    }

    /// How long it takes, in minutes, as far as its author says.
    #[must_use]
    pub fn minutes(&self) -> Option<u32> {
        self.chapters
            .iter()
            .filter_map(|chapter| chapter.minutes)
            .reduce(|sum, one| sum + one)
    }

    /// The lexicons' terms, each once, in order.
    #[must_use]
    pub fn keywords(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for keyword in self.chapters.iter().flat_map(|chapter| &chapter.keywords) {
            if !all.contains(&&**keyword) {
                all.push(keyword);
            }
        }
        all
    }
}

/// A chapter as every target shows it.
#[derive(Clone, Debug)]
pub struct RenderedChapter {
    /// The chapter's stable identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about, as plain text.
    pub description: Option<String>,
    /// Its activity id, an IRI.
    pub activity: String,
    /// What an LMS launches: the chapter, or each of its lessons.
    pub units: Vec<Unit>,
    /// Whether each lesson is a unit.
    pub is_by_lesson: bool,
    /// How long it takes, in minutes.
    pub minutes: Option<u32>,
    /// The score that passes, in percent.
    pub pass_mark: Option<u8>,
    /// The lexicon's terms, as keywords.
    pub keywords: Vec<String>,
    /// The page's path in the package.
    pub page: String,
    /// The page.
    pub html: Made,
    /// What it has that not every chapter has.
    pub extras: Vec<Extra>,
    /// The files it shows or offers: path in the package, file on disk.
    pub media: Vec<(String, PathBuf)>,
}

impl RenderedChapter {
    /// The paths of its own files in the package.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        iter::once(&*self.page)
            .chain(self.media.iter().map(|(path, _)| &**path))
            .chain(self.extras.iter().map(|extra| extra.style_path()))
    }
}

/// What an LMS launches and keeps results of: a SCO, an assignable unit.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its stable identifier, unique in the course.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its activity id, an IRI.
    pub activity: String,
    /// What is added to the page's address; empty for the whole chapter.
    pub parameters: String,
    /// Whether it can be passed or failed.
    pub is_passed: bool,
}

/// What an LMS launches of a chapter.
pub(crate) fn units(chapter: &Chapter, activity: &str) -> Vec<Unit> {
    let has_mark = chapter.quiz.pass_mark.is_some();
    if !chapter.by_lesson {
        return vec![Unit {
            id: chapter.id.clone(),
            title: chapter.title.clone(),
            activity: activity.to_owned(),
            parameters: String::new(),
            is_passed: has_mark,
        }];
    }
    let lessons = chapter.lessons.iter().map(|lesson| Unit {
        id: format!("{}.{}", chapter.id, lesson.id),
        title: lesson.title.clone(),
        activity: lesson_activity(activity, &lesson.id),
        parameters: format!("?lesson={}", lesson.id),
        is_passed: has_mark && lesson.questions().any(|question| question.kind.is_scored()),
    });
    lessons.collect()
}

/// The activity id of a chapter.
pub(crate) fn chapter_activity(course: &Course, chapter: &Chapter) -> String {
    format!("{}/{}", course.iri, chapter.id)
}

/// The activity id of a lesson.
pub(crate) fn lesson_activity(chapter: &str, lesson: &str) -> String {
    format!("{chapter}/lessons/{lesson}")
}
