//! Markdown, parsed once: the packager renders the same events for every target.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream};

use crate::{foreign, media, model::MarkKind, problem::Problem, source::Located, table::is_id};

/// A text in Markdown (`CommonMark` with tables, strikethrough, heading attributes and foreign words), as events.
#[derive(Clone, Debug, Default)]
pub struct Prose {
    /// The events, owned, with adjacent texts merged.
    pub events: Vec<Event<'static>>,
}

impl Prose {
    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether it is a picture and nothing else.
    pub(crate) fn is_picture(&self) -> bool {
        // A picture alone is a paragraph: its two ends, and between them the picture's with its text.
        let [
            Event::Start(_),
            Event::Start(Tag::Image { .. }),
            inner @ ..,
            Event::End(TagEnd::Image),
            Event::End(_),
        ] = &self.events[..]
        else {
            return false;
        };
        !inner
            .iter()
            .any(|event| matches!(event, Event::End(TagEnd::Image)))
    }

    /// The text alone, without markup; blocks are separated by a line break.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let mut text = String::new();
        for event in &self.events {
            match event {
                Event::Text(part) | Event::Code(part) => text.push_str(&part.replace('\n', " ")),
                Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item) => {
                    text.push('\n');
                }
                _ => {}
            }
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// What the rest of the course must check in a text: where it points, and what points to it.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// Local files, as written.
    pub(crate) media: Vec<Located<String>>,
    /// The identifiers that headings are given.
    pub(crate) headings: Vec<Located<String>>,
    /// What others may speak of.
    pub(crate) marks: Vec<Located<MarkKind>>,
}

/// Where faults go while a text is parsed: the span is in the whole file.
pub(crate) type Report<'a> = &'a mut dyn FnMut(Range<usize>, Problem);

/// Parses the part of a file that begins at byte `offset`.
pub(crate) fn parse(markdown: &str, offset: usize, references: &mut References, report: Report<'_>) -> Prose {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut heading: Option<HeadingLevel> = None;
    let mut events = Vec::new();
    let mut image: Option<(Range<usize>, bool)> = None;
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        let span = range.start + offset..range.end + offset;
        references.marks.extend(mark(&event).map(|value| Located {
            value,
            span: span.clone(),
        }));
        match &event {
            Event::Html(_) | Event::InlineHtml(_) => report(span.clone(), Problem::RawHtml),
            Event::Start(Tag::Heading { level, id, .. }) => {
                if let Some(id) = id {
                    if !is_id(id) {
                        report(span.clone(), Problem::BadId { id: id.to_string() });
                    }
                    references.headings.push(Located {
                        value: id.to_string(),
                        span: span.clone(),
                    });
                }
                if *level == HeadingLevel::H1 {
                    report(span.clone(), Problem::HeadingTooHigh);
                } else if *level as usize > heading.map_or(1, |last| last as usize) + 1 {
                    report(
                        span.clone(),
                        Problem::HeadingSkipsLevel {
                            level: *level as usize,
                        },
                    );
                }
                heading = Some(*level);
            }
            Event::Start(Tag::Link { dest_url, .. }) if media::is_download(dest_url) => {
                references.media.push(Located {
                    value: dest_url.to_string(),
                    span: span.clone(),
                });
            }
            Event::Start(Tag::Link { dest_url, .. }) if !is_web_or_mail(dest_url) => {
                report(
                    span.clone(),
                    Problem::LinkNotWeb {
                        url: dest_url.to_string(),
                    },
                );
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                image = Some((span.clone(), false));
                if dest_url.contains("://") || dest_url.starts_with("//") || dest_url.starts_with("data:") {
                    report(
                        span.clone(),
                        Problem::ImageElsewhere {
                            url: dest_url.to_string(),
                        },
                    );
                } else {
                    references.media.push(Located {
                        value: dest_url.to_string(),
                        span: span.clone(),
                    });
                }
            }
            Event::Text(_) | Event::Code(_) => {
                if let Some((_, described)) = &mut image {
                    *described = true;
                }
            }
            Event::End(TagEnd::Image) => {
                if let Some((span, false)) = image.take() {
                    report(span, Problem::ImageWithoutText);
                }
            }
            _ => {}
        }
        let event = match event {
            // A line break in the source is a space in the text, where a term may be broken over it.
            Event::SoftBreak => Event::Text("\n".into()),
            other => other.into_static(),
        };
        events.push((event, range));
    }
    let events = foreign::mark(markdown, offset, events, report);
    Prose {
        events: TextMergeStream::new(events.into_iter()).collect(),
    }
}

/// What an event begins that others may speak of.
fn mark(event: &Event<'_>) -> Option<MarkKind> {
    match event {
        Event::Start(Tag::Heading { .. }) => Some(MarkKind::Heading),
        Event::Start(Tag::Table(_)) => Some(MarkKind::Table),
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(MarkKind::Target(dest_url.to_string()))
        }
        _ => None,
    }
}

fn is_web_or_mail(url: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && url.len() > scheme.len()
    })
}

#[cfg(test)]
mod tests {
    use super::{Problem, References, parse};

    fn problems(markdown: &str) -> Vec<(std::ops::Range<usize>, Problem)> {
        let mut found = Vec::new();
        parse(markdown, 100, &mut References::default(), &mut |span, problem| {
            found.push((span, problem));
        });
        found
    }

    #[test]
    fn the_plain_text_keeps_every_character_of_the_source() {
        let source = "L’article D572 dispose que «\u{a0}dans *chaque* département\u{a0}»\u{a0}!";
        let prose = parse(source, 0, &mut References::default(), &mut |_, problem| {
            panic!("{problem:?}")
        });
        assert_eq!(prose.plain_text(), source.replace('*', ""));
    }

    #[test]
    fn raw_html_is_refused_at_its_place_in_the_whole_file() {
        let found = problems("un <b>mot</b>");
        assert_eq!(found[0].0, 103..106);
        assert!(matches!(found[0].1, Problem::RawHtml));
    }

    #[test]
    fn headings_begin_at_two_and_skip_no_level() {
        assert!(matches!(problems("# Titre")[0].1, Problem::HeadingTooHigh));
        assert!(matches!(
            problems("## A\n\n#### B")[0].1,
            Problem::HeadingSkipsLevel { level: 4 }
        ));
        assert!(problems("## A\n\n### B\n\n## C").is_empty());
    }

    #[test]
    fn an_image_must_be_local_and_described() {
        assert!(matches!(
            problems("![plan](https://example.org/a.png)")[0].1,
            Problem::ImageElsewhere { .. }
        ));
        assert!(matches!(problems("![](a.png)")[0].1, Problem::ImageWithoutText));
    }

    #[test]
    fn a_link_must_lead_to_the_web_or_to_a_mailbox() {
        assert!(matches!(
            problems("[x](javascript:alert)")[0].1,
            Problem::LinkNotWeb { .. }
        ));
        assert!(matches!(
            problems("[x](lesson.html)")[0].1,
            Problem::LinkNotWeb { .. }
        ));
        assert!(problems("[x](https://example.org) [y](mailto:a@example.org)").is_empty());
    }
}
