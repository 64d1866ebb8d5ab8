//! What this process wrote and is not counted yet: what it adds to figures is kept for a while, and need not be read again.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use tokio::sync::{RwLock, RwLockReadGuard};

use crate::{figures::Figures, place::Place, store::StoreId, tally::Counted};

/// Statements of a store that are kept at the most; many fewer are counted in a moment.
const KEPT: usize = 20_000;
const FULL: usize = 4000;

/// What each store has that is not counted yet.
#[derive(Debug, Default)]
pub(crate) struct Uncounted {
    stores: Mutex<HashMap<StoreId, Pending>>,
    /// Held by those who write, from before they do until they have noted it.
    writing: RwLock<()>,
    /// Whether a task counts.
    pub(crate) is_attended: AtomicBool,
}

#[derive(Debug, Default)]
struct Pending {
    /// What statements add that were written here, unless they are voided.
    kept: BTreeMap<Place, Option<Figures>>,
    /// Those after this place are all that were written here, and none of them is voided since, as long as the epoch is the
    /// same.
    after: Option<i64>,
    epoch: Option<i64>,
    /// The last statement that was written here and may not be counted.
    last: Option<i64>,
    /// Whether others are known not to be counted.
    is_behind: bool,
    /// Counts what was written.
    added: u64,
}

impl Uncounted {
    /// Notes where a store stands before this process writes to it.
    pub(crate) fn begin(&self, store: StoreId, counted: Counted) {
        let mut stores = self.lock();
        let pending = stores.entry(store).or_default();
        pending.epoch = Some(counted.epoch);
        pending.after = Some(i64::MIN);
    }

    /// Tells that statements are about to be written, until what was written is noted.
    pub(crate) async fn writing(&self) -> RwLockReadGuard<'_, ()> {
        self.writing.read().await
    }

    /// Waits until those have noted what they wrote who write now.
    pub(crate) async fn noted(&self) {
        drop(self.writing.write().await);
    }

    /// Notes statements that have been committed.
    pub(crate) fn note(&self, written: &[(StoreId, Place, Option<Figures>)]) {
        let mut stores = self.lock();
        for (store, place, figures) in written {
            let pending = stores.entry(*store).or_default();
            pending.last = pending.last.max(Some(place.0));
            pending.added += 1;
            pending.kept.insert(*place, *figures);
            if pending.kept.len() > KEPT
                && let Some((lost, _)) = pending.kept.pop_first()
            {
                pending.after = pending.after.map(|after| after.max(lost.0));
            }
        }
    }

    /// The stores of which something is not counted yet, how much has come, and whether much is kept.
    pub(crate) fn waiting(&self) -> (Vec<StoreId>, u64, bool) {
        let stores = self.lock();
        let waiting = stores
            .iter()
            .filter(|(_, pending)| pending.last.is_some() || pending.is_behind);
        (
            waiting.map(|(store, _)| *store).collect(),
            stores.values().map(|pending| pending.added).sum(),
            stores.values().any(|pending| pending.kept.len() >= FULL),
        )
    }

    /// Takes what is kept of a store that is counted so far, up to a place that comes before what is not noted yet; `None`
    /// when that may not be all that was written here.
    pub(crate) fn take(
        &self,
        store: StoreId,
        counted: Counted,
        through: Place,
    ) -> Option<BTreeMap<Place, Option<Figures>>> {
        let mut stores = self.lock();
        let pending = stores.entry(store).or_default();
        if pending.epoch != Some(counted.epoch) {
            // Which of them are voided is not known, nor is it of those that are stored and not noted: what is stored
            // from the next time on will be right.
            pending.epoch = Some(counted.epoch);
            pending.after = None;
            pending.kept.clear();
            return None;
        }
        pending.kept = pending.kept.split_off(&Place(counted.through.saturating_add(1)));
        if pending.after.is_some_and(|after| after > counted.through) {
            return None;
        }
        let is_complete = pending.after.replace(through.0).is_some();
        let later = pending.kept.split_off(&Place(through.0.saturating_add(1)));
        let taken = mem::replace(&mut pending.kept, later);
        is_complete.then_some(taken)
    }

    /// Notes that a store is counted so far, and whether nothing came after that when the last statements were taken.
    pub(crate) fn came(&self, store: StoreId, through: i64, is_all: bool) {
        if let Some(pending) = self.lock().get_mut(&store) {
            if is_all {
                pending.after = pending.after.map(|_| through);
            }
            pending.last = pending.last.filter(|last| *last > through);
        }
    }

    /// Notes whether more of a store is to be counted.
    pub(crate) fn set_behind(&self, store: StoreId, is_behind: bool) {
        self.lock().entry(store).or_default().is_behind = is_behind;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StoreId, Pending>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: StoreId = StoreId(1);

    fn note(uncounted: &Uncounted, places: impl IntoIterator<Item = i64>) {
        let written: Vec<_> = places
            .into_iter()
            .map(|place| (STORE, Place(place), None))
            .collect();
        uncounted.note(&written);
    }

    /// What is taken of a store that is counted `from` a place `to` another.
    fn take(uncounted: &Uncounted, epoch: i64, from: i64, to: i64) -> Option<Vec<i64>> {
        let taken = uncounted.take(STORE, Counted { through: from, epoch }, Place(to))?;
        Some(taken.keys().map(|place| place.0).collect())
    }

    #[test]
    fn what_is_kept_is_taken_once_it_is_known_to_be_all() {
        let uncounted = Uncounted::default();
        note(&uncounted, [10, 11]);
        // The epoch is learned first, then from where on all is kept.
        assert_eq!(take(&uncounted, 0, 0, 11), None);
        uncounted.came(STORE, 11, true);
        note(&uncounted, [12, 14]);
        assert_eq!(take(&uncounted, 0, 11, 13), None);
        uncounted.came(STORE, 12, true);
        note(&uncounted, [13]);
        assert_eq!(take(&uncounted, 0, 12, 13), Some(vec![13]));
        assert_eq!(take(&uncounted, 0, 13, 20), Some(vec![14]));
        uncounted.came(STORE, 14, true);
        assert_eq!(take(&uncounted, 0, 14, 30), Some(vec![]));
    }

    #[test]
    fn nothing_is_taken_that_may_be_voided_or_of_which_some_was_taken() {
        let uncounted = Uncounted::default();
        assert_eq!(take(&uncounted, 0, 0, 0), None);
        assert_eq!(take(&uncounted, 0, 0, 0), None);
        note(&uncounted, [1, 2]);
        assert_eq!(take(&uncounted, 1, 0, 2), None);
        note(&uncounted, [3]);
        assert_eq!(take(&uncounted, 1, 2, 3), None);
        note(&uncounted, [4]);
        // The transaction for which this was taken failed: it is taken no more, until what it was is counted.
        assert_eq!(take(&uncounted, 1, 3, 4), Some(vec![4]));
        note(&uncounted, [5]);
        assert_eq!(take(&uncounted, 1, 3, 5), None);
        assert_eq!(take(&uncounted, 1, 4, 5), Some(vec![5]));
    }

    #[test]
    fn many_are_not_kept() {
        let uncounted = Uncounted::default();
        uncounted.begin(STORE, Counted { through: 0, epoch: 0 });
        let many = i64::try_from(KEPT).unwrap() + 100;
        note(&uncounted, 1..=many);
        assert!(uncounted.waiting().2);
        assert_eq!(take(&uncounted, 0, 0, many), None);
        assert_eq!(take(&uncounted, 0, 99, many), None);
        assert_eq!(
            take(&uncounted, 0, 100, many).map(|taken| taken.len()),
            Some(KEPT)
        );
        assert!(!uncounted.waiting().2);
        uncounted.came(STORE, many, false);
        assert_eq!(uncounted.waiting().0, []);
    }
}
