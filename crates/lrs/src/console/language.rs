//! The language of a page: the first of the browser's that the console speaks.

use std::{convert::Infallible, sync::LazyLock};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use toml::Table;

use crate::languages::languages;

/// A language of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    French,
    English,
}

static FRENCH: LazyLock<Table> = LazyLock::new(|| catalogue(FRENCH_TEXT));
static ENGLISH: LazyLock<Table> = LazyLock::new(|| catalogue(ENGLISH_TEXT));
const FRENCH_TEXT: &str = include_str!("../../../../templates/console/words/fr.toml");
const ENGLISH_TEXT: &str = include_str!("../../../../templates/console/words/en.toml");

/// A catalogue that does not parse fails the tests below, and gives an empty one here.
fn catalogue(text: &str) -> Table {
    text.parse().unwrap_or_default()
}

impl Language {
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// Its strings.
    pub(super) fn words(self) -> &'static Table {
        match self {
            Self::French => &FRENCH,
            Self::English => &ENGLISH,
        }
    }

    /// One string of a table of its catalogue.
    pub(super) fn word(self, table: &str, key: &str) -> Option<&'static str> {
        self.words().get(table)?.get(key)?.as_str()
    }

    /// The first of the preferred languages that the console speaks; English when it speaks none of them.
    fn of(headers: &HeaderMap) -> Self {
        let spoken = |tag: &str| match tag.split('-').next().unwrap_or_default() {
            primary if primary.eq_ignore_ascii_case("fr") => Some(Self::French),
            primary if primary.eq_ignore_ascii_case("en") => Some(Self::English),
            _ => None,
        };
        languages(headers)
            .into_iter()
            .find_map(spoken)
            .unwrap_or(Self::English)
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::{HeaderValue, header};

    use super::*;

    #[test]
    fn the_browsers_first_language_is_taken() {
        let of = |header| {
            Language::of(&HeaderMap::from_iter([(
                header::ACCEPT_LANGUAGE,
                HeaderValue::from_static(header),
            )]))
        };
        assert_eq!(of("fr-FR,fr;q=0.9,en;q=0.8"), Language::French);
        assert_eq!(of("en-GB, fr;q=0.5"), Language::English);
        assert_eq!(of("de, en;q=0.3, fr;q=0.7"), Language::French);
        assert_eq!(of("de"), Language::English);
        assert_eq!(of(""), Language::English);
        assert_eq!(of("fr;q=x,,;;"), Language::English);
    }

    #[test]
    fn every_language_has_every_string() {
        fn keys(table: &Table, prefix: &str) -> BTreeSet<String> {
            let key = |(key, value): (&String, &toml::Value)| match value.as_table() {
                Some(table) => keys(table, key),
                None => BTreeSet::from([format!("{prefix}.{key}")]),
            };
            table.iter().flat_map(key).collect()
        }
        let french = keys(&FRENCH_TEXT.parse().unwrap(), "");
        assert!(french.len() > 20);
        assert_eq!(french, keys(&ENGLISH_TEXT.parse().unwrap(), ""));
    }
}
