//! Slows down those who guess passwords.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cartable_xapi::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};

/// So many wrong passwords from one address, and it waits.
const ALLOWED: u32 = 10;
/// How long, in microseconds: five minutes.
const WAIT: i64 = 5 * 60 * 1_000_000;
/// So many addresses are remembered.
const REMEMBERED: usize = 10_000;

/// Counts failures by address.
pub(crate) struct Throttle {
    failures: Mutex<HashMap<IpAddr, (u32, Timestamp)>>,
    /// One password is verified at a time: each takes a core and 19 MiB.
    turn: Semaphore,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            failures: Mutex::default(),
            turn: Semaphore::new(1),
        }
    }
}

impl Throttle {
    /// The turn to try a password; `None` when this address has failed too often.
    pub(super) async fn attempt(&self, from: IpAddr, now: Timestamp) -> Option<SemaphorePermit<'_>> {
        let waits = |(count, last): &(u32, Timestamp)| *count >= ALLOWED && !is_over(*last, now);
        if self.lock().get(&from).is_some_and(waits) {
            return None;
        }
        self.turn.acquire().await.ok()
    }

    pub(super) fn failed(&self, from: IpAddr, now: Timestamp) {
        let mut failures = self.lock();
        if failures.len() >= REMEMBERED {
            failures.retain(|_, (_, last)| !is_over(*last, now));
        }
        let (count, last) = failures.entry(from).or_insert((0, now));
        *count = if is_over(*last, now) {
            1
        } else {
            count.saturating_add(1)
        };
        *last = now;
    }

    pub(super) fn succeeded(&self, from: IpAddr) {
        self.lock().remove(&from);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, (u32, Timestamp)>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_over(last: Timestamp, now: Timestamp) -> bool {
    now.micros().saturating_sub(last.micros()) > WAIT
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[tokio::test]
    async fn an_address_that_fails_often_waits_and_others_do_not() {
        let throttle = Throttle::default();
        let (guesser, other) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::BROADCAST));
        let now = Timestamp::from_micros(0).unwrap();
        for _ in 0..ALLOWED {
            assert!(throttle.attempt(guesser, now).await.is_some());
            throttle.failed(guesser, now);
        }
        assert!(throttle.attempt(guesser, now).await.is_none());
        assert!(throttle.attempt(other, now).await.is_some());
        let later = Timestamp::from_micros(WAIT + 1).unwrap();
        assert!(throttle.attempt(guesser, later).await.is_some());
    }
}
