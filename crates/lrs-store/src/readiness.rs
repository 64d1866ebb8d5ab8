//! Whether the store can write: what the last write showed or, when that is long ago, one that is made to find out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    engine::on_engine,
    error::{Outage, StoreError},
    kept::PATIENCE,
    store::Store,
};

/// So long after a write, another must show whether one is possible; in microseconds.
const MOMENT: i64 = 1_000_000;
/// Where the disk was full, there must be room for so much, in words of eight bytes: little fits here and there for long.
const ROOM: i64 = 128 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Readiness {
    last: Mutex<Last>,
    /// One finds out; others wait for what it finds.
    probing: tokio::sync::Mutex<()>,
}

/// How the last write ended, and when.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    outage: Option<Outage>,
    at: i64,
}

impl Readiness {
    fn lock(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Notes how a write ended.
    pub(crate) fn note<T>(&self, result: &Result<T, StoreError>) {
        let outage = match result {
            Ok(_) => None,
            Err(error) => match error.outage() {
                // It says something of what was asked, not of the database.
                None => return,
                outage => outage,
            },
        };
        if outage.is_some() {
            self.engine.renew();
        }
        *self.readiness.lock() = Last {
            outage,
            at: (self.clock)().micros(),
        };
    }

    /// Whether the database answers, and stores what it is given.
    ///
    /// # Errors
    ///
    /// When it does not: [`StoreError::outage`] says why.
    pub async fn ready(&self) -> Result<(), StoreError> {
        // Who asks wants to know now.
        let answer = tokio::time::timeout(PATIENCE, self.find_out()).await;
        answer.unwrap_or(Err(StoreError::Unwritable(Outage::Away)))
    }

    async fn find_out(&self) -> Result<(), StoreError> {
        self.ping().await?;
        let _probing = self.readiness.probing.lock().await;
        let last = *self.readiness.lock();
        let now = (self.clock)().micros();
        // A clock may go back.
        if now.abs_diff(last.at) < MOMENT.unsigned_abs() {
            return last
                .outage
                .map_or(Ok(()), |outage| Err(StoreError::Unwritable(outage)));
        }
        let words = if last.outage == Some(Outage::Full) {
            ROOM
        } else {
            1
        };
        let result = self.probe(now, words).await;
        self.note(&result);
        result
    }

    /// Writes something that was not there before, and that cannot be made smaller.
    async fn probe(&self, now: i64, words: i64) -> Result<(), StoreError> {
        let value: Vec<u8> = (0..words)
            .flat_map(|word| {
                (now ^ word)
                    .wrapping_mul(0x1E37_79B9_7F4A_7C15)
                    .rotate_left(29)
                    .wrapping_mul(0x3F58_476D_1CE4_E5B9)
                    .to_be_bytes()
            })
            .collect();
        let mut tx = self.engine.write().await?;
        on_engine!(&mut tx, |connection| {
            sqlx::query(
                "INSERT INTO setting (name, value) VALUES ('probe', $1)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(value)
            .execute(connection)
            .await?;
        });
        Ok(tx.commit().await?)
    }
}
