//! What is wrong with a statement, all of it at once.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::rule::Rule;
use crate::version::Version;

/// One rule broken at one place.
///
/// Serialized as `{"pointer", "rule", "message", "clause", "detail"}`; `detail` is left out when there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where: a JSON pointer (RFC 6901) into what was received, cut when it is very long.
    pub pointer: String,
    /// The rule.
    pub rule: Rule,
    /// The version of the specification that applied.
    pub version: Version,
    /// What was found there, or what the JSON parser says; short.
    pub detail: Option<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() {
            "the whole"
        } else {
            &self.pointer
        };
        write!(f, "{place}: {}", self.rule.message())?;
        if let Some(detail) = &self.detail {
            write!(f, " Found: {detail}")?;
        }
        write!(f, " ({})", clause(self))
    }
}

fn clause(violation: &Violation) -> String {
    let specification = if violation.version.is_2_0() {
        "IEEE 9274.1.1, "
    } else {
        "xAPI 1.0.3, "
    };
    let clause = violation.rule.clause(violation.version);
    let part = if violation.version.is_2_0() || clause.starts_with("Part") {
        ""
    } else {
        "Part 2, "
    };
    format!("{specification}{part}{clause}")
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut violation = serializer.serialize_struct("Violation", 5)?;
        violation.serialize_field("pointer", &self.pointer)?;
        violation.serialize_field("rule", self.rule.code())?;
        violation.serialize_field("message", self.rule.message())?;
        violation.serialize_field("clause", &clause(self))?;
        match &self.detail {
            Some(detail) => violation.serialize_field("detail", detail)?,
            None => violation.skip_field("detail")?,
        }
        violation.end()
    }
}

/// Everything found wrong; never empty when it is returned as an error.
///
/// Serialized as `{"violations": [...], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Violations {
    #[serde(rename = "violations")]
    kept: Vec<Violation>,
    count: usize,
}

impl Violations {
    /// So many are kept; the others are only counted.
    pub const KEPT: usize = 100;

    /// The first ones, in the order they were found, [`Violations::KEPT`] at most.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.kept.iter()
    }

    /// How many there are in all.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds what was found outside of the statements' text, such as in an attachment.
    pub fn push(&mut self, violation: Violation) {
        self.add(|| violation);
    }

    /// Counts one more, which is made only when it is kept.
    pub(crate) fn add(&mut self, violation: impl FnOnce() -> Violation) {
        self.count += 1;
        if self.kept.len() < Self::KEPT {
            self.kept.push(violation());
        }
    }
}

impl<'v> IntoIterator for &'v Violations {
    type Item = &'v Violation;
    type IntoIter = std::slice::Iter<'v, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, violation) in self.kept.iter().enumerate() {
            let separator = if place == 0 { "" } else { "\n" };
            write!(f, "{separator}{violation}")?;
        }
        match self.count - self.kept.len() {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for Violations {}
