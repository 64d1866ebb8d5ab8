//! Whether the server lives, and whether it can work.

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::{environment::Lrs, refusal::Refusal};

pub(crate) fn routes() -> Router<Lrs> {
    Router::new()
        .route("/health/live", get(async || StatusCode::NO_CONTENT))
        .route("/health/ready", get(ready))
}

async fn ready(State(lrs): State<Lrs>) -> Result<StatusCode, Refusal> {
    let result = lrs.store().ready().await;
    result
        .map(|()| StatusCode::NO_CONTENT)
        .map_err(|error| Refusal::not_ready(&error))
}
