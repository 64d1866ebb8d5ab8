//! What comes with a statement.

use serde::Serialize;

use crate::check::{Check, Place};
use crate::iri::Iri;
use crate::json::Json;
use crate::language::LanguageMap;
use crate::rule::Rule;

/// What is said of an attachment; its bytes travel beside the statement.
///
/// 1.0.3 Part 2, 2.4.11; 2.0, 4.2.2.6.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// What it is for.
    pub usage_type: Iri,
    /// Its title.
    pub display: LanguageMap,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<LanguageMap>,
    /// Its media type.
    pub content_type: String,
    /// Its length in bytes.
    pub length: u64,
    /// The SHA-2 of its bytes, in hexadecimal, as received.
    pub sha2: String,
    /// Where its bytes can be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_url: Option<Iri>,
}

impl Attachment {
    /// The usage type of a statement's signature (1.0.3 Part 2, 2.6; 2.0, 4.2.6).
    pub const SIGNATURE: &str = "http://adlnet.gov/expapi/attachments/signature";
}

impl Attachment {
    pub(crate) fn read(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<Self> {
        const REQUIRED: [&str; 5] = ["usageType", "display", "contentType", "length", "sha2"];
        let members = check.members(json, at)?;
        let (mut usage_type, mut display, mut description) = (None, None, None);
        let (mut content_type, mut length, mut sha2, mut file_url) = (None, None, None, None);
        for (key, value) in members {
            let at = at.member(key);
            match key.as_ref() {
                "usageType" => usage_type = Iri::read(check, value, &at),
                "display" => display = LanguageMap::read(check, value, &at),
                "description" => description = LanguageMap::read(check, value, &at),
                "contentType" => {
                    content_type = check.parsed(value, &at, Rule::AttachmentContentType, media_type);
                }
                "length" => length = read_length(check, value, &at),
                "sha2" => sha2 = check.parsed(value, &at, Rule::AttachmentSha2, sha2_digits),
                "fileUrl" => file_url = Iri::read(check, value, &at),
                _ => check.refuse(Rule::UnknownProperty, &at),
            }
        }
        for key in REQUIRED {
            check.require(members, key, Rule::AttachmentRequires, at);
        }
        let (usage_type, display, content_type) = (usage_type?, display?, content_type?);
        Some(Self {
            usage_type,
            display,
            description,
            content_type,
            length: length?,
            sha2: sha2?,
            file_url,
        })
    }
}

impl crate::statement::Statement {
    /// Every attachment of the statement and of its `SubStatement`, each with its JSON pointer in the statement.
    pub fn all_attachments(&self) -> impl Iterator<Item = (String, &Attachment)> {
        let within = match &self.object {
            crate::object::Object::SubStatement(sub) => sub.attachments.as_ref(),
            _ => None,
        };
        let own = self.attachments.iter().flatten().enumerate();
        own.map(|(number, attachment)| (format!("/attachments/{number}"), attachment))
            .chain(
                within
                    .into_iter()
                    .flatten()
                    .enumerate()
                    .map(|(number, attachment)| (format!("/object/attachments/{number}"), attachment)),
            )
    }
}

/// A media type (RFC 2046): a type and a subtype, then perhaps parameters, which are not looked at.
fn media_type(text: &str) -> Option<String> {
    let token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let essence = text.split(';').next()?.trim_end();
    let (kind, subtype) = essence.split_once('/')?;
    (token(kind) && token(subtype)).then(|| text.to_owned())
}

/// SHA-224, SHA-256, SHA-384 or SHA-512.
fn sha2_digits(text: &str) -> Option<String> {
    let sound = matches!(text.len(), 56 | 64 | 96 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    sound.then(|| text.to_owned())
}

fn read_length(check: &mut Check, json: &Json<'_>, at: &Place<'_>) -> Option<u64> {
    check.number(json, at)?;
    let length = match json {
        Json::Number(number) => number.as_u64(),
        _ => None,
    };
    if length.is_none() {
        check.refuse_value(Rule::AttachmentLength, json, at);
    }
    length
}
