//! The headings of a lesson: an identifier that stays while the heading does, and a link to it.

use std::collections::HashSet;

use cartable_course::{Block, Lesson};
use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::prose::below;

/// The identifiers that the headings of a lesson have.
pub(crate) struct Headings<'l> {
    lesson: &'l str,
    used: HashSet<String>,
}

impl<'l> Headings<'l> {
    /// No heading takes an identifier that the author gives another.
    pub(crate) fn of(lesson: &'l Lesson) -> Self {
        let texts = lesson.blocks.iter().flat_map(|block| match block {
            Block::Prose(prose) => vec![prose],
            Block::Callout(callout) => vec![&callout.text],
            Block::Panels(group) => group.panels.iter().map(|panel| &panel.text).collect(),
            Block::Question(_) | Block::Pool(_) => Vec::new(),
        });
        let given = texts
            .flat_map(|prose| &prose.events)
            .filter_map(|event| match event {
                Event::Start(Tag::Heading { id: Some(id), .. }) => Some(id.to_string()),
                _ => None,
            });
        Self {
            lesson: &lesson.id,
            used: given.collect(),
        }
    }

    /// The identifier of a heading in its page.
    fn id(&mut self, given: Option<&str>, text: &str) -> String {
        let lesson = self.lesson;
        if let Some(given) = given {
            return format!("{lesson}.{given}");
        }
        let slug = slug(text);
        let mut unique = slug.clone();
        let mut number = 1;
        while !self.used.insert(unique.clone()) {
            number += 1;
            unique = format!("{slug}-{number}");
        }
        format!("{lesson}.{unique}")
    }

    /// Gives each heading its identifier, and makes its text a link to itself unless a link stands in it.
    pub(crate) fn anchor(&mut self, events: Vec<Event<'static>>) -> Vec<Event<'static>> {
        let mut ids = self.ids(&events).into_iter();
        let mut open = false;
        let mut anchored = Vec::with_capacity(events.len());
        for event in events {
            anchored.push(match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    let (id, is_link) = ids.next().unwrap_or_default();
                    let link = if is_link {
                        format!(r##"<a class="anchor" href="#{id}">"##)
                    } else {
                        String::new()
                    };
                    open = is_link;
                    Event::Html(format!(r#"<{} id="{id}" tabindex="-1">{link}"#, below(level)).into())
                }
                Event::End(TagEnd::Heading(level)) => {
                    let end = if open { "</a>" } else { "" };
                    Event::Html(CowStr::from(format!("{end}</{}>\n", below(level))))
                }
                other => other,
            });
        }
        anchored
    }

    /// The identifier of each heading in order, and whether its text may be a link.
    fn ids(&mut self, events: &[Event<'static>]) -> Vec<(String, bool)> {
        let mut ids = Vec::new();
        let mut heading: Option<(Option<&CowStr<'_>>, String)> = None;
        let mut has_link = false;
        for event in events {
            match event {
                Event::Start(Tag::Heading { id, .. }) => {
                    heading = Some((id.as_ref(), String::new()));
                    has_link = false;
                }
                Event::Start(Tag::Link { .. }) => has_link = true,
                Event::Text(part) | Event::Code(part) => {
                    if let Some((_, text)) = &mut heading {
                        text.push_str(part);
                    }
                }
                Event::End(TagEnd::Heading(_)) => {
                    if let Some((given, text)) = heading.take() {
                        ids.push((self.id(given.map(|given| &**given), &text), !has_link));
                    }
                }
                _ => {}
            }
        }
        ids
    }
}

/// A text in lower-case letters without accents, digits, and hyphens between words; `part` when it has none.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        match letter {
            'œ' | 'Œ' => slug.push_str("oe"),
            'æ' | 'Æ' => slug.push_str("ae"),
            'ß' => slug.push_str("ss"),
            'ø' | 'Ø' => slug.push('o'),
            'ł' | 'Ł' => slug.push('l'),
            _ if letter.is_ascii_alphanumeric() => slug.push(letter.to_ascii_lowercase()),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    if slug.is_empty() {
        // A writing without Latin letters: the number that is added tells one heading from another.
        slug.push_str("part");
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_slug_keeps_letters_and_digits_and_joins_words() {
        for (text, expected) in [
            ("L’évaluation", "l-evaluation"),
            ("L'évaluation", "l-evaluation"),
            ("  Mise en œuvre : 1re partie !", "mise-en-oeuvre-1re-partie"),
            ("« ÉTÉ »", "ete"),
            ("القانون", "part"),
            ("", "part"),
        ] {
            assert_eq!(slug(text), expected, "{text}");
        }
    }
}
