//! Words in another language than the text around them: `[probation]{lang=en}`.
//!
//! 1. Brackets are followed through the events of a block, so that emphasis and links may stand between them.
//! 2. Braces right after the closing one that begin with `lang` make them a span; other brackets stay what they were.
//! 3. A heading that ends with `{lang=en}` is a span as a whole.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use crate::{load::is_language, problem::Problem, prose::Report};

const OPENING: &str = "<span lang=\"";
const OPENING_END: &str = "\">";
const CLOSING: &str = "</span>";

/// How many characters braces hold at most.
const LONGEST: usize = 80;

/// Where words in another language begin or end. Raw HTML is refused, so that no other event looks like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign<'e> {
    /// They begin; the language is an RFC 5646 tag.
    Begin(&'e str),
    /// They end.
    End,
}

impl<'e> Foreign<'e> {
    /// What an event of a [`Prose`](crate::Prose) says of foreign words, if it does.
    #[must_use]
    pub fn of(event: &'e Event<'_>) -> Option<Self> {
        let Event::InlineHtml(html) = event else {
            return None;
        };
        if **html == *CLOSING {
            return Some(Self::End);
        }
        let language = html.strip_prefix(OPENING)?.strip_suffix(OPENING_END)?;
        Some(Self::Begin(language))
    }
}

/// Marks the foreign words in the events of a text, each with its range in it.
pub(crate) fn mark(
    markdown: &str,
    offset: usize,
    events: Vec<(Event<'static>, Range<usize>)>,
    report: Report<'_>,
) -> Vec<Event<'static>> {
    let mut marker = Marker {
        markdown,
        offset,
        report,
        marked: Vec::with_capacity(events.len()),
        open: Vec::new(),
        depth: 0,
        done: 0,
    };
    let mut is_code = false;
    let mut is_foreign_heading = false;
    for (event, range) in events {
        match event {
            Event::Text(text) if !is_code => marker.text(text, range),
            Event::Start(Tag::Heading {
                level,
                id,
                classes,
                attrs,
            }) => {
                let language = marker.heading_language(&attrs, range);
                marker.block(Event::Start(Tag::Heading {
                    level,
                    id,
                    classes,
                    attrs: Vec::new(),
                }));
                is_foreign_heading = language.is_some();
                marker.marked.extend(language.map(|language| begin(&language)));
            }
            Event::End(TagEnd::Heading(level)) => {
                if std::mem::take(&mut is_foreign_heading) {
                    marker.marked.push(Event::InlineHtml(CLOSING.into()));
                }
                marker.block(Event::End(TagEnd::Heading(level)));
            }
            Event::Start(ref tag) if is_inline(tag) => {
                marker.depth += 1;
                marker.marked.push(event);
            }
            Event::End(
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image,
            ) => {
                marker.depth = marker.depth.saturating_sub(1);
                let depth = marker.depth;
                marker.open.retain(|(_, open)| *open <= depth);
                marker.marked.push(event);
            }
            Event::Start(_) | Event::End(_) => {
                is_code = matches!(event, Event::Start(Tag::CodeBlock(_)));
                marker.block(event);
            }
            other => marker.marked.push(other),
        }
    }
    marker.marked
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

fn begin(language: &str) -> Event<'static> {
    Event::InlineHtml(format!("{OPENING}{language}{OPENING_END}").into())
}

struct Marker<'m> {
    markdown: &'m str,
    /// Where the text begins in its file.
    offset: usize,
    report: Report<'m>,
    marked: Vec<Event<'static>>,
    /// The brackets that are open in this block: the place of each among the events, and how deep in markup it is.
    open: Vec<(usize, usize)>,
    depth: usize,
    /// Up to where the text is dealt with.
    done: usize,
}

impl Marker<'_> {
    /// A block begins or ends: no bracket reaches over it.
    fn block(&mut self, event: Event<'static>) {
        self.open.clear();
        self.depth = 0;
        self.marked.push(event);
    }

    fn text(&mut self, text: CowStr<'static>, range: Range<usize>) {
        if self.markdown.get(range.clone()) != Some(&*text) {
            // An entity, or the break of a line.
            self.marked.push(Event::Text(text));
            return;
        }
        let mut start = range.start.max(self.done);
        while start < range.end {
            let Some(place) = self.markdown[start..range.end].find(['[', ']']) else {
                self.push(start..range.end);
                return;
            };
            let place = start + place;
            self.push(start..place);
            start = place + 1;
            if self.is_escaped(place) {
                self.push(place..start);
            } else if self.markdown[place..].starts_with('[') {
                self.open.push((self.marked.len(), self.depth));
                self.push(place..start);
            } else {
                let opening = self.open.pop_if(|(_, depth)| *depth == self.depth);
                let span = opening.and_then(|(opening, _)| Some((opening, self.braces(start)?)));
                if let Some((opening, (language, end))) = span {
                    self.marked[opening] = begin(&language);
                    self.marked.push(Event::InlineHtml(CLOSING.into()));
                    self.done = end;
                    start = end;
                } else {
                    self.push(place..start);
                }
            }
        }
    }

    fn push(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            let text = self.markdown[range].to_owned();
            self.marked.push(Event::Text(text.into()));
        }
    }

    fn is_escaped(&self, place: usize) -> bool {
        let before = &self.markdown[..place];
        (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
    }

    /// Reads `{lang=en}` at a place: the language, and where it ends.
    fn braces(&mut self, place: usize) -> Option<(String, usize)> {
        let inside = self.markdown[place..].strip_prefix('{')?;
        // A bound keeps the reading of a long line without a closing brace linear.
        let (end, brace) = inside
            .char_indices()
            .take(LONGEST)
            .find(|(_, part)| matches!(part, '}' | '\n'))?;
        let inside = &inside[..end];
        if brace != '}' || !inside.trim_start().starts_with("lang") {
            return None;
        }
        let end = place + inside.len() + 2;
        let value = inside
            .trim()
            .strip_prefix("lang")
            .and_then(|rest| rest.trim_start().strip_prefix('='));
        let value = value.unwrap_or(inside).trim().trim_matches('"');
        Some((self.checked(value, place..end), end))
    }

    /// The language of a heading as a whole: the braces at its end, when they follow no bracket.
    fn heading_language(
        &mut self,
        attributes: &[(CowStr<'static>, Option<CowStr<'static>>)],
        range: Range<usize>,
    ) -> Option<String> {
        let (_, value) = attributes.iter().find(|(key, _)| **key == *"lang")?;
        let brace = range.start + self.markdown[range.clone()].rfind('{')?;
        if self.markdown[..brace].ends_with(']') {
            return None;
        }
        let value = value.as_deref().unwrap_or_default().trim_matches('"');
        Some(self.checked(value, brace..range.end))
    }

    /// The language; one that is none is reported, and the course then not built.
    fn checked(&mut self, value: &str, range: Range<usize>) -> String {
        if is_language(value) {
            return value.to_owned();
        }
        let problem = Problem::BadLanguage {
            value: value.to_owned(),
        };
        (self.report)(range.start + self.offset..range.end + self.offset, problem);
        "und".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Foreign;
    use crate::{
        problem::Problem,
        prose::{Prose, References, parse},
    };

    fn read(markdown: &str) -> (Prose, Vec<(std::ops::Range<usize>, Problem)>) {
        let mut problems = Vec::new();
        let prose = parse(markdown, 100, &mut References::default(), &mut |span, problem| {
            problems.push((span, problem));
        });
        (prose, problems)
    }

    fn html(markdown: &str) -> String {
        let (prose, problems) = read(markdown);
        assert!(problems.is_empty(), "{problems:?}");
        let mut html = String::new();
        for event in &prose.events {
            match (event, Foreign::of(event)) {
                (_, Some(Foreign::Begin(language))) => html.extend(["<", language, ">"]),
                (_, Some(Foreign::End)) => html.push_str("</>"),
                (pulldown_cmark::Event::Text(text), _) => html.push_str(text),
                _ => {}
            }
        }
        html
    }

    #[test]
    fn words_between_brackets_have_the_language_that_braces_give_them() {
        let text = "La [probation]{lang=en} et le [*gender* mainstreaming]{lang=\"en-GB\"}, [x] {lang=en}.";
        assert_eq!(
            html(text),
            "La <en>probation</> et le <en-GB>gender mainstreaming</>, [x] {lang=en}."
        );
        assert_eq!(html("**Une [*a*]{lang=en}**"), "Une <en>a</>");
        assert_eq!(html("[a [b]{lang=de} c]{lang=en}"), "<en>a <de>b</> c</>");
    }

    #[test]
    fn brackets_without_a_language_stay_as_they_were_written() {
        for text in [
            "[x]{#id}",
            "[x]",
            "x]{lang=en}",
            r"\[x]{lang=en}",
            "[x\n\ny]{lang=en}",
        ] {
            let shown = html(text);
            assert!(!shown.contains('<') && shown.contains(']'), "{shown}");
        }
        assert_eq!(html("*[x*]{lang=en}"), "[x]{lang=en}");
        assert_eq!(html("`[x]{lang=en}`"), "");
        assert_eq!(html("    [x]{lang=en}"), "[x]{lang=en}");
    }

    #[test]
    fn a_heading_may_hold_foreign_words_or_be_foreign() {
        assert_eq!(html("## [Probation]{lang=en}"), "<en>Probation</>");
        assert_eq!(html("## La [probation]{lang=en}\n\nx"), "La <en>probation</>x");
        assert_eq!(html("## Probation {lang=en}\n\nx"), "<en>Probation</>x");
    }

    #[test]
    fn the_plain_text_drops_brackets_and_language() {
        let (prose, _) = read("La [*probation*]{lang=en}.");
        assert_eq!(prose.plain_text(), "La probation.");
    }

    #[test]
    fn a_wrong_language_is_reported_at_its_place_in_the_whole_file() {
        for (text, place, wrong) in [
            ("[x]{lang=en_GB}", 103..115, "en_GB"),
            ("é [x]{lang=}", 106..113, ""),
            ("[x]{langue=en}", 103..114, "langue=en"),
            ("## x {lang=1}", 105..113, "1"),
        ] {
            let (_, problems) = read(text);
            let value = wrong.to_owned();
            assert_eq!(problems, [(place, Problem::BadLanguage { value })], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_with_as_many_ends_as_beginnings(text in "(\\[|\\]|\\{lang=en\\}|\\{|\\*|_|`|\\\\|!|\\(a\\)|#|>|[a-zé]| |\n){0,60}") {
            let (prose, _) = read(&text);
            let mut open = 0_i32;
            for event in &prose.events {
                match Foreign::of(event) {
                    Some(Foreign::Begin(_)) => open += 1,
                    Some(Foreign::End) => open -= 1,
                    None => {}
                }
                prop_assert!(open >= 0);
            }
            prop_assert_eq!(open, 0);
        }
    }
}
