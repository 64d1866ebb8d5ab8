//! Agents: a Person, which is all that is known of an agent (1.0.3 Part 3, 2.4; 2.0, 4.1.6.3).

use axum::{Json, extract::State};
use cartable_lrs_store::Facet;
use cartable_xapi::{Actor, InverseFunctionalIdentifier};
use serde_json::{Map, Value, json};

use super::call::Call;
use crate::{environment::Lrs, refusal::Refusal, scope::Scope};

/// The agent itself is the person: this server joins no identifiers, since nobody has told it which belong together.
pub(super) async fn get(State(lrs): State<Lrs>, call: Call) -> Result<Json<Value>, Refusal> {
    call.require(Scope::StatementsRead, true)?;
    let mut reader = call.parameters.reader(&["agent"], call.version);
    reader.require("agent");
    let agent = reader.actor("agent");
    if let Some(Actor::Group(_)) = agent {
        reader.refuse("agent", "must be an agent, not a group");
    }
    let identifier = agent.as_ref().and_then(Actor::identifier);
    let Some(identifier) = reader.finish(identifier)? else {
        return Err(Refusal::bad_request("the agent has no identifier"));
    };
    let names = lrs
        .store()
        .agent_names(call.store(), &Facet::agent(identifier))
        .await?;
    let mut person = Map::new();
    person.insert("objectType".to_owned(), json!("Person"));
    if !names.is_empty() {
        person.insert("name".to_owned(), json!(names));
    }
    let (property, value) = match identifier {
        InverseFunctionalIdentifier::Mbox(mbox) => ("mbox", json!([mbox])),
        InverseFunctionalIdentifier::MboxSha1Sum(sum) => ("mbox_sha1sum", json!([sum])),
        InverseFunctionalIdentifier::OpenId(uri) => ("openid", json!([uri])),
        InverseFunctionalIdentifier::Account(account) => ("account", json!([account])),
    };
    person.insert(property.to_owned(), value);
    Ok(Json(Value::Object(person)))
}
