//! What was read a moment ago, and is asked for again with each request.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cartable_xapi::Timestamp;

/// How long a moment is, in microseconds. Then the first who asks reads again, and the others have what was read before, for
/// another moment at the most: a change by another process may go unnoticed here for two.
pub(crate) const MOMENT: i64 = 20_000;
/// So much is remembered.
const REMEMBERED: usize = 1000;

/// Values, each for a moment.
#[derive(Debug)]
pub(crate) struct Recent<V>(Mutex<HashMap<String, Entry<V>>>);

#[derive(Debug)]
struct Entry<V> {
    value: V,
    /// When it was read, and when somebody began to read it again, in microseconds.
    read: i64,
    asked: i64,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Recent<V> {
    /// What was read; without it, who asks is to read it now.
    pub(crate) fn get(&self, key: &str, now: Timestamp) -> Option<V> {
        let mut values = self.lock();
        let entry = values.get_mut(key)?;
        let now = now.micros();
        if is_within(1, now, entry.read) || (is_within(2, now, entry.read) && is_within(1, now, entry.asked))
        {
            return Some(entry.value.clone());
        }
        entry.asked = now;
        None
    }

    pub(crate) fn put(&self, key: &str, value: V, now: Timestamp) {
        let mut values = self.lock();
        if values.len() >= REMEMBERED {
            values.clear();
        }
        let read = now.micros();
        let entry = Entry {
            value,
            read,
            asked: read,
        };
        values.insert(key.to_owned(), entry);
    }

    /// Forgets everything: something has changed.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a time is so many moments ago at the most; a clock may go back.
pub(crate) fn is_within(moments: i64, now: i64, time: i64) -> bool {
    now.abs_diff(time) < (moments * MOMENT).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    #[test]
    fn the_first_who_asks_after_a_moment_reads_again() {
        let recent = Recent::default();
        assert_eq!(recent.get("a", at(0)), None);
        recent.put("a", 1, at(0));
        assert_eq!(recent.get("a", at(MOMENT - 1)), Some(1));
        assert_eq!(recent.get("b", at(1)), None);
        assert_eq!(recent.get("a", at(MOMENT)), None);
        assert_eq!(recent.get("a", at(MOMENT + 1)), Some(1));
        recent.put("a", 2, at(MOMENT));
        assert_eq!(recent.get("a", at(MOMENT + 1)), Some(2));
        // Who was to read it has not come back.
        assert_eq!(recent.get("a", at(2 * MOMENT)), None);
        assert_eq!(recent.get("a", at(3 * MOMENT)), None);
        recent.put("a", 3, at(3 * MOMENT));
        recent.clear();
        assert_eq!(recent.get("a", at(3 * MOMENT)), None);
    }
}
