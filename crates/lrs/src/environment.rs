//! What every request shares: the store, the clock, the generator, the keys.

use std::{net::IpAddr, sync::Arc};

use cartable_lrs_store::{Clock, Store, StoreError};
use cartable_xapi::{Iri, Timestamp, Uuid};

use crate::{
    console::Throttle,
    cursor::CursorKey,
    limit::Limiter,
    xapi::{Authenticator, Room},
};

/// A generator: fills bytes at random, fit for secrets.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What the edge decides.
#[derive(Clone)]
pub struct Settings {
    /// Where clients reach the server, without a slash at its end: `https://lrs.example.org` or
    /// `https://example.org/lrs`. Its path is part of `more`, the whole of each statement's authority.
    pub public_url: Iri,
    /// The clock.
    pub clock: Clock,
    /// The generator.
    pub random: Random,
    /// The reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Requests that a credential may make in a second, after a burst of ten times as many.
    pub rate: u32,
}

impl Settings {
    /// The rate when nobody says another: more than a busy LMS sends; who goes on asking faster is told to wait.
    pub const RATE: u32 = 10_000;
}

/// The Learning Record Store. Cheap to clone.
#[derive(Clone)]
pub struct Lrs(Arc<Inner>);

struct Inner {
    store: Store,
    settings: Settings,
    prefix: String,
    cursor_key: CursorKey,
    authenticator: Authenticator,
    throttle: Throttle,
    rate: Limiter<String>,
    bodies: Room,
}

impl Lrs {
    /// Joins a store with its settings.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn new(store: Store, settings: Settings) -> Result<Self, StoreError> {
        let mut key = [0; 32];
        (settings.random)(&mut key);
        let authenticator = Authenticator::new(key);
        (settings.random)(&mut key);
        // Kept in the store, so that a cursor still holds after a restart and on another node.
        let cursor_key = CursorKey::new(&store.setting("cursor-key", &key).await?);
        let prefix = path_of(settings.public_url.as_str()).to_owned();
        let rate = settings.rate.max(1);
        let rate = Limiter::new(rate.saturating_mul(10), i64::from(1_000_000 / rate).max(1));
        Ok(Self(Arc::new(Inner {
            store,
            settings,
            prefix,
            cursor_key,
            authenticator,
            throttle: Throttle::default(),
            rate,
            bodies: Room::default(),
        })))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.settings.clock)()
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0.settings.random)(&mut bytes);
        bytes
    }

    /// An id for a statement: it begins with the time, so that what is stored together stands together in the index of
    /// ids, and 74 of its bits are random. Its version is 4, since many clients know none later than 5.
    pub(crate) fn new_id(&self) -> Uuid {
        let mut bytes: [u8; 16] = self.random();
        let [_, _, millis @ ..] = self.now().micros().div_euclid(1000).to_be_bytes();
        bytes[..6].copy_from_slice(&millis);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    pub(crate) fn public_url(&self) -> &Iri {
        &self.0.settings.public_url
    }

    /// The path under which a reverse proxy publishes the server; empty without one.
    pub(crate) fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// Whether clients come by https, as far as the public address tells.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.settings.public_url.as_str().starts_with("https:")
    }

    pub(crate) fn cursor_key(&self) -> &CursorKey {
        &self.0.cursor_key
    }

    pub(crate) fn authenticator(&self) -> &Authenticator {
        &self.0.authenticator
    }

    pub(crate) fn trusted_proxies(&self) -> &[IpAddr] {
        &self.0.settings.trusted_proxies
    }

    /// How often each credential may ask.
    pub(crate) fn rate(&self) -> &Limiter<String> {
        &self.0.rate
    }

    /// The room for the bodies of requests.
    pub(crate) fn bodies(&self) -> &Room {
        &self.0.bodies
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }
}

/// The path of an address, without a slash at its end.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/')
        .and_then(|start| rest.get(start..))
        .unwrap_or_default()
        .trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn the_path_of_an_address_has_no_slash_at_its_end() {
        assert_eq!(path_of("https://lrs.example.org"), "");
        assert_eq!(path_of("https://lrs.example.org/"), "");
        assert_eq!(path_of("https://example.org:8443/a/lrs/"), "/a/lrs");
    }
}
