//! Internationalised Resource Identifiers.

use std::fmt;

use crate::check::{Check, Place};
use crate::json::Json;
use crate::rule::Rule;
use serde::Serialize;

/// An absolute IRI (RFC 3987), kept and compared character by character as it was received.
///
/// 1.0.3 Part 2, 4.3; 2.0, 4.2.7. Also stands for what the specification calls an IRL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Iri(Box<str>);

impl Iri {
    /// `None` when the text is not an IRI with a scheme.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        oxiri::Iri::parse(text).is_ok().then(|| Self(text.into()))
    }

    /// The text as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, given away.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0.into()
    }
}

impl AsRef<str> for Iri {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Iri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Iri {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        check.parsed(json, at, Rule::Iri, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_iri_is_kept_as_it_was_written() {
        for text in [
            "http://example.com/xapi/verbs#défenestré",
            "urn:uuid:0d9a",
            "tag:a@b.c,2026:x",
            "HTTP://EXAMPLE.com/%7e",
        ] {
            assert_eq!(Iri::parse(text).map(Iri::into_string).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_relative_or_malformed_reference_is_refused() {
        for text in [
            "",
            "abc",
            "/a/b",
            "//host/a",
            "should fail",
            "http://a/ b",
            "http://a/%zz",
            "1http://a",
            "http://a/<b>",
            "http://[::1",
        ] {
            assert_eq!(Iri::parse(text), None, "{text:?}");
        }
    }
}
