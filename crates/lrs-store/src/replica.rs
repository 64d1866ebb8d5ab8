//! A replica of PostgreSQL that answers searches, a little later than what it copies.
//!
//! What it can promise follows from the log that it replays: whatever the primary had committed when its log had come so
//! far is there once the replica has replayed as much.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cartable_xapi::Timestamp;
use sqlx::{PgConnection, Postgres};

use crate::{kept::Kept, watermark};

/// A replica.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) connections: Kept<Postgres>,
    /// What will hold once enough is replayed.
    pending: Mutex<Option<Pending>>,
}

/// The time up to which the primary had everything when its log had come so far.
#[derive(Clone, Debug)]
struct Pending {
    through: Timestamp,
    log: String,
}

impl Replica {
    pub(crate) fn new(connections: Kept<Postgres>) -> Self {
        Self {
            connections,
            pending: Mutex::default(),
        }
    }

    /// The time up to which everything stored can be read here; `None` while that is no later than before.
    pub(crate) async fn through(&self, primary: &mut PgConnection) -> Result<Option<Timestamp>, sqlx::Error> {
        let pending = self.lock().clone();
        let pending = match pending {
            Some(pending) => pending,
            None => Pending {
                through: watermark::read(&mut *primary).await?,
                // Asked for after the time: what is committed until then is in the log before this.
                log: sqlx::query_scalar("SELECT pg_current_wal_insert_lsn()::TEXT")
                    .fetch_one(primary)
                    .await?,
            },
        };
        // A server that replays nothing is the primary itself.
        let mut lease = self.connections.acquire().await?;
        let is_replayed: bool =
            sqlx::query_scalar("SELECT COALESCE(pg_last_wal_replay_lsn() >= $1::PG_LSN, TRUE)")
                .bind(&pending.log)
                .fetch_one(lease.connection())
                .await?;
        lease.rest();
        let through = is_replayed.then_some(pending.through);
        *self.lock() = Some(pending).filter(|_| !is_replayed);
        Ok(through)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
