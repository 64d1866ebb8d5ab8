//! The administration console: pages for people, behind a login.
//!
//! No script runs in it, and nothing in it comes from elsewhere.

mod language;
mod page;
mod progress;
mod sentence;
mod session;
mod throttle;
mod trouble;

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Form, Router,
    extract::{ConnectInfo, FromRef, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use cartable_lrs_store::{
    DEFAULT_STORE, Facet, Kind, Order, Scope, StatementFilter, StoreError, hash_secret, verify_secret,
};
use cartable_xapi::InverseFunctionalIdentifier;
use serde::Deserialize;
use tower_http::set_header::SetResponseHeaderLayer;

use self::{
    language::Language,
    page::{Described, Interface, Login, Of, Pages, Statements},
    session::{Signed, clear_cookie, has_own_origin, set_cookie},
    trouble::PageError,
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
        .route(&format!("{CONSOLE}/overview"), get(progress::overview))
        .route(&format!("{CONSOLE}/activity"), get(progress::activity))
        .route(&format!("{CONSOLE}/login"), get(ask_login).post(login))
        .route(&format!("{CONSOLE}/logout"), post(logout))
        .route(&format!("{CONSOLE}/console.css"), get(style))
        .route("/openapi", get(interface))
        .route_layer(middleware::from_fn_with_state(console.clone(), trouble::explain))
        .with_state(console)
        .layer(header(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CACHE_CONTROL, "no-store")))
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
    /// Only what this agent did, by the canonical form of an identifier, and what is about this activity.
    agent: Option<String>,
    activity: Option<String>,
}

impl StatementsQuery {
    fn facets(&self) -> Vec<(Facet, Option<Scope>)> {
        let agent = self.agent.as_ref().map(|value| Facet {
            kind: Kind::Agent,
            value: value.clone(),
        });
        let activity = self.activity.as_ref().map(|id| Facet::activity(id));
        let agent = agent.map(|facet| (facet, Some(Scope::Direct)));
        let activity = activity.map(|facet| (facet, Some(Scope::Related)));
        agent.into_iter().chain(activity).collect()
    }

    /// The query of another page of the same statements.
    fn page(&self, before: Option<&str>) -> String {
        let pairs = [
            ("agent", self.agent.as_deref()),
            ("activity", self.activity.as_deref()),
            ("before", before),
        ];
        let pairs: Vec<(&str, &str)> = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        progress::query(&pairs)
    }
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
        facets: query.facets(),
        after: before.and_then(|text| lrs.cursor_key().verify(text, CURSOR_OF)),
        order: Order::Descending,
        limit: PAGE,
        ..StatementFilter::default()
    };
    let page = lrs.store().statements(DEFAULT_STORE, &filter).await?;
    let older = page.next.map(|cursor| lrs.cursor_key().sign(cursor, CURSOR_OF));
    let older = older.map(|before| query.page(Some(&before)));
    let of = of(&lrs, &query, language).await?;
    let html = pages.statements(&Statements {
        base: base(&lrs),
        words: language.words(),
        language: language.tag(),
        account: &account,
        place: "statements",
        of,
        lines: page
            .statements
            .iter()
            .filter_map(|found| sentence::line(found, language))
            .collect(),
        older,
        latest: query.page(None),
        is_first: filter.after.is_none(),
    })?;
    Ok(Html(html).into_response())
}

/// Whose statements are asked for, and about what.
async fn of(lrs: &Lrs, query: &StatementsQuery, language: Language) -> Result<Option<Of>, StoreError> {
    let (Some(agent), Some(activity)) = (&query.agent, &query.activity) else {
        return Ok(None);
    };
    let facet = Facet {
        kind: Kind::Agent,
        value: agent.clone(),
    };
    let names = lrs.store().agent_names(DEFAULT_STORE, &facet).await?;
    let definitions = lrs
        .store()
        .definitions(DEFAULT_STORE, &BTreeSet::from([activity.clone()]))
        .await?;
    let identifier: Option<InverseFunctionalIdentifier> = agent.parse().ok();
    Ok(Some(Of {
        learner: names
            .into_iter()
            .find(|name| !name.trim().is_empty())
            .unwrap_or_else(|| sentence::identifier(identifier.as_ref(), language)),
        activity: progress::activity_name(definitions.get(activity), language)
            .unwrap_or_else(|| activity.clone()),
        link: format!("{}/activity?{}", base(lrs), progress::query(&[("id", activity)])),
    }))
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
    let right = if let Some(hash) = lrs.store().password_hash(&account).await? {
        verify_secret(&password, &hash).await
    } else {
        // An account that does not exist takes as long as a password that is wrong.
        hash_secret(&password, [0; 16]).await?;
        false
    };
    if !right {
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
