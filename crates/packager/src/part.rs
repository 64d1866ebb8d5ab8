//! The part of a course that a package holds.

use cartable_course::{Chapter, Course};

/// The part of a course that a package holds.
#[derive(Clone, Copy, Debug)]
pub enum Part<'c> {
    /// One chapter.
    Chapter(&'c Chapter),
    /// All chapters.
    Whole(&'c Course),
}

impl<'c> Part<'c> {
    /// What the author wants packages to hold: each chapter, or the whole course.
    #[must_use]
    pub fn all(course: &'c Course) -> Vec<Self> {
        if course.whole {
            vec![Self::Whole(course)]
        } else {
            course.chapters.iter().map(Self::Chapter).collect()
        }
    }

    /// The stable identifier: the chapter's, or the course's.
    #[must_use]
    pub fn id(self) -> &'c str {
        match self {
            Self::Chapter(chapter) => &chapter.id,
            Self::Whole(course) => &course.id,
        }
    }

    /// The title.
    #[must_use]
    pub fn title(self) -> &'c str {
        match self {
            Self::Chapter(chapter) => &chapter.title,
            Self::Whole(course) => &course.title,
        }
    }

    /// The chapters, in order.
    #[must_use]
    pub fn chapters(self) -> Vec<&'c Chapter> {
        match self {
            Self::Chapter(chapter) => vec![chapter],
            Self::Whole(course) => course.chapters.iter().collect(),
        }
    }

    /// The file name of a package for a target (or of a report), without its ending: what Moodle shows as the activity's name when the file
    /// is dropped on a course.
    pub(crate) fn file_name(self, course: &Course, target: &str) -> String {
        let (id, version) = (&course.id, &course.version);
        match self {
            Self::Chapter(chapter) => format!("{id}-{}-{}-{version}-{target}", chapter.number, chapter.id),
            Self::Whole(_) => format!("{id}-{version}-{target}"),
        }
    }
}
