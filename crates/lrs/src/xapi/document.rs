//! Documents: state (1.0.3 Part 3, 2.3; 2.0, 4.1.6.2), agent profiles (2.6; 4.1.6.5), activity profiles (2.7; 4.1.6.6).

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use cartable_lrs_store::{DocumentKey, DocumentKind, Precondition, StoreError};
use cartable_xapi::{Timestamp, Uuid};

use super::{body, call::Call, statements::http_date};
use crate::{environment::Lrs, refusal::Refusal, scope::Scope};

/// What the three resources differ in.
#[derive(Clone, Copy)]
pub(super) struct Resource {
    kind: DocumentKind,
    scope: Scope,
    /// The parameter that names one document.
    id: &'static str,
    has_activity: bool,
    has_agent: bool,
}

pub(super) const STATE: Resource = Resource {
    kind: DocumentKind::State,
    scope: Scope::State,
    id: "stateId",
    has_activity: true,
    has_agent: true,
};

pub(super) const ACTIVITY_PROFILE: Resource = Resource {
    kind: DocumentKind::ActivityProfile,
    scope: Scope::Profile,
    id: "profileId",
    has_activity: true,
    has_agent: false,
};

pub(super) const AGENT_PROFILE: Resource = Resource {
    kind: DocumentKind::AgentProfile,
    scope: Scope::Profile,
    id: "profileId",
    has_activity: false,
    has_agent: true,
};

impl Resource {
    pub(super) fn routes(self) -> MethodRouter<Lrs> {
        get(async move |state, call| self.get(state, call).await)
            .put(async move |state, call, headers, body| self.put(state, call, headers, body).await)
            .post(async move |state, call, headers, body| self.post(state, call, headers, body).await)
            .delete(async move |state, call, headers| self.delete(state, call, headers).await)
    }

    fn is_state(self) -> bool {
        self.kind == DocumentKind::State
    }

    /// Reads which documents a request is about.
    fn target(self, call: &Call, wants: Wants) -> Result<Target, Refusal> {
        let mut known = Vec::with_capacity(5);
        if self.has_activity {
            known.push("activityId");
        }
        if self.has_agent {
            known.push("agent");
        }
        if self.is_state() {
            known.push("registration");
        }
        known.push(self.id);
        if wants == Wants::List {
            known.push("since");
        }
        let mut reader = call.parameters.reader(&known, call.version);
        if self.has_activity {
            reader.require("activityId");
        }
        if self.has_agent {
            reader.require("agent");
        }
        // Only the states of a subject can be deleted at once.
        if wants == Wants::One || (wants == Wants::OneOrAll && !self.is_state()) {
            reader.require(self.id);
        }
        let activity = self.has_activity.then(|| reader.iri("activityId")).flatten();
        let agent = self.has_agent.then(|| reader.agent("agent")).flatten();
        let registration = self.is_state().then(|| reader.uuid("registration")).flatten();
        let since = reader.timestamp("since");
        let id = reader.text(self.id).map(str::to_owned);
        if id.as_deref() == Some("") {
            reader.refuse(self.id, "must not be empty");
        }
        let target = reader.finish(Target {
            kind: self.kind,
            activity: activity.map(|id| id.as_str().to_owned()).unwrap_or_default(),
            agent: agent.map(|facet| facet.value).unwrap_or_default(),
            registration,
            id,
            since,
        })?;
        if self.is_state() {
            call.check_launch_state(&target.activity, &target.agent, target.registration)?;
        }
        Ok(target)
    }

    async fn get(self, State(lrs): State<Lrs>, call: Call) -> Result<Response, Refusal> {
        call.require(self.scope, true)?;
        let target = self.target(&call, Wants::List)?;
        let Some(id) = &target.id else {
            let names = lrs
                .store()
                .document_names(call.store(), &target.key(), target.since)
                .await?;
            return Ok(Json(names).into_response());
        };
        let document = lrs.store().document(call.store(), &target.key(), id).await?;
        let document = document.ok_or_else(|| Refusal::not_found("there is no such document"))?;
        let headers = [
            (header::CONTENT_TYPE, document.content_type),
            (header::ETAG, quoted(&document.etag)),
            (header::LAST_MODIFIED, http_date(document.updated)),
        ];
        Ok((headers, document.content).into_response())
    }

    async fn put(
        self,
        State(lrs): State<Lrs>,
        call: Call,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response, Refusal> {
        call.require(self.scope, false)?;
        let target = self.target(&call, Wants::One)?;
        let mut precondition = read_precondition(&headers)?;
        // Nothing is overwritten that the client has not seen: in 2.0 anywhere (4.1.4), in 1.0.3 among profiles (Part
        // 3, 3.1), where even a new document needs the header.
        let blind = precondition == Precondition::None && (call.version.is_2_0() || !self.is_state());
        if blind {
            precondition = Precondition::NoneMatch(Vec::new());
        }
        let content = body::read(lrs.bodies(), body).await?;
        must_be_json_if_it_says_so(&headers, &content)?;
        if blind && !call.version.is_2_0() {
            let known = lrs
                .store()
                .document(call.store(), &target.key(), &target.name())
                .await?;
            if known.is_none() {
                return Err(Refusal::bad_request(
                    "a PUT of a profile needs If-Match or If-None-Match: send If-None-Match: * for a new one",
                ));
            }
        }
        let result = lrs
            .store()
            .put_document(
                call.store(),
                &target.key(),
                &target.name(),
                content.to_vec(),
                body::content_type(&headers),
                &precondition,
            )
            .await;
        match result {
            Err(StoreError::PreconditionFailed) if blind => Err(Refusal::new(
                StatusCode::CONFLICT,
                "the document exists: read it, then send its ETag in If-Match, or * to overwrite it",
            )),
            result => Ok(written(&result?)),
        }
    }

    async fn post(
        self,
        State(lrs): State<Lrs>,
        call: Call,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response, Refusal> {
        call.require(self.scope, false)?;
        let target = self.target(&call, Wants::One)?;
        let precondition = read_precondition(&headers)?;
        let content = body::read(lrs.bodies(), body).await?;
        let is_json = body::media_type(&headers) == "application/json";
        if is_json && serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&content).is_err()
        {
            return Err(Refusal::bad_request(
                "POST merges JSON objects, and the body is not one",
            ));
        }
        let etag = lrs
            .store()
            .merge_document(
                call.store(),
                &target.key(),
                &target.name(),
                content.to_vec(),
                body::content_type(&headers),
                &precondition,
            )
            .await?;
        Ok(written(&etag))
    }

    async fn delete(
        self,
        State(lrs): State<Lrs>,
        call: Call,
        headers: HeaderMap,
    ) -> Result<StatusCode, Refusal> {
        call.require(self.scope, false)?;
        let target = self.target(&call, Wants::OneOrAll)?;
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
}

/// How many documents a request may be about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// The one that it names.
    One,
    /// The one that it names, or all of the subject.
    OneOrAll,
    /// The one that it names, or a list of those written since a time.
    List,
}

/// Which documents a request is about.
struct Target {
    kind: DocumentKind,
    activity: String,
    agent: String,
    registration: Option<Uuid>,
    /// One of them; all of them without it.
    id: Option<String>,
    since: Option<Timestamp>,
}

impl Target {
    fn key(&self) -> DocumentKey<'_> {
        DocumentKey {
            kind: self.kind,
            activity: &self.activity,
            agent: &self.agent,
            registration: self.registration,
        }
    }

    fn name(&self) -> String {
        self.id.clone().unwrap_or_default()
    }
}

/// What says that it is JSON must be (1.0.3 Part 3, 2.2; 2.0, 4.1.3); any other content is the client's affair.
fn must_be_json_if_it_says_so(headers: &HeaderMap, content: &[u8]) -> Result<(), Refusal> {
    if body::media_type(headers) == "application/json" {
        serde_json::from_slice::<serde::de::IgnoredAny>(content)
            .map_err(|error| Refusal::bad_request(format!("the body is not JSON: {error}")))?;
    }
    Ok(())
}

/// The answer to a write: the new entity tag spares the client a read before its next write.
fn written(etag: &str) -> Response {
    (StatusCode::NO_CONTENT, [(header::ETAG, quoted(etag))]).into_response()
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
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
