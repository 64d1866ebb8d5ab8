//! Chapters to their pages: once, for all targets.

use std::{collections::HashSet, iter};

use cartable_course::{
    Block, Callout, CalloutKind, Chapter, Course, Lesson, Lexicon, PanelKind, Panels, Prose, Question,
    QuestionKind, Resources,
};
use cartable_player::Extra;
use pulldown_cmark::{Event, Tag};
use rayon::prelude::*;
use tera::{Context, Tera};
use toml::Table;

use crate::{
    data::{self, kind},
    keys,
    lexicon::Terms,
    media::MediaFiles,
    package::{COURSE_SCRIPT, Made, PAGE, SCRIPT, STYLE},
    page::{
        CalloutContext, CalloutPage, ChapterContext, ChapterLink, ChoiceContext, CourseContext, CoursePage,
        EndContext, LessonContext, LessonReference, LexiconContext, LinkContext, MemberContext, NextContext,
        Page, PanelContext, PanelsContext, PanelsPage, QuestionContext, QuestionPage, ResourcesContext,
        TermContext,
    },
    part::Part,
    prose,
    rendered::{RenderedChapter, RenderedCourse, chapter_activity, units},
    words::words,
};

/// The templates, by the name under which they include each other.
static TEMPLATES: [(&str, &str); 6] = [
    (
        "callout.html",
        include_str!("../../../templates/player/callout.html"),
    ),
    (
        "course.html",
        include_str!("../../../templates/player/course.html"),
    ),
    (
        "dialogs.html",
        include_str!("../../../templates/player/dialogs.html"),
    ),
    ("page.html", include_str!("../../../templates/player/page.html")),
    (
        "panels.html",
        include_str!("../../../templates/player/panels.html"),
    ),
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

    /// Renders a part of a course.
    ///
    /// # Errors
    ///
    /// When two identifiers cannot be told apart in suspend data, a file cannot be read, or a template fails.
    pub fn render(&self, course: &Course, part: Part<'_>) -> Result<RenderedCourse, RenderError> {
        let chapters = part
            .chapters()
            .into_par_iter()
            .map(|chapter| self.chapter(course, chapter, part))
            .collect::<Result<_, _>>()?;
        let html = match part {
            Part::Chapter(_) => None,
            Part::Whole(course) => Some(self.course(course)?),
        };
        Ok(RenderedCourse {
            id: course.id.clone(),
            title: course.title.clone(),
            activity: course.iri.clone(),
            language: course.language.clone(),
            version: course.version.clone(),
            publisher: course.publisher.clone(),
            chapters,
            html,
        })
    }

    /// The page that leads to the chapters of a whole course.
    fn course(&self, course: &Course) -> Result<Made, RenderError> {
        let words = words(course);
        let chapters = course.chapters.iter().map(|chapter| ChapterLink {
            id: &chapter.id,
            number: chapter.number,
            title: &chapter.title,
            page: page_of(chapter),
            summary: summary(chapter),
            duration: duration(chapter),
        });
        let page = CoursePage {
            language: &course.language,
            words: &words,
            style: STYLE,
            script: COURSE_SCRIPT,
            data: data::course_data(course)?,
            course: course_context(course, None),
            chapters: chapters.collect(),
        };
        let html = self
            .tera
            .render("course.html", &Context::from_serialize(&page)?)?;
        Ok(Made::new(html))
    }

    fn chapter(
        &self,
        course: &Course,
        chapter: &Chapter,
        part: Part<'_>,
    ) -> Result<RenderedChapter, RenderError> {
        let lesson_ids = chapter.lessons.iter().map(|lesson| lesson.id.as_str());
        let question_ids = chapter.questions().map(|question| question.id.as_str());
        if let Some((first, second)) = keys::collision(lesson_ids).or_else(|| keys::collision(question_ids)) {
            return Err(RenderError::KeyCollision(first.to_owned(), second.to_owned()));
        }

        let words = words(course);
        let (page_path, whole) = match part {
            Part::Chapter(_) => (PAGE.to_owned(), None),
            Part::Whole(_) => (page_of(chapter), Some(PAGE)),
        };
        let terms = Terms::new(chapter.lexicon.as_ref());
        let transcript = words.get("transcript").and_then(toml::Value::as_str);
        let media = MediaFiles::of(chapter, &course.language, transcript.unwrap_or_default())?;
        let scope = Scope {
            terms: &terms,
            media: &media,
            words: &words,
        };
        let (lessons, marked) = self.lessons(chapter, &scope)?;

        let extras = extras(chapter);
        let page = Page {
            language: &course.language,
            words: &words,
            styles: iter::once(STYLE)
                .chain(extras.iter().map(|extra| extra.style_path()))
                .collect(),
            script: SCRIPT,
            data: data::data(course, chapter, &words, whole)?,
            course: course_context(course, whole),
            chapter: ChapterContext {
                number: chapter.number,
                title: &chapter.title,
                summary: summary(chapter),
                duration: duration(chapter),
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

        let activity = chapter_activity(course, chapter);
        Ok(RenderedChapter {
            id: chapter.id.clone(),
            title: chapter.title.clone(),
            description: chapter.summary.as_ref().map(cartable_course::Prose::plain_text),
            units: units(chapter, &activity),
            is_by_lesson: chapter.by_lesson,
            activity,
            minutes: duration(chapter),
            pass_mark: chapter.quiz.pass_mark,
            keywords: chapter
                .lexicon
                .iter()
                .flat_map(|lexicon| &lexicon.terms)
                .map(|term| term.name.clone())
                .collect(),
            page: page_path,
            html: Made::new(html),
            extras,
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

    fn callout<'t>(
        &self,
        callout: &Callout,
        id: String,
        scope: &Scope<'_, 't>,
        seen: &mut HashSet<&'t str>,
    ) -> Result<String, RenderError> {
        let page = CalloutPage {
            words: scope.words,
            callout: CalloutContext {
                id,
                kind: match callout.kind {
                    CalloutKind::Law => "law",
                    CalloutKind::Example => "example",
                    CalloutKind::Remember => "remember",
                },
                title: callout.title.as_deref(),
                html: prose::lesson_html(&callout.text, scope.terms, seen, scope.media),
            },
        };
        Ok(self
            .tera
            .render("callout.html", &Context::from_serialize(&page)?)?)
    }

    /// Panels below a heading of a level.
    fn panels<'t>(
        &self,
        group: &Panels,
        level: usize,
        next_id: &mut impl FnMut() -> String,
        scope: &Scope<'_, 't>,
        seen: &mut HashSet<&'t str>,
    ) -> Result<String, RenderError> {
        let panels = group
            .panels
            .iter()
            .enumerate()
            .map(|(index, panel)| PanelContext {
                id: next_id(),
                number: index + 1,
                title: &panel.title,
                html: prose::lesson_html(&panel.text, scope.terms, seen, scope.media),
                x: panel.place.map(|(x, _)| x),
                y: panel.place.map(|(_, y)| y),
            });
        let page = PanelsPage {
            words: scope.words,
            group: PanelsContext {
                kind: match group.kind {
                    PanelKind::Accordion => "accordion",
                    PanelKind::Tabs => "tabs",
                    PanelKind::Timeline => "timeline",
                    PanelKind::Cards => "cards",
                    PanelKind::Hotspots => "hotspots",
                },
                level: level + 1,
                panels: panels.collect(),
                picture: group
                    .picture
                    .as_ref()
                    .map(|picture| prose::inline_html(picture, scope.media)),
            },
        };
        Ok(self
            .tera
            .render("panels.html", &Context::from_serialize(&page)?)?)
    }

    fn lesson_html<'t>(
        &self,
        lesson: &Lesson,
        scope: &Scope<'_, 't>,
        seen: &mut HashSet<&'t str>,
        question_number: &mut usize,
    ) -> Result<String, RenderError> {
        let mut html = String::new();
        let mut level = 2;
        let mut number = 0;
        let mut next_id = || {
            number += 1;
            format!("{}:{number}", lesson.id)
        };
        let follow =
            |one: &Block, other: &Block| matches!((one, other), (Block::Question(_), Block::Question(_)));
        for blocks in lesson.blocks.chunk_by(follow) {
            let mut questions: Vec<&Question> = Vec::new();
            for block in blocks {
                match block {
                    Block::Prose(prose) => {
                        level = last_heading(prose).unwrap_or(level);
                        html.push_str(&prose::lesson_html(prose, scope.terms, seen, scope.media));
                    }
                    Block::Callout(callout) => {
                        html.push_str(&self.callout(callout, next_id(), scope, seen)?);
                    }
                    Block::Panels(group) => {
                        html.push_str(&self.panels(group, level, &mut next_id, scope, seen)?);
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

/// What a chapter has that not every chapter has.
fn extras(chapter: &Chapter) -> Vec<Extra> {
    let mut blocks = chapter.lessons.iter().flat_map(|lesson| &lesson.blocks);
    let has_panels = blocks.any(|block| matches!(block, Block::Callout(_) | Block::Panels(_)));
    let has_kinds = chapter.questions().any(|question| {
        !matches!(
            question.kind,
            QuestionKind::Single | QuestionKind::Multiple | QuestionKind::TrueFalse | QuestionKind::Likert
        )
    });
    Extra::ALL
        .into_iter()
        .filter(|extra| match extra {
            Extra::Panels => has_panels,
            Extra::Kinds => has_kinds,
        })
        .collect()
}

/// The level of the last heading in a text of a lesson, as the page shows it.
fn last_heading(prose: &Prose) -> Option<usize> {
    let headings = prose.events.iter().rev().find_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level as usize + 1),
        _ => None,
    });
    headings.map(|level| level.min(5))
}

/// The path of a chapter's page in the package of a whole course.
fn page_of(chapter: &Chapter) -> String {
    format!("chapter-{}.html", chapter.id)
}

/// What a chapter is about, as HTML.
fn summary(chapter: &Chapter) -> Option<String> {
    let summary = chapter.summary.as_ref()?;
    Some(prose::html(summary, &MediaFiles::default()))
}

/// The lessons' durations together, in minutes, when at least one is given.
fn duration(chapter: &Chapter) -> Option<u32> {
    let lessons = chapter.lessons.iter();
    lessons
        .filter_map(|lesson| lesson.duration)
        .reduce(|sum, one| sum + one)
}

fn course_context<'c>(course: &'c Course, page: Option<&'c str>) -> CourseContext<'c> {
    CourseContext {
        title: &course.title,
        publisher: course.publisher.as_deref(),
        version: &course.version,
        page,
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
