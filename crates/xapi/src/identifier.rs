//! What identifies an agent or a group: one inverse functional identifier.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::check::{Check, Place};
use crate::iri::Iri;
use crate::json::Json;
use crate::rule::Rule;

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
    /// An `OpenID`, which is a URI.
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

/// An `OpenID` is a URI: unlike an IRI it is ASCII.
pub(crate) fn open_id(text: &str) -> Option<Iri> {
    Iri::parse(text).filter(|_| text.is_ascii())
}

impl InverseFunctionalIdentifier {
    /// The properties of an agent or a group that identify it.
    pub(crate) const PROPERTIES: [&str; 4] = ["mbox", "mbox_sha1sum", "openid", "account"];

    /// The value of one of the [properties](Self::PROPERTIES).
    pub(crate) fn read(check: &mut Check, property: &str, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        match property {
            "mbox" => check.parsed(json, at, Rule::Mbox, Mbox::parse).map(Self::Mbox),
            "mbox_sha1sum" => check
                .parsed(json, at, Rule::MboxSha1Sum, MboxSha1Sum::parse)
                .map(Self::MboxSha1Sum),
            "openid" => check.parsed(json, at, Rule::OpenId, open_id).map(Self::OpenId),
            _ => Account::read(check, json, at).map(Self::Account),
        }
    }
}

impl Account {
    fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        let members = check.members(json, at)?;
        let mut home_page = None;
        let mut name = None;
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "homePage" => home_page = check.parsed(value, &at, Rule::AccountHomePage, Iri::parse),
                "name" => {
                    let not_empty = |name: &str| (!name.is_empty()).then(|| name.to_owned());
                    name = check.parsed(value, &at, Rule::AccountName, not_empty);
                }
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        check.require(members, "homePage", Rule::AccountRequires, at);
        check.require(members, "name", Rule::AccountRequires, at);
        Some(Self {
            home_page: home_page?,
            name: name?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_mbox_is_one_address_whose_domain_has_no_case() {
        for (text, kept) in [
            ("mailto:zoe@example.com", "mailto:zoe@example.com"),
            ("mailto:Zoe.K+x@Example.COM", "mailto:Zoe.K+x@example.com"),
            ("mailto:zoé@exämple.com", "mailto:zoé@exämple.com"),
            ("mailto:root@localhost", "mailto:root@localhost"),
        ] {
            assert_eq!(Mbox::parse(text).as_ref().map(Mbox::as_str), Some(kept));
        }
        for text in [
            "",
            "zoe@example.com",
            "mailto:",
            "mailto:zoe",
            "mailto:@example.com",
            "mailto:zoe@",
            "MAILTO:zoe@example.com",
            "mailto:zoe @example.com",
            "mailto:a@b@c.com",
            "mailto:a@b..com",
            "mailto:a@.com",
            "mailto:a@b.com?subject=x",
            "mailto:a@b.com,c@d.com",
            "mailto:<a@b.com>",
            "http://a@b.com",
            "mailto: a@b.com",
        ] {
            assert_eq!(Mbox::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_hash_has_forty_hexadecimal_digits_and_no_case() {
        let upper = "EBD31E95054C018B10727CCFFD2EF2EC3A016EE9";
        assert_eq!(
            MboxSha1Sum::parse(upper),
            MboxSha1Sum::parse(&upper.to_lowercase())
        );
        for text in [
            "",
            "ebd31e95054c018b10727ccffd2ef2ec3a016ee",
            "gbd31e95054c018b10727ccffd2ef2ec3a016ee9",
        ] {
            assert_eq!(MboxSha1Sum::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_canonical_form_tells_identifiers_apart_and_is_read_back() {
        for text in [
            "mbox mailto:zoe@example.com",
            "mbox_sha1sum ebd31e95054c018b10727ccffd2ef2ec3a016ee9",
            "openid https://zoe.example.com/",
            "account https://lms.example.com Zoé  K 42",
        ] {
            let identifier: InverseFunctionalIdentifier = text.parse().expect(text);
            assert_eq!(identifier.to_string(), text);
        }
        for text in [
            "",
            "mbox",
            "mbox zoe",
            "phone +33",
            "account https://lms.example.com ",
            "openid é:é",
        ] {
            assert_eq!(
                text.parse::<InverseFunctionalIdentifier>(),
                Err(NotAnIdentifier),
                "{text:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_account_is_read_back_from_its_canonical_form(name in "\\PC{1,20}") {
            let home_page = Iri::parse("https://lms.example.com/a").expect("an IRI");
            let account = InverseFunctionalIdentifier::Account(Account { home_page, name });
            prop_assert_eq!(account.to_string().parse(), Ok(account));
        }
    }
}
