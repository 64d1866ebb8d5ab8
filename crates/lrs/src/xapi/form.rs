//! How statements are answered: their `format`, its language, and the bytes of their attachments (1.0.3 Part 3, 2.1.3;
//! 2.0, 4.1.6.1).

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use cartable_lrs_store::StoreError;
use cartable_xapi::{activity_ids, make_canonical, reduce_to_ids};
use serde::Deserialize;
use serde_json::Value;

use super::{call::Call, multipart, parameters::Reader};
use crate::{environment::Lrs, refusal::Refusal};

/// A page with attachments ends after so many bytes of them: the next one goes on.
const ATTACHED: usize = 32 * 1024 * 1024;
/// More languages than this are not read.
const LANGUAGES: usize = 32;

enum Format {
    Exact,
    Ids,
    /// In these languages, the preferred ones first.
    Canonical(Vec<String>),
}

/// What the parameters `format` and `attachments` ask for.
pub(super) struct Form {
    format: Format,
    attachments: bool,
}

impl Form {
    pub(super) fn read(reader: &mut Reader<'_>, headers: &HeaderMap) -> Self {
        let format = match reader.text("format") {
            None | Some("exact") => Format::Exact,
            Some("ids") => Format::Ids,
            Some("canonical") => Format::Canonical(languages(headers)),
            Some(_) => {
                reader.refuse("format", "must be ids, exact or canonical");
                Format::Exact
            }
        };
        Self {
            format,
            attachments: reader.boolean("attachments") == Some(true),
        }
    }

    /// The statements in the format.
    pub(super) async fn apply(
        &self,
        lrs: &Lrs,
        call: &Call,
        payloads: &[String],
    ) -> Result<Vec<String>, Refusal> {
        if matches!(self.format, Format::Exact) {
            return Ok(payloads.to_vec());
        }
        let mut values = payloads
            .iter()
            .map(|payload| serde_json::from_str(payload))
            .collect::<Result<Vec<Value>, _>>()
            .map_err(StoreError::Text)?;
        match &self.format {
            Format::Exact => {}
            Format::Ids => values.iter_mut().for_each(reduce_to_ids),
            Format::Canonical(languages) => {
                let ids: BTreeSet<String> = values.iter_mut().flat_map(activity_ids).collect();
                let known = lrs.store().definitions(call.store(), &ids).await?;
                let preferred: Vec<&str> = languages.iter().map(String::as_str).collect();
                for value in &mut values {
                    make_canonical(value, &preferred, &|id| known.get(id).cloned());
                }
            }
        }
        Ok(values.iter().map(Value::to_string).collect())
    }

    /// The bytes attached to statements, as far as they are kept and fit on a page.
    pub(super) async fn attached(
        &self,
        lrs: &Lrs,
        call: &Call,
        payloads: &[&str],
    ) -> Result<Attached, Refusal> {
        let mut attached = Attached {
            asked: self.attachments,
            files: BTreeMap::new(),
            statements: payloads.len(),
        };
        if !self.attachments {
            return Ok(attached);
        }
        let mut total = 0;
        for (place, payload) in payloads.iter().enumerate() {
            if place > 0 && total >= ATTACHED {
                attached.statements = place;
                break;
            }
            let statement: Attaching = serde_json::from_str(payload).map_err(StoreError::Text)?;
            let within = statement.object.and_then(|object| object.attachments);
            for file in [statement.attachments, within].into_iter().flatten().flatten() {
                let sha2 = file.sha2.to_ascii_lowercase();
                if attached.files.contains_key(&sha2) {
                    continue;
                }
                if let Some(content) = lrs.store().attachment(call.store(), &sha2).await? {
                    total += content.len();
                    attached.files.insert(sha2, (file.content_type, content));
                }
            }
        }
        Ok(attached)
    }
}

/// What a statement says of its attachments.
#[derive(Deserialize)]
struct Attaching {
    attachments: Option<Vec<File>>,
    object: Option<Within>,
}

#[derive(Deserialize)]
struct Within {
    attachments: Option<Vec<File>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    content_type: String,
    sha2: String,
}

/// What goes with an answer.
pub(super) struct Attached {
    /// Whether attachments were asked for: the answer is multipart even if there are none.
    asked: bool,
    files: BTreeMap<String, (String, Vec<u8>)>,
    /// How many of the statements have all of theirs here.
    pub(super) statements: usize,
}

impl Attached {
    /// The answer: JSON, or JSON with attachments.
    pub(super) fn answer(self, lrs: &Lrs, json: String) -> Response {
        if !self.asked {
            return ([(header::CONTENT_TYPE, "application/json")], json).into_response();
        }
        // No content can hold it on purpose: it is made after them.
        let boundary = lrs.new_id().simple().to_string();
        let mut body = Vec::with_capacity(json.len() + 1024);
        let headers = [("Content-Type", "application/json")];
        multipart::write_part(&mut body, &boundary, &headers, json.as_bytes());
        for (sha2, (content_type, content)) in &self.files {
            let headers = [
                ("Content-Type", content_type.as_str()),
                ("Content-Transfer-Encoding", "binary"),
                ("X-Experience-API-Hash", sha2.as_str()),
            ];
            multipart::write_part(&mut body, &boundary, &headers, content);
        }
        multipart::finish(&mut body, &boundary);
        let content_type = format!("multipart/mixed; boundary={boundary}");
        ([(header::CONTENT_TYPE, content_type)], body).into_response()
    }
}

/// The languages of Accept-Language, the preferred ones first (RFC 9110, 12.5.4).
fn languages(headers: &HeaderMap) -> Vec<String> {
    let mut ranges: Vec<(u32, String)> = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .take(LANGUAGES)
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            let tag = tag.trim();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a weight is from 0 to 1, and a cast saturates"
            )]
            let weight = (weight * 1000.0) as u32;
            (weight > 0 && tag != "*").then(|| (weight, tag.to_owned()))
        })
        .collect();
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    ranges.into_iter().map(|(_, tag)| tag).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn languages_are_read_in_their_order() {
        for (header, expected) in [
            ("fr-CA, en;q=0.5 , fr;q=0.9,*;q=0.1", vec!["fr-CA", "fr", "en"]),
            ("de;q=0, en", vec!["en"]),
            ("en;q=x, ;;, fr", vec!["", "fr"]),
            ("", vec![""]),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(header))]);
            let expected: Vec<&str> = expected.into_iter().filter(|tag| !tag.is_empty()).collect();
            let found: Vec<String> = languages(&headers)
                .into_iter()
                .filter(|tag| !tag.is_empty())
                .collect();
            assert_eq!(found, expected, "{header}");
        }
    }
}
