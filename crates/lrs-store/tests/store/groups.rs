use cartable_lrs_store::{
    Batch, DEFAULT_STORE, DocumentKey, DocumentKind, Location, NewAttachment, Precondition, Store,
    StoreError, on_both_engines, testing::TestDatabase,
};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tokio::task::JoinSet;

use crate::{activity, authority, draft, statement, uuid};

/// Holds up everyone who writes, until it is dropped.
enum Hold {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Hold {
    async fn of(database: &TestDatabase) -> Self {
        match &database.location {
            Location::Folder(folder) => {
                let url = format!("sqlite://{}", folder.join("cartable.db").display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                connection.execute("BEGIN IMMEDIATE").await.unwrap();
                Self::Sqlite(connection)
            }
            Location::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                connection.execute("BEGIN").await.unwrap();
                connection
                    .execute("LOCK TABLE statement IN EXCLUSIVE MODE")
                    .await
                    .unwrap();
                Self::Postgres(connection)
            }
        }
    }

    async fn end(self) {
        match self {
            Self::Sqlite(mut connection) => drop(connection.execute("ROLLBACK").await.unwrap()),
            Self::Postgres(mut connection) => drop(connection.execute("ROLLBACK").await.unwrap()),
        }
    }
}

fn with_bytes(id: u128, bytes: usize) -> Batch {
    Batch {
        drafts: vec![draft(&statement(id, "zoe", "completed", &activity("7")))],
        attachments: vec![NewAttachment {
            sha2: format!("{id:064x}"),
            content: vec![b'x'; bytes],
        }],
        defines: true,
    }
}

async fn ids(store: &Store) -> Vec<u128> {
    let mut ids = Vec::new();
    for id in 0..100 {
        if store
            .statement(DEFAULT_STORE, uuid(id), false)
            .await
            .unwrap()
            .is_some()
        {
            ids.push(id);
        }
    }
    ids
}

on_both_engines! {
    async fn what_waits_together_is_accepted_or_refused_each_for_itself(database) {
        let store = database.open().await;
        let hold = Hold::of(&database).await;
        let mut writers = JoinSet::new();
        for id in 0..40_u128 {
            let store = store.clone();
            writers.spawn(async move {
                // Every fourth wants an id that another has, with another meaning; when it is refused, its other statement
                // must not stay.
                let batch = if id % 4 == 3 {
                    vec![
                        draft(&statement(id, "ali", "failed", &activity("8"))),
                        draft(&statement(id - 3, "ali", "failed", &activity("8"))),
                    ]
                } else {
                    vec![draft(&statement(id, "zoe", "completed", &activity("7")))]
                };
                (id, store.insert(DEFAULT_STORE, batch, &authority()).await)
            });
        }
        let document = tokio::spawn({
            let store = store.clone();
            async move {
                let key = DocumentKey { kind: DocumentKind::State, activity: "a", agent: "b", registration: None };
                store.put_document(DEFAULT_STORE, &key, "c", b"{}".to_vec(), "application/json", &Precondition::Match(Vec::new())).await
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        hold.end().await;
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        while let Some(writer) = writers.join_next().await {
            match writer.unwrap() {
                (id, Ok(_)) => accepted.push(id),
                (id, Err(StoreError::Conflict(taken))) => {
                    assert_eq!(taken, uuid(id - id % 4));
                    refused.push(id);
                }
                (_, Err(error)) => assert!(matches!(error, StoreError::Conflict(_)), "{error}"),
            }
        }
        // Of two that want one id, either may have come first.
        refused.sort_unstable();
        assert_eq!(refused.len(), 10);
        assert!(refused.iter().enumerate().all(|(pair, id)| *id == pair as u128 * 4 || *id == pair as u128 * 4 + 3));
        let stored: Vec<u128> = (0..40).filter(|id| id % 4 == 0 || !refused.contains(id)).collect();
        assert_eq!(ids(&store).await, stored);
        assert_eq!(accepted.len(), 30);
        assert!(matches!(document.await.unwrap(), Err(StoreError::PreconditionFailed)));
    }

    async fn what_waits_has_bounds_and_who_finds_no_room_is_told(database) {
        let store = database.open().await;
        let hold = Hold::of(&database).await;
        let mut writers = JoinSet::new();
        for id in 0..8 {
            let store = store.clone();
            writers.spawn(async move {
                (id, store.insert(DEFAULT_STORE, with_bytes(id, 12 * 1024 * 1024), &authority()).await)
            });
        }
        // Who finds no room is told at once, not when there is some.
        let mut refused = Vec::new();
        for _ in 0..3 {
            let (id, result) = writers.join_next().await.unwrap().unwrap();
            assert!(matches!(result, Err(StoreError::Busy)), "{id}: {result:?}");
            refused.push(id);
        }
        hold.end().await;
        let mut accepted = Vec::new();
        while let Some(writer) = writers.join_next().await {
            let (id, result) = writer.unwrap();
            result.unwrap();
            accepted.push(id);
        }
        accepted.sort_unstable();
        assert_eq!(ids(&store).await, accepted);
        assert_eq!(accepted.len(), 5);
        // There is room again.
        store.insert(DEFAULT_STORE, with_bytes(refused[0], 12 * 1024 * 1024), &authority()).await.unwrap();
    }
}
