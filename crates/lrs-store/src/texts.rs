//! Statements that were read a while ago.
//!
//! A statement's text never changes, and it is asked for by a place that was just found in the database, where none is found
//! of what was deleted or voided, and none is used again. So what is here is not read again, which would be a page of the
//! database for each.

use std::fmt;

use quick_cache::{Weighter, sync::Cache};

use crate::{place::Place, query::Found, store::StoreId};

/// So many bytes are remembered; what is seldom asked for is forgotten first.
const REMEMBERED: u64 = 8 * 1024 * 1024;
/// What a statement takes beside its text, in bytes, and what its text usually takes.
const ENTRY: u64 = 128;
const USUAL: u64 = 900;

/// Statements by their place.
pub(crate) struct Texts(Cache<(StoreId, Place), Found, Bytes>);

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
        Self(Cache::with_weighter(count, REMEMBERED, Bytes))
    }
}

impl fmt::Debug for Texts {
    /// Without what learners did.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("count", &self.0.len()).finish()
    }
}

impl Texts {
    pub(crate) fn get(&self, store: StoreId, place: Place) -> Option<Found> {
        self.0.get(&(store, place))
    }

    pub(crate) fn put(&self, store: StoreId, found: &Found) {
        self.0.insert((store, found.place), found.clone());
    }

    /// Forgets everything: what this process deleted, it does not keep either.
    pub(crate) fn clear(&self) {
        self.0.clear();
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
        assert!(texts.0.weight() <= REMEMBERED);
        let here = (0..1000).filter(|place| texts.get(DEFAULT_STORE, Place(*place)).is_some());
        let here: Vec<i64> = here.collect();
        assert!((70..=83).contains(&here.len()), "{}", here.len());
        assert_eq!(texts.get(DEFAULT_STORE, Place(here[0])), Some(found(here[0])));
        assert_eq!(texts.get(StoreId(2), Place(here[0])), None);
        texts.clear();
        assert_eq!(texts.get(DEFAULT_STORE, Place(here[0])), None);
    }
}
