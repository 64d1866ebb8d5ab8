//! The Learning Record Store over HTTP: xAPI resources, and the administration console.
//!
//! 1. [`Lrs::new`] joins a store with what the edge gives: a clock, a generator, the public address.
//! 2. [`router`] lists the routes: `/xapi/…` for clients, `/console` for administrators, `/health/…` for machines.
//! 3. [`serve`] answers on a listener until the shutdown future ends, then finishes what is in flight.
//!
//! A request to `/xapi` goes through, in this order: CORS, the answer's common headers, the version, the credential
//! and its scopes, then its resource.

mod console;
mod cursor;
mod environment;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod health;
mod languages;
mod limit;
mod openapi;
mod proxy;
mod refusal;
mod scope;
mod server;
mod xapi;

use std::net::SocketAddr;

use axum::{
    Router,
    extract::{ConnectInfo, State},
    middleware,
    response::Redirect,
    routing::get,
};
use tower_http::catch_panic::CatchPanicLayer;

pub use console::{CONSOLE, ConsoleError};
pub use environment::{Lrs, Random, Settings};
pub use scope::{Scope, Scopes, UnknownScope};
pub use server::serve;
pub use xapi::XAPI;

/// Every route of the LRS.
///
/// # Errors
///
/// When a template of the console is malformed.
pub fn router(lrs: &Lrs) -> Result<Router, ConsoleError> {
    Ok(Router::new()
        .route("/", get(to_console))
        .merge(health::routes())
        .merge(openapi::routes())
        .merge(xapi::routes(lrs.clone()))
        .with_state(lrs.clone())
        .merge(console::routes(lrs)?)
        // In one layer: each that a router gets by itself copies the whole service for every request.
        .layer((
            CatchPanicLayer::new(),
            middleware::from_fn_with_state(lrs.clone(), server::admit),
        )))
}

async fn to_console(State(lrs): State<Lrs>) -> Redirect {
    Redirect::to(&format!("{}{CONSOLE}", lrs.prefix()))
}

/// Where a request comes from.
type Peer = ConnectInfo<SocketAddr>;
