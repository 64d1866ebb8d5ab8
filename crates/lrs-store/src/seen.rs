//! What is known to be in the database, so that it is not written again.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::store::StoreId;

/// So much is remembered, at 24 bytes each; then it is forgotten, and learnt again.
const REMEMBERED: usize = 200_000;

/// Something of a store: its key, and a hash of what is said of it.
pub(crate) type Mark = (StoreId, i64, u64);

/// Rows that were committed, and that nothing takes away again.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<HashSet<Mark>>);

impl Seen {
    pub(crate) fn contains(&self, mark: &Mark) -> bool {
        self.lock().contains(mark)
    }

    /// Remembers what has been committed.
    pub(crate) fn extend(&self, marks: impl IntoIterator<Item = Mark>) {
        let mut seen = self.lock();
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.extend(marks);
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Mark>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
