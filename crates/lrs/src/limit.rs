//! Limits on how often: a bucket of tokens for each caller, so many callers at the most.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cartable_xapi::Timestamp;

/// So many callers are remembered; more than that, and those whose bucket is full again are forgotten.
const REMEMBERED: usize = 10_000;
const SECOND: i64 = 1_000_000;

/// A bucket holds `burst` tokens, and gets `SECOND / interval` of them each second.
pub(crate) struct Limiter<K> {
    burst: i64,
    /// Microseconds from one token to the next.
    interval: i64,
    /// When each bucket will be full again, in microseconds.
    full: Mutex<HashMap<K, i64>>,
}

impl<K: Eq + Hash> Limiter<K> {
    pub(crate) fn new(burst: u32, interval: i64) -> Self {
        Self {
            burst: i64::from(burst),
            interval,
            full: Mutex::default(),
        }
    }

    /// In how many seconds there is a token again; `None` when there is one now.
    pub(crate) fn wait(&self, key: &K, now: Timestamp) -> Option<u64> {
        let full = self.lock().get(key).copied()?;
        let empty_until = full.saturating_sub(self.interval.saturating_mul(self.burst - 1));
        let micros = empty_until.saturating_sub(now.micros());
        (micros > 0).then(|| u64::try_from(micros / SECOND).unwrap_or(0).saturating_add(1))
    }

    /// Takes a token.
    pub(crate) fn take(&self, key: K, now: Timestamp) {
        let mut buckets = self.lock();
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, full| *full > now.micros());
            // All of them busy: rather forget some than grow.
            if buckets.len() >= REMEMBERED {
                buckets.clear();
            }
        }
        let full = buckets.entry(key).or_insert(0);
        *full = (*full).max(now.micros()).saturating_add(self.interval);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, i64>> {
        self.full.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_a_burst_then_waits_and_others_do_not() {
        let limiter = Limiter::new(3, SECOND);
        let at = |seconds: i64| Timestamp::from_micros(seconds * SECOND).unwrap();
        for _ in 0..3 {
            assert_eq!(limiter.wait(&1, at(100)), None);
            limiter.take(1, at(100));
        }
        assert_eq!(limiter.wait(&1, at(100)), Some(2));
        assert_eq!(limiter.wait(&2, at(100)), None);
        assert_eq!(limiter.wait(&1, at(101)), None);
        limiter.take(1, at(101));
        assert!(limiter.wait(&1, at(101)).is_some());
    }

    #[test]
    fn no_more_callers_are_remembered_than_memory_allows() {
        let limiter = Limiter::new(3, SECOND);
        let now = Timestamp::from_micros(0).unwrap();
        for caller in 0..3 * REMEMBERED {
            limiter.take(caller, now);
            assert!(limiter.lock().len() <= REMEMBERED);
        }
    }
}
