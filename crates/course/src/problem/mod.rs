//! Everything that can be wrong with a course, and how it is said in each language.

mod english;
mod french;

use std::io;

use crate::{contrast::Colour, diagnostic::Severity, locale::Locale};

/// What is wrong with a file of the course.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant's words are given by its two texts below"
)]
pub enum Problem {
    Unreadable {
        reason: Unreadable,
    },
    FileTooLarge {
        limit: u64,
    },
    NotUtf8,
    Toml {
        message: String,
    },
    MissingKey {
        key: String,
    },
    UnknownKey {
        key: String,
        nearest: Option<&'static str>,
        known: Vec<&'static str>,
    },
    WrongType {
        key: String,
        expected: Expected,
    },
    EmptyText {
        key: String,
    },
    TooLong {
        key: String,
        length: usize,
        limit: usize,
    },
    ControlCharacter {
        key: String,
    },
    OutOfBounds {
        key: String,
        least: u32,
        most: u32,
    },
    BadId {
        id: String,
    },
    BadUrl {
        key: String,
        url: String,
    },
    BadLanguage {
        value: String,
    },
    BadVersion {
        value: String,
    },
    BadIri {
        value: String,
    },
    Duplicate {
        kind: Kind,
        value: String,
        first: String,
    },
    CourseWithoutChapters,
    ChapterWithoutLessons,
    LessonEmpty,
    FrontMatterMissing,
    DirectiveUnclosed {
        name: String,
    },
    DirectiveStray,
    DirectiveTooDeep,
    DirectiveAttributes {
        text: String,
    },
    UnknownDirective {
        name: String,
        known: &'static [&'static str],
    },
    GroupHoldsPanels {
        name: String,
    },
    PanelWithoutTitle,
    HotspotsWithoutPicture,
    QuestionWithoutId,
    QuestionWithoutText,
    QuestionTextAfterChoices,
    QuestionWithoutChoices,
    QuestionWithOneChoice,
    QuestionTooManyChoices {
        limit: usize,
    },
    QuestionMixedMarks,
    QuestionWithoutRightAnswer,
    QuestionSeveralRightAnswers,
    PassedWithoutMark,
    BestScoreRevocable,
    PoolHoldsQuestions,
    PoolDraw {
        questions: usize,
    },
    LikertWithRightAnswer,
    TrueFalseNotTwo,
    AnswerTooLong {
        limit: usize,
    },
    RangeBackwards,
    UnknownValue {
        key: String,
        value: String,
        known: &'static [&'static str],
    },
    ChoiceWithoutText,
    BlockNotText {
        name: String,
    },
    RawHtml,
    HeadingTooHigh,
    HeadingSkipsLevel {
        level: usize,
    },
    LinkNotWeb {
        url: String,
    },
    ImageElsewhere {
        url: String,
    },
    ImageWithoutText,
    ImageMissing {
        name: String,
    },
    ImageOutside {
        name: String,
    },
    MediaWithoutText {
        name: String,
    },
    ImageType {
        name: String,
    },
    ImageNotHere {
        key: String,
    },
    ResourceDestination,
    ThemeFileMissing {
        name: String,
    },
    ThemeFileOutside {
        name: String,
    },
    LogoType {
        name: String,
    },
    FontType {
        key: String,
        name: String,
    },
    BadColour {
        key: String,
        value: String,
    },
    LowContrast {
        scheme: &'static str,
        text: &'static str,
        text_colour: Colour,
        background: &'static str,
        background_colour: Colour,
        /// In hundredths, as `needed`.
        contrast: u32,
        needed: u32,
        /// A colour of the text that would do.
        readable: Option<Colour>,
    },
    UnknownTemplate {
        name: String,
        known: &'static [&'static str],
    },
    Template {
        message: String,
    },
    TemplateWithout {
        variable: &'static str,
    },
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Absent,
    Forbidden,
    Folder,
    Other(String),
}

/// What a value should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Text,
    Integer,
    ListOfTexts,
    Table,
    ListOfTables,
}

/// What must be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Chapter,
    ChapterNumber,
    Lesson,
    Question,
    Term,
    TermForm,
    Resource,
    Heading,
}

impl Problem {
    pub(crate) fn unreadable(error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Unreadable::Absent,
            io::ErrorKind::PermissionDenied => Unreadable::Forbidden,
            io::ErrorKind::IsADirectory => Unreadable::Folder,
            _ => Unreadable::Other(error.to_string()),
        };
        Self::Unreadable { reason }
    }

    pub(crate) fn severity(&self) -> Severity {
        match self {
            Self::HeadingSkipsLevel { .. } | Self::MediaWithoutText { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// What is wrong, and what to do.
    #[must_use]
    pub fn text(&self, locale: Locale) -> (String, String) {
        match locale {
            Locale::English => english::text(self),
            Locale::French => french::text(self),
        }
    }
}
