//! `cartable serve`: the Learning Record Store, until it is asked to stop.

use std::{
    env,
    future::Future,
    io::{self, IsTerminal},
    net::{IpAddr, SocketAddr},
    pin::pin,
    time::Duration,
};

use cartable_course::Locale;
use cartable_lrs::{CONSOLE, Lrs, Settings, XAPI, router};
use cartable_lrs_store::Store;
use cartable_xapi::Iri;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::{
    args::Serve,
    environment,
    failure::Failure,
    language::choose,
    lrs::{ACCOUNT, FolderLock, block_on_threads, first_password, listen, open_with, store_failure},
};

/// Requests in flight have so long to finish.
const FAREWELL: Duration = Duration::from_secs(10);

pub(crate) fn run(arguments: Serve, locale: Locale) -> Result<(), Failure> {
    log();
    let is_postgres = arguments.data.database.is_some();
    let threads = arguments.threads.map_or_else(
        || usual_threads(is_postgres, environment::processors()),
        usize::from,
    );
    block_on_threads(threads, serve(arguments, locale), locale)
}

/// PostgreSQL's own processes need processors as well, while SQLite works on threads of ours. On two processors, one thread
/// that answers also does more than two that pass their work to each other.
fn usual_threads(is_postgres: bool, processors: usize) -> usize {
    if is_postgres {
        processors.div_ceil(2)
    } else {
        processors
    }
}

async fn serve(arguments: Serve, locale: Locale) -> Result<(), Failure> {
    let listener = listen(arguments.listen, "--listen", locale).await?;
    let replica = arguments.database_read.as_deref();
    let store = open_with(&arguments.data.location(), replica, locale).await?;
    let lock = match arguments.data.database {
        None => Some(FolderLock::take(&arguments.data.data, locale)?),
        Some(_) => None,
    };
    let address = local_address(&listener, arguments.listen);
    let url = arguments
        .public_url
        .unwrap_or_else(|| format!("http://{address}"));
    let edge = Edge {
        trusted_proxies: arguments.trusted_proxy,
        rate: arguments.rate,
    };
    let server = server(&store, &url, edge, locale).await?;
    let threads = tokio::runtime::Handle::current().metrics().num_workers();
    tracing::info!(%address, threads, "listening");
    let url = url.trim_end_matches('/');
    println!("LRS      {url}{XAPI}/");
    println!("Console  {url}{CONSOLE}");
    let announced = async {
        // Hashing takes a while, and clients need not wait for it.
        if let Some(password) = first_password(&store, locale).await? {
            println!(
                "{}",
                choose(
                    locale,
                    format!("         account {ACCOUNT}, password {password} (shown this once)"),
                    format!("         compte {ACCOUNT}, mot de passe {password} (montré cette seule fois)"),
                )
            );
        }
        print_how_to_stop(locale);
        Ok(())
    };
    let answering = until_asked_to_stop(
        cartable_lrs::serve(listener, server, environment::asked_to_stop()),
        locale,
    );
    let result = tokio::try_join!(answering, announced).map(|_| ());
    store.close().await;
    drop(lock);
    result
}

pub(crate) fn print_how_to_stop(locale: Locale) {
    println!("{}", choose(locale, "Stop with Ctrl+C.", "Arrêtez par Ctrl+C."));
}

/// Logs what goes wrong, on standard error; `CARTABLE_LOG` says how much.
pub(crate) fn log() {
    let filter = EnvFilter::try_from_env("CARTABLE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // A file gets no colours, nor does who wants none (https://no-color.org).
    let is_coloured =
        io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(is_coloured)
        .init();
}

/// What is asked of the server's edge.
pub(crate) struct Edge {
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) rate: u32,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            rate: Settings::RATE,
        }
    }
}

/// The LRS's routes on a store.
pub(crate) async fn server(
    store: &Store,
    public_url: &str,
    edge: Edge,
    locale: Locale,
) -> Result<axum::Router, Failure> {
    let is_web = public_url.starts_with("http://") || public_url.starts_with("https://");
    let public_url = Iri::parse(public_url.trim_end_matches('/'))
        .filter(|_| is_web)
        .ok_or_else(|| {
            Failure::new(
                choose(
                    locale,
                    format!("--public-url: `{public_url}` is not an address"),
                    format!("--public-url : `{public_url}` n’est pas une adresse"),
                ),
                choose(
                    locale,
                    "write it like https://lrs.example.org",
                    "écrivez-la comme https://lrs.example.org",
                ),
            )
        })?;
    let settings = Settings {
        public_url,
        clock: environment::clock(),
        random: environment::random(),
        trusted_proxies: edge.trusted_proxies,
        rate: edge.rate,
    };
    let lrs = Lrs::new(store.clone(), settings)
        .await
        .map_err(|error| store_failure(&error, locale))?;
    router(&lrs).map_err(|error| Failure::new(error.to_string(), ""))
}

/// The address that a listener got, port and all.
pub(crate) fn local_address(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

/// Runs a server to its end; once asked to stop, it has a while to finish what is in flight.
pub(crate) async fn until_asked_to_stop(
    server: impl Future<Output = io::Result<()>>,
    locale: Locale,
) -> Result<(), Failure> {
    let mut server = pin!(server);
    let result = tokio::select! {
        result = &mut server => result,
        () = environment::asked_to_stop() => tokio::time::timeout(FAREWELL, server).await.unwrap_or(Ok(())),
    };
    result.map_err(|error| {
        let message = choose(locale, "the server stopped", "le serveur s’est arrêté");
        Failure::new(format!("{message}: {error}"), "")
    })
}

#[cfg(test)]
mod tests {
    use super::usual_threads;

    #[test]
    fn postgresql_is_left_every_second_processor() {
        assert_eq!(
            [1, 2, 3, 8].map(|processors| usual_threads(true, processors)),
            [1, 1, 2, 4]
        );
        assert_eq!(
            [1, 2, 3, 8].map(|processors| usual_threads(false, processors)),
            [1, 2, 3, 8]
        );
    }
}
