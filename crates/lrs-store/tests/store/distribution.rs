use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use cartable_lrs_store::{
    Batch, DEFAULT_STORE, Distribution, DocumentKey, DocumentKind, Location, NewAttachment, Order,
    Precondition, StatementFilter, Store, StoreError, StoreId,
    testing::{TestDatabase, ticking},
};
use cartable_xapi::Timestamp;
use sqlx::{Connection, Executor, PgConnection};
use tokio::task::JoinSet;

use crate::{activity, authority, draft, statement, uuid};

async fn connect(database: &TestDatabase) -> PgConnection {
    let Location::Postgres(url) = &database.location else {
        unreachable!("it is on a server")
    };
    PgConnection::connect(url).await.unwrap()
}

async fn names(database: &TestDatabase, sql: &'static str) -> BTreeSet<String> {
    let names: Vec<String> = sqlx::query_scalar(sql)
        .fetch_all(&mut connect(database).await)
        .await
        .unwrap();
    names.into_iter().collect()
}

async fn places(store: &Store) -> Vec<(u128, i64)> {
    let filter = StatementFilter {
        limit: 10_000,
        order: Order::Ascending,
        ..StatementFilter::default()
    };
    let page = store.statements(DEFAULT_STORE, &filter).await.unwrap();
    let found = page.statements.iter();
    found
        .map(|found| (found.id.as_u128() & 0xffff, found.place.0))
        .collect()
}

/// A distributed database, opened with a clock by which no promise is of a moment ago.
async fn open(database: &TestDatabase) -> Store {
    database.open().await.close().await;
    let micros = AtomicI64::new(1_795_000_000_000_000);
    let clock = move || Timestamp::from_micros(micros.fetch_add(1_000_000, Ordering::Relaxed)).unwrap();
    Store::open(&database.location, Arc::new(clock)).await.unwrap()
}

/// How many transactions Citus has prepared on workers, of those that it remembers.
async fn prepared(database: &TestDatabase) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM pg_dist_transaction")
        .fetch_one(&mut connect(database).await)
        .await
        .unwrap()
}

const OF_STORES: &str = "SELECT table_name::TEXT FROM information_schema.columns
    WHERE table_schema = current_schema() AND column_name = 'part' ORDER BY table_name";
const DISTRIBUTED: &str =
    "SELECT logicalrelid::TEXT FROM pg_dist_partition WHERE partmethod = 'h' ORDER BY logicalrelid::TEXT";

const KEY: DocumentKey<'static> = DocumentKey {
    kind: DocumentKind::State,
    activity: "https://example.org/7",
    agent: "mailto:zoe@example.org",
    registration: None,
};

#[tokio::test]
async fn every_table_that_carries_a_part_is_distributed() {
    let database = TestDatabase::postgres().await;
    database.open().await.close().await;
    let listed: BTreeSet<String> = Store::DISTRIBUTED.iter().map(ToString::to_string).collect();
    assert_eq!(listed, names(&database, OF_STORES).await);
}

#[tokio::test]
async fn a_database_without_citus_cannot_be_distributed() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let result = Store::distribute(&database.location, ticking()).await;
        assert!(matches!(result, Err(StoreError::NotCitus)), "{result:?}");
    }
}

#[tokio::test]
#[ignore = "needs a cluster of Citus: CARTABLE_TEST_CITUS"]
async fn a_database_is_distributed_with_all_that_is_in_it() {
    let database = TestDatabase::citus().await;
    let store = Store::open(&database.location, ticking()).await.unwrap();
    let class = store.add_store("class").await.unwrap().unwrap();
    for id in 0..20 {
        let text = statement(id, "zoe", "completed", &activity("7"));
        let batch = Batch {
            attachments: vec![NewAttachment {
                sha2: format!("{id:064x}"),
                content: vec![7],
            }],
            ..Batch::from(vec![draft(&text)])
        };
        store
            .insert(DEFAULT_STORE, batch.clone(), &authority())
            .await
            .unwrap();
        store.insert(class, batch, &authority()).await.unwrap();
    }
    let (content, none) = (b"{}".to_vec(), Precondition::None);
    store
        .put_document(DEFAULT_STORE, &KEY, "a", content, "application/json", &none)
        .await
        .unwrap();
    let before = places(&store).await;
    store.close().await;

    let distribute = || Store::distribute(&database.location, ticking());
    assert_eq!(distribute().await.unwrap(), Distribution::Done);
    assert_eq!(
        names(&database, DISTRIBUTED).await,
        names(&database, OF_STORES).await
    );
    assert_eq!(distribute().await.unwrap(), Distribution::Before);
    let local: i64 = sqlx::query_scalar("SELECT pg_relation_size('statement')")
        .fetch_one(&mut connect(&database).await)
        .await
        .unwrap();
    assert_eq!(local, 0, "nothing stays on the coordinator");
    let planned = "SELECT DISTINCT result FROM run_command_on_workers('SHOW enable_bitmapscan')";
    assert_eq!(
        names(&database, planned).await,
        BTreeSet::from(["off".to_owned()])
    );

    let store = Store::open(&database.location, ticking()).await.unwrap();
    assert_eq!(places(&store).await, before);
    for store_id in [DEFAULT_STORE, class, StoreId(3)] {
        let found = store.statement(store_id, uuid(3), false).await.unwrap();
        assert_eq!(found.is_some(), store_id != StoreId(3));
    }
    assert!(store.document(DEFAULT_STORE, &KEY, "a").await.unwrap().is_some());
    let sha2 = format!("{:064x}", 3);
    assert!(store.attachment(DEFAULT_STORE, &sha2).await.unwrap().is_some());
}

#[tokio::test]
#[ignore = "needs a cluster of Citus: CARTABLE_TEST_CITUS"]
async fn a_database_that_is_in_use_is_not_distributed() {
    let database = TestDatabase::citus().await;
    let store = Store::open(&database.location, ticking()).await.unwrap();
    let result = Store::distribute(&database.location, ticking()).await;
    assert!(matches!(result, Err(StoreError::InUse(_))), "{result:?}");
    assert!(names(&database, DISTRIBUTED).await.is_empty());
    store.close().await;
    let result = Store::distribute(&database.location, ticking()).await;
    assert_eq!(result.unwrap(), Distribution::Done);
}

#[tokio::test]
#[ignore = "needs a cluster of Citus: CARTABLE_TEST_CITUS"]
async fn a_coordinator_without_workers_is_told_so() {
    let database = TestDatabase::citus().await;
    connect(&database)
        .await
        .execute("SELECT citus_remove_node(nodename, nodeport) FROM pg_dist_node WHERE groupid > 0")
        .await
        .unwrap();
    let result = Store::distribute(&database.location, ticking()).await;
    assert!(matches!(result, Err(StoreError::NoWorker)), "{result:?}");
}

#[tokio::test]
#[ignore = "needs a cluster of Citus: CARTABLE_TEST_CITUS"]
async fn a_table_that_a_migration_adds_is_distributed_at_the_next_opening() {
    let database = TestDatabase::citus().await;
    database.open().await.close().await;
    // As before the migration that adds them.
    for sql in [
        "DROP TABLE tallied, tally, progress, course",
        "DELETE FROM _sqlx_migrations WHERE version = 8",
    ] {
        connect(&database).await.execute(sql).await.unwrap();
    }
    let store = Store::open(&database.location, ticking()).await.unwrap();
    assert_eq!(
        names(&database, DISTRIBUTED).await,
        names(&database, OF_STORES).await
    );
    let text = statement(1, "zoe", "completed", &activity("7"));
    store
        .insert(DEFAULT_STORE, vec![draft(&text)], &authority())
        .await
        .unwrap();
    assert!(store.count(DEFAULT_STORE).await.unwrap());
}

#[tokio::test]
#[ignore = "needs a cluster of Citus: CARTABLE_TEST_CITUS"]
async fn what_two_nodes_write_at_once_is_read_by_both_as_far_as_they_promise() {
    let database = TestDatabase::citus().await;
    let nodes = [open(&database).await, open(&database).await];
    let class = nodes[0].add_store("class").await.unwrap().unwrap();
    let prepared = prepared(&database).await;
    let mut writers = JoinSet::new();
    for (node, store) in nodes.iter().enumerate() {
        for number in 0..40_u128 {
            let store = store.clone();
            let text = statement(number * 2 + node as u128, "zoe", "completed", &activity("7"));
            writers.spawn(async move {
                let (authority, batch) = (authority(), || vec![draft(&text)]);
                let one = store.insert(DEFAULT_STORE, batch(), &authority);
                let other = store.insert(class, batch(), &authority);
                let (one, other) = tokio::join!(one, other);
                assert!(one.is_ok() && other.is_ok());
            });
        }
    }
    let mut promised = Vec::new();
    while writers.join_next().await.is_some() {
        let through = nodes[1].consistent_through().await.unwrap().micros();
        let seen = places(&nodes[1]).await;
        let seen: BTreeSet<u128> = seen
            .into_iter()
            .filter(|(_, place)| place.div_euclid(1024) <= through)
            .map(|(id, _)| id)
            .collect();
        promised.push((through, seen));
    }
    assert_eq!(prepared, self::prepared(&database).await);
    let all = places(&nodes[0]).await;
    assert_eq!(all, places(&nodes[1]).await);
    assert_eq!(all.len(), 80);
    for (through, seen) in promised {
        let due: BTreeSet<u128> = all
            .iter()
            .filter(|(_, place)| place.div_euclid(1024) <= through)
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(seen, due, "promised through {through}");
    }
}
