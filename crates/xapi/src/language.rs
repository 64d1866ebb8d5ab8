//! Language tags and language maps.

use std::fmt;

use crate::check::{Check, Place};
use crate::json::Json;
use crate::rule::Rule;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A well-formed language tag (RFC 5646), as received. Tags are compared without regard to case.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct LanguageTag(Box<str>);

impl LanguageTag {
    /// `None` when the text does not follow the grammar of RFC 5646; subtags are not looked up in any registry.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        oxilangtag::LanguageTag::parse(text)
            .is_ok()
            .then(|| Self(text.into()))
    }

    /// The text as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for LanguageTag {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for LanguageTag {}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The same text in several languages, in the order received.
///
/// 1.0.3 Part 2, 4.2; 2.0, 4.2.7.
#[derive(Clone, Debug, Default)]
pub struct LanguageMap(Vec<(LanguageTag, String)>);

impl LanguageMap {
    /// The entries, in the order received.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&LanguageTag, &str)> {
        self.0.iter().map(|(tag, text)| (tag, text.as_str()))
    }

    /// The text whose tag is exactly this one, case aside.
    #[must_use]
    pub fn get(&self, tag: &str) -> Option<&str> {
        self.iter()
            .find(|(key, _)| key.as_str().eq_ignore_ascii_case(tag))
            .map(|(_, text)| text)
    }

    /// The entry that suits best someone who prefers these languages, in that order (RFC 4647, 3.4: `fr-CA`, then
    /// `fr`, then any other `fr-…`), or else the first entry. `None` when the map is empty.
    #[must_use]
    pub fn best(&self, preferred: &[&str]) -> Option<(&LanguageTag, &str)> {
        let best = best_tag(&self.0.iter().map(|(tag, _)| tag.as_str()), preferred)?;
        self.iter().find(|(tag, _)| tag.as_str() == best)
    }
}

/// What [`LanguageMap::best`] chooses, among tags alone.
pub(crate) fn best_tag<'t>(
    tags: &(impl Iterator<Item = &'t str> + Clone),
    preferred: &[&str],
) -> Option<&'t str> {
    preferred
        .iter()
        .find_map(|range| look_up(tags, range))
        .or_else(|| tags.clone().next())
}

fn look_up<'t>(tags: &(impl Iterator<Item = &'t str> + Clone), range: &str) -> Option<&'t str> {
    let mut range = range;
    loop {
        let starts = |tag: &&str| {
            tag.get(..range.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(range))
                && matches!(tag.as_bytes().get(range.len()), None | Some(b'-'))
        };
        let exact = tags.clone().find(|tag| tag.eq_ignore_ascii_case(range));
        if let Some(found) = exact.or_else(|| tags.clone().find(starts)) {
            return Some(found);
        }
        range = range.rsplit_once('-')?.0;
    }
}

impl FromIterator<(LanguageTag, String)> for LanguageMap {
    fn from_iter<I: IntoIterator<Item = (LanguageTag, String)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// The order of the entries has no meaning.
impl PartialEq for LanguageMap {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|entry| other.0.contains(entry))
    }
}

impl Serialize for LanguageMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (tag, text) in &self.0 {
            map.serialize_entry(tag, text)?;
        }
        map.end()
    }
}

impl LanguageMap {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        let mut entries = Vec::with_capacity(members.len());
        for (key, value) in members {
            let at = at.member(key);
            let tag = LanguageTag::parse(key);
            if tag.is_none() {
                check.refuse(Rule::LanguageTag, &at);
            }
            if let (Some(tag), Some(text)) = (tag, check.string(value, &at)) {
                entries.push((tag, text));
            }
        }
        Some(Self(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, &str)]) -> LanguageMap {
        entries
            .iter()
            .filter_map(|(tag, text)| Some((LanguageTag::parse(tag)?, (*text).to_owned())))
            .collect()
    }

    #[test]
    fn a_tag_follows_the_grammar_of_rfc_5646() {
        for text in [
            "fr",
            "en-US",
            "zh-Hant-TW",
            "de-1996",
            "x-private",
            "i-klingon",
            "es-419",
            "FR-fr",
        ] {
            assert_eq!(
                LanguageTag::parse(text).map(|tag| tag.to_string()).as_deref(),
                Some(text)
            );
        }
        for text in [
            "",
            "a12345",
            "en_US",
            "en-",
            "-en",
            "français",
            "englishlanguage",
            "en US",
            "*",
        ] {
            assert_eq!(LanguageTag::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_best_entry_is_the_closest_to_the_first_preference_that_has_one() {
        let greetings = map(&[
            ("en-GB", "hello"),
            ("fr-CA", "allô"),
            ("fr", "bonjour"),
            ("de", "hallo"),
        ]);
        let best = |preferred: &[&str]| greetings.best(preferred).map(|(_, text)| text);
        assert_eq!(best(&["fr-CA"]), Some("allô"));
        assert_eq!(best(&["fr-FR"]), Some("bonjour"));
        assert_eq!(best(&["en-US"]), Some("hello"));
        assert_eq!(best(&["it", "DE"]), Some("hallo"));
        assert_eq!(best(&["it"]), Some("hello"));
        assert_eq!(best(&[]), Some("hello"));
        assert_eq!(LanguageMap::default().best(&["fr"]), None);
    }

    #[test]
    fn maps_are_equal_whatever_the_order_of_their_entries_and_the_case_of_their_tags() {
        assert_eq!(
            map(&[("fr", "a"), ("en-US", "b")]),
            map(&[("en-us", "b"), ("fr", "a")])
        );
        assert_ne!(map(&[("fr", "a")]), map(&[("fr", "A")]));
        assert_ne!(map(&[("fr", "a")]), map(&[("fr", "a"), ("en", "b")]));
    }
}
