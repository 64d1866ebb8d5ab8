//! The course, once read and checked.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{prose::Prose, theme::Theme};

/// A course: what its author wrote, checked.
#[derive(Clone, Debug)]
pub struct Course {
    /// Where it was read.
    pub folder: PathBuf,
    /// Stable identifier, unique at the publisher's (`[a-z][a-z0-9-]*`, at most 64 characters).
    pub id: String,
    /// Title, at most 255 characters.
    pub title: String,
    /// Language of the content, an RFC 5646 tag.
    pub language: String,
    /// The author's version of the content; part of each package's file name.
    pub version: String,
    /// The IRI under which the course is known in statements: chapters, lessons and questions are named below it.
    pub iri: String,
    /// Who publishes the course.
    pub publisher: Option<String>,
    /// The publisher's invitation to become a member.
    pub member: Option<Member>,
    /// Interface strings that the author replaces.
    pub words: Words,
    /// The course's look.
    pub theme: Theme,
    /// Whether a package holds the whole course, rather than a chapter.
    pub whole: bool,
    /// The chapters, by number.
    pub chapters: Vec<Chapter>,
}

/// Interface strings that the author replaces, by their key in `templates/player/words/`.
pub type Words = BTreeMap<String, String>;

/// The invitation to create an account at the publisher's.
#[derive(Clone, Debug)]
pub struct Member {
    /// What the block is called, such as « Espace membre ».
    pub heading: String,
    /// The invitation.
    pub title: String,
    /// What an account brings.
    pub text: Prose,
    /// Where to create the account.
    pub url: Option<String>,
    /// The link's text.
    pub label: Option<String>,
}

/// A chapter: what a package holds.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Where it was read.
    pub folder: PathBuf,
    /// Stable identifier, unique in the course.
    pub id: String,
    /// The chapter's number as the learner sees it.
    pub number: u32,
    /// Title, at most 255 characters.
    pub title: String,
    /// What the chapter is about.
    pub summary: Option<Prose>,
    /// Rules for the questions.
    pub quiz: Quiz,
    /// When the chapter is completed.
    pub completion: Completion,
    /// Whether a lesson opens only once those before it were seen.
    pub ordered: bool,
    /// Whether each lesson is a unit of its own for an LMS (a SCO, an assignable unit), rather than the chapter.
    pub by_lesson: bool,
    /// The screen at the end.
    pub end: Ending,
    /// The chapter that follows.
    pub next: Option<Next>,
    /// Lessons in order.
    pub lessons: Vec<Lesson>,
    /// The lexicon, when the chapter has one.
    pub lexicon: Option<Lexicon>,
    /// The useful resources, when the chapter has some.
    pub resources: Option<Resources>,
    /// Local files that the lessons and the resources show or offer, each once, sorted by name.
    pub media: Vec<Media>,
}

impl Chapter {
    /// All questions, in the order in which the learner meets them.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.lessons.iter().flat_map(Lesson::questions)
    }

    /// How many questions a learner is asked: of a pool, those that are drawn.
    #[must_use]
    pub fn asked(&self) -> usize {
        let left_out = |pool: &Pool| pool.questions.len() - pool.draw;
        let pools = self.lessons.iter().flat_map(Lesson::pools);
        self.questions().count() - pools.map(left_out).sum::<usize>()
    }
}

/// Rules for the questions of a chapter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quiz {
    /// The score that passes, in percent (1 to 100); without it a chapter is completed but neither passed nor failed.
    pub pass_mark: Option<u8>,
    /// How many times a question may be answered; without it, until the answer is right.
    pub attempts: Option<u8>,
    /// How many times the learner may take the whole quiz again, once every question is answered.
    pub retakes: u8,
    /// Which take of the quiz counts.
    pub score: Score,
    /// Whether each take has the choices in an order of its own.
    pub shuffled_choices: bool,
    /// Whether each take has the questions that follow each other in an order of its own.
    pub shuffled_questions: bool,
    /// Whether the learner is told what was right only once every question is answered.
    pub feedback_at_end: bool,
}

/// Which take of the quiz counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Score {
    /// The best.
    #[default]
    Best,
    /// The last that was finished.
    Last {
        /// Whether a chapter that was passed is failed again by a take that fails.
        pass_may_be_lost: bool,
    },
}

/// When a chapter is completed: all of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The share of the lessons that must be seen, in percent.
    pub lessons: u8,
    /// What must be done of the questions.
    pub quiz: QuizCompletion,
    /// How long must be spent, in minutes.
    pub minutes: u32,
}

impl Default for Completion {
    fn default() -> Self {
        Self {
            lessons: 100,
            quiz: QuizCompletion::Answered,
            minutes: 0,
        }
    }
}

/// What must be done of the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuizCompletion {
    /// Each must be answered.
    Answered,
    /// The pass mark must be reached.
    Passed,
    /// Nothing.
    Ignored,
}

/// The words of the last screen.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Such as « Bravo ! ».
    pub title: Option<String>,
    /// Such as « Vous avez terminé ce chapitre ».
    pub text: Option<String>,
}

/// The chapter that follows.
#[derive(Clone, Debug)]
pub struct Next {
    /// Its title.
    pub title: String,
    /// Where it is, when it has an address of its own.
    pub url: Option<String>,
}

/// A lesson.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Stable identifier, unique in the chapter.
    pub id: String,
    /// Title, at most 255 characters.
    pub title: String,
    /// How long it takes, in minutes.
    pub duration: Option<u32>,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
    /// Where it was read.
    pub file: PathBuf,
    /// Where what others may speak of is written, in the order of the file.
    pub marks: Vec<Mark>,
}

/// A part of a lesson's text, where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is.
    pub kind: MarkKind,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// What a part of a lesson's text is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MarkKind {
    /// A link or a local file: the address or the name, as written.
    Target(String),
    /// A heading.
    Heading,
    /// A table.
    Table,
}

impl Lesson {
    /// The lesson's questions, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.blocks.iter().flat_map(|block| match block {
            Block::Prose(_) | Block::Callout(_) | Block::Panels(_) => &[],
            Block::Question(question) => std::slice::from_ref(question),
            Block::Pool(pool) => &pool.questions[..],
        })
    }

    /// The lesson's pools, in order.
    pub fn pools(&self) -> impl Iterator<Item = &Pool> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Pool(pool) => Some(pool),
            _ => None,
        })
    }
}

/// A part of a lesson.
#[derive(Clone, Debug)]
pub enum Block {
    /// Text.
    Prose(Prose),
    /// A text set apart.
    Callout(Callout),
    /// Texts that the page shows in a way of its own.
    Panels(Panels),
    /// A question.
    Question(Question),
    /// Questions of which each take asks some.
    Pool(Pool),
}

/// A text set apart from the others.
#[derive(Clone, Debug)]
pub struct Callout {
    /// What it is.
    pub kind: CalloutKind,
    /// What it is about, such as « Article D572 ».
    pub title: Option<String>,
    /// The text.
    pub text: Prose,
}

/// Why a text is set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalloutKind {
    /// It says what the law says.
    Law,
    /// It gives an example.
    Example,
    /// It says what to remember.
    Remember,
}

/// Texts with a title each.
#[derive(Clone, Debug)]
pub struct Panels {
    /// How the page shows them.
    pub kind: PanelKind,
    /// The picture under hotspots.
    pub picture: Option<Prose>,
    /// The panels, in the author's order.
    pub panels: Vec<Panel>,
}

/// How the page shows panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelKind {
    /// Each opens under its title.
    Accordion,
    /// One at a time, below a row of titles.
    Tabs,
    /// Along a line; the titles are dates or steps.
    Timeline,
    /// Cards that turn: the title in front, the text behind.
    Cards,
    /// Places on a picture that open their text.
    Hotspots,
}

/// A text with its title.
#[derive(Clone, Debug)]
pub struct Panel {
    /// The title, on one line.
    pub title: String,
    /// The text.
    pub text: Prose,
    /// Where it lies on the picture, in per cent from the left and from the top.
    pub place: Option<(u8, u8)>,
}

/// Questions of which each take of the quiz asks some, drawn at random.
#[derive(Clone, Debug)]
pub struct Pool {
    /// How many are asked, from 1 to all.
    pub draw: usize,
    /// The questions, in the author's order.
    pub questions: Vec<Question>,
}

/// A question with its choices.
#[derive(Clone, Debug)]
pub struct Question {
    /// Stable identifier, unique in the chapter.
    pub id: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What is asked.
    pub prompt: Prose,
    /// The choices in the author's order.
    pub choices: Vec<Choice>,
    /// What the learner reads after a right answer.
    pub right: Option<Prose>,
    /// What the learner reads after a wrong answer.
    pub wrong: Option<Prose>,
    /// What the question counts for in the score, from 1.
    pub weight: u32,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum QuestionKind {
    /// One choice, written `( )`.
    Single,
    /// Any number of choices, written `[ ]`.
    Multiple,
    /// One of two choices, the first of which says that it is true.
    TrueFalse,
    /// One step of a scale; there is no right one, and it does not count.
    Likert,
    /// The choices in their order, which is the author's.
    Sequencing,
    /// Each choice with what goes with it.
    Matching,
    /// A word or a few.
    FillIn(FillIn),
    /// A number.
    Numeric(Numeric),
    /// A text; it does not count.
    LongAnswer,
}

impl QuestionKind {
    /// Whether an answer can be right or wrong, and so counts.
    #[must_use]
    pub fn is_scored(&self) -> bool {
        !matches!(self, Self::Likert | Self::LongAnswer)
    }
}

/// Which texts are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FillIn {
    /// Any of these.
    pub answers: Vec<String>,
    /// Whether capitals count.
    pub case: bool,
    /// Whether accents count.
    pub accents: bool,
}

/// Which numbers are right: from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numeric {
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

/// A choice of a question.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The choice's letter, in the author's order: `a`, `b`, …; `true` and `false` where these are the choices.
    pub id: String,
    /// What the learner reads.
    pub text: Prose,
    /// What goes with it, in a question that matches.
    pub pair: Option<Prose>,
    /// Whether it belongs to the right answer.
    pub right: bool,
    /// What the learner reads after choosing it.
    pub feedback: Option<Prose>,
}

/// The lexicon of a chapter.
#[derive(Clone, Debug)]
pub struct Lexicon {
    /// Such as « Lexique ».
    pub title: Option<String>,
    /// What the lexicon is for.
    pub introduction: Option<String>,
    /// How to use it.
    pub hint: Option<String>,
    /// The terms, in the author's order.
    pub terms: Vec<Term>,
}

/// A term of the lexicon.
#[derive(Clone, Debug)]
pub struct Term {
    /// Stable identifier, unique in the lexicon.
    pub id: String,
    /// The term as the lexicon shows it.
    pub name: String,
    /// Other forms under which the text names it: plurals, inflections, the words behind an abbreviation.
    pub forms: Vec<String>,
    /// What it means.
    pub definition: Prose,
}

/// The useful resources of a chapter.
#[derive(Clone, Debug)]
pub struct Resources {
    /// Such as « Ressources utiles ».
    pub title: Option<String>,
    /// What they are for.
    pub introduction: Option<String>,
    /// How to use them.
    pub hint: Option<String>,
    /// The links, in the author's order.
    pub links: Vec<Link>,
}

/// A resource: a page of the web, or a file of the chapter.
#[derive(Clone, Debug)]
pub struct Link {
    /// Stable identifier, unique among the resources.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it is.
    pub destination: Destination,
    /// What it is, when its author says so or its file tells.
    pub kind: Option<LinkKind>,
    /// Its language, an RFC 5646 tag.
    pub language: Option<String>,
    /// How large it is, as its author says it.
    pub size: Option<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// What one finds there.
    pub description: Option<String>,
}

/// Where a resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Its address, `https:` or `http:`.
    Web(String),
    /// Its name among the chapter's media.
    File(String),
}

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Something to read.
    Text,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// A web site.
    Site,
    /// A law, a decree, a circular.
    Law,
    /// A form to fill in.
    Form,
    /// Any other file.
    File,
}

/// A local file that a lesson or a resource shows or offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// The path as the author wrote it, relative to the chapter's folder.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// What it is.
    pub kind: MediaKind,
    /// Its captions (WebVTT): the file of the same name that ends in `.vtt`.
    pub captions: Option<PathBuf>,
    /// What is said in it: the text of the file of the same name that ends in `.txt`.
    pub transcript: Option<String>,
}

/// What a local file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture, with its width and height in pixels where they can be read.
    Image {
        /// Width and height.
        size: Option<(usize, usize)>,
    },
    /// A sound.
    Audio,
    /// A film.
    Video,
    /// A file to keep.
    Download,
}
