//! Reads a TOML table and reports every fault in it: what is missing, of another type, out of bounds or unknown.

use std::{
    cell::RefCell,
    ops::{Range, RangeInclusive},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    diagnostic::{Diagnostic, Severity},
    problem::{Expected, Problem},
    prose::{self, Prose, References},
    source::{Located, Source},
};

/// Titles and identifiers are kept in columns of 255 characters by learning management systems.
pub(crate) const LONGEST_TITLE: usize = 255;
const LONGEST_ID: usize = 64;

/// Where faults are collected while everything is read.
#[derive(Debug, Default)]
pub(crate) struct Faults(RefCell<Vec<Diagnostic>>);

impl Faults {
    pub(crate) fn add(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    pub(crate) fn report(&self, source: &Source, span: Range<usize>, problem: Problem) {
        self.add(Diagnostic::new(source, span, problem));
    }

    pub(crate) fn any_error(&self) -> bool {
        self.0
            .borrow()
            .iter()
            .any(|diagnostic| diagnostic.severity() == Severity::Error)
    }

    /// All faults, sorted by place.
    pub(crate) fn into_sorted(self) -> Vec<Diagnostic> {
        let mut list = self.0.into_inner();
        list.sort_by_cached_key(Diagnostic::order);
        list
    }
}

/// A table whose keys are taken one by one; what nobody took is unknown.
pub(crate) struct Table<'a> {
    source: &'a Source,
    faults: &'a Faults,
    /// Where the TOML text begins in the file.
    offset: usize,
    /// The table's place, for what is missing in it.
    span: Range<usize>,
    /// What the table is called in messages: empty for the file itself.
    name: String,
    entries: Vec<(Spanned<String>, Spanned<DeValue<'a>>)>,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// Parses the part of a file that begins at `offset` and is `text`; every syntax fault is reported.
    pub(crate) fn parse(source: &'a Source, text: &'a str, offset: usize, faults: &'a Faults) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let span = span.start + offset..span.end + offset;
            faults.report(
                source,
                span,
                Problem::Toml {
                    message: error.message().to_owned(),
                },
            );
        }
        Self::new(
            source,
            faults,
            offset,
            offset..offset,
            String::new(),
            table.into_inner(),
        )
    }

    fn new(
        source: &'a Source,
        faults: &'a Faults,
        offset: usize,
        span: Range<usize>,
        name: String,
        table: DeTable<'a>,
    ) -> Self {
        let entries = table
            .into_iter()
            .map(|(key, value)| (Spanned::new(key.span(), key.into_inner().into_owned()), value))
            .collect();
        Self {
            source,
            faults,
            offset,
            span,
            name,
            entries,
            known: Vec::new(),
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Located<DeValue<'a>>> {
        self.known.push(key);
        let index = self.entries.iter().position(|(name, _)| name.get_ref() == key)?;
        let (_, value) = self.entries.swap_remove(index);
        Some(self.located(value))
    }

    fn located<T>(&self, value: Spanned<T>) -> Located<T> {
        let span = value.span();
        Located {
            span: span.start + self.offset..span.end + self.offset,
            value: value.into_inner(),
        }
    }

    fn full_name(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    /// Reports what is wrong with the table as a whole.
    pub(crate) fn report(&self, problem: Problem) {
        self.faults.report(self.source, self.span.clone(), problem);
    }

    fn missing(&self, key: &'static str) {
        let problem = Problem::MissingKey {
            key: self.full_name(key),
        };
        self.report(problem);
    }

    fn wrong(&self, key: &str, span: Range<usize>, expected: Expected) {
        self.faults.report(
            self.source,
            span,
            Problem::WrongType {
                key: self.full_name(key),
                expected,
            },
        );
    }

    /// One of a few texts; `None` when it is absent or another, which is reported.
    pub(crate) fn optional_choice<T: Copy>(
        &mut self,
        key: &'static str,
        known: &'static [&'static str],
        values: &[T],
    ) -> Option<T> {
        let Located { value, span } = self.optional_text(key)?;
        let found = known.iter().zip(values).find(|(name, _)| **name == value);
        if found.is_none() {
            let problem = Problem::UnknownValue {
                key: self.full_name(key),
                value,
                known,
            };
            self.faults.report(self.source, span, problem);
        }
        found.map(|(_, value)| *value)
    }

    /// A text that may be absent, but not empty.
    pub(crate) fn optional_text(&mut self, key: &'static str) -> Option<Located<String>> {
        let Located { value, span } = self.take(key)?;
        let DeValue::String(text) = value else {
            self.wrong(key, span, Expected::Text);
            return None;
        };
        if text.trim().is_empty() {
            self.faults.report(
                self.source,
                span,
                Problem::EmptyText {
                    key: self.full_name(key),
                },
            );
            return None;
        }
        Some(Located {
            value: text.into_owned(),
            span,
        })
    }

    /// A text that must be there.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Located<String>> {
        let present = self.entries.iter().any(|(name, _)| name.get_ref() == key);
        let text = self.optional_text(key);
        if !present {
            self.missing(key);
        }
        text
    }

    /// A title: one line of at most 255 characters.
    pub(crate) fn title(&mut self, key: &'static str) -> Option<String> {
        let Located { value, span } = self.text(key)?;
        let length = value.chars().count();
        if length > LONGEST_TITLE {
            let problem = Problem::TooLong {
                key: self.full_name(key),
                length,
                limit: LONGEST_TITLE,
            };
            self.faults.report(self.source, span.clone(), problem);
        }
        if value.chars().any(char::is_control) {
            self.faults.report(
                self.source,
                span,
                Problem::ControlCharacter {
                    key: self.full_name(key),
                },
            );
        }
        Some(value)
    }

    /// A stable identifier.
    pub(crate) fn id(&mut self, key: &'static str) -> Option<Located<String>> {
        let id = self.text(key)?;
        if !is_id(&id.value) {
            self.faults.report(
                self.source,
                id.span.clone(),
                Problem::BadId { id: id.value.clone() },
            );
        }
        Some(id)
    }

    /// A whole number within bounds, that may be absent.
    pub(crate) fn optional_integer(&mut self, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let Located { value, span } = self.take(key)?;
        let DeValue::Integer(integer) = value else {
            self.wrong(key, span, Expected::Integer);
            return None;
        };
        let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok();
        let within = number.filter(|number| bounds.contains(number));
        if within.is_none() {
            let problem = Problem::OutOfBounds {
                key: self.full_name(key),
                least: *bounds.start(),
                most: *bounds.end(),
            };
            self.faults.report(self.source, span, problem);
        }
        within
    }

    /// A whole number within bounds, that must be there.
    pub(crate) fn integer(&mut self, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let present = self.entries.iter().any(|(name, _)| name.get_ref() == key);
        if !present {
            self.missing(key);
        }
        self.optional_integer(key, bounds)
    }

    /// An address on the web, that may be absent.
    pub(crate) fn optional_url(&mut self, key: &'static str) -> Option<String> {
        let Located { value, span } = self.optional_text(key)?;
        if !is_web_address(&value) {
            self.faults.report(
                self.source,
                span,
                Problem::BadUrl {
                    key: self.full_name(key),
                    url: value.clone(),
                },
            );
        }
        Some(value)
    }

    /// Whether a list is written there, where a text may be as well.
    pub(crate) fn is_list(&self, key: &str) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|(name, value)| name.get_ref() == key && matches!(value.get_ref(), DeValue::Array(_)))
    }

    /// A list of texts, empty when absent.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<Located<String>> {
        let Some(Located { value, span }) = self.take(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value else {
            self.wrong(key, span, Expected::ListOfTexts);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in array {
            let Located { value, span } = self.located(item);
            match value {
                DeValue::String(text) if !text.trim().is_empty() => {
                    texts.push(Located {
                        value: text.into_owned(),
                        span,
                    });
                }
                _ => self.wrong(key, span, Expected::ListOfTexts),
            }
        }
        texts
    }

    /// A text in Markdown, that may be absent. Images are not allowed in it.
    pub(crate) fn optional_prose(&mut self, key: &'static str) -> Option<Prose> {
        let Located { value, span } = self.optional_text(key)?;
        let mut references = References::default();
        // The value's own offsets do not survive TOML's escapes: its place is where the text begins.
        let prose = prose::parse(value.trim(), 0, &mut references, &mut |_, problem| {
            self.faults.report(self.source, span.clone(), problem);
        });
        if !references.media.is_empty() {
            self.faults.report(
                self.source,
                span.clone(),
                Problem::ImageNotHere {
                    key: self.full_name(key),
                },
            );
        }
        Some(prose)
    }

    /// A text in Markdown, that must be there.
    pub(crate) fn prose(&mut self, key: &'static str) -> Option<Prose> {
        let present = self.entries.iter().any(|(name, _)| name.get_ref() == key);
        if !present {
            self.missing(key);
        }
        self.optional_prose(key)
    }

    /// A table inside this one, that may be absent.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<Table<'a>> {
        let Located { value, span } = self.take(key)?;
        let DeValue::Table(table) = value else {
            self.wrong(key, span, Expected::Table);
            return None;
        };
        Some(Self::new(
            self.source,
            self.faults,
            self.offset,
            span,
            self.full_name(key),
            table,
        ))
    }

    /// A list of tables (`[[key]]`), empty when absent.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        let Some(Located { value, span }) = self.take(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value else {
            self.wrong(key, span, Expected::ListOfTables);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array {
            let Located { value, span } = self.located(item);
            match value {
                DeValue::Table(table) => {
                    tables.push(Self::new(
                        self.source,
                        self.faults,
                        self.offset,
                        span,
                        self.full_name(key),
                        table,
                    ));
                }
                _ => self.wrong(key, span, Expected::ListOfTables),
            }
        }
        tables
    }

    /// Reports the keys that nobody took.
    pub(crate) fn finish(self) {
        for (key, _) in &self.entries {
            let span = key.span();
            let problem = Problem::UnknownKey {
                key: self.full_name(key.get_ref()),
                nearest: nearest(key.get_ref(), &self.known),
                known: self.known.clone(),
            };
            self.faults.report(
                self.source,
                span.start + self.offset..span.end + self.offset,
                problem,
            );
        }
    }
}

/// Whether a text may serve as an identifier in every manifest and statement: `[a-z][a-z0-9-]*`, at most 64 characters.
pub(crate) fn is_id(id: &str) -> bool {
    id.len() <= LONGEST_ID
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id
            .chars()
            .all(|other| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '-')
}

/// Whether a text is an `http:` or `https:` address with a host and nothing that would need escaping.
pub(crate) fn is_web_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_alphanumeric() || first == '[')
            && !rest.contains(|part: char| {
                part.is_whitespace() || part.is_control() || "<>\"{}|\\^`".contains(part)
            })
    })
}

/// The known key that a mistyped one most resembles, when one is near enough.
fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    known
        .iter()
        .map(|candidate| (distance(key, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The number of edits between two words (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, one) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(one != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{is_id, is_web_address, nearest};

    #[test]
    fn an_identifier_is_safe_in_every_standard() {
        assert!(is_id("spip") && is_id("role-missions-2"));
        for bad in ["", "2spip", "Spip", "École", "a b", "a_b", "-a", &"a".repeat(65)] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn a_web_address_has_a_scheme_and_a_host() {
        assert!(is_web_address("https://www.enap.justice.fr/") && is_web_address("http://localhost:8080"));
        for bad in [
            "",
            "https://",
            "https:///x",
            "ftp://x",
            "javascript:alert(1)",
            "https://a b",
            "//x",
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_mistyped_key_finds_the_one_that_was_meant() {
        assert_eq!(nearest("titel", &["id", "title", "number"]), Some("title"));
        assert_eq!(nearest("colour", &["id", "title", "number"]), None);
    }
}
