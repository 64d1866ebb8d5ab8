//! The LRS as a client meets it, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod access;
mod alternate;
mod attachments;
mod clauses;
mod concurrency;
mod console;
mod formats;
mod launch;
mod openapi;
mod profiles;
mod state;
mod statements;
mod strangers;
mod tenants;
mod wire;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::connect_info::MockConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use cartable_lrs::{Lrs, Settings, router};
use cartable_lrs_store::{
    Clock, DEFAULT_STORE, NewCredential, Store, StoreId, hash_secret, testing::TestDatabase,
};
use cartable_xapi::{Iri, Timestamp};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

const SECRET: &str = "a secret, with ünicode: and a colon";

/// A server, and a client that holds a credential and speaks a version.
struct Client {
    store: Store,
    router: Router,
    key: String,
    version: &'static str,
}

/// What the server answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Requests that a credential may make in a second.
const RATE: u32 = 500;

/// The reverse proxy that the server believes.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

impl Client {
    /// A server on this database, with a credential of all scopes.
    async fn new(database: &TestDatabase) -> Self {
        Self::at(database, "https://lrs.example.org").await
    }

    async fn at(database: &TestDatabase, public_url: &str) -> Self {
        let still = || Timestamp::from_micros(1_795_000_000_000_000).unwrap();
        Self::by(database, public_url, Arc::new(still)).await
    }

    /// With a clock that advances by a millisecond each time it is read: what is known for a moment is asked for again.
    async fn ticking(database: &TestDatabase) -> Self {
        let now = AtomicI64::new(1_795_000_000_000_000);
        let tick = move || Timestamp::from_micros(now.fetch_add(1000, Ordering::Relaxed)).unwrap();
        Self::by(database, "https://lrs.example.org", Arc::new(tick)).await
    }

    async fn by(database: &TestDatabase, public_url: &str, clock: Clock) -> Self {
        let store = database.open().await;
        let seed = std::sync::atomic::AtomicU8::new(1);
        let settings = Settings {
            public_url: Iri::parse(public_url).unwrap(),
            clock,
            trusted_proxies: vec![PROXY],
            rate: RATE,
            // Each call gives other bytes, the same ones in each run.
            random: Arc::new(move |bytes: &mut [u8]| {
                let start = seed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                for (place, byte) in bytes.iter_mut().enumerate() {
                    *byte = start.wrapping_mul(31).wrapping_add(u8::try_from(place).unwrap());
                }
            }),
        };
        let lrs = Lrs::new(store.clone(), settings).await.unwrap();
        let peer = MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000)));
        let client = Self {
            store,
            router: router(&lrs).unwrap().layer(peer),
            key: "all".to_owned(),
            version: "1.0.3",
        };
        client.add_credential("all", "all").await;
        client
    }

    async fn add_credential(&self, key: &str, scopes: &str) {
        self.add_credential_to(DEFAULT_STORE, key, scopes).await;
    }

    async fn add_credential_to(&self, store: StoreId, key: &str, scopes: &str) {
        let credential = NewCredential {
            key: key.to_owned(),
            secret_hash: hash_secret(SECRET, [9; 16]).await.unwrap(),
            label: String::new(),
            scopes: scopes.to_owned(),
            expires: None,
            origins: String::new(),
            launch: None,
        };
        self.add(store, &credential).await;
    }

    /// Adds a credential to a store.
    async fn add(&self, store: StoreId, credential: &NewCredential) {
        self.store.add_credential(store, credential).await.unwrap();
    }

    /// The same server with another credential.
    fn with_key(&self, key: &str) -> Self {
        Self {
            store: self.store.clone(),
            router: self.router.clone(),
            key: key.to_owned(),
            version: self.version,
        }
    }

    /// The same server and credential in another version.
    fn speaking(&self, version: &'static str) -> Self {
        Self {
            version,
            ..self.with_key(&self.key)
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    fn authorization(&self) -> String {
        format!(
            "Basic {}",
            BASE64_STANDARD.encode(format!("{}:{SECRET}", self.key))
        )
    }

    /// A header given here stands in place of the client's own; an empty one leaves it out.
    async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let authorization = self.authorization();
        let own = [
            ("x-experience-api-version", self.version),
            ("authorization", authorization.as_str()),
        ];
        let own = own
            .iter()
            .filter(|(name, _)| !headers.iter().any(|(given, _)| given == name));
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in own.chain(headers).filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], "").await
    }

    async fn post_json(&self, path: &str, body: impl Into<Body>) -> Answer {
        let json = [("content-type", "application/json; charset=utf-8")];
        self.call(Method::POST, path, &json, body).await
    }
}

/// A statement as clients write it.
fn statement(actor: &str, verb: &str) -> Value {
    serde_json::json!({
        "actor": { "mbox": format!("mailto:{actor}@example.org") },
        "verb": { "id": format!("https://example.org/{verb}") },
        "object": { "id": "https://example.org/7" },
    })
}

/// A value of an address.
fn escape(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
