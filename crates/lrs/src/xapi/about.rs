//! About: which versions this server speaks (1.0.3 Part 3, 2.8; 2.0, 4.1.6.7). No credential is needed.

use axum::Json;
use serde_json::{Value, json};

pub(super) async fn get() -> Json<Value> {
    Json(json!({ "version": ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"] }))
}
