//! What the console says in place of a page that it cannot show.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use cartable_lrs_store::{Outage, StoreError};

use super::{
    Console, base,
    language::Language,
    page::{ConsoleError, Trouble},
};

/// Why a page cannot be shown.
pub(super) enum PageError {
    Store(StoreError),
    Page(ConsoleError),
}

/// The key of the string that says what is wrong, carried by the answer until [`explain`] has put it into words.
#[derive(Clone, Copy)]
struct Fault(&'static str);

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ConsoleError> for PageError {
    fn from(error: ConsoleError) -> Self {
        Self::Page(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let outage = match self {
            Self::Store(error) => {
                tracing::error!(%error, "the store failed");
                error.outage()
            }
            Self::Page(error) => {
                tracing::error!(%error, "a page failed");
                None
            }
        };
        let (status, seconds, fault) = match outage {
            Some(Outage::Full) => (StatusCode::INSUFFICIENT_STORAGE, Some("60"), "trouble_full"),
            Some(Outage::ReadOnly) => (StatusCode::SERVICE_UNAVAILABLE, Some("60"), "trouble_read_only"),
            Some(Outage::Away) => (StatusCode::SERVICE_UNAVAILABLE, Some("5"), "trouble_away"),
            None => (StatusCode::INTERNAL_SERVER_ERROR, None, "trouble_fault"),
        };
        let mut response = status.into_response();
        if let Some(seconds) = seconds {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        response.extensions_mut().insert(Fault(fault));
        response
    }
}

/// Says in the reader's language what is wrong, and what to do.
pub(super) async fn explain(
    State(Console { lrs, pages }): State<Console>,
    language: Language,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let Some(Fault(fault)) = response.extensions_mut().remove() else {
        return response;
    };
    let page = Trouble {
        base: base(&lrs),
        words: language.words(),
        language: language.tag(),
        fault,
    };
    // A page that cannot be rendered either is an answer without one.
    if let Ok(html) = pages.trouble(&page) {
        let html_type = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, html_type);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(html);
    }
    response
}
