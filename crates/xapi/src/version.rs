//! The version of the specification that a request or a statement follows.

use std::fmt;

/// A version of xAPI that this crate knows: any `1.0.x`, and any `2.0.x` (IEEE 9274.1.1).
///
/// 1.0.3 Part 3, 3.3; 2.0, 4.1.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    major: u8,
    patch: u16,
}

impl Version {
    /// `1.0.0`, which a statement received without a version is given (1.0.3 Part 2, 2.4.10).
    pub const V1_0_0: Self = Self { major: 1, patch: 0 };
    /// `1.0.3`, the last of its line.
    pub const V1_0_3: Self = Self { major: 1, patch: 3 };
    /// `2.0.0`, IEEE 9274.1.1.
    pub const V2_0_0: Self = Self { major: 2, patch: 0 };

    /// Reads a version as the header `X-Experience-API-Version` and the property `version` carry it.
    /// `1.0` is read as `1.0.0` (1.0.3 Part 3, 3.3). `None` for any other text and for unknown lines.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "1.0" {
            return Some(Self::V1_0_0);
        }
        let mut parts = text.splitn(3, '.');
        let major = match (parts.next(), parts.next()) {
            (Some("1"), Some("0")) => 1,
            (Some("2"), Some("0")) => 2,
            _ => return None,
        };
        let patch = parts.next()?;
        let canonical = patch == "0" || !patch.starts_with(['0', '+']);
        let patch = patch.parse().ok().filter(|_| canonical)?;
        Some(Self { major, patch })
    }

    /// Whether the rules of IEEE 9274.1.1 apply, rather than those of 1.0.3.
    #[must_use]
    pub const fn is_2_0(self) -> bool {
        self.major == 2
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.0.{}", self.major, self.patch)
    }
}

impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_patch_of_a_known_line_is_a_version() {
        for text in ["1.0.0", "1.0.1", "1.0.3", "1.0.9", "1.0.12", "2.0.0", "2.0.1"] {
            assert_eq!(
                Version::parse(text).map(|version| version.to_string()).as_deref(),
                Some(text)
            );
        }
        assert_eq!(Version::parse("1.0"), Some(Version::V1_0_0));
    }

    #[test]
    fn any_other_text_is_refused() {
        for text in [
            "", "1", "2.0", "0.95", "0.9.5", "1.1.0", "1.0.", "1.0.03", "1.0.+3", "1.0.3.1", " 1.0.3",
            "3.0.0", "1.0.x",
        ] {
            assert_eq!(Version::parse(text), None, "{text:?}");
        }
    }
}
