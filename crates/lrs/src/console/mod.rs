//! The administration console: pages for people, behind a login.
//!
//! No script runs in it, and nothing in it comes from elsewhere.

mod language;
mod page;
mod sentence;
mod session;
mod throttle;

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{ConnectInfo, FromRef, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use cartable_lrs_store::{DEFAULT_STORE, Order, StatementFilter, StoreError, hash_secret, verify_secret};
use serde::Deserialize;
use tower_http::set_header::SetResponseHeaderLayer;

use self::{
    language::Language,
    page::{Described, Interface, Login, Pages, Statements},
    session::{Signed, clear_cookie, has_own_origin, set_cookie},
};
use crate::{Peer, environment::Lrs, openapi::OPERATIONS};

pub use page::ConsoleError;
pub(crate) use throttle::Throttle;

/// Where the console is.
pub const CONSOLE: &str = "/console";

/// Statements on a page.
const PAGE: u32 = 50;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// The state of the console's routes.
#[derive(Clone)]
struct Console {
    lrs: Lrs,
    pages: Arc<Pages>,
}

impl FromRef<Console> for Lrs {
    fn from_ref(console: &Console) -> Self {
        console.lrs.clone()
    }
}

/// The console's pages.
pub(crate) fn routes(lrs: &Lrs) -> Result<Router, ConsoleError> {
    let console = Console {
        lrs: lrs.clone(),
        pages: Arc::new(Pages::new()?),
    };
    let header = |name: HeaderName, value| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    Ok(Router::new()
        .route(CONSOLE, get(statements))
        .route(&format!("{CONSOLE}/login"), get(ask_login).post(login))
        .route(&format!("{CONSOLE}/logout"), post(logout))
        .route(&format!("{CONSOLE}/console.css"), get(style))
        .route("/openapi", get(interface))
        .with_state(console)
        .layer(header(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CACHE_CONTROL, "no-store")))
}

/// Why a page cannot be shown.
enum PageError {
    Store(StoreError),
    Page(ConsoleError),
}

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
        match self {
            Self::Store(error) => tracing::error!(%error, "the store failed"),
            Self::Page(error) => tracing::error!(%error, "a page failed"),
        }
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

async fn style() -> Response {
    const STYLE: &str = include_str!("../../../../templates/console/console.css");
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, STYLE).into_response()
}

#[derive(Deserialize)]
struct StatementsQuery {
    /// Where the page before ended.
    before: Option<String>,
}

async fn statements(
    State(Console { lrs, pages }): State<Console>,
    language: Language,
    signed: Option<Signed>,
    Query(query): Query<StatementsQuery>,
) -> Result<Response, PageError> {
    const CURSOR_OF: &str = "console";
    let Some(Signed { account, .. }) = signed else {
        return Ok(to(&lrs, "/login").into_response());
    };
    let before = query.before.as_deref();
    let filter = StatementFilter {
        after: before.and_then(|text| lrs.cursor_key().verify(text, CURSOR_OF)),
        order: Order::Descending,
        limit: PAGE,
        ..StatementFilter::default()
    };
    let page = lrs.store().statements(DEFAULT_STORE, &filter).await?;
    let older = page.next.map(|cursor| lrs.cursor_key().sign(cursor, CURSOR_OF));
    let html = pages.statements(&Statements {
        base: base(&lrs),
        words: language.words(),
        language: language.tag(),
        account: &account,
        lines: page
            .statements
            .iter()
            .filter_map(|found| sentence::line(found, language))
            .collect(),
        older,
        is_first: filter.after.is_none(),
    })?;
    Ok(Html(html).into_response())
}

/// The programming interface, for anyone to read: it says nothing of what is kept.
async fn interface(
    State(Console { lrs, pages }): State<Console>,
    language: Language,
) -> Result<Response, PageError> {
    let operations = OPERATIONS.iter().map(|operation| Described {
        method: operation.method.to_ascii_uppercase(),
        path: format!("{}{}", lrs.prefix(), operation.path()),
        summary: match language {
            Language::French => operation.french,
            Language::English => operation.english,
        },
        parameters: operation.parameters,
        statuses: operation.statuses(),
    });
    let html = pages.interface(&Interface {
        base: base(&lrs),
        words: language.words(),
        language: language.tag(),
        document: format!("{}/openapi.json", lrs.prefix()),
        operations: operations.collect(),
    })?;
    Ok(Html(html).into_response())
}

async fn ask_login(
    State(Console { lrs, pages }): State<Console>,
    language: Language,
    signed: Option<Signed>,
) -> Result<Response, PageError> {
    if signed.is_some() {
        return Ok(to(&lrs, "").into_response());
    }
    Ok(login_page(&lrs, &pages, language, None, StatusCode::OK)?)
}

#[derive(Deserialize)]
struct Credentials {
    account: String,
    password: String,
}

async fn login(
    State(Console { lrs, pages }): State<Console>,
    ConnectInfo(peer): Peer,
    language: Language,
    headers: HeaderMap,
    Form(Credentials { account, password }): Form<Credentials>,
) -> Result<Response, PageError> {
    if !has_own_origin(&headers) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let refuse = |fault: &str, status| login_page(&lrs, &pages, language, Some(fault), status);
    let Some(_attempt) = lrs.throttle().attempt(peer.ip(), lrs.now()).await else {
        return Ok(refuse("login_too_many", StatusCode::TOO_MANY_REQUESTS)?);
    };
    let known = lrs.store().password_hash(&account).await?;
    let is_known = known.is_some();
    // An account that does not exist takes as long as a password that is wrong.
    let hash = known.unwrap_or_else(|| hash_secret("", &[0; 16]).unwrap_or_default());
    let right = tokio::task::spawn_blocking(move || verify_secret(&password, &hash))
        .await
        .unwrap_or(false);
    if !(right && is_known) {
        lrs.throttle().failed(peer.ip(), lrs.now());
        return Ok(refuse("login_wrong", StatusCode::UNAUTHORIZED)?);
    }
    lrs.throttle().succeeded(peer.ip());
    let cookie = session::begin(&lrs, &account).await?;
    Ok((set_cookie(&lrs, &cookie), to(&lrs, "")).into_response())
}

async fn logout(
    State(Console { lrs, .. }): State<Console>,
    signed: Option<Signed>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if !has_own_origin(&headers) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    if let Some(Signed { token, .. }) = signed {
        lrs.store().end_session(&token).await?;
    }
    Ok((clear_cookie(&lrs), to(&lrs, "/login")).into_response())
}

fn login_page(
    lrs: &Lrs,
    pages: &Pages,
    language: Language,
    fault: Option<&str>,
    status: StatusCode,
) -> Result<Response, ConsoleError> {
    let html = pages.login(&Login {
        base: base(lrs),
        words: language.words(),
        language: language.tag(),
        fault,
    })?;
    Ok((status, Html(html)).into_response())
}

/// The console's address, as the browser sees it.
fn base(lrs: &Lrs) -> String {
    format!("{}{CONSOLE}", lrs.prefix())
}

fn to(lrs: &Lrs, path: &str) -> Redirect {
    Redirect::to(&format!("{}{path}", base(lrs)))
}
