//! Statements that were read a while ago.
//!
//! A statement's text never changes, and it is asked for by a place that was just found in the database, where none is found
//! of what was deleted or voided, and none is used again. So what is here is not read again, which would be a page of the
//! database for each. As long as little of what is asked for is here, a search answers texts with their places instead, which
//! costs less than asking for them afterwards.

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use quick_cache::{Weighter, sync::Cache};

use crate::{place::Place, query::Found, store::StoreId};

/// So many bytes are remembered; what is seldom asked for is forgotten first.
const REMEMBERED: u64 = 8 * 1024 * 1024;
/// What a statement takes beside its text, in bytes, and what its text usually takes.
const ENTRY: u64 = 128;
const USUAL: u64 = 900;

/// All of what was looked for, as a share.
const ALL: usize = 1 << 16;
/// Each search weighs so little in the share that it takes about so many to change it.
const SEARCHES: usize = 32;

/// Statements by their place.
pub(crate) struct Texts {
    found: Cache<(StoreId, Place), Found, Bytes>,
    /// Which share of what was looked for lately was here, up to [`ALL`].
    share: AtomicUsize,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<(StoreId, Place), Found> for Bytes {
    fn weight(&self, _: &(StoreId, Place), found: &Found) -> u64 {
        ENTRY + u64::try_from(found.payload.len()).unwrap_or(u64::MAX - ENTRY)
    }
}

impl Default for Texts {
    fn default() -> Self {
        let count = usize::try_from(REMEMBERED / (ENTRY + USUAL)).unwrap_or_default();
        Self {
            found: Cache::with_weighter(count, REMEMBERED, Bytes),
            share: AtomicUsize::default(),
        }
    }
}

impl fmt::Debug for Texts {
    /// Without what learners did.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts")
            .field("count", &self.found.len())
            .field("share", &self.share)
            .finish()
    }
}

impl Texts {
    pub(crate) fn get(&self, store: StoreId, place: Place) -> Option<Found> {
        self.found.get(&(store, place))
    }

    pub(crate) fn put(&self, store: StoreId, found: &Found) {
        self.found.insert((store, found.place), found.clone());
    }

    /// Notes how many of those that a search found were here.
    pub(crate) fn note(&self, here: usize, found: usize) {
        if let Some(now) = (here * ALL).checked_div(found) {
            // When two note at once, one of them may be lost, and the share is none the worse.
            let share = self.share.load(Relaxed);
            self.share
                .store(share - share / SEARCHES + now / SEARCHES, Relaxed);
        }
    }

    /// Whether most of what was looked for lately was here.
    pub(crate) fn are_mostly_here(&self) -> bool {
        self.share.load(Relaxed) > ALL / 2
    }

    /// Forgets everything: what this process deleted, it does not keep either.
    pub(crate) fn clear(&self) {
        self.found.clear();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{REMEMBERED, Texts};
    use crate::{
        place::Place,
        query::Found,
        store::{DEFAULT_STORE, StoreId},
    };

    #[test]
    fn the_memory_for_texts_has_a_bound_and_stores_do_not_share_them() {
        let texts = Texts::default();
        let found = |place| Found {
            id: Uuid::nil(),
            place: Place(place),
            payload: "x".repeat(100_000).into(),
        };
        for place in 0..1000 {
            texts.put(DEFAULT_STORE, &found(place));
        }
        assert!(texts.found.weight() <= REMEMBERED);
        let here = (0..1000).filter(|place| texts.get(DEFAULT_STORE, Place(*place)).is_some());
        let here: Vec<i64> = here.collect();
        assert!((70..=83).contains(&here.len()), "{}", here.len());
        assert_eq!(texts.get(DEFAULT_STORE, Place(here[0])), Some(found(here[0])));
        assert_eq!(texts.get(StoreId(2), Place(here[0])), None);
        texts.clear();
        assert_eq!(texts.get(DEFAULT_STORE, Place(here[0])), None);
    }

    #[test]
    fn it_is_known_whether_most_of_what_was_looked_for_lately_was_here() {
        let texts = Texts::default();
        let note = |count, here, found| {
            for _ in 0..count {
                texts.note(here, found);
            }
            texts.are_mostly_here()
        };
        assert!(!texts.are_mostly_here());
        assert!(!note(5, 50, 50));
        assert!(note(95, 50, 50));
        // A search that found nothing says nothing of it, and one that found others does not change it alone.
        assert!(note(1000, 0, 0));
        assert!(note(5, 0, 50));
        assert!(!note(95, 0, 50));
        assert!(!note(1000, 20, 50));
        assert!(note(1000, 30, 50));
    }
}
