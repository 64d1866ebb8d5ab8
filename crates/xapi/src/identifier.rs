//! What identifies an agent or a group: one inverse functional identifier.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::iri::Iri;

/// Identifies one agent or one group, for ever and alone.
///
/// Its [`Display`](fmt::Display) is the canonical form, usable as a key: the property's name, a space, the value
/// (`mbox mailto:zoe@example.com`, `account https://lms.example.com 42`). Equal identifiers have equal forms, and
/// [`FromStr`] reads the form back.
///
/// 1.0.3 Part 2, 2.4.2.3; 2.0, 4.2.2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum InverseFunctionalIdentifier {
    /// An address as a `mailto:` IRI.
    #[serde(rename = "mbox")]
    Mbox(Mbox),
    /// The SHA-1 of such an IRI.
    #[serde(rename = "mbox_sha1sum")]
    MboxSha1Sum(MboxSha1Sum),
    /// An OpenID, which is a URI.
    #[serde(rename = "openid")]
    OpenId(Iri),
    /// An account on some system.
    #[serde(rename = "account")]
    Account(Account),
}

/// A `mailto:` IRI of one address. The domain is put in lower case, since its case has no meaning (1.0.3 Part 2,
/// 2.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Mbox(Box<str>);

impl Mbox {
    /// `None` when the text is not `mailto:` and one address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.strip_prefix("mailto:")?.rsplit_once('@')?;
        let label = |label: &str| {
            !label.is_empty()
                && label
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '-' || !c.is_ascii())
        };
        let sound = !local.is_empty()
            && !local.contains(['@', '?', '#', ',', ';', ':'])
            && domain.split('.').all(label)
            && oxiri::Iri::parse(text).is_ok();
        if !sound {
            return None;
        }
        let kept = text.len() - domain.len();
        let mut text = String::from(text);
        text[kept..].make_ascii_lowercase();
        Some(Self(text.into()))
    }

    /// The IRI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The SHA-1 of a `mailto:` IRI: 40 hexadecimal digits, put in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct MboxSha1Sum(Box<str>);

impl MboxSha1Sum {
    /// `None` when the text is not 40 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .then(|| Self(text.to_ascii_lowercase().into()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A user's account on some system.
///
/// 1.0.3 Part 2, 2.4.2.4; 2.0, 4.2.2.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The system's home page.
    pub home_page: Iri,
    /// What names the user there: a login or a number.
    pub name: String,
}

impl fmt::Display for InverseFunctionalIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mbox(mbox) => write!(f, "mbox {}", mbox.as_str()),
            Self::MboxSha1Sum(sum) => write!(f, "mbox_sha1sum {}", sum.as_str()),
            Self::OpenId(uri) => write!(f, "openid {uri}"),
            // An IRI has no space, so the first one ends the home page, whatever the name contains.
            Self::Account(Account { home_page, name }) => write!(f, "account {home_page} {name}"),
        }
    }
}

/// The text is not the canonical form of an inverse functional identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnIdentifier;

impl fmt::Display for NotAnIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the canonical form of an inverse functional identifier")
    }
}

impl std::error::Error for NotAnIdentifier {}

impl FromStr for InverseFunctionalIdentifier {
    type Err = NotAnIdentifier;

    fn from_str(text: &str) -> Result<Self, NotAnIdentifier> {
        let (kind, value) = text.split_once(' ').ok_or(NotAnIdentifier)?;
        let identifier = match kind {
            "mbox" => Mbox::parse(value).map(Self::Mbox),
            "mbox_sha1sum" => MboxSha1Sum::parse(value).map(Self::MboxSha1Sum),
            "openid" => open_id(value).map(Self::OpenId),
            "account" => value.split_once(' ').and_then(|(home_page, name)| {
                let name = Some(name).filter(|name| !name.is_empty())?;
                Some(Self::Account(Account {
                    home_page: Iri::parse(home_page)?,
                    name: name.to_owned(),
                }))
            }),
            _ => None,
        };
        identifier.ok_or(NotAnIdentifier)
    }
}

/// An OpenID is a URI: unlike an IRI it is ASCII.
pub(crate) fn open_id(text: &str) -> Option<Iri> {
    Iri::parse(text).filter(|_| text.is_ascii())
}
