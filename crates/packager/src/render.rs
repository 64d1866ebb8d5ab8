//! A chapter to its page: once, for all targets.

use std::{collections::HashSet, path::PathBuf};

use cartable_course::{
    Block, Chapter, Course, Lesson, Lexicon, Numeric, Question, QuestionKind, QuizCompletion, Resources,
    Score,
};
use tera::{Context, Tera};
use toml::Table;

use crate::{
    keys,
    lexicon::Terms,
    media::MediaFiles,
    package::{Made, SCRIPT, STYLE},
    page::{
        ChapterContext, ChoiceContext, CompletionData, CourseContext, Data, EndContext, LessonContext,
        LessonData, LessonReference, LexiconContext, LinkContext, MemberContext, NextContext, Page,
        QuestionContext, QuestionData, QuestionPage, ResourcesContext, TermContext,
    },
    prose,
    words::{self, words},
};

/// The templates, by the name under which they include each other.
static TEMPLATES: [(&str, &str); 2] = [
    ("page.html", include_str!("../../../templates/player/page.html")),
    (
        "question.html",
        include_str!("../../../templates/player/question.html"),
    ),
];

/// Why a chapter cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template is wrong.
    #[error("a template of the player cannot be rendered")]
    Template(#[from] tera::Error),
    /// Two identifiers have the same key in suspend data.
    #[error(
        "`{0}` and `{1}` cannot be told apart in suspend data: give one of them, the newer, another identifier"
    )]
    KeyCollision(String, String),
    /// A file of the author's cannot be read.
    #[error("a file of the course cannot be read")]
    Media(#[from] std::io::Error),
    /// The page's data cannot be written as JSON.
    #[error("the page's data cannot be written")]
    Data(#[from] serde_json::Error),
}

/// Renders chapters with the player's templates.
pub struct Renderer {
    tera: Tera,
}

/// A chapter as every target shows it.
#[derive(Clone, Debug)]
pub struct RenderedChapter {
    /// The chapter's stable identifier.
    pub id: String,
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What it is about, as plain text.
    pub description: Option<String>,
    /// Its activity id, an IRI.
    pub activity: String,
    /// What an LMS launches: the chapter, or each of its lessons.
    pub units: Vec<Unit>,
    /// The course it belongs to.
    pub course: String,
    /// The course's language.
    pub language: String,
    /// The course's version.
    pub version: String,
    /// Who publishes the course.
    pub publisher: Option<String>,
    /// How long it takes, in minutes.
    pub minutes: Option<u32>,
    /// The score that passes, in percent.
    pub pass_mark: Option<u8>,
    /// The lexicon's terms, as keywords.
    pub keywords: Vec<String>,
    /// The page.
    pub html: Made,
    /// The files it shows or offers: path in the package, file on disk.
    pub media: Vec<(String, PathBuf)>,
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

fn units(chapter: &Chapter, activity: &str) -> Vec<Unit> {
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

fn lesson_activity(chapter: &str, lesson: &str) -> String {
    format!("{chapter}/lessons/{lesson}")
}

/// What every lesson of a chapter is rendered with.
struct Scope<'s, 't> {
    terms: &'t Terms,
    media: &'s MediaFiles<'s>,
    words: &'s Table,
}

/// A lesson, and the identifiers of the terms that were found in it.
type MarkedLesson<'c, 't> = (LessonReference<'c>, HashSet<&'t str>);

impl Renderer {
    /// Parses the templates.
    ///
    /// # Errors
    ///
    /// When a template is malformed.
    pub fn new() -> Result<Self, RenderError> {
        let mut tera = Tera::new();
        tera.add_raw_templates(TEMPLATES)?;
        Ok(Self { tera })
    }

    /// Renders one chapter of a course.
    ///
    /// # Errors
    ///
    /// When two identifiers cannot be told apart in suspend data, or a template fails.
    pub fn render(&self, course: &Course, chapter: &Chapter) -> Result<RenderedChapter, RenderError> {
        let lesson_ids = chapter.lessons.iter().map(|lesson| lesson.id.as_str());
        let question_ids = chapter.questions().map(|question| question.id.as_str());
        if let Some((first, second)) = keys::collision(lesson_ids).or_else(|| keys::collision(question_ids)) {
            return Err(RenderError::KeyCollision(first.to_owned(), second.to_owned()));
        }

        let words = words(course);
        let activity = format!("{}/{}", course.iri, chapter.id);
        let terms = Terms::new(chapter.lexicon.as_ref());
        let transcript = words.get("transcript").and_then(toml::Value::as_str);
        let media = MediaFiles::of(chapter, &course.language, transcript.unwrap_or_default())?;
        let scope = Scope {
            terms: &terms,
            media: &media,
            words: &words,
        };
        let (lessons, marked) = self.lessons(chapter, &scope)?;

        let minutes = chapter
            .lessons
            .iter()
            .filter_map(|lesson| lesson.duration)
            .reduce(|sum, one| sum + one);
        let page = Page {
            language: &course.language,
            words: &words,
            style: STYLE,
            script: SCRIPT,
            data: data(course, chapter, &activity, &words)?,
            course: CourseContext {
                title: &course.title,
                publisher: course.publisher.as_deref(),
            },
            chapter: ChapterContext {
                number: chapter.number,
                title: &chapter.title,
                summary: chapter
                    .summary
                    .as_ref()
                    .map(|text| prose::html(text, &MediaFiles::default())),
                version: &course.version,
                duration: minutes,
            },
            lessons,
            lexicon: chapter
                .lexicon
                .as_ref()
                .map(|lexicon| lexicon_context(lexicon, &marked)),
            resources: chapter.resources.as_ref().map(resources_context),
            member: course.member.as_ref().map(|member| MemberContext {
                heading: &member.heading,
                title: &member.title,
                text: prose::html(&member.text, &MediaFiles::default()),
                url: member.url.as_deref(),
                label: member.label.as_deref(),
            }),
            end: EndContext {
                title: chapter.end.title.as_deref(),
                text: chapter.end.text.as_deref(),
            },
            next: chapter.next.as_ref().map(|next| NextContext {
                title: &next.title,
                url: next.url.as_deref(),
            }),
        };
        let html = self.tera.render("page.html", &Context::from_serialize(&page)?)?;

        Ok(RenderedChapter {
            id: chapter.id.clone(),
            number: chapter.number,
            title: chapter.title.clone(),
            description: chapter.summary.as_ref().map(cartable_course::Prose::plain_text),
            units: units(chapter, &activity),
            activity,
            course: course.id.clone(),
            language: course.language.clone(),
            version: course.version.clone(),
            publisher: course.publisher.clone(),
            minutes,
            pass_mark: chapter.quiz.pass_mark,
            keywords: chapter
                .lexicon
                .iter()
                .flat_map(|lexicon| &lexicon.terms)
                .map(|term| term.name.clone())
                .collect(),
            html: Made::new(html),
            media: media.paths(),
        })
    }

    /// The lessons, and each one's terms.
    fn lessons<'c, 't>(
        &self,
        chapter: &'c Chapter,
        scope: &Scope<'_, 't>,
    ) -> Result<(Vec<LessonContext<'c>>, Vec<MarkedLesson<'c, 't>>), RenderError> {
        let mut lessons = Vec::new();
        let mut marked = Vec::new();
        let mut question_number = 0;
        for (index, lesson) in chapter.lessons.iter().enumerate() {
            let mut seen = HashSet::new();
            let html = self.lesson_html(lesson, scope, &mut seen, &mut question_number)?;
            let reference = LessonReference {
                id: &lesson.id,
                number: index + 1,
                title: &lesson.title,
            };
            lessons.push(LessonContext {
                id: reference.id,
                number: reference.number,
                title: reference.title,
                duration: lesson.duration,
                html,
            });
            marked.push((reference, seen));
        }
        Ok((lessons, marked))
    }

    fn lesson_html<'t>(
        &self,
        lesson: &Lesson,
        scope: &Scope<'_, 't>,
        seen: &mut HashSet<&'t str>,
        question_number: &mut usize,
    ) -> Result<String, RenderError> {
        let mut html = String::new();
        let follow =
            |one: &Block, other: &Block| matches!((one, other), (Block::Question(_), Block::Question(_)));
        for blocks in lesson.blocks.chunk_by(follow) {
            let mut questions: Vec<&Question> = Vec::new();
            for block in blocks {
                match block {
                    Block::Prose(prose) => {
                        html.push_str(&prose::lesson_html(prose, scope.terms, seen, scope.media));
                    }
                    Block::Question(question) => questions.push(question),
                    Block::Pool(pool) => questions.extend(&pool.questions),
                }
            }
            // The script may shuffle the questions of a group.
            let is_group = questions.len() > 1;
            html.push_str(if is_group {
                "<div class=\"questions\">\n"
            } else {
                ""
            });
            for question in questions {
                *question_number += 1;
                let context = QuestionPage {
                    words: scope.words,
                    question: question_context(question, *question_number, scope.media),
                };
                let context = Context::from_serialize(&context)?;
                html.push_str(&self.tera.render("question.html", &context)?);
            }
            html.push_str(if is_group { "</div>\n" } else { "" });
        }
        Ok(html)
    }
}

fn kind(question: &Question) -> &'static str {
    match question.kind {
        QuestionKind::Single => "single",
        QuestionKind::Multiple => "multiple",
        QuestionKind::TrueFalse => "true-false",
        QuestionKind::Likert => "likert",
        QuestionKind::Sequencing => "sequencing",
        QuestionKind::Matching => "matching",
        QuestionKind::FillIn(_) => "fill-in",
        QuestionKind::Numeric(_) => "numeric",
        QuestionKind::LongAnswer => "long-answer",
    }
}

/// The right answer as the script compares it (`answers.js`).
fn correct(question: &Question) -> Vec<String> {
    let ids = question.choices.iter().map(|choice| choice.id.clone());
    match &question.kind {
        QuestionKind::Likert | QuestionKind::LongAnswer => Vec::new(),
        QuestionKind::Sequencing => ids.collect(),
        QuestionKind::Matching => ids.map(|id| format!("{id}.{id}")).collect(),
        QuestionKind::FillIn(fill_in) => fill_in.answers.clone(),
        QuestionKind::Numeric(Numeric { least, most }) => vec![least.to_string(), most.to_string()],
        QuestionKind::Single | QuestionKind::Multiple | QuestionKind::TrueFalse => question
            .choices
            .iter()
            .filter(|choice| choice.right)
            .map(|choice| choice.id.clone())
            .collect(),
    }
}

fn question_context<'q>(
    question: &'q Question,
    number: usize,
    media: &MediaFiles<'_>,
) -> QuestionContext<'q> {
    let kind = kind(question);
    let choices: Vec<_> = question
        .choices
        .iter()
        .map(|choice| ChoiceContext {
            id: &choice.id,
            html: prose::inline_html(&choice.text, media),
            text: choice.text.plain_text(),
            pair: choice.pair.as_ref().map(cartable_course::Prose::plain_text),
            feedback: choice.feedback.as_ref().map(|text| prose::html(text, media)),
        })
        .collect();
    let mut shuffled = choices.clone();
    shuffled.sort_by_key(|choice| keys::key(&format!("{} {}", question.id, choice.id)));
    // By chance it may be the right order: then it begins elsewhere.
    if shuffled
        .iter()
        .map(|choice| choice.id)
        .eq(choices.iter().map(|choice| choice.id))
        && !shuffled.is_empty()
    {
        shuffled.rotate_left(1);
    }
    QuestionContext {
        id: &question.id,
        number,
        kind,
        instruction: format!("question_{}", kind.replace('-', "_")),
        prompt: prose::html(&question.prompt, media),
        choices,
        shuffled,
        right: question.right.as_ref().map(|text| prose::html(text, media)),
        wrong: question.wrong.as_ref().map(|text| prose::html(text, media)),
    }
}

fn lexicon_context<'a>(lexicon: &'a Lexicon, marked: &[MarkedLesson<'a, '_>]) -> LexiconContext<'a> {
    let terms = lexicon.terms.iter().map(|term| TermContext {
        id: &term.id,
        name: &term.name,
        definition: prose::html(&term.definition, &MediaFiles::default()),
        lessons: marked
            .iter()
            .filter(|(_, terms)| terms.contains(term.id.as_str()))
            .map(|(lesson, _)| *lesson)
            .collect(),
    });
    LexiconContext {
        title: lexicon.title.as_deref(),
        introduction: lexicon.introduction.as_deref(),
        hint: lexicon.hint.as_deref(),
        terms: terms.collect(),
    }
}

fn resources_context(resources: &Resources) -> ResourcesContext<'_> {
    let links = resources.links.iter().map(|link| LinkContext {
        title: &link.title,
        url: &link.url,
        publisher: link.publisher.as_deref(),
        description: link.description.as_deref(),
    });
    ResourcesContext {
        title: resources.title.as_deref(),
        introduction: resources.introduction.as_deref(),
        hint: resources.hint.as_deref(),
        links: links.collect(),
    }
}

/// Every question with its lesson and the place of its pool.
fn asked(chapter: &Chapter) -> impl Iterator<Item = (&Lesson, Option<usize>, &Question)> {
    let mut pools = 0;
    let blocks = chapter
        .lessons
        .iter()
        .flat_map(|lesson| lesson.blocks.iter().map(move |block| (lesson, block)));
    blocks.flat_map(move |(lesson, block)| {
        let (pool, questions) = match block {
            Block::Prose(_) => (None, &[][..]),
            Block::Question(question) => (None, std::slice::from_ref(question)),
            Block::Pool(pool) => {
                pools += 1;
                (Some(pools - 1), &pool.questions[..])
            }
        };
        questions.iter().map(move |question| (lesson, pool, question))
    })
}

fn data(course: &Course, chapter: &Chapter, activity: &str, words: &Table) -> Result<String, RenderError> {
    let data = Data {
        format: 1,
        language: &course.language,
        course: &course.id,
        course_title: &course.title,
        course_activity: &course.iri,
        chapter: &chapter.id,
        title: &chapter.title,
        version: &course.version,
        activity,
        pass_mark: chapter.quiz.pass_mark.map(|percent| f64::from(percent) / 100.0),
        attempts: chapter.quiz.attempts,
        retakes: chapter.quiz.retakes,
        score: match chapter.quiz.score {
            Score::Best => "best",
            Score::Last { .. } => "last",
        },
        revocable: chapter.quiz.score
            == Score::Last {
                pass_may_be_lost: true,
            },
        shuffled_choices: chapter.quiz.shuffled_choices,
        shuffled_questions: chapter.quiz.shuffled_questions,
        pools: chapter
            .lessons
            .iter()
            .flat_map(Lesson::pools)
            .map(|pool| pool.draw)
            .collect(),
        feedback_at_end: chapter.quiz.feedback_at_end,
        completion: CompletionData {
            lessons: (chapter.lessons.len() * usize::from(chapter.completion.lessons)).div_ceil(100),
            quiz: match chapter.completion.quiz {
                QuizCompletion::Answered => "answered",
                QuizCompletion::Passed => "passed",
                QuizCompletion::Ignored => "ignored",
            },
            seconds: chapter.completion.minutes * 60,
        },
        ordered: chapter.ordered,
        lessons: chapter
            .lessons
            .iter()
            .map(|lesson| LessonData {
                id: &lesson.id,
                key: keys::key(&lesson.id),
                activity: lesson_activity(activity, &lesson.id),
                title: &lesson.title,
            })
            .collect(),
        questions: asked(chapter)
            .map(|(lesson, pool, question)| QuestionData {
                id: &question.id,
                key: keys::key(&question.id),
                revision: keys::revision(question),
                lesson: &lesson.id,
                activity: format!("{activity}/questions/{}", question.id),
                kind: kind(question),
                choices: question.choices.iter().map(|choice| choice.id.as_str()).collect(),
                correct: correct(question),
                case: matches!(&question.kind, QuestionKind::FillIn(fill_in) if fill_in.case),
                accents: matches!(&question.kind, QuestionKind::FillIn(fill_in) if fill_in.accents),
                weight: question.weight,
                pool,
            })
            .collect(),
        words: words.get(words::SCRIPT),
    };
    // `<` alone could end the script element early; JSON allows its escape everywhere it can appear.
    Ok(serde_json::to_string(&data)?.replace('<', "\\u003c"))
}
