//! A lesson to HTML: its texts, what is set apart from them, and its questions.

use std::collections::HashSet;

use cartable_course::{Block, Callout, CalloutKind, Lesson, PanelKind, Panels, Prose, Question};
use pulldown_cmark::{Event, Tag};
use serde::Serialize;
use tera::{Context, Tera};

use crate::{
    data::kind,
    headings::Headings,
    keys,
    lexicon::Terms,
    page::{
        CalloutContext, CalloutPage, ChoiceContext, PanelContext, PanelsContext, PanelsPage, QuestionContext,
        QuestionPage,
    },
    prose::{self, Setting},
};

/// What every lesson of a chapter is rendered with.
pub(crate) struct Scope<'s, 't> {
    pub(crate) terms: &'t Terms,
    pub(crate) setting: Setting<'s>,
}

/// Writes a lesson, and keeps what it has said so far.
pub(crate) struct LessonWriter<'r, 's, 't> {
    tera: &'r Tera,
    scope: &'r Scope<'s, 't>,
    lesson: &'r Lesson,
    /// The terms that were marked, by identifier.
    pub(crate) seen: HashSet<&'t str>,
    /// The number of the last question, in the chapter.
    pub(crate) question_number: usize,
    headings: Headings<'r>,
    /// The level of the last heading.
    level: usize,
    /// How many parts were set apart.
    set_apart: usize,
}

impl<'r, 's, 't> LessonWriter<'r, 's, 't> {
    /// Begins a lesson, after so many questions of the chapter.
    pub(crate) fn new(
        tera: &'r Tera,
        scope: &'r Scope<'s, 't>,
        lesson: &'r Lesson,
        question_number: usize,
    ) -> Self {
        Self {
            tera,
            scope,
            lesson,
            seen: HashSet::new(),
            question_number,
            headings: Headings::of(lesson),
            level: 2,
            set_apart: 0,
        }
    }

    /// The whole lesson.
    ///
    /// # Errors
    ///
    /// When a template fails.
    pub(crate) fn html(&mut self) -> tera::TeraResult<String> {
        let mut html = String::new();
        let follow =
            |one: &Block, other: &Block| matches!((one, other), (Block::Question(_), Block::Question(_)));
        for blocks in self.lesson.blocks.chunk_by(follow) {
            let mut questions: Vec<&Question> = Vec::new();
            for block in blocks {
                match block {
                    Block::Prose(prose) => {
                        self.level = last_heading(prose).unwrap_or(self.level);
                        html.push_str(&self.prose(prose));
                    }
                    Block::Callout(callout) => html.push_str(&self.callout(callout)?),
                    Block::Panels(group) => html.push_str(&self.panels(group)?),
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
                self.question_number += 1;
                let setting = &self.scope.setting;
                let page = QuestionPage {
                    words: setting.words,
                    question: question_context(question, self.question_number, setting),
                };
                html.push_str(&self.render("question.html", &page)?);
            }
            html.push_str(if is_group { "</div>\n" } else { "" });
        }
        Ok(html)
    }

    fn prose(&mut self, prose: &Prose) -> String {
        let Scope { terms, setting } = self.scope;
        prose::lesson_html(prose, terms, &mut self.seen, &mut self.headings, setting)
    }

    fn callout(&mut self, callout: &Callout) -> tera::TeraResult<String> {
        let page = CalloutPage {
            words: self.scope.setting.words,
            callout: CalloutContext {
                id: self.next_id(),
                kind: match callout.kind {
                    CalloutKind::Law => "law",
                    CalloutKind::Example => "example",
                    CalloutKind::Remember => "remember",
                },
                title: self.scope.setting.optional(callout.title.as_deref()),
                html: self.prose(&callout.text),
            },
        };
        self.render("callout.html", &page)
    }

    fn panels(&mut self, group: &Panels) -> tera::TeraResult<String> {
        let mut panels = Vec::with_capacity(group.panels.len());
        for (index, panel) in group.panels.iter().enumerate() {
            panels.push(PanelContext {
                id: self.next_id(),
                number: index + 1,
                title: self.scope.setting.text(&panel.title),
                html: self.prose(&panel.text),
                x: panel.place.map(|(x, _)| x),
                y: panel.place.map(|(_, y)| y),
            });
        }
        let picture = group.picture.as_ref();
        let page = PanelsPage {
            words: self.scope.setting.words,
            group: PanelsContext {
                kind: match group.kind {
                    PanelKind::Accordion => "accordion",
                    PanelKind::Tabs => "tabs",
                    PanelKind::Timeline => "timeline",
                    PanelKind::Cards => "cards",
                    PanelKind::Hotspots => "hotspots",
                },
                level: self.level + 1,
                picture: picture.map(|picture| prose::inline_html(picture, &self.scope.setting)),
                panels,
            },
        };
        self.render("panels.html", &page)
    }

    fn next_id(&mut self) -> String {
        self.set_apart += 1;
        format!("{}:{}", self.lesson.id, self.set_apart)
    }

    fn render(&self, template: &str, page: &impl Serialize) -> tera::TeraResult<String> {
        self.tera.render(template, &Context::from_serialize(page)?)
    }
}

/// The level of the last heading in a text of a lesson, as the page shows it.
fn last_heading(prose: &Prose) -> Option<usize> {
    let headings = prose.events.iter().rev().find_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level as usize + 1),
        _ => None,
    });
    headings.map(|level| level.min(5))
}

fn question_context<'q>(question: &'q Question, number: usize, setting: &Setting<'_>) -> QuestionContext<'q> {
    let kind = kind(question);
    let choices: Vec<_> = question
        .choices
        .iter()
        .map(|choice| ChoiceContext {
            id: &choice.id,
            html: prose::inline_html(&choice.text, setting),
            text: setting.text(&choice.text.plain_text()),
            pair: choice.pair.as_ref().map(|pair| setting.text(&pair.plain_text())),
            feedback: choice.feedback.as_ref().map(|text| prose::html(text, setting)),
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
        prompt: prose::html(&question.prompt, setting),
        choices,
        shuffled,
        right: question.right.as_ref().map(|text| prose::html(text, setting)),
        wrong: question.wrong.as_ref().map(|text| prose::html(text, setting)),
    }
}
