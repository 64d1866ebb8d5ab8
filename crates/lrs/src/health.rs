//! Whether the server lives, and whether it can work.

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::environment::Lrs;

pub(crate) fn routes() -> Router<Lrs> {
    Router::new()
        .route("/health/live", get(async || StatusCode::NO_CONTENT))
        .route("/health/ready", get(ready))
}

async fn ready(State(lrs): State<Lrs>) -> StatusCode {
    match lrs.store().ping().await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
