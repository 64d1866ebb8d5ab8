//! What was read a moment ago, and is asked for again with each request.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cartable_xapi::Timestamp;

/// How long a moment is, in microseconds: as long as a change by another process may go unnoticed here.
pub(crate) const MOMENT: i64 = 20_000;
/// So much is remembered.
const REMEMBERED: usize = 1000;

/// Values, each for a moment.
#[derive(Debug)]
pub(crate) struct Recent<V>(Mutex<HashMap<String, (V, i64)>>);

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Recent<V> {
    pub(crate) fn get(&self, key: &str, now: Timestamp) -> Option<V> {
        let values = self.lock();
        let (value, read) = values.get(key)?;
        // A clock may go back.
        (now.micros().abs_diff(*read) < MOMENT.unsigned_abs()).then(|| value.clone())
    }

    pub(crate) fn put(&self, key: &str, value: V, now: Timestamp) {
        let mut values = self.lock();
        if values.len() >= REMEMBERED {
            values.clear();
        }
        values.insert(key.to_owned(), (value, now.micros()));
    }

    /// Forgets everything: something has changed.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (V, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
