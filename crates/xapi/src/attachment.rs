//! What comes with a statement.

use serde::Serialize;

use crate::iri::Iri;
use crate::language::LanguageMap;

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
