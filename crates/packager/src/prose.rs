//! Markdown events to HTML: headings below the lesson's title, lexicon terms, links that leave, local images.

use std::collections::HashSet;

use cartable_course::Prose;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd, html};

use crate::{lexicon::Terms, media::MediaFiles};

/// Renders a text of a lesson; terms that are not in `seen` yet become references to the lexicon.
pub(crate) fn lesson_html<'t>(
    prose: &Prose,
    terms: &'t Terms,
    seen: &mut HashSet<&'t str>,
    media: &MediaFiles<'_>,
) -> String {
    let mut events = Vec::with_capacity(prose.events.len());
    // Inside a link, a heading, an image's text or code a reference would be invalid or unwelcome.
    let mut closed = 0_usize;
    for event in &prose.events {
        match event {
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
        events.push(event.clone());
    }
    to_html(events, media)
}

/// Renders a text outside lessons, such as a definition.
pub(crate) fn html(prose: &Prose, media: &MediaFiles<'_>) -> String {
    to_html(prose.events.clone(), media)
}

/// Renders a text that stands inside a line, such as a choice: a single paragraph loses its tags.
pub(crate) fn inline_html(prose: &Prose, media: &MediaFiles<'_>) -> String {
    let rendered = html(prose, media);
    let trimmed = rendered.trim();
    match trimmed
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"))
    {
        Some(inner) if !inner.contains("<p>") => inner.to_owned(),
        _ => trimmed.to_owned(),
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
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Event::Start(Tag::Heading {
            level: below(level),
            id,
            classes,
            attrs,
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
fn below(level: HeadingLevel) -> HeadingLevel {
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
    // A wide table scrolls inside its own box rather than the page.
    out.replace("<table>", r#"<div class="table"><table>"#)
        .replace("</table>", "</table></div>")
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
