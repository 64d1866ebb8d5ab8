//! Every refusal of an xAPI request: its status, and a JSON body that says why.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use cartable_lrs_store::{Outage, StoreError};
use cartable_xapi::Violations;
use serde::Serialize;
use serde_json::Value;

/// Why a request is refused. Its body is `{"error", "violations": [{"parameter" | "pointer", "message", …}], "count"}`.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    header: Option<(&'static str, String)>,
    body: Box<Body>,
}

#[derive(Debug, Serialize)]
struct Body {
    error: String,
    #[serde(flatten)]
    violations: Option<Value>,
}

/// What is wrong with a parameter of the address.
#[derive(Debug, Serialize)]
pub(crate) struct ParameterViolation {
    pub(crate) parameter: String,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    pub(crate) clause: &'static str,
}

/// What is wrong with a part of a multipart body; the first has the number 0.
#[derive(Debug, Serialize)]
pub(crate) struct PartViolation {
    pub(crate) part: usize,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    pub(crate) clause: &'static str,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            header: None,
            body: Box::new(Body {
                error: error.into(),
                violations: None,
            }),
        }
    }

    pub(crate) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    /// Asks for a credential.
    pub(crate) fn unauthorized(error: impl Into<String>) -> Self {
        Self {
            header: Some((
                "www-authenticate",
                "Basic realm=\"xAPI\", charset=\"UTF-8\"".to_owned(),
            )),
            ..Self::new(StatusCode::UNAUTHORIZED, error)
        }
    }

    /// Asks to wait for so many seconds.
    pub(crate) fn too_many(error: impl Into<String>, seconds: u64) -> Self {
        Self::later(StatusCode::TOO_MANY_REQUESTS, error, seconds)
    }

    /// Names every parameter that is wrong.
    pub(crate) fn parameters(violations: &[ParameterViolation]) -> Self {
        let mut refusal = Self::bad_request("the address has parameters that are wrong");
        refusal.body.violations = Some(serde_json::json!({
            "violations": violations,
            "count": violations.len(),
        }));
        refusal
    }

    /// Names every part that is wrong.
    pub(crate) fn parts(violations: &[PartViolation]) -> Self {
        let mut refusal = Self::bad_request("the body has parts that are wrong");
        refusal.body.violations = Some(serde_json::json!({
            "violations": violations,
            "count": violations.len(),
        }));
        refusal
    }

    /// Says more in the log than to the client.
    fn internal(error: &StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        let (status, seconds, message) = match error.outage() {
            Some(Outage::Full) => (
                StatusCode::INSUFFICIENT_STORAGE,
                60,
                "the disk of the database is full: nothing was stored; try again once there is room",
            ),
            Some(Outage::ReadOnly) => (
                StatusCode::SERVICE_UNAVAILABLE,
                60,
                "the database can only be read for now: nothing was stored; try again later",
            ),
            Some(Outage::Away) => (
                StatusCode::SERVICE_UNAVAILABLE,
                5,
                "the database does not answer: send the same again later, with the same ids",
            ),
            None => (
                StatusCode::SERVICE_UNAVAILABLE,
                5,
                "the database did not answer as it should: send the same again later, with the same ids",
            ),
        };
        Self::later(status, message, seconds)
    }

    /// Asks to come again in a moment: more is sent than can be held.
    pub(crate) fn busy() -> Self {
        Self::later(
            StatusCode::SERVICE_UNAVAILABLE,
            "more is sent than can be written: nothing was stored; try again as Retry-After says",
            1,
        )
    }

    /// Says to machines why the store cannot work.
    pub(crate) fn not_ready(error: &StoreError) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Self::internal(error)
        }
    }

    /// Asks to come again in so many seconds.
    fn later(status: StatusCode, error: impl Into<String>, seconds: u64) -> Self {
        Self {
            header: Some(("retry-after", seconds.to_string())),
            ..Self::new(status, error)
        }
    }
}

impl From<Violations> for Refusal {
    fn from(violations: Violations) -> Self {
        let mut refusal = Self::bad_request("the specification is not followed");
        refusal.body.violations = serde_json::to_value(violations).ok();
        refusal
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Conflict(_) => Self::new(StatusCode::CONFLICT, error.to_string()),
            StoreError::PreconditionFailed => Self::new(StatusCode::PRECONDITION_FAILED, error.to_string()),
            StoreError::NotMergeable => Self::bad_request(error.to_string()),
            StoreError::Busy => Self::busy(),
            _ => Self::internal(&error),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some((name, value)) = self.header
            && let Ok(value) = HeaderValue::try_from(value)
        {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        response
    }
}
