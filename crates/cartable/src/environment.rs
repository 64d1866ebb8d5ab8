//! What only the edge reads: the clock, the generator, the system's signals.

use std::{
    num::NonZero,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use cartable_lrs::Random;
use cartable_lrs_store::Clock;
use cartable_xapi::Timestamp;

/// The system's clock.
pub(crate) fn clock() -> Clock {
    Arc::new(|| {
        #[expect(clippy::disallowed_methods, reason = "this is the edge")]
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_1970.as_micros())
            .ok()
            .and_then(Timestamp::from_micros)
            .unwrap_or(Timestamp::MAX)
    })
}

/// The processors that this program may use.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// The system's generator, seeded for secrets.
pub(crate) fn random() -> Random {
    Arc::new(|bytes| rand::fill(bytes))
}

/// Random bytes.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes);
    bytes
}

/// A secret of so many random bytes, as text; never with a dash at its start, where a command would take it for an option.
pub(crate) fn secret<const N: usize>() -> String {
    loop {
        let text = BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<N>());
        if !text.starts_with('-') {
            return text;
        }
    }
}

/// What tells this program from another build of it: its file's size and time.
pub(crate) fn program() -> Vec<u8> {
    let metadata = std::env::current_exe().and_then(std::fs::metadata);
    let stamp = metadata.and_then(|metadata| Ok((metadata.len(), metadata.modified()?)));
    format!("{} {stamp:?}", env!("CARGO_PKG_VERSION")).into_bytes()
}

/// Ends when the program is asked to stop.
pub(crate) async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
