//! Who is signed in: a cookie that only this console receives, and of which the database keeps the hash.

use axum::{
    extract::{FromRef, OptionalFromRequestParts},
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use cartable_lrs_store::{Session, StoreError};
use cartable_xapi::Timestamp;

use super::{CONSOLE, trouble::PageError};
use crate::environment::Lrs;

const COOKIE: &str = "cartable_session";
/// A session lasts half a day.
const SECONDS: i64 = 12 * 60 * 60;

/// The account of a request's session.
pub(super) struct Signed {
    pub(super) account: String,
    pub(super) token: String,
}

impl<S: Sync> OptionalFromRequestParts<S> for Signed
where
    Lrs: FromRef<S>,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, PageError> {
        let Some(token) = token(&parts.headers) else {
            return Ok(None);
        };
        let session = Lrs::from_ref(state).store().session(&token).await;
        Ok(session?.map(|Session { account, .. }| Self { account, token }))
    }
}

/// Begins a session; returns its token.
pub(super) async fn begin(lrs: &Lrs, account: &str) -> Result<String, StoreError> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(lrs.random::<32>());
    let expires = lrs.now().micros().saturating_add(SECONDS * 1_000_000);
    let session = Session {
        account: account.to_owned(),
        expires: Timestamp::from_micros(expires).unwrap_or(Timestamp::MAX),
    };
    lrs.store().add_session(&token, &session).await?;
    Ok(token)
}

pub(super) fn set_cookie(lrs: &Lrs, token: &str) -> [(HeaderName, String); 1] {
    cookie(lrs, token, SECONDS)
}

pub(super) fn clear_cookie(lrs: &Lrs) -> [(HeaderName, String); 1] {
    cookie(lrs, "", 0)
}

fn cookie(lrs: &Lrs, token: &str, seconds: i64) -> [(HeaderName, String); 1] {
    let secure = if lrs.is_secure() { "; Secure" } else { "" };
    let path = lrs.prefix();
    [(
        header::SET_COOKIE,
        format!(
            "{COOKIE}={token}; Path={path}{CONSOLE}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
        ),
    )]
}

fn token(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .map(str::to_owned)
}

/// Whether a form was sent from this console's own pages, as every browser tells.
pub(super) fn has_own_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_form_from_elsewhere_is_not_our_own() {
        assert!(has_own_origin(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!has_own_origin(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!has_own_origin(&headers(&[("sec-fetch-site", "cross-site")])));
        let host = ("host", "lrs.example.org");
        assert!(has_own_origin(&headers(&[
            host,
            ("origin", "https://lrs.example.org")
        ])));
        assert!(!has_own_origin(&headers(&[
            host,
            ("origin", "https://example.org")
        ])));
        assert!(!has_own_origin(&headers(&[host, ("origin", "null")])));
        assert!(!has_own_origin(&headers(&[host])));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let found = token(&headers(&[("cookie", "a=b; cartable_session=xyz; c=d")]));
        assert_eq!(found.as_deref(), Some("xyz"));
        assert_eq!(token(&headers(&[("cookie", "cartable_sessions=xyz")])), None);
    }
}
