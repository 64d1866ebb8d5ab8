//! HTTP Basic authentication (RFC 7617) against hashed secrets.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use cartable_lrs_store::{Credential, verify_secret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::Semaphore;

use crate::{environment::Lrs, refusal::Refusal};

/// So many secrets are verified at once: each takes a core and 19 MiB for tens of milliseconds.
const VERIFIERS: usize = 2;
/// So many verified secrets are remembered.
const REMEMBERED: usize = 10_000;

/// Verifies secrets, and remembers a keyed digest of those that were right, so that a client pays for the slow hash
/// once. The credential itself is read again for each request: one that is revoked is refused at once.
pub(crate) struct Authenticator {
    key: [u8; 32],
    verified: Mutex<HashMap<String, [u8; 32]>>,
    verifiers: Semaphore,
}

impl Authenticator {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            verified: Mutex::default(),
            verifiers: Semaphore::new(VERIFIERS),
        }
    }

    async fn is_right(&self, credential: &Credential, secret: &str) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return false;
        };
        mac.update(credential.secret_hash.as_bytes());
        mac.update(&[0]);
        mac.update(secret.as_bytes());
        let known = self.lock().get(&credential.key).copied();
        if known.is_some_and(|digest| mac.clone().verify_slice(&digest).is_ok()) {
            return true;
        }
        let Ok(_turn) = self.verifiers.acquire().await else {
            return false;
        };
        let (secret, hash) = (secret.to_owned(), credential.secret_hash.clone());
        let right = tokio::task::spawn_blocking(move || verify_secret(&secret, &hash))
            .await
            .unwrap_or(false);
        if right {
            let mut verified = self.lock();
            if verified.len() >= REMEMBERED {
                verified.clear();
            }
            verified.insert(credential.key.clone(), mac.finalize().into_bytes().into());
        }
        right
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, [u8; 32]>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The credential that a request carries.
pub(super) async fn authenticate(lrs: &Lrs, headers: &HeaderMap) -> Result<Credential, Refusal> {
    let header = headers.get(header::AUTHORIZATION).ok_or_else(|| {
        Refusal::unauthorized("a credential is needed: send its key and secret by HTTP Basic authentication")
    })?;
    let (key, secret) = basic(header.as_bytes())
        .ok_or_else(|| Refusal::unauthorized("the Authorization header is not that of HTTP Basic"))?;
    let credential = lrs.store().credential(&key).await?;
    match credential {
        Some(credential)
            if credential.is_valid(lrs.now()) && lrs.authenticator().is_right(&credential, &secret).await =>
        {
            Ok(credential)
        }
        _ => Err(Refusal::unauthorized(
            "the credential is unknown, revoked or expired, or its secret is wrong",
        )),
    }
}

/// The user and the password of the header.
fn basic(header: &[u8]) -> Option<(String, String)> {
    let text = str::from_utf8(header).ok()?;
    let (scheme, token) = text.split_once(' ')?;
    let token = BASE64_STANDARD
        .decode(token.trim())
        .ok()
        .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let pair = String::from_utf8(token).ok()?;
    let (key, secret) = pair.split_once(':')?;
    Some((key.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn the_header_of_rfc_7617_is_read() {
        let expected = Some(("Aladdin".to_owned(), "open sesame".to_owned()));
        assert_eq!(basic(b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), expected);
        assert_eq!(basic(b"basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), expected);
        assert_eq!(basic(b"Basic YTpiOmM="), Some(("a".to_owned(), "b:c".to_owned())));
    }

    #[test]
    fn any_other_header_is_refused() {
        for header in [
            "",
            "Basic",
            "Basic ",
            "Basic QUJD",
            "Basic é",
            "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        ] {
            assert_eq!(basic(header.as_bytes()), None, "{header}");
        }
    }
}
