use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use cartable_lrs_store::{DEFAULT_STORE, Outage, Store, testing::TestDatabase};
use cartable_xapi::Timestamp;
use sqlx::{Connection, Executor, SqliteConnection};
use tokio::task::JoinSet;

use crate::{activity, authority, draft, statement};

const SECOND: i64 = 1_000_000;

#[tokio::test]
async fn while_another_program_holds_sqlite_nobody_waits_behind_others() {
    let database = TestDatabase::sqlite();
    let now = Arc::new(AtomicI64::new(1_795_000_000_000_000));
    let clock = Arc::clone(&now);
    let clock = move || Timestamp::from_micros(clock.load(Ordering::Relaxed)).unwrap();
    let store = Store::open(&database.location, Arc::new(clock)).await.unwrap();
    store.ready().await.unwrap();
    let cartable_lrs_store::Location::Folder(folder) = &database.location else {
        unreachable!()
    };
    let file = format!("sqlite://{}", folder.join("cartable.db").display());
    let mut other = SqliteConnection::connect(&file).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();

    let start = Instant::now();
    let mut writers = JoinSet::new();
    for id in 0..32 {
        let store = store.clone();
        let text = statement(id, "zoe", "completed", &activity("7"));
        writers.spawn(async move {
            store
                .insert(DEFAULT_STORE, vec![draft(&text)], &authority())
                .await
        });
    }
    for result in writers.join_all().await {
        assert_eq!(result.unwrap_err().outage(), Some(Outage::Away));
    }
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());

    // What a write showed is not tried again at once.
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(store.ready().await.unwrap_err().outage(), Some(Outage::Away));
    now.fetch_add(SECOND, Ordering::Relaxed);
    store.ready().await.unwrap();
    let text = statement(1, "zoe", "completed", &activity("7"));
    let inserted = store
        .insert(DEFAULT_STORE, vec![draft(&text)], &authority())
        .await;
    assert!(
        inserted.unwrap().stored.is_some(),
        "what was refused had not been stored"
    );
}
