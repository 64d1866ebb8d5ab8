//! State documents (1.0.3 Part 3, 2.3; 2.0, 4.1.6.2).

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use cartable_lrs_store::{DocumentKey, DocumentKind, Precondition};
use cartable_xapi::{Timestamp, Uuid};

use super::{body, call::Call, statements::http_date};
use crate::{environment::Lrs, refusal::Refusal, scope::Scope};

/// Which state documents a request is about.
struct Target {
    activity: String,
    agent: String,
    registration: Option<Uuid>,
    /// One of them; all of them without it.
    id: Option<String>,
    since: Option<Timestamp>,
}

impl Target {
    fn read(call: &Call, lists: bool) -> Result<Self, Refusal> {
        const ONE: [&str; 4] = ["activityId", "agent", "registration", "stateId"];
        const LIST: [&str; 5] = ["activityId", "agent", "registration", "stateId", "since"];
        let known: &[&str] = if lists { &LIST } else { &ONE };
        let mut reader = call.parameters.reader(known, call.version);
        reader.require("activityId");
        reader.require("agent");
        let activity = reader.iri("activityId");
        let agent = reader.agent("agent");
        let registration = reader.uuid("registration");
        let since = reader.timestamp("since");
        let id = reader.text("stateId").map(str::to_owned);
        if id.as_deref() == Some("") {
            reader.refuse("stateId", "must not be empty");
        }
        reader.finish(Self {
            activity: activity.map(|id| id.as_str().to_owned()).unwrap_or_default(),
            agent: agent.map(|facet| facet.value).unwrap_or_default(),
            registration,
            id,
            since,
        })
    }

    fn one(call: &Call) -> Result<(Self, String), Refusal> {
        let mut target = Self::read(call, false)?;
        if let Some(id) = target.id.take() {
            return Ok((target, id));
        }
        let mut reader = call
            .parameters
            .reader(&["activityId", "agent", "registration"], call.version);
        reader.require("stateId");
        reader.finish((target, String::new()))
    }

    fn key(&self) -> DocumentKey<'_> {
        DocumentKey {
            kind: DocumentKind::State,
            activity: &self.activity,
            agent: &self.agent,
            registration: self.registration,
        }
    }
}

pub(super) async fn get(State(lrs): State<Lrs>, call: Call) -> Result<Response, Refusal> {
    call.require(Scope::State, true)?;
    let target = Target::read(&call, true)?;
    let Some(id) = &target.id else {
        let names = lrs
            .store()
            .document_names(call.store(), &target.key(), target.since)
            .await?;
        return Ok(Json(names).into_response());
    };
    let document = lrs.store().document(call.store(), &target.key(), id).await?;
    let document = document.ok_or_else(|| Refusal::not_found("there is no such state document"))?;
    let headers = [
        (header::CONTENT_TYPE, document.content_type),
        (header::ETAG, quoted(&document.etag)),
        (header::LAST_MODIFIED, http_date(document.updated)),
    ];
    Ok((headers, document.content).into_response())
}

pub(super) async fn put(
    State(lrs): State<Lrs>,
    call: Call,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    call.require(Scope::State, false)?;
    let (target, id) = Target::one(&call)?;
    let mut precondition = read_precondition(&headers)?;
    // 2.0 overwrites nothing that the client has not seen (4.1.6.2); 1.0.3 asks that of profiles only.
    let blind = call.version.is_2_0() && precondition == Precondition::None;
    if blind {
        precondition = Precondition::NoneMatch(Vec::new());
    }
    let content = body::read(body).await?;
    let result = lrs
        .store()
        .put_document(
            call.store(),
            &target.key(),
            &id,
            content.into(),
            body::content_type(&headers),
            &precondition,
        )
        .await;
    match result {
        Err(cartable_lrs_store::StoreError::PreconditionFailed) if blind => Err(Refusal::new(
            StatusCode::CONFLICT,
            "the document exists: read it, then send its ETag in If-Match, or * to overwrite it",
        )),
        result => Ok(written(&result?)),
    }
}

/// The answer to a write: the new entity tag spares the client a read before its next write.
fn written(etag: &str) -> Response {
    (StatusCode::NO_CONTENT, [(header::ETAG, quoted(etag))]).into_response()
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

pub(super) async fn post(
    State(lrs): State<Lrs>,
    call: Call,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    call.require(Scope::State, false)?;
    let (target, id) = Target::one(&call)?;
    let precondition = read_precondition(&headers)?;
    let content = body::read(body).await?;
    let is_json = body::media_type(&headers) == "application/json";
    if is_json && serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&content).is_err() {
        return Err(Refusal::bad_request(
            "POST merges JSON objects, and the body is not one",
        ));
    }
    let etag = lrs
        .store()
        .merge_document(
            call.store(),
            &target.key(),
            &id,
            content.into(),
            body::content_type(&headers),
            &precondition,
        )
        .await?;
    Ok(written(&etag))
}

pub(super) async fn delete(
    State(lrs): State<Lrs>,
    call: Call,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    call.require(Scope::State, false)?;
    let target = Target::read(&call, false)?;
    let store = lrs.store();
    match &target.id {
        Some(id) => {
            let precondition = read_precondition(&headers)?;
            store
                .delete_document(call.store(), &target.key(), id, &precondition)
                .await?;
        }
        None => store.delete_documents(call.store(), &target.key()).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The precondition of `If-Match` or `If-None-Match` (RFC 9110, 13.1).
fn read_precondition(headers: &HeaderMap) -> Result<Precondition, Refusal> {
    let tags = |name: &HeaderName| -> Result<Option<Vec<String>>, Refusal> {
        let mut values = headers.get_all(name).iter().peekable();
        if values.peek().is_none() {
            return Ok(None);
        }
        let mut tags = Vec::new();
        for value in values {
            let wrong = || Refusal::bad_request(format!("the header {name} has no entity tags"));
            let value = value.to_str().map_err(|_| wrong())?;
            if value.trim() == "*" {
                return Ok(Some(Vec::new()));
            }
            for tag in value.split(',') {
                let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
                if tag.is_empty() {
                    return Err(wrong());
                }
                tags.push(tag.to_owned());
            }
        }
        Ok(Some(tags))
    };
    match (tags(&header::IF_MATCH)?, tags(&header::IF_NONE_MATCH)?) {
        (None, None) => Ok(Precondition::None),
        (Some(tags), None) => Ok(Precondition::Match(tags)),
        (None, Some(tags)) => Ok(Precondition::NoneMatch(tags)),
        (Some(_), Some(_)) => Err(Refusal::bad_request(
            "the headers If-Match and If-None-Match do not go together",
        )),
    }
}
