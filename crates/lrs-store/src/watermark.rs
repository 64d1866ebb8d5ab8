//! How far what is stored can be read when several nodes write to one PostgreSQL.
//!
//! A writer first takes a shared lock whose number is the time, and *then* chooses `stored`; a reader first takes the time,
//! and *then* looks for the oldest of those locks. Whatever a reader does not see locked is stored later than its time. The
//! nodes' own clocks may differ, so all of this is by the one clock that they share, which is the database's; and locks, unlike
//! snapshots, also hold for transactions of several shards. Writers must enter by one PostgreSQL node, since locks belong
//! to it.

use cartable_xapi::Timestamp;
use sqlx::{PgPool, Postgres, Transaction};

use crate::{engine::Tx, store::StoreId};

/// The upper half of the locks' numbers, which are those of this program alone; the lower half is milliseconds.
const LOCKS: i64 = 0x4341_5254;
/// Milliseconds begin again after 49 days: no transaction lasts so long.
const ROUND: i64 = 1 << 32;
/// The locks of stores, and of the numbers of writers.
const STORES: i32 = 0x4341_5253;
const WRITERS: i32 = 0x4341_5257;

/// Begins to write statements of a store. Those that refer to others, and what they refer to, must see each other: who
/// writes such waits for the others, and they for him. On `SQLite`, everyone does anyway.
pub(crate) async fn enter(tx: &mut Tx, store: StoreId, refers: bool) -> Result<(), sqlx::Error> {
    if let Tx::Postgres(transaction) = tx {
        let sql = if refers {
            "SELECT pg_advisory_xact_lock($1, $2)"
        } else {
            "SELECT pg_advisory_xact_lock_shared($1, $2)"
        };
        sqlx::query(sql)
            .bind(STORES)
            .bind(number(store))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The number of a store's lock. Two stores may share one: they only wait for each other.
fn number(store: StoreId) -> i32 {
    i32::try_from(store.0 % i64::from(i32::MAX)).unwrap_or(0)
}

/// When a transaction begins to write, and the number that no other has meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// In microseconds.
    pub(crate) since: i64,
    pub(crate) writer: i64,
}

/// Promises that nothing will be stored earlier than now, until the transaction ends. `None` when too many write at once.
pub(crate) async fn hold(
    transaction: &mut Transaction<'static, Postgres>,
    preferred: i64,
) -> Result<Option<Held>, sqlx::Error> {
    // Each of these is evaluated once, and before the next.
    let held: Option<(i32, i64)> = sqlx::query_as(
        "WITH free AS MATERIALIZED (
             SELECT (($1 + n) % 1024)::int AS writer FROM generate_series(0, 63) n
             WHERE pg_try_advisory_xact_lock($2, (($1 + n) % 1024)::int) LIMIT 1
         ), held AS MATERIALIZED (
             SELECT writer, pg_advisory_xact_lock_shared(
                 $3 * $4 + floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint % $4)
             FROM free
         )
         SELECT writer, floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint FROM held",
    )
    .bind(preferred)
    .bind(WRITERS)
    .bind(LOCKS)
    .bind(ROUND)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(held.map(|(writer, since)| Held {
        since,
        writer: i64::from(writer),
    }))
}

/// The time up to which everything stored can be read.
pub(crate) async fn read(pool: &PgPool) -> Result<Timestamp, sqlx::Error> {
    // The time is taken before the locks are looked at: a MATERIALIZED query is evaluated once, by what reads it first.
    let (now, held): (i64, Vec<i64>) = sqlx::query_as(
        "WITH now AS MATERIALIZED (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros)
         SELECT micros, ARRAY(
             SELECT objid::bigint FROM pg_locks
             WHERE micros > 0 AND locktype = 'advisory' AND objsubid = 1 AND classid::bigint = $1
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
         FROM now",
    )
    .bind(LOCKS)
    .fetch_one(pool)
    .await?;
    let through = held
        .into_iter()
        .map(|lock| before(now, lock))
        .min()
        .unwrap_or(now);
    Ok(Timestamp::from_micros(through).unwrap_or(Timestamp::MIN))
}

/// The time of a lock, in microseconds, the latest that is not after now.
fn before(now: i64, lock: i64) -> i64 {
    let millis = now.div_euclid(1000);
    let age = (millis - lock).rem_euclid(ROUND);
    // A lock may have been taken after the time was: then it is no older.
    let age = if age > ROUND / 2 { 0 } else { age };
    (millis - age) * 1000
}

#[cfg(test)]
mod tests {
    use super::{ROUND, before};

    #[test]
    fn a_lock_is_read_across_the_end_of_a_round() {
        let start = ROUND * 417;
        assert_eq!(before((start + 5) * 1000 + 7, 3), (start + 3) * 1000);
        assert_eq!(before((start + 5) * 1000, ROUND - 2), (start - 2) * 1000);
        assert_eq!(before((start + 5) * 1000 + 7, 6), (start + 5) * 1000);
    }
}
