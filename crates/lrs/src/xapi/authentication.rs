//! HTTP Basic authentication (RFC 7617) against hashed secrets.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use cartable_lrs_store::{Credential, verify_secret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::Semaphore;

use super::launch::Launch;
use crate::{environment::Lrs, limit::Limiter, refusal::Refusal};

/// So many secrets are verified at once: each takes a core and 19 MiB for tens of milliseconds.
const VERIFIERS: usize = 2;
/// So many verified secrets are remembered.
const REMEMBERED: usize = 10_000;
/// So many failures from one address at once, then one each five seconds.
const FAILURES: u32 = 60;
const FAILURE_EACH: i64 = 5_000_000;
/// The last use of a credential is written when the one that is known is older than this, in microseconds.
const LAST_USE: i64 = 10 * 60 * 1_000_000;

/// Verifies secrets, and remembers a keyed digest of those that were right, so that a client pays for the slow hash
/// once. The credential itself is read again, so that one that is revoked is refused: at once, or 20
/// milliseconds later when another process did it.
pub(crate) struct Authenticator {
    key: [u8; 32],
    verified: Mutex<HashMap<String, [u8; 32]>>,
    verifiers: Semaphore,
    failures: Limiter<IpAddr>,
    uses: Limiter<String>,
}

impl Authenticator {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            verified: Mutex::default(),
            verifiers: Semaphore::new(VERIFIERS),
            failures: Limiter::new(FAILURES, FAILURE_EACH),
            uses: Limiter::new(1, LAST_USE),
        }
    }

    fn digest(&self, credential: &Credential, secret: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(credential.secret_hash.as_bytes());
        mac.update(&[0]);
        mac.update(secret.as_bytes());
        Some(mac)
    }

    /// Whether the secret was found right before.
    fn is_known(&self, credential: &Credential, secret: &str) -> bool {
        let known = self.lock().get(&credential.key).copied();
        let Some((digest, mac)) = known.zip(self.digest(credential, secret)) else {
            return false;
        };
        mac.verify_slice(&digest).is_ok()
    }

    async fn is_right(&self, credential: &Credential, secret: &str) -> bool {
        let Some(mac) = self.digest(credential, secret) else {
            return false;
        };
        let Ok(_turn) = self.verifiers.acquire().await else {
            return false;
        };
        // Another request may have found it right meanwhile.
        if self.is_known(credential, secret) {
            return true;
        }
        let right = verify_secret(secret, &credential.secret_hash).await;
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
pub(super) async fn authenticate(
    lrs: &Lrs,
    headers: &HeaderMap,
    from: Option<IpAddr>,
) -> Result<Credential, Refusal> {
    let header = headers.get(header::AUTHORIZATION).ok_or_else(|| {
        Refusal::unauthorized("a credential is needed: send its key and secret by HTTP Basic authentication")
    })?;
    let (key, secret) = basic(header.as_bytes())
        .ok_or_else(|| Refusal::unauthorized("the Authorization header is not that of HTTP Basic"))?;
    let authenticator = lrs.authenticator();
    let credential = lrs.store().credential(&key).await?;
    let credential = credential.filter(|credential| credential.is_valid(lrs.now()));
    if let Some(credential) = &credential
        && authenticator.is_known(credential, &secret)
    {
        return accept(lrs, credential.clone()).await;
    }
    // Others behind the same address who were right before are not made to wait.
    let wait = from.and_then(|from| authenticator.failures.wait(&from, lrs.now()));
    if let Some(seconds) = wait {
        return Err(Refusal::too_many(
            "too many wrong credentials came from this address: wait as long as Retry-After says",
            seconds,
        ));
    }
    match credential {
        Some(credential) if authenticator.is_right(&credential, &secret).await => {
            accept(lrs, credential).await
        }
        _ => {
            if let Some(from) = from {
                authenticator.failures.take(from, lrs.now());
            }
            Err(wrong())
        }
    }
}

fn wrong() -> Refusal {
    Refusal::unauthorized("the credential is unknown, revoked or expired, or its secret is wrong")
}

/// A credential whose secret is right, unless the one that asked for it has ended.
async fn accept(lrs: &Lrs, credential: Credential) -> Result<Credential, Refusal> {
    let now = lrs.now();
    if let Some(launch) = &credential.launch {
        let launch: Launch = serde_json::from_str(launch).map_err(|_| wrong())?;
        let issuer = lrs.store().credential(&launch.issuer).await?;
        if !issuer.is_some_and(|issuer| issuer.is_valid(now)) {
            return Err(wrong());
        }
    }
    let is_old = |last: cartable_xapi::Timestamp| now.micros().saturating_sub(last.micros()) > LAST_USE;
    let uses = &lrs.authenticator().uses;
    if credential.last_used.is_none_or(is_old) && uses.wait(&credential.key, now).is_none() {
        uses.take(credential.key.clone(), now);
        let (store, key) = (lrs.store().clone(), credential.key.clone());
        // The answer does not wait for it.
        tokio::spawn(async move {
            if let Err(error) = store.touch_credential(&key).await {
                tracing::warn!(%error, "the last use of a credential could not be written");
            }
        });
    }
    Ok(credential)
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
    // No key has a control character (RFC 7617, 2), and a database may not take one.
    let (key, secret) = pair
        .split_once(':')
        .filter(|(key, _)| !key.contains(char::is_control))?;
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
            "Basic AGE6Yg==",
            "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        ] {
            assert_eq!(basic(header.as_bytes()), None, "{header}");
        }
    }
}
