//! How far what is stored can be read when several nodes write to one PostgreSQL.
//!
//! A writer first takes a shared lock whose number is the time, and *then* chooses `stored`; a reader first takes the time,
//! and *then* looks for the oldest of those locks. Whatever a reader does not see locked is stored later than its time. The
//! nodes' own clocks may differ, so all of this is by the one clock that they share, which is the database's; and locks, unlike
//! snapshots, also hold for transactions of several shards. Writers must enter by one PostgreSQL node, since locks belong
//! to it.

use cartable_xapi::Timestamp;
use sqlx::{PgPool, Postgres, Transaction};

/// The upper half of the locks' numbers, which are those of this program alone; the lower half is milliseconds.
const LOCKS: i64 = 0x4341_5254;
/// Milliseconds begin again after 49 days: no transaction lasts so long.
const ROUND: i64 = 1 << 32;

/// Promises that nothing will be stored earlier than now, until the transaction ends; returns the time, in microseconds.
pub(crate) async fn hold(transaction: &mut Transaction<'static, Postgres>) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "SELECT pg_advisory_xact_lock_shared(
             $1 * $2 + floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint % $2)",
    )
    .bind(LOCKS)
    .bind(ROUND)
    .execute(&mut **transaction)
    .await?;
    sqlx::query_scalar(NOW).fetch_one(&mut **transaction).await
}

const NOW: &str = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// The time up to which everything stored can be read.
pub(crate) async fn read(pool: &PgPool) -> Result<Timestamp, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let now: i64 = sqlx::query_scalar(NOW).fetch_one(&mut *connection).await?;
    let held: Vec<i64> = sqlx::query_scalar(
        "SELECT objid::bigint FROM pg_locks
         WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint = $1
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .bind(LOCKS)
    .fetch_all(&mut *connection)
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
