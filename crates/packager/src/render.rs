//! Chapters to their pages: once, for all targets.

use std::{collections::HashSet, iter};

use cartable_course::{Block, Chapter, Course, Diagnostic, Lexicon, QuestionKind};
use cartable_player::Extra;
use rayon::prelude::*;
use serde::Serialize;
use tera::{Context, Tera};

use crate::{
    data, keys,
    lesson::{LessonWriter, Scope},
    lexicon::Terms,
    look::Look,
    media::MediaFiles,
    package::{COURSE_SCRIPT, COURSE_STYLE, Made, PAGE, SCRIPT, STYLE},
    page::{
        ChapterContext, ChapterLink, CourseContext, CoursePage, EndContext, LessonContext, LessonReference,
        LexiconContext, MemberContext, NextContext, Page, TermContext,
    },
    part::Part,
    prose::{self, Setting},
    rendered::{RenderedChapter, RenderedCourse, chapter_activity, units},
    resources, templates,
    words::words,
};

/// Why a chapter cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Templates of the course are wrong.
    #[error("a template of the course cannot be rendered")]
    Faults(Vec<Diagnostic>),
    /// A template of the product is wrong.
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

/// Renders chapters with the player's templates, or those of their course.
pub struct Renderer {
    tera: Tera,
    look: Look,
}

/// A lesson, and the identifiers of the terms that were found in it.
type MarkedLesson<'c, 't> = (LessonReference<'c>, HashSet<&'t str>);

impl Renderer {
    /// Parses the templates of a course, and reads what it looks like.
    ///
    /// # Errors
    ///
    /// When a template is malformed, or the logo or a font cannot be read.
    pub fn new(course: &Course) -> Result<Self, RenderError> {
        Ok(Self {
            tera: templates::load(&course.theme)?,
            look: Look::of(&course.theme)?,
        })
    }

    /// Renders a part of the course.
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
            look: self.look.files().to_vec(),
        })
    }

    /// The page that leads to the chapters of a whole course.
    fn course(&self, course: &Course) -> Result<Made, RenderError> {
        let words = words(course);
        let media = MediaFiles::default();
        let setting = Setting {
            media: &media,
            language: &course.language,
            words: &words,
        };
        let chapters = course.chapters.iter().map(|chapter| ChapterLink {
            id: &chapter.id,
            number: chapter.number,
            title: setting.text(&chapter.title),
            page: page_of(chapter),
            summary: summary(chapter, &setting),
            duration: duration(chapter),
        });
        let page = CoursePage {
            language: &course.language,
            words: &words,
            styles: vec![STYLE, COURSE_STYLE],
            script: COURSE_SCRIPT,
            theme: self.look.context(course),
            data: data::course_data(course)?,
            course: course_context(course, None, &setting),
            chapters: chapters.collect(),
        };
        let html = self.html("course.html", &page, course)?;
        Ok(Made::new(html))
    }

    /// What a template makes of its context.
    fn html(&self, template: &str, context: &impl Serialize, course: &Course) -> Result<String, RenderError> {
        let context = Context::from_serialize(context)?;
        let html = self.tera.render(template, &context);
        html.map_err(|error| templates::render_error(error, &course.theme))
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
        let setting = Setting {
            media: &media,
            language: &course.language,
            words: &words,
        };
        let scope = Scope {
            terms: &terms,
            setting,
        };
        let (lessons, marked) = self.lessons(course, chapter, &scope)?;

        let lexicon = chapter
            .lexicon
            .as_ref()
            .map(|lexicon| lexicon_context(lexicon, &marked, &setting));
        let extras = extras(chapter, &lessons, lexicon.as_ref());
        let page = Page {
            language: &course.language,
            words: &words,
            styles: iter::once(STYLE)
                .chain(extras.iter().map(|extra| extra.style_path()))
                .collect(),
            script: SCRIPT,
            theme: self.look.context(course),
            data: data::data(course, chapter, &words, whole)?,
            course: course_context(course, whole, &setting),
            chapter: ChapterContext {
                number: chapter.number,
                title: setting.text(&chapter.title),
                summary: summary(chapter, &setting),
                duration: duration(chapter),
            },
            lessons,
            lexicon,
            resources: chapter
                .resources
                .as_ref()
                .map(|resources| resources::context(resources, &setting)),
            member: course.member.as_ref().map(|member| MemberContext {
                heading: setting.text(&member.heading),
                title: setting.text(&member.title),
                text: prose::html(&member.text, &setting),
                url: member.url.as_deref(),
                label: setting.optional(member.label.as_deref()),
            }),
            end: EndContext {
                title: setting.optional(chapter.end.title.as_deref()),
                text: setting.optional(chapter.end.text.as_deref()),
            },
            next: chapter.next.as_ref().map(|next| NextContext {
                title: setting.text(&next.title),
                url: next.url.as_deref(),
            }),
        };
        let html = self.html("page.html", &page, course)?;

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
        course: &Course,
        chapter: &'c Chapter,
        scope: &Scope<'_, 't>,
    ) -> Result<(Vec<LessonContext<'c>>, Vec<MarkedLesson<'c, 't>>), RenderError> {
        let mut lessons = Vec::new();
        let mut marked = Vec::new();
        let mut question_number = 0;
        for (index, lesson) in chapter.lessons.iter().enumerate() {
            let mut writer = LessonWriter::new(&self.tera, scope, lesson, question_number);
            let html = writer
                .html()
                .map_err(|error| templates::render_error(error, &course.theme))?;
            question_number = writer.question_number;
            let reference = LessonReference {
                id: &lesson.id,
                number: index + 1,
                title: scope.setting.text(&lesson.title),
            };
            lessons.push(LessonContext {
                id: reference.id,
                number: reference.number,
                title: reference.title.clone(),
                duration: lesson.duration,
                html,
            });
            marked.push((reference, writer.seen));
        }
        Ok((lessons, marked))
    }
}

/// What a chapter has that not every chapter has.
fn extras(
    chapter: &Chapter,
    lessons: &[LessonContext<'_>],
    lexicon: Option<&LexiconContext<'_>>,
) -> Vec<Extra> {
    let terms = lexicon.iter().flat_map(|lexicon| &lexicon.terms);
    let texts = lessons.iter().map(|lesson| &lesson.html);
    let has_tables = texts
        .chain(terms.map(|term| &term.definition))
        .any(|html| html.contains("<table"));
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
            Extra::Tables => has_tables,
        })
        .collect()
}

/// The path of a chapter's page in the package of a whole course.
fn page_of(chapter: &Chapter) -> String {
    format!("chapter-{}.html", chapter.id)
}

/// What a chapter is about, as HTML.
fn summary(chapter: &Chapter, setting: &Setting<'_>) -> Option<String> {
    let summary = chapter.summary.as_ref()?;
    Some(prose::html(summary, setting))
}

/// The lessons' durations together, in minutes, when at least one is given.
fn duration(chapter: &Chapter) -> Option<u32> {
    let lessons = chapter.lessons.iter();
    lessons
        .filter_map(|lesson| lesson.duration)
        .reduce(|sum, one| sum + one)
}

fn course_context<'c>(course: &'c Course, page: Option<&'c str>, setting: &Setting<'_>) -> CourseContext<'c> {
    CourseContext {
        title: setting.text(&course.title),
        publisher: setting.optional(course.publisher.as_deref()),
        version: &course.version,
        page,
    }
}

fn lexicon_context<'a>(
    lexicon: &'a Lexicon,
    marked: &[MarkedLesson<'a, '_>],
    setting: &Setting<'_>,
) -> LexiconContext<'a> {
    let terms = lexicon.terms.iter().map(|term| TermContext {
        id: &term.id,
        name: setting.text(&term.name),
        definition: prose::html(&term.definition, setting),
        lessons: marked
            .iter()
            .filter(|(_, terms)| terms.contains(term.id.as_str()))
            .map(|(lesson, _)| lesson.clone())
            .collect(),
    });
    LexiconContext {
        title: setting.optional(lexicon.title.as_deref()),
        introduction: setting.optional(lexicon.introduction.as_deref()),
        hint: setting.optional(lexicon.hint.as_deref()),
        terms: terms.collect(),
    }
}
