//! `Basic/request`, as Learning Locker 1 had it: Moodle's launcher asks here for a credential for one launch.
//!
//! It sends no version header, and reads `key` and `secret` of an answer that must be 200.

use axum::{Json, body::Body, extract::State, http::StatusCode};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use cartable_lrs_store::{Facet, NewCredential, hash_secret};
use cartable_xapi::{Actor, ActorRef, Iri, Timestamp, Uuid, Version};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body, call::Identity, launch::Launch};
use crate::{
    environment::Lrs,
    refusal::Refusal,
    scope::{Scope, Scopes},
};

const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// A launch that names no end has this one.
const BY_DEFAULT: i64 = DAY;
/// No launch lasts longer. Moodle's launcher asks for six days, unless it is told otherwise.
const LONGEST: i64 = 30 * DAY;
/// What a launch may be allowed: no profiles, which belong to more than one launch.
const GRANTED: [Scope; 3] = [Scope::StatementsWrite, Scope::StatementsRead, Scope::State];

/// What the launcher sends. `historical` and whatever else it says changes nothing.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    scope: Vec<String>,
    expiry: Option<String>,
    /// The learner as an agent.
    auth: Option<Value>,
    /// The learner as a Person, whose identifiers are lists.
    actors: Option<Value>,
    activity: Vec<String>,
    registration: String,
}

pub(super) async fn post(
    State(lrs): State<Lrs>,
    Identity(issuer): Identity,
    body: Body,
) -> Result<Json<Value>, Refusal> {
    if issuer.launch.is_some() {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "the credential of a launch cannot ask for another",
        ));
    }
    let bytes = body::read(lrs.bodies(), body).await?;
    let asked: Asked = serde_json::from_slice(&bytes)
        .map_err(|error| Refusal::bad_request(format!("the body is no request for a credential: {error}")))?;
    let now = lrs.now();
    let expires = expiry(asked.expiry.as_deref(), now)?;
    let scopes = granted(&asked.scope, &issuer.scopes)?;
    let agent = learner(&asked)?;
    let registration = Uuid::try_parse(&asked.registration)
        .map_err(|_| Refusal::bad_request("registration: must be a UUID"))?;
    if asked.activity.is_empty() || asked.activity.iter().any(|id| Iri::parse(id).is_none()) {
        return Err(Refusal::bad_request(
            "activity: must be a list of IRIs, one at least",
        ));
    }
    let launch = Launch {
        issuer: issuer.key.clone(),
        agent,
        registration,
        activities: asked.activity,
    };
    let key = BASE64_URL_SAFE_NO_PAD.encode(lrs.random::<18>());
    let secret = BASE64_URL_SAFE_NO_PAD.encode(lrs.random::<24>());
    let secret_hash = hash_secret(&secret, lrs.random()).await?;
    let credential = NewCredential {
        key: key.clone(),
        secret_hash,
        label: issuer.label,
        scopes,
        expires: Some(expires),
        origins: issuer.origins,
        launch: serde_json::to_string(&launch).ok(),
    };
    let yesterday = Timestamp::from_micros(now.micros().saturating_sub(DAY)).unwrap_or(Timestamp::MIN);
    lrs.store().forget_launches(yesterday).await?;
    lrs.store().add_credential(issuer.store, &credential).await?;
    Ok(Json(
        json!({ "key": key, "secret": secret, "expiry": expires.to_string() }),
    ))
}

fn expiry(asked: Option<&str>, now: Timestamp) -> Result<Timestamp, Refusal> {
    let after =
        |micros| Timestamp::from_micros(now.micros().saturating_add(micros)).unwrap_or(Timestamp::MAX);
    let Some(text) = asked else {
        return Ok(after(BY_DEFAULT));
    };
    let time = Timestamp::parse(text, Version::V1_0_3)
        .ok_or_else(|| Refusal::bad_request("expiry: must be a date and time of ISO 8601"))?;
    if time <= now {
        return Err(Refusal::bad_request("expiry: is over"));
    }
    Ok(time.min(after(LONGEST)))
}

/// What was asked, as far as a launch may have it and the one who asks has it too.
fn granted(asked: &[String], issuer: &str) -> Result<String, Refusal> {
    let text = if asked.is_empty() {
        Scope::All.name().to_owned()
    } else {
        asked.join(" ")
    };
    let asked: Scopes = text
        .parse()
        .map_err(|error| Refusal::bad_request(format!("scope: {error}")))?;
    let issuer: Scopes = issuer.parse().unwrap_or_default();
    let has = |scopes: &Scopes, scope| scopes.allow(scope, scope == Scope::StatementsRead);
    let granted: Vec<Scope> = GRANTED
        .into_iter()
        .filter(|scope| has(&asked, *scope) && has(&issuer, *scope))
        .collect();
    if granted.is_empty() {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "the credential has none of the scopes that it asks for",
        ));
    }
    Ok(Scopes::from(granted).to_string())
}

/// The canonical identifier of the learner.
fn learner(asked: &Asked) -> Result<String, Refusal> {
    let agent = match (&asked.auth, &asked.actors) {
        (Some(agent), _) => agent.clone(),
        (None, Some(person)) => of_person(person),
        (None, None) => return Err(Refusal::bad_request("auth: the learner is missing")),
    };
    let actor = Actor::parse_parameter(&agent.to_string(), Version::V1_0_3)?;
    ActorRef::from(&actor)
        .identifier()
        .map(|identifier| Facet::agent(identifier).value)
        .ok_or_else(|| Refusal::bad_request("auth: the learner needs an identifier"))
}

/// The agent with the first identifier of a Person.
fn of_person(person: &Value) -> Value {
    ["mbox", "mbox_sha1sum", "openid", "account"]
        .into_iter()
        .find_map(|name| Some(json!({ name: person.get(name)?.get(0)?.clone() })))
        .unwrap_or_else(|| json!({}))
}
