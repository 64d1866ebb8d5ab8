//! Statements in: JSON, or `multipart/mixed` with the bytes of attachments (1.0.3 Part 3, 1.5; 2.0, 4.1.3).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use axum::http::{HeaderMap, StatusCode};
use cartable_lrs_store::NewAttachment;
use cartable_xapi::{Attachment, ParsedStatement, Rule, Version, Violation, Violations, parse_batch};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::{
    body,
    multipart::{self, Part},
    signature,
};
use crate::refusal::{PartViolation, Refusal};

/// A batch has so many statements at the most: what one transaction writes is bounded.
const BATCH: usize = 10_000;

/// The statements of a request, and what came with them.
pub(crate) struct Submission<'b> {
    pub(super) statements: Vec<ParsedStatement<'b>>,
    pub(crate) attachments: Vec<NewAttachment>,
    /// Whether they came as an array, even of one.
    pub(super) is_array: bool,
}

impl<'b> Submission<'b> {
    /// Reads a body.
    pub(crate) fn read(headers: &HeaderMap, version: Version, body: &'b [u8]) -> Result<Self, Refusal> {
        let parts = match body::media_type(headers).as_str() {
            "application/json" => return Self::of(body, &[], version),
            "multipart/mixed" => {
                let boundary = multipart::boundary(body::content_type(headers)).ok_or_else(|| {
                    Refusal::bad_request("the Content-Type multipart/mixed names no boundary")
                })?;
                multipart::split(body, &boundary).map_err(Refusal::bad_request)?
            }
            _ => {
                return Err(Refusal::bad_request(
                    "the Content-Type of statements must be application/json or multipart/mixed",
                ));
            }
        };
        let Some((first, others)) = parts.split_first() else {
            return Err(Refusal::bad_request("the multipart body has no part"));
        };
        if first.media_type() != "application/json" {
            return Err(Refusal::bad_request(
                "the first part must have the Content-Type application/json",
            ));
        }
        Self::of(first.content, others, version)
    }

    fn of(json: &'b [u8], parts: &[Part<'_>], version: Version) -> Result<Self, Refusal> {
        let statements = parse_batch(json, version)?;
        if statements.len() > BATCH {
            return Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the batch has more than {BATCH} statements: send it in parts"),
            ));
        }
        let kept = read_parts(parts, &statements, version)?;
        check_attachments(json, &statements, &kept, version)?;
        let attachments = kept
            .into_iter()
            .map(|(sha2, content)| NewAttachment {
                sha2,
                content: content.to_vec(),
            })
            .collect();
        Ok(Self {
            is_array: is_array(json),
            statements,
            attachments,
        })
    }
}

fn is_array(json: &[u8]) -> bool {
    json.trim_ascii_start().starts_with(b"[")
}

/// The contents by their hash, in lower case; every part must be one of the statements' attachments.
fn read_parts<'p>(
    parts: &[Part<'p>],
    statements: &[ParsedStatement<'_>],
    version: Version,
) -> Result<BTreeMap<String, &'p [u8]>, Refusal> {
    let asked: BTreeSet<String> = attachments(statements)
        .map(|(_, _, attachment)| attachment.sha2.to_ascii_lowercase())
        .collect();
    let mut kept = BTreeMap::new();
    let mut violations = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        match read_part(part, &asked) {
            Ok(sha2) => {
                kept.insert(sha2, part.content);
            }
            Err(message) => violations.push(PartViolation {
                part: number + 1,
                rule: "part",
                message: message.to_owned(),
                clause: if version.is_2_0() {
                    "IEEE 9274.1.1, 4.1.3"
                } else {
                    "xAPI 1.0.3, Part 3, 1.5.2"
                },
            }),
        }
    }
    if violations.is_empty() {
        Ok(kept)
    } else {
        violations.truncate(100);
        Err(Refusal::parts(&violations))
    }
}

fn read_part(part: &Part<'_>, asked: &BTreeSet<String>) -> Result<String, &'static str> {
    let encoding = part.headers.get("content-transfer-encoding");
    if !encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("binary")) {
        return Err("the part needs the header Content-Transfer-Encoding: binary");
    }
    let sha2 = part
        .headers
        .get("x-experience-api-hash")
        .ok_or("the part needs the header X-Experience-API-Hash with the sha2 of its attachment")?
        .to_ascii_lowercase();
    if !asked.contains(&sha2) {
        return Err("no attachment of the statements has this X-Experience-API-Hash");
    }
    if digest(part.content, sha2.len()).is_none_or(|digest| digest != sha2) {
        return Err("the X-Experience-API-Hash is not that of the part's bytes");
    }
    Ok(sha2)
}

/// The SHA-2 whose hexadecimal form has this length.
fn digest(content: &[u8], length: usize) -> Option<String> {
    let bytes = match length {
        56 => Sha224::digest(content).to_vec(),
        64 => Sha256::digest(content).to_vec(),
        96 => Sha384::digest(content).to_vec(),
        128 => Sha512::digest(content).to_vec(),
        _ => return None,
    };
    let mut text = String::with_capacity(length);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    Some(text)
}

/// Every attachment, with the number of its statement and its own, in a statement or in its `SubStatement`.
fn attachments<'s>(
    statements: &'s [ParsedStatement<'_>],
) -> impl Iterator<Item = (usize, String, &'s Attachment)> {
    statements.iter().enumerate().flat_map(|(number, parsed)| {
        parsed
            .statement
            .all_attachments()
            .map(move |(place, attachment)| (number, place, attachment))
    })
}

/// Each attachment came along or has an address, and each signature is right.
fn check_attachments(
    json: &[u8],
    statements: &[ParsedStatement<'_>],
    kept: &BTreeMap<String, &[u8]>,
    version: Version,
) -> Result<(), Refusal> {
    let is_array = is_array(json);
    let mut violations = Violations::default();
    for (number, place, attachment) in attachments(statements) {
        let content = kept.get(&attachment.sha2.to_ascii_lowercase());
        let fault = if attachment.usage_type.as_str() == Attachment::SIGNATURE {
            check_signature(attachment, content.copied(), &statements[number], version)
        } else if content.is_none() && attachment.file_url.is_none() {
            Some((Rule::AttachmentPart, None))
        } else {
            None
        };
        if let Some((rule, detail)) = fault {
            violations.push(Violation {
                pointer: if is_array {
                    format!("/{number}{place}")
                } else {
                    place
                },
                rule,
                version,
                detail,
            });
        }
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violations.into())
    }
}

fn check_signature(
    attachment: &Attachment,
    content: Option<&[u8]>,
    parsed: &ParsedStatement<'_>,
    version: Version,
) -> Option<(Rule, Option<String>)> {
    let Some(content) = content else {
        return Some((Rule::AttachmentPart, None));
    };
    let essence = attachment.content_type.split(';').next().unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/octet-stream") {
        return Some((Rule::Signature, Some(format!("its contentType is {essence:?}"))));
    }
    signature::verify(content, &parsed.statement, version)
        .err()
        .map(|detail| (Rule::Signature, Some(detail)))
}
