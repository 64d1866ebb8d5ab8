//! The xAPI resources (1.0.3 Part 3; 2.0, 4.1).

mod about;
mod authentication;
mod body;
mod call;
mod parameters;
mod state;
mod statements;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use cartable_xapi::Version;
use tower_http::cors::{Any, CorsLayer};

use crate::{environment::Lrs, refusal::Refusal};

pub(crate) use authentication::Authenticator;

/// Where the resources are.
pub const XAPI: &str = "/xapi";

const VERSION: HeaderName = HeaderName::from_static("x-experience-api-version");
const CONSISTENT_THROUGH: HeaderName = HeaderName::from_static("x-experience-api-consistent-through");

pub(crate) fn routes(lrs: Lrs) -> Router<Lrs> {
    let mut resources = Router::new();
    // A slash at the end is no other resource, and a redirect would break clients.
    for (path, route) in [
        ("/about", get(about::get)),
        (
            "/statements",
            get(statements::get).post(statements::post).put(statements::put),
        ),
        (
            "/activities/state",
            get(state::get)
                .put(state::put)
                .post(state::post)
                .delete(state::delete),
        ),
    ] {
        resources = resources
            .route(&format!("{XAPI}{path}"), route.clone())
            .route(&format!("{XAPI}{path}/"), route);
    }
    resources
        .route(&format!("{XAPI}/{{*path}}"), axum::routing::any(unknown))
        .method_not_allowed_fallback(not_allowed)
        .layer(middleware::from_fn_with_state(lrs, common_headers))
        .layer(cors())
}

/// Clients run on any origin; credentials come in a header, never in a cookie.
fn cors() -> CorsLayer {
    const AN_HOUR: std::time::Duration = std::time::Duration::from_hours(1);
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::ACCEPT_LANGUAGE,
            VERSION,
        ])
        .expose_headers([header::ETAG, header::LAST_MODIFIED, VERSION, CONSISTENT_THROUGH])
        .max_age(AN_HOUR)
}

/// Every answer has the request's version, and the time up to which it knows all statements.
async fn common_headers(State(lrs): State<Lrs>, request: Request, next: Next) -> Response {
    let version = version_of(request.headers()).unwrap_or(Version::V1_0_3);
    // Read before the answer is made: what is stored meanwhile must not be promised.
    let consistent_through = lrs.store().consistent_through();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(version) = HeaderValue::try_from(version.to_string()) {
        headers.insert(VERSION, version);
    }
    if let Ok(time) = HeaderValue::try_from(consistent_through.to_string()) {
        headers.insert(CONSISTENT_THROUGH, time);
    }
    // A state document may hold anything, and the console has the same origin.
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The version that a request names, if it is one that this server knows.
fn version_of(headers: &axum::http::HeaderMap) -> Option<Version> {
    headers
        .get(VERSION)
        .and_then(|version| version.to_str().ok())
        .and_then(Version::parse)
}

async fn unknown() -> Response {
    Refusal::not_found("there is no such xAPI resource").into_response()
}

async fn not_allowed() -> Response {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this resource does not have this method",
    )
    .into_response()
}
