//! The xAPI resources (1.0.3 Part 3; 2.0, 4.1).

mod about;
mod activities;
mod agents;
mod alternate;
mod authentication;
mod basic_request;
mod body;
mod call;
mod document;
mod form;
mod launch;
mod multipart;
mod pages;
mod parameters;
mod signature;
mod statements;
mod submission;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use cartable_xapi::Version;
use tower::Layer;
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{Predicate, SizeAbove},
    },
    cors::{Any, CorsLayer},
};

use crate::{environment::Lrs, openapi, refusal::Refusal};

pub(crate) use authentication::Authenticator;
pub(crate) use body::Room;
#[cfg(feature = "fuzzing")]
pub(crate) use statements::read_query;
#[cfg(feature = "fuzzing")]
pub(crate) use submission::Submission;

/// Where the resources are.
pub const XAPI: &str = "/xapi";

const VERSION: HeaderName = HeaderName::from_static("x-experience-api-version");
const CONSISTENT_THROUGH: HeaderName = HeaderName::from_static("x-experience-api-consistent-through");

pub(crate) fn routes(lrs: Lrs) -> Router<Lrs> {
    let mut resources = Router::new();
    // A slash at the end is no other resource, and a redirect would break clients.
    for (path, route) in openapi::resources().filter_map(|path| Some((path, resource(path)?))) {
        resources = resources
            .route(&format!("{XAPI}{path}"), route.clone())
            .route(&format!("{XAPI}{path}/"), route);
    }
    let resources = resources
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .with_state(lrs.clone());
    // The alternate request syntax changes the method and the address, so it comes before they choose a resource.
    let resources = (cors(), middleware::from_fn_with_state(lrs, answer), compression()).layer(resources);
    Router::new().route_service(&format!("{XAPI}/{{*path}}"), resources)
}

/// Compresses answers for clients that ask for it: statements repeat the same words. A document has an entity tag of its
/// bytes, and a refusal a length that some clients rely on.
fn compression() -> CompressionLayer<impl Predicate> {
    const WORTH_IT: u64 = 1024;
    let is_whole = |status: StatusCode, _, headers: &HeaderMap, _: &_| {
        status == StatusCode::OK && !headers.contains_key(header::ETAG)
    };
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(is_whole.and(SizeAbove::new(WORTH_IT)))
}

/// What answers at a path. Which paths there are, the document's list says (`openapi.rs`).
fn resource(path: &str) -> Option<MethodRouter<Lrs>> {
    Some(match path {
        "/about" => get(about::get),
        "/statements" => get(statements::get).post(statements::post).put(statements::put),
        "/Basic/request" => post(basic_request::post),
        "/activities" => get(activities::get),
        "/activities/state" => document::STATE.routes(),
        "/activities/profile" => document::ACTIVITY_PROFILE.routes(),
        "/agents" => get(agents::get),
        "/agents/profile" => document::AGENT_PROFILE.routes(),
        _ => return None,
    })
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
        .expose_headers([
            header::ETAG,
            header::LAST_MODIFIED,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            VERSION,
            CONSISTENT_THROUGH,
        ])
        .max_age(AN_HOUR)
}

/// What a request without a version is answered: the header came with xAPI 0.95, so that the request is of the version
/// before it, which is refused. This is also what the two current versions can both mean.
const UNVERSIONED: HeaderValue = HeaderValue::from_static("0.9");

/// Every answer has the request's version, and the time up to which it knows all statements.
async fn answer(State(lrs): State<Lrs>, request: Request, next: Next) -> Response {
    let is_about = request.uri().path().trim_end_matches('/').ends_with("/about");
    let mut version = match (version_of(request.headers()), request.headers().get(VERSION)) {
        (None, None) if !is_about => Some(UNVERSIONED),
        (version, _) => header_of(version.unwrap_or(Version::V1_0_3)),
    };
    // Read before the answer is made: what is stored meanwhile must not be promised.
    let (consistent_through, outage) = match lrs.store().consistent_through().await {
        Ok(time) => (Some(time), None),
        Err(error) => (None, error.outage().map(|_| Refusal::from(error))),
    };
    let request = match outage {
        // All else needs the database, and would wait for it once more.
        Some(refusal) if !is_about => Err(refusal),
        _ => alternate::resolve(&lrs, request).await,
    };
    let mut response = match request {
        Ok(request) => {
            // The version of a request in the alternate syntax is that of its form.
            if let Some(known) = version_of(request.headers()) {
                version = header_of(known);
            }
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    if let Some(version) = version {
        headers.entry(VERSION).or_insert(version);
    }
    // A database that does not answer promises nothing.
    let time = consistent_through.and_then(|time| HeaderValue::try_from(time.to_string()).ok());
    if let Some(time) = time {
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

fn header_of(version: Version) -> Option<HeaderValue> {
    HeaderValue::try_from(version.to_string()).ok()
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
