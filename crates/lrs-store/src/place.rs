//! A statement's place in the order in which statements were stored.

use cartable_xapi::Timestamp;

/// So many writers may store a statement in one microsecond.
pub(crate) const WRITERS: i64 = 1024;

/// A statement's place in the order: the microsecond in which it was stored, and which writer stored it then. No two
/// statements of a store have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub i64);

impl Place {
    /// The place of what a writer stores in a microsecond.
    pub(crate) fn new(micros: i64, writer: i64) -> Self {
        Self(micros.saturating_mul(WRITERS).saturating_add(writer))
    }

    /// The first place of a time.
    pub(crate) fn start_of(time: Timestamp) -> Self {
        Self::new(time.micros(), 0)
    }

    /// The last place of a time.
    pub(crate) fn end_of(time: Timestamp) -> Self {
        Self::new(time.micros(), WRITERS - 1)
    }

    /// When it was stored, in microseconds since 1970.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.div_euclid(WRITERS)
    }

    /// When it was stored.
    #[must_use]
    pub fn stored(self) -> Timestamp {
        Timestamp::from_micros(self.micros()).unwrap_or(Timestamp::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_time_whoever_writes() {
        let time = Timestamp::from_micros(1_795_000_000_123_456).unwrap();
        let first = Place::new(time.micros(), 0);
        assert_eq!((first.stored(), Place::end_of(time).stored()), (time, time));
        assert!(
            first < Place::new(time.micros(), 7) && Place::end_of(time) < Place::new(time.micros() + 1, 0)
        );
        assert_eq!(Place::start_of(time), first);
        assert_eq!(Place::end_of(Timestamp::MAX), Place(i64::MAX));
    }
}
