//! How statements are answered: their `format`, its language, and the bytes of their attachments (1.0.3 Part 3, 2.1.3;
//! 2.0, 4.1.6.1).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use cartable_lrs_store::{StoreError, StoreId};
use cartable_xapi::{activity_ids, make_canonical, reduce_to_ids};
use serde::Deserialize;
use serde_json::Value;

use super::{call::Call, multipart, parameters::Reader};
use crate::{environment::Lrs, languages::languages, refusal::Refusal};

/// A page with attachments ends after so many bytes of them: the next one goes on.
const ATTACHED: usize = 32 * 1024 * 1024;

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
            Some("canonical") => {
                Format::Canonical(languages(headers).into_iter().map(str::to_owned).collect())
            }
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

    /// Whether the bytes of attachments are asked for.
    pub(super) fn attaches(&self) -> bool {
        self.attachments
    }

    /// Writes the statements in the format, with commas between them; as they are stored, they are not read again.
    pub(super) async fn write(
        &self,
        lrs: &Lrs,
        store: StoreId,
        payloads: &[Arc<str>],
        text: &mut String,
    ) -> Result<(), StoreError> {
        if matches!(self.format, Format::Exact) {
            text.reserve(payloads.iter().map(|payload| payload.len() + 1).sum());
            for (place, payload) in payloads.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(payload);
            }
            return Ok(());
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
                let known = lrs.store().definitions(store, &ids).await?;
                let preferred: Vec<&str> = languages.iter().map(String::as_str).collect();
                for value in &mut values {
                    make_canonical(value, &preferred, &|id| known.get(id).cloned());
                }
            }
        }
        let texts: Vec<String> = values.iter().map(Value::to_string).collect();
        text.push_str(&texts.join(","));
        Ok(())
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
