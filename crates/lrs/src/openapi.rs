//! The OpenAPI 3.1 document, and what the page that shows it is made of. The xAPI routes are made from the
//! same list. To add a resource: a line in [`OPERATIONS`], and what answers in `xapi::resource`.

use std::collections::BTreeSet;

use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Map, Value, json};

use crate::{environment::Lrs, xapi::XAPI};

/// One method of one resource.
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    /// Below `/xapi`, or from the root when it begins with a tilde.
    path: &'static str,
    pub(crate) french: &'static str,
    pub(crate) english: &'static str,
    pub(crate) parameters: &'static [&'static str],
    /// The media types of the body that it takes.
    body: &'static [&'static str],
    /// Its answers when all goes well, beside the refusals that every xAPI resource has.
    answers: &'static [u16],
    /// Whether it needs a credential and a version.
    guarded: bool,
}

const JSON: &[&str] = &["application/json"];
const STATEMENTS: &[&str] = &["application/json", "multipart/mixed"];
const ANY: &[&str] = &["application/octet-stream", "application/json"];
const ONE_OR_MORE: &[&str] = &[
    "statementId",
    "voidedStatementId",
    "agent",
    "verb",
    "activity",
    "registration",
    "related_activities",
    "related_agents",
    "since",
    "until",
    "limit",
    "format",
    "attachments",
    "ascending",
    "cursor",
];
const STATE: &[&str] = &["activityId!", "agent!", "registration", "stateId!"];
const STATES: &[&str] = &["activityId!", "agent!", "registration", "stateId", "since"];
const STATES_DELETED: &[&str] = &["activityId!", "agent!", "registration", "stateId"];
const ACTIVITY_PROFILE: &[&str] = &["activityId!", "profileId!"];
const ACTIVITY_PROFILES: &[&str] = &["activityId!", "profileId", "since"];
const AGENT_PROFILE: &[&str] = &["agent!", "profileId!"];
const AGENT_PROFILES: &[&str] = &["agent!", "profileId", "since"];

/// What any request for an xAPI resource may be answered.
const REFUSALS: &[u16] = &[400, 401, 403, 404, 405, 408, 413, 414, 415, 429, 431, 503];

const fn guarded(
    method: &'static str,
    path: &'static str,
    french: &'static str,
    english: &'static str,
    parameters: &'static [&'static str],
    body: &'static [&'static str],
    answers: &'static [u16],
) -> Operation {
    Operation {
        method,
        path,
        french,
        english,
        parameters,
        body,
        answers,
        guarded: true,
    }
}

const fn open(
    path: &'static str,
    french: &'static str,
    english: &'static str,
    answers: &'static [u16],
) -> Operation {
    Operation {
        method: "get",
        path,
        french,
        english,
        parameters: &[],
        body: &[],
        answers,
        guarded: false,
    }
}

/// Every operation that the document describes.
pub(crate) static OPERATIONS: &[Operation] = &[
    open("/about", "Versions parlées", "Versions spoken", &[200, 400]),
    guarded(
        "get",
        "/statements",
        "Une déclaration, ou une page",
        "One statement, or a page",
        ONE_OR_MORE,
        &[],
        &[200],
    ),
    guarded(
        "head",
        "/statements",
        "Comme GET, sans corps",
        "As GET, without a body",
        ONE_OR_MORE,
        &[],
        &[200],
    ),
    guarded(
        "put",
        "/statements",
        "Enregistrer une déclaration",
        "Store a statement",
        &["statementId!"],
        STATEMENTS,
        &[204, 409, 412],
    ),
    guarded(
        "post",
        "/statements",
        "Enregistrer des déclarations",
        "Store statements",
        &[],
        STATEMENTS,
        &[200, 204, 409, 412],
    ),
    guarded(
        "get",
        "/activities",
        "La définition d’une activité",
        "The definition of an activity",
        &["activityId!"],
        &[],
        &[200],
    ),
    guarded(
        "get",
        "/agents",
        "Une personne",
        "A person",
        &["agent!"],
        &[],
        &[200],
    ),
    guarded(
        "get",
        "/activities/state",
        "Un document d’état, ou leur liste",
        "A state document, or their list",
        STATES,
        &[],
        &[200],
    ),
    guarded(
        "put",
        "/activities/state",
        "Enregistrer un état",
        "Store a state",
        STATE,
        ANY,
        &[204, 409, 412],
    ),
    guarded(
        "post",
        "/activities/state",
        "Fusionner un état",
        "Merge a state",
        STATE,
        ANY,
        &[204, 409, 412],
    ),
    guarded(
        "delete",
        "/activities/state",
        "Effacer un état, ou tous",
        "Delete a state, or all",
        STATES_DELETED,
        &[],
        &[204, 409, 412],
    ),
    guarded(
        "get",
        "/activities/profile",
        "Un profil d’activité, ou leur liste",
        "An activity profile, or their list",
        ACTIVITY_PROFILES,
        &[],
        &[200],
    ),
    guarded(
        "put",
        "/activities/profile",
        "Enregistrer un profil d’activité",
        "Store an activity profile",
        ACTIVITY_PROFILE,
        ANY,
        &[204, 409, 412],
    ),
    guarded(
        "post",
        "/activities/profile",
        "Fusionner un profil d’activité",
        "Merge an activity profile",
        ACTIVITY_PROFILE,
        ANY,
        &[204, 409, 412],
    ),
    guarded(
        "delete",
        "/activities/profile",
        "Effacer un profil d’activité",
        "Delete an activity profile",
        ACTIVITY_PROFILE,
        &[],
        &[204, 409, 412],
    ),
    guarded(
        "get",
        "/agents/profile",
        "Un profil d’agent, ou leur liste",
        "An agent profile, or their list",
        AGENT_PROFILES,
        &[],
        &[200],
    ),
    guarded(
        "put",
        "/agents/profile",
        "Enregistrer un profil d’agent",
        "Store an agent profile",
        AGENT_PROFILE,
        ANY,
        &[204, 409, 412],
    ),
    guarded(
        "post",
        "/agents/profile",
        "Fusionner un profil d’agent",
        "Merge an agent profile",
        AGENT_PROFILE,
        ANY,
        &[204, 409, 412],
    ),
    guarded(
        "delete",
        "/agents/profile",
        "Effacer un profil d’agent",
        "Delete an agent profile",
        AGENT_PROFILE,
        &[],
        &[204, 409, 412],
    ),
    guarded(
        "post",
        "/Basic/request",
        "Un identifiant pour un lancement",
        "A credential for one launch",
        &[],
        JSON,
        &[200],
    ),
    open("~/health/live", "Le serveur vit", "The server lives", &[204]),
    open(
        "~/health/ready",
        "Le serveur peut travailler",
        "The server can work",
        &[204, 503],
    ),
    open("~/openapi.json", "Ce document", "This document", &[200]),
];

impl Operation {
    pub(crate) fn path(&self) -> String {
        match self.path.strip_prefix('~') {
            Some(path) => path.to_owned(),
            None => format!("{XAPI}{}", self.path),
        }
    }

    /// The statuses that can come, in order.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let refusals = if self.path.starts_with('~') {
            &[405, 408, 414, 431][..]
        } else {
            REFUSALS
        };
        let mut statuses = [self.answers, refusals].concat();
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }

    fn has_version(&self) -> bool {
        self.guarded && self.path != "/Basic/request"
    }

    fn describe(&self) -> Value {
        let mut parameters: Vec<Value> = self
            .parameters
            .iter()
            .map(|name| {
                let required = name.ends_with('!');
                let name = name.trim_end_matches('!');
                let mut parameter = json!({
                    "name": name,
                    "in": "query",
                    "required": required,
                    "schema": schema(name),
                });
                // An optional one beside others may be refused: only what is required has an example.
                if let Some(example) = example(name).filter(|_| required) {
                    parameter["example"] = example;
                }
                parameter
            })
            .collect();
        if self.has_version() {
            parameters.push(json!({
                "name": "X-Experience-API-Version",
                "in": "header",
                "required": true,
                "schema": { "type": "string", "enum": ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"] },
            }));
        }
        let answers: Map<String, Value> = self
            .statuses()
            .into_iter()
            .map(|status| (status.to_string(), self.answer(status)))
            .collect();
        let mut operation = json!({
            "summary": self.english,
            "parameters": parameters,
            "responses": answers,
            "security": if self.guarded { json!([{ "basic": [] }]) } else { json!([]) },
        });
        if !self.body.is_empty() {
            let content: Map<String, Value> = self
                .body
                .iter()
                .map(|media_type| {
                    let content = if *media_type == "application/json" {
                        json!({ "schema": {}, "example": example_body(self.path) })
                    } else {
                        json!({ "schema": {} })
                    };
                    ((*media_type).to_owned(), content)
                })
                .collect();
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        operation
    }

    fn answer(&self, status: u16) -> Value {
        let reason = axum::http::StatusCode::from_u16(status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default();
        let mut answer = json!({ "description": reason });
        let has_reason = !self.path.starts_with('~') || status == 503;
        if status >= 400 && has_reason && self.method != "head" {
            answer["content"] =
                json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Refusal" } } });
        }
        answer
    }
}

/// A value of a parameter that is accepted, for readers and for programs that try the server.
fn example(parameter: &str) -> Option<Value> {
    Some(match parameter {
        "agent" => json!("{\"mbox\":\"mailto:zoe@example.org\"}"),
        "activity" | "activityId" => json!("https://example.org/7"),
        "verb" => json!("http://adlnet.gov/expapi/verbs/completed"),
        "since" => json!("2026-01-31T10:20:08.120Z"),
        "statementId" => json!("7c2b7c4e-2f6e-4ce5-9a4c-6a1c9b1d7d11"),
        "stateId" | "profileId" => json!("place"),
        _ => return None,
    })
}

/// A body that is accepted.
fn example_body(path: &str) -> Value {
    match path {
        "/statements" => json!({
            "actor": { "mbox": "mailto:zoe@example.org" },
            "verb": { "id": "http://adlnet.gov/expapi/verbs/completed" },
            "object": { "id": "https://example.org/7" },
        }),
        "/Basic/request" => json!({
            "scope": ["all"],
            "auth": { "mbox": "mailto:zoe@example.org" },
            "activity": ["https://example.org/7"],
            "registration": "0c2b7c4e-2f6e-4ce5-9a4c-6a1c9b1d7d11",
        }),
        _ => json!({ "page": 1 }),
    }
}

fn schema(parameter: &str) -> Value {
    match parameter {
        "statementId" | "voidedStatementId" | "registration" => json!({ "type": "string", "format": "uuid" }),
        "related_activities" | "related_agents" | "attachments" | "ascending" => json!({ "type": "boolean" }),
        "since" | "until" => json!({ "type": "string", "format": "date-time" }),
        "limit" => json!({ "type": "integer", "minimum": 0 }),
        "format" => json!({ "type": "string", "enum": ["ids", "exact", "canonical"] }),
        "activity" | "activityId" | "verb" => json!({ "type": "string", "format": "uri" }),
        _ => json!({ "type": "string" }),
    }
}

/// The paths below `/xapi`, each once.
pub(crate) fn resources() -> impl Iterator<Item = &'static str> {
    let paths: BTreeSet<_> = OPERATIONS
        .iter()
        .map(|operation| operation.path)
        .filter(|path| !path.starts_with('~'))
        .collect();
    paths.into_iter()
}

/// The document, for a server that is published under a prefix.
fn document(prefix: &str) -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path()).or_insert_with(|| json!({}));
        path[operation.method] = operation.describe();
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Cartable LRS", "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": if prefix.is_empty() { "/" } else { prefix } }],
        "paths": paths,
        "components": {
            "securitySchemes": { "basic": { "type": "http", "scheme": "basic" } },
            "schemas": { "Refusal": {
                "type": "object",
                "required": ["error"],
                "properties": {
                    "error": { "type": "string" },
                    "violations": { "type": "array", "items": { "type": "object" } },
                    "count": { "type": "integer" },
                },
            } },
        },
    })
}

pub(crate) fn routes() -> Router<Lrs> {
    Router::new().route(
        "/openapi.json",
        get(async |State(lrs): State<Lrs>| Json(document(lrs.prefix()))),
    )
}
