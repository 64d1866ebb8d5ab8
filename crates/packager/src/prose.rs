//! Markdown events to HTML.
//!
//! 1. Quotations get their source, texts their typography, tables their boxes.
//! 2. In a lesson, lexicon terms become references, and headings get a link to them.
//! 3. What is left is adapted: headings below the lesson's title, links that leave, local images.

use std::collections::HashSet;

use cartable_course::{Foreign, Prose};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd, html};
use toml::Table;

use crate::{
    headings::Headings,
    lexicon::Terms,
    media::MediaFiles,
    quotations, tables,
    typography::{OBJECT, Rules, typeset, typeset_pieces},
};

/// What every text of a page is rendered with.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'s> {
    pub(crate) media: &'s MediaFiles<'s>,
    /// The language of the course, an RFC 5646 tag.
    pub(crate) language: &'s str,
    pub(crate) words: &'s Table,
}

impl Setting<'_> {
    /// A plain text as the page shows it.
    pub(crate) fn text(&self, text: &str) -> String {
        typeset(text, Rules::of(self.language))
    }

    /// The same for a text that may be absent.
    pub(crate) fn optional(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    /// A word of the interface.
    pub(crate) fn word(&self, key: &str) -> &str {
        let word = self.words.get(key).and_then(toml::Value::as_str);
        word.unwrap_or_default()
    }
}

/// Renders a text of a lesson; terms that are not in `seen` yet become references to the lexicon.
pub(crate) fn lesson_html<'t>(
    prose: &Prose,
    terms: &'t Terms,
    seen: &mut HashSet<&'t str>,
    headings: &mut Headings<'_>,
    setting: &Setting<'_>,
) -> String {
    let prepared = prepare(prose, setting);
    let mut events = Vec::with_capacity(prepared.len());
    // Inside a link, a heading, an image's text or code a reference would be invalid or unwelcome.
    let mut closed = 0_usize;
    for event in prepared {
        match &event {
            Event::Start(tag) if excludes_terms(tag) => closed += 1,
            Event::End(
                TagEnd::Link | TagEnd::Heading(_) | TagEnd::Image | TagEnd::CodeBlock | TagEnd::Strikethrough,
            ) => closed = closed.saturating_sub(1),
            Event::Text(text) if closed == 0 => {
                push_text(text, terms, seen, &mut events);
                continue;
            }
            _ => {}
        }
        events.push(event);
    }
    to_html(headings.anchor(events), setting.media)
}

/// Renders a text outside lessons, such as a definition.
pub(crate) fn html(prose: &Prose, setting: &Setting<'_>) -> String {
    to_html(prepare(prose, setting), setting.media)
}

/// Renders a text that stands inside a line, such as a choice: a single paragraph loses its tags.
pub(crate) fn inline_html(prose: &Prose, setting: &Setting<'_>) -> String {
    let rendered = html(prose, setting);
    let trimmed = rendered.trim();
    match trimmed
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"))
    {
        Some(inner) if !inner.contains("<p>") => inner.to_owned(),
        _ => trimmed.to_owned(),
    }
}

/// What is done to every text, before anything looks for terms in it.
fn prepare(prose: &Prose, setting: &Setting<'_>) -> Vec<Event<'static>> {
    let mut events = quotations::with_sources(prose.events.clone());
    typeset_events(&mut events, setting.language);
    tables::boxed(events, setting.word("table"))
}

/// Sets the texts of each line together, whatever markup divides it; code is left alone.
fn typeset_events(events: &mut [Event<'static>], language: &str) {
    let mut line = Line::default();
    // The text that a picture has instead is no part of the line around it.
    let mut image: Option<Line> = None;
    let mut rules = vec![Rules::of(language)];
    let mut is_code = false;
    for place in 0..events.len() {
        let current = image.as_mut().unwrap_or(&mut line);
        let used = *rules.last().unwrap_or(&Rules::Other);
        match &events[place] {
            Event::Text(text) if !is_code => current.push(Some(place), text, used),
            Event::Code(_) => current.push(None, OBJECT, Rules::Other),
            Event::Start(Tag::Image { .. }) => {
                line.push(None, OBJECT, Rules::Other);
                image = Some(Line::default());
            }
            Event::End(TagEnd::Image) => image.take().unwrap_or_default().set(events),
            Event::Text(_)
            | Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link) => {}
            event => match Foreign::of(event) {
                Some(Foreign::Begin(language)) => rules.push(Rules::of(language)),
                Some(Foreign::End) => {
                    rules.pop();
                }
                None => {
                    is_code = matches!(event, Event::Start(Tag::CodeBlock(_)));
                    std::mem::take(&mut line).set(events);
                }
            },
        }
    }
    line.set(events);
}

/// The texts of a line.
#[derive(Default)]
struct Line {
    /// The place of each among the events; none for what is no text.
    places: Vec<Option<usize>>,
    texts: Vec<(String, Rules)>,
}

impl Line {
    fn push(&mut self, place: Option<usize>, text: &str, rules: Rules) {
        self.places.push(place);
        self.texts.push((text.to_owned(), rules));
    }

    fn set(self, events: &mut [Event<'static>]) {
        let texts: Vec<(&str, Rules)> = self.texts.iter().map(|(text, rules)| (&**text, *rules)).collect();
        for (place, text) in self.places.iter().zip(typeset_pieces(&texts)) {
            if let Some(place) = place {
                events[*place] = Event::Text(text.into());
            }
        }
    }
}

fn excludes_terms(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Link { .. } | Tag::Heading { .. } | Tag::Image { .. } | Tag::CodeBlock(_) | Tag::Strikethrough
    )
}

fn push_text<'t>(
    text: &str,
    terms: &'t Terms,
    seen: &mut HashSet<&'t str>,
    events: &mut Vec<Event<'static>>,
) {
    let mut done = 0;
    for found in terms.find(text, seen) {
        push_plain(&text[done..found.range.start], events);
        let id = found.id;
        let shown = escape(&text[found.range.clone()]);
        let reference = format!(r##"<a class="term" href="#lexicon-{id}" data-term="{id}">{shown}</a>"##);
        events.push(Event::InlineHtml(reference.into()));
        done = found.range.end;
    }
    push_plain(&text[done..], events);
}

fn push_plain(text: &str, events: &mut Vec<Event<'static>>) {
    if !text.is_empty() {
        events.push(Event::Text(CowStr::from(text.to_owned())));
    }
}

fn adapt(event: Event<'static>, media: &MediaFiles<'_>) -> Event<'static> {
    match event {
        // Only the headings of lessons have an identifier.
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: below(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        Event::Start(Tag::Link { dest_url, .. }) => {
            if let Some(path) = media.download(&dest_url) {
                let name = escape(dest_url.rsplit('/').next().unwrap_or_default());
                return Event::InlineHtml(format!(r#"<a href="{path}" download="{name}">"#).into());
            }
            let url = escape(&dest_url);
            let leaves = !dest_url.starts_with("mailto:");
            let target = if leaves {
                r#" class="external" target="_blank" rel="noopener noreferrer""#
            } else {
                ""
            };
            Event::InlineHtml(format!(r#"<a href="{url}"{target}>"#).into())
        }
        Event::End(TagEnd::Link) => Event::InlineHtml("</a>".into()),
        other => other,
    }
}

/// The lesson's title is a heading of level 2, so what the author writes as `##` is of level 3.
pub(crate) fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

fn to_html(events: Vec<Event<'static>>, media: &MediaFiles<'_>) -> String {
    let mut adapted = Vec::with_capacity(events.len());
    // The file that is shown, and what its author says of it.
    let mut shown: Option<(String, String)> = None;
    let mut transcripts = Vec::new();
    for event in events {
        match (event, &mut shown) {
            (Event::Start(Tag::Image { dest_url, .. }), _) => {
                shown = Some((dest_url.to_string(), String::new()));
            }
            (Event::End(TagEnd::Image), _) => {
                if let Some((name, text)) = shown.take() {
                    adapted.push(Event::InlineHtml(media.element(&name, &text).into()));
                    transcripts.extend(media.transcript(&name));
                }
            }
            (Event::Text(part) | Event::Code(part), Some((_, text))) => text.push_str(&part),
            (_, Some(_)) => {}
            (Event::End(TagEnd::Paragraph), None) => {
                adapted.push(Event::End(TagEnd::Paragraph));
                // A transcript opens under its paragraph: it cannot stand in it.
                adapted.extend(transcripts.drain(..).map(|text| Event::Html(text.into())));
            }
            (event, None) => adapted.push(adapt(event, media)),
        }
    }
    let mut out = String::new();
    html::push_html(&mut out, adapted.into_iter());
    out
}

pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for part in text.chars() {
        match part {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
