//! How far what is stored can be read when several nodes write to one PostgreSQL.
//!
//! A writer first takes a shared lock whose number is the time, and *then* chooses `stored`; a reader first takes the time,
//! and *then* looks for the oldest of those locks. Whatever a reader does not see locked is stored later than its time. The
//! nodes' own clocks may differ, so all of this is by the one clock that they share, which is the database's; and locks, unlike
//! snapshots, also hold for transactions of several shards. Writers must enter by one PostgreSQL node, since locks belong
//! to it. On Citus that is the coordinator, and a transaction writes to one store: it is committed by one worker before the
//! locks are released, and a crash leaves nothing prepared.

use cartable_xapi::Timestamp;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, postgres::PgArguments, query::QueryAs};

use crate::store::StoreId;

/// The upper half of the locks' numbers, which are those of this program alone; the lower half is milliseconds.
const LOCKS: i64 = 0x4341_5254;
/// Milliseconds begin again after 49 days, as [`HOLD`] says: no transaction lasts so long.
const ROUND: i64 = 1 << 32;
/// The locks of stores, and of the numbers of writers.
const STORES: i32 = 0x4341_5253;
const WRITERS: i32 = 0x4341_5257;

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

/// The beginning of a query that takes the locks of who writes: `held` has the number among writers, and the time.
///
/// Each of these is evaluated once, and before the next, which reads it.
pub(crate) const HOLD: &str = "
    WITH entered AS MATERIALIZED (
        SELECT CASE WHEN refers THEN pg_advisory_xact_lock($1, number)
                    ELSE pg_advisory_xact_lock_shared($1, number) END
        FROM UNNEST($2::INT[], $3::BOOLEAN[]) AS stores (number, refers)
    ), free AS MATERIALIZED (
        SELECT (($4 + n) % 1024)::INT AS writer
        FROM (SELECT COUNT(*) AS stores FROM entered) AS counted, generate_series(0, 63) n
        WHERE stores > 0 AND pg_try_advisory_xact_lock($5, (($4 + n) % 1024)::INT) LIMIT 1
    ), locked AS MATERIALIZED (
        SELECT writer, pg_advisory_xact_lock_shared(
            $6 * 4294967296 + floor(extract(epoch FROM clock_timestamp()) * 1000)::BIGINT % 4294967296)
        FROM free
    ), held AS MATERIALIZED (
        SELECT writer, floor(extract(epoch FROM clock_timestamp()) * 1000000)::BIGINT AS since FROM locked
    )";

/// Begins to write statements of some stores, sorted, and promises that nothing will be stored earlier than now until the
/// transaction ends. `None` when too many write at once.
///
/// Statements that refer to others, and what they refer to, must see each other: who writes such to a store waits for
/// those who write to it, and they for him.
pub(crate) async fn hold(
    transaction: &mut PgConnection,
    stores: &[(StoreId, bool)],
    preferred: i64,
) -> Result<Option<Held>, sqlx::Error> {
    let sql = format!("{HOLD} SELECT writer::BIGINT, since FROM held");
    let held: Option<(i64, i64)> = bind(sqlx::query_as(AssertSqlSafe(sql)), stores, preferred)
        .fetch_optional(transaction)
        .await?;
    Ok(held.map(|(writer, since)| Held { since, writer }))
}

/// The parameters of [`HOLD`].
pub(crate) fn bind<'q, O>(
    query: QueryAs<'q, Postgres, O, PgArguments>,
    stores: &[(StoreId, bool)],
    preferred: i64,
) -> QueryAs<'q, Postgres, O, PgArguments> {
    let numbers: Vec<i32> = stores.iter().map(|(store, _)| number(*store)).collect();
    let refer: Vec<bool> = stores.iter().map(|(_, refers)| *refers).collect();
    query
        .bind(STORES)
        .bind(numbers)
        .bind(refer)
        .bind(preferred)
        .bind(WRITERS)
        .bind(LOCKS)
}

/// Waits, as one who refers does, until nobody else writes statements to a store; nobody begins until the transaction ends.
pub(crate) async fn alone(transaction: &mut PgConnection, store: StoreId) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1, $2)")
        .bind(STORES)
        .bind(number(store))
        .execute(transaction)
        .await?;
    Ok(())
}

/// Waits, as one who writes does, until nobody writes statements to a store that refer to others; nobody begins until the
/// transaction ends.
pub(crate) async fn beside(transaction: &mut PgConnection, store: StoreId) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock_shared($1, $2)")
        .bind(STORES)
        .bind(number(store))
        .execute(transaction)
        .await?;
    Ok(())
}

/// The time up to which everything stored can be read.
pub(crate) async fn read(connection: &mut PgConnection) -> Result<Timestamp, sqlx::Error> {
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
    .fetch_one(connection)
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
