//! What the templates of `templates/player/` are given, and what the page tells its script.

use serde::Serialize;
use toml::Table;

/// The context of `page.html`. Every `html` and `definition` is safe HTML, every other text is plain.
#[derive(Debug, Serialize)]
pub(crate) struct Page<'a> {
    pub(crate) language: &'a str,
    pub(crate) words: &'a Table,
    /// The stylesheets' paths.
    pub(crate) styles: Vec<&'a str>,
    pub(crate) script: &'a str,
    pub(crate) theme: ThemeContext<'a>,
    /// [`Data`] as JSON, safe inside a script element.
    pub(crate) data: String,
    pub(crate) course: CourseContext<'a>,
    pub(crate) chapter: ChapterContext,
    pub(crate) lessons: Vec<LessonContext<'a>>,
    pub(crate) lexicon: Option<LexiconContext<'a>>,
    pub(crate) resources: Option<ResourcesContext<'a>>,
    pub(crate) member: Option<MemberContext<'a>>,
    pub(crate) end: EndContext,
    pub(crate) next: Option<NextContext<'a>>,
}

/// The context of `course.html`.
#[derive(Debug, Serialize)]
pub(crate) struct CoursePage<'a> {
    pub(crate) language: &'a str,
    pub(crate) words: &'a Table,
    /// The stylesheets' paths.
    pub(crate) styles: Vec<&'a str>,
    pub(crate) script: &'a str,
    pub(crate) theme: ThemeContext<'a>,
    /// [`CourseData`] as JSON, safe inside a script element.
    pub(crate) data: String,
    pub(crate) course: CourseContext<'a>,
    pub(crate) chapters: Vec<ChapterLink<'a>>,
}

/// A chapter in the list of a whole course.
#[derive(Debug, Serialize)]
pub(crate) struct ChapterLink<'a> {
    pub(crate) id: &'a str,
    pub(crate) number: u32,
    pub(crate) title: String,
    /// The page's path.
    pub(crate) page: String,
    pub(crate) summary: Option<String>,
    pub(crate) duration: Option<u32>,
}

/// A course's look, where it differs from the product's.
#[derive(Debug, Serialize)]
pub(crate) struct ThemeContext<'a> {
    /// Stylesheets, after the player's.
    pub(crate) styles: &'a [&'static str],
    /// Whether they load a font of the package.
    pub(crate) has_font_files: bool,
    pub(crate) logo: Option<LogoContext<'a>>,
}

/// The logo, with its size in pixels where it is known.
#[derive(Debug, Serialize)]
pub(crate) struct LogoContext<'a> {
    pub(crate) path: &'a str,
    /// Whose it is.
    pub(crate) text: &'a str,
    pub(crate) width: Option<usize>,
    pub(crate) height: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CourseContext<'a> {
    pub(crate) title: String,
    pub(crate) publisher: Option<String>,
    pub(crate) version: &'a str,
    /// The page that leads to the chapters, when the package holds the whole course.
    pub(crate) page: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ChapterContext {
    pub(crate) number: u32,
    pub(crate) title: String,
    pub(crate) summary: Option<String>,
    /// The lessons' durations together, in minutes, when at least one is given.
    pub(crate) duration: Option<u32>,
}

#[derive(Debug, Serialize)]
pub(crate) struct LessonContext<'a> {
    pub(crate) id: &'a str,
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) duration: Option<u32>,
    pub(crate) html: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct LexiconContext<'a> {
    pub(crate) title: Option<String>,
    pub(crate) introduction: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) terms: Vec<TermContext<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TermContext<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: String,
    pub(crate) definition: String,
    /// The lessons in which the term is marked.
    pub(crate) lessons: Vec<LessonReference<'a>>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct LessonReference<'a> {
    pub(crate) id: &'a str,
    pub(crate) number: usize,
    pub(crate) title: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct ResourcesContext<'a> {
    pub(crate) title: Option<String>,
    pub(crate) introduction: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) links: Vec<LinkContext<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct LinkContext<'a> {
    pub(crate) title: String,
    /// Its address on the web, or its path in the package.
    pub(crate) url: &'a str,
    /// The name under which a browser keeps it, when it is a file of the package.
    pub(crate) download: Option<&'a str>,
    /// The key of the word for what it is.
    pub(crate) kind: Option<&'static str>,
    pub(crate) publisher: Option<String>,
    pub(crate) language: Option<LanguageContext<'a>>,
    pub(crate) size: Option<String>,
    pub(crate) description: Option<String>,
}

/// The language of a resource.
#[derive(Debug, Serialize)]
pub(crate) struct LanguageContext<'a> {
    pub(crate) tag: &'a str,
    /// The key of its name among the words, when it has one.
    pub(crate) word: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct MemberContext<'a> {
    pub(crate) heading: String,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) url: Option<&'a str>,
    pub(crate) label: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct EndContext {
    pub(crate) title: Option<String>,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct NextContext<'a> {
    pub(crate) title: String,
    pub(crate) url: Option<&'a str>,
}

/// The context of `callout.html`.
#[derive(Debug, Serialize)]
pub(crate) struct CalloutPage<'a> {
    pub(crate) words: &'a Table,
    pub(crate) callout: CalloutContext,
}

#[derive(Debug, Serialize)]
pub(crate) struct CalloutContext {
    pub(crate) id: String,
    /// `law`, `example` or `remember`: a class, and the key of the string that names it.
    pub(crate) kind: &'static str,
    pub(crate) title: Option<String>,
    pub(crate) html: String,
}

/// The context of `panels.html`.
#[derive(Debug, Serialize)]
pub(crate) struct PanelsPage<'a> {
    pub(crate) words: &'a Table,
    pub(crate) group: PanelsContext,
}

#[derive(Debug, Serialize)]
pub(crate) struct PanelsContext {
    /// `accordion`, `tabs`, `timeline`, `cards` or `hotspots`.
    pub(crate) kind: &'static str,
    /// The level of a heading that stands below the last one of the lesson, 3 to 6.
    pub(crate) level: usize,
    pub(crate) picture: Option<String>,
    pub(crate) panels: Vec<PanelContext>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PanelContext {
    pub(crate) id: String,
    /// In its group, from 1.
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) html: String,
    /// Where it lies on the picture, in per cent from the left and from the top.
    pub(crate) x: Option<u8>,
    pub(crate) y: Option<u8>,
}

/// The context of `question.html`.
#[derive(Debug, Serialize)]
pub(crate) struct QuestionPage<'a> {
    pub(crate) words: &'a Table,
    pub(crate) question: QuestionContext<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct QuestionContext<'a> {
    pub(crate) id: &'a str,
    /// The question's number in the chapter, from 1.
    pub(crate) number: usize,
    /// As the script knows it, such as `single`.
    pub(crate) kind: &'static str,
    /// The key of the string that says how to answer.
    pub(crate) instruction: String,
    pub(crate) prompt: String,
    pub(crate) choices: Vec<ChoiceContext<'a>>,
    /// The choices in an order that gives nothing away, always the same.
    pub(crate) shuffled: Vec<ChoiceContext<'a>>,
    pub(crate) right: Option<String>,
    pub(crate) wrong: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChoiceContext<'a> {
    pub(crate) id: &'a str,
    pub(crate) html: String,
    /// The same as plain text.
    pub(crate) text: String,
    /// What goes with it, as plain text.
    pub(crate) pair: Option<String>,
    pub(crate) feedback: Option<String>,
}

/// What the page tells its script: everything that the document does not already say.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a rule that the script reads by its name"
)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Data<'a> {
    /// The version of this structure.
    pub(crate) format: u32,
    pub(crate) language: &'a str,
    /// The languages that the interface can speak as well.
    pub(crate) languages: Vec<&'static str>,
    pub(crate) course: &'a str,
    pub(crate) course_title: &'a str,
    pub(crate) course_activity: &'a str,
    pub(crate) chapter: &'a str,
    pub(crate) title: &'a str,
    pub(crate) version: &'a str,
    /// The chapter's activity id.
    pub(crate) activity: &'a str,
    /// The share of the score that passes, 0 to 1.
    pub(crate) pass_mark: Option<f64>,
    pub(crate) attempts: Option<u8>,
    /// How many times the quiz may be taken again.
    pub(crate) retakes: u8,
    /// Which take counts: `best` or `last`.
    pub(crate) score: &'static str,
    /// Whether a take that fails makes a chapter failed that was passed.
    pub(crate) revocable: bool,
    pub(crate) shuffled_choices: bool,
    pub(crate) shuffled_questions: bool,
    /// How many questions are drawn from each pool.
    pub(crate) pools: Vec<usize>,
    pub(crate) feedback_at_end: bool,
    pub(crate) completion: CompletionData,
    /// Whether a lesson opens only once those before it were seen.
    pub(crate) ordered: bool,
    pub(crate) lessons: Vec<LessonData<'a>>,
    pub(crate) questions: Vec<QuestionData<'a>>,
    /// The page that knows all chapters, when the package holds the whole course.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) whole: Option<&'a str>,
    pub(crate) words: Option<&'a toml::Value>,
}

/// A chapter of a whole course.
#[derive(Debug, Serialize)]
pub(crate) struct ChapterData<'a> {
    pub(crate) id: &'a str,
    pub(crate) activity: String,
}

/// What the page of a whole course tells its script.
#[derive(Debug, Serialize)]
pub(crate) struct CourseData<'a> {
    pub(crate) course: &'a str,
    pub(crate) activity: &'a str,
    pub(crate) chapters: Vec<ChapterData<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CompletionData {
    /// How many lessons must be seen.
    pub(crate) lessons: usize,
    /// `answered`, `passed` or `ignored`.
    pub(crate) quiz: &'static str,
    pub(crate) seconds: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LessonData<'a> {
    pub(crate) id: &'a str,
    pub(crate) key: u32,
    pub(crate) activity: String,
    pub(crate) title: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuestionData<'a> {
    pub(crate) id: &'a str,
    pub(crate) key: u32,
    pub(crate) revision: u16,
    pub(crate) lesson: &'a str,
    pub(crate) activity: String,
    pub(crate) kind: &'static str,
    pub(crate) choices: Vec<&'a str>,
    pub(crate) correct: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) case: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) accents: bool,
    pub(crate) weight: u32,
    /// The pool it is drawn from, by its place in [`Data::pools`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pool: Option<usize>,
}
