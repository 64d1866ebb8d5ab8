//! Bodies of requests, bounded.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, StatusCode, header},
};

use crate::refusal::Refusal;

/// The largest body, in bytes.
const LIMIT: usize = 16 * 1024 * 1024;

/// The whole body, unless it is too large.
pub(super) async fn read(body: Body) -> Result<Bytes, Refusal> {
    to_bytes(body, LIMIT).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            if error.to_string().contains("length limit") {
                return Refusal::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    format!("the body is larger than {LIMIT} bytes: send it in parts"),
                );
            }
            cause = error.source();
        }
        Refusal::bad_request("the body did not arrive whole")
    })
}

/// The media type of a body, without its parameters, in lower case.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    content_type(headers)
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// The Content-Type as it was sent.
pub(super) fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/octet-stream")
}
