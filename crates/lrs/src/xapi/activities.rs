//! Activities: all that is known of one (1.0.3 Part 3, 2.5; 2.0, 4.1.6.4).

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::call::Call;
use crate::{environment::Lrs, refusal::Refusal, scope::Scope};

/// An activity of which nothing is known is answered as well, by its id alone.
pub(super) async fn get(State(lrs): State<Lrs>, call: Call) -> Result<Json<Value>, Refusal> {
    call.require(Scope::StatementsRead, true)?;
    let mut reader = call.parameters.reader(&["activityId"], call.version);
    reader.require("activityId");
    let id = reader.iri("activityId");
    let id = reader
        .finish(id)?
        .map(|id| id.as_str().to_owned())
        .unwrap_or_default();
    let mut activity = json!({ "objectType": "Activity", "id": id });
    let definitions = lrs
        .store()
        .definitions(call.store(), &BTreeSet::from([id.clone()]))
        .await?;
    if let Some(definition) = definitions
        .into_iter()
        .find_map(|(found, definition)| (found == id).then_some(definition))
    {
        activity["definition"] = definition;
    }
    Ok(Json(activity))
}
