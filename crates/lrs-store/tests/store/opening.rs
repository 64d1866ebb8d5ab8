use std::sync::Arc;

use cartable_lrs_store::{
    DEFAULT_STORE, Facet, Kind, Location, Scope, StatementFilter, Store, StoreError, on_both_engines,
    testing::TestDatabase,
};
use cartable_xapi::Timestamp;
use sqlx::{
    Connection, PgConnection, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{activity, authority, draft, execute, statement, uuid};

/// The tables, columns, keys, indexes and functions of a database, in PostgreSQL's words.
const SCHEMA: &str = "
    SELECT relname || '.' || attnum || ' ' || attname || ' ' || format_type(atttypid, atttypmod)
           || CASE WHEN attnotnull THEN ' not null' ELSE '' END || COALESCE(' ' || pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1";

async fn try_open(location: &Location) -> Result<Store, StoreError> {
    Store::open(location, Arc::new(|| Timestamp::MIN)).await
}

/// Makes a database as the first version of the program left it.
async fn make_first(database: &TestDatabase) {
    let migrator = |text| {
        let first = Migration::new(
            1,
            "foundation".into(),
            MigrationType::Simple,
            sqlx::SqlStr::from_static(text),
            false,
        );
        Migrator::with_migrations(vec![first])
    };
    match &database.location {
        Location::Folder(folder) => {
            let url = format!("sqlite://{}?mode=rwc", folder.join("cartable.db").display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            let text = include_str!("../../migrations/sqlite/0001_foundation.sql");
            migrator(text).run(&mut connection).await.unwrap();
        }
        Location::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let text = include_str!("../../migrations/postgres/0001_foundation.sql");
            migrator(text).run(&mut connection).await.unwrap();
        }
    }
}

async fn schema(database: &TestDatabase) -> Vec<String> {
    let Location::Postgres(url) = &database.location else {
        return Vec::new();
    };
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar(SCHEMA)
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_empty_database_on_postgres_gets_what_all_migrations_come_to() {
    let (empty, first) = (TestDatabase::postgres().await, TestDatabase::postgres().await);
    make_first(&first).await;
    for database in [&empty, &first] {
        database.open().await.close().await;
    }
    let schema_of_empty = schema(&empty).await;
    assert!(schema_of_empty.iter().any(|line| line.contains("are_new_ids")));
    assert_eq!(schema_of_empty, schema(&first).await);
}

#[tokio::test]
async fn nodes_that_open_an_empty_database_on_postgres_at_once_find_it_made() {
    let database = TestDatabase::postgres().await;
    let open = || {
        let four = async { tokio::join!(database.open(), database.open(), database.open(), database.open()) };
        Box::pin(four)
    };
    let mut nodes = open().await;
    // They seldom get in each other's way: what they make after the tables is made often.
    for _ in 0..20 {
        execute(&database, "DELETE FROM store").await;
        nodes = open().await;
    }
    for (number, store) in (1..).zip([nodes.0, nodes.1, nodes.2, nodes.3]) {
        let text = statement(number, "zoe", "completed", &activity("7"));
        store
            .insert(DEFAULT_STORE, vec![draft(&text)], &authority())
            .await
            .unwrap();
    }
}

on_both_engines! {
    async fn what_was_stored_before_an_index_row_had_its_verb_is_found_by_it(database) {
        let store = database.open().await;
        for number in 0..40 {
            let verb = ["launched", "completed"][usize::try_from(number % 2).unwrap()];
            let text = statement(number, "zoe", verb, &activity("7"));
            store.insert(DEFAULT_STORE, vec![draft(&text)], &authority()).await.unwrap();
        }
        store.close().await;
        for sql in match database.location {
            Location::Folder(_) => &[
                "CREATE TABLE former (store_id BIGINT NOT NULL, part BIGINT NOT NULL, key BIGINT NOT NULL, \
                 place BIGINT NOT NULL, PRIMARY KEY (store_id, key, place, part)) WITHOUT ROWID",
                "INSERT INTO former SELECT store_id, part, key, place FROM statement_index",
                "DROP TABLE statement_index",
                "ALTER TABLE former RENAME TO statement_index",
            ][..],
            Location::Postgres(_) => &[
                "ALTER TABLE statement_index DROP CONSTRAINT statement_index_pkey",
                "ALTER TABLE statement_index DROP COLUMN verb",
                "ALTER TABLE statement_index ADD CONSTRAINT statement_index_4_pkey PRIMARY KEY (store_id, key, place, part)",
            ],
        } {
            execute(&database, sql).await;
        }
        execute(&database, "DELETE FROM _sqlx_migrations WHERE version = 10").await;
        let store = database.open().await;
        let zoe = Facet { kind: Kind::Agent, value: "mbox mailto:zoe@example.org".to_owned() };
        let filter = StatementFilter {
            facets: vec![
                (zoe, Some(Scope::Direct)),
                (Facet::verb("https://example.org/completed"), Some(Scope::Direct)),
            ],
            limit: 50,
            ..StatementFilter::default()
        };
        let page = store.statements(DEFAULT_STORE, &filter).await.unwrap();
        let mut found: Vec<_> = page.statements.iter().map(|found| found.id).collect();
        found.sort_unstable();
        assert_eq!(found, (0..20).map(|number| uuid(2 * number + 1)).collect::<Vec<_>>());
    }

    async fn what_the_first_version_of_the_program_stored_is_there(database) {
        make_first(&database).await;
        execute(&database, "INSERT INTO store (store_id, name, parts, created) VALUES (1, 'default', 1, 0)").await;
        execute(&database, match database.location {
            Location::Folder(_) => {
                "INSERT INTO statement (store_id, part, id, stored, version, voided, target, voids, payload) \
                 VALUES (1, 1024, X'00000000000040008000000000000001', 1000000, '1.0.3', FALSE, NULL, FALSE, '{\"first\":1}')"
            }
            Location::Postgres(_) => {
                "INSERT INTO statement (store_id, part, id, stored, version, voided, target, voids, payload) \
                 VALUES (1, 1024, '00000000-0000-4000-8000-000000000001', 1000000, '1.0.3', FALSE, NULL, FALSE, '{\"first\":1}')"
            }
        }).await;
        let store = database.open().await;
        let found = store.statement(DEFAULT_STORE, uuid(1), false).await.unwrap().unwrap();
        assert_eq!((&*found.payload, found.place.stored().micros()), ("{\"first\":1}", 1_000_000));
        let text = statement(2, "zoe", "completed", &activity("7"));
        store.insert(DEFAULT_STORE, vec![draft(&text)], &authority()).await.unwrap();
    }

    async fn a_newer_database_is_left_alone(database) {
        database.open().await.close().await;
        execute(&database, "UPDATE _sqlx_migrations SET version = 9000 WHERE version = 1").await;
        let result = try_open(&database.location).await.map(|_| ());
        assert!(matches!(result, Err(StoreError::Newer { found: 9000, known }) if known < 9000), "{result:?}");
    }

    async fn the_database_of_another_program_is_left_alone(database) {
        execute(&database, "CREATE TABLE guests (name TEXT)").await;
        let result = try_open(&database.location).await.map(|_| ());
        assert!(matches!(&result, Err(StoreError::NotOurs(why)) if why.contains("guests")), "{result:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cartable.db");
    std::fs::write(
        &file,
        "a letter to the administrator, long enough to be read as a header",
    )
    .unwrap();
    let result = try_open(&Location::Folder(folder.path().to_owned()))
        .await
        .map(|_| ());
    assert!(matches!(result, Err(StoreError::NotOurs(_))), "{result:?}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("a letter"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let result = try_open(&Location::Folder(file.join("data"))).await.map(|_| ());
    assert!(matches!(result, Err(StoreError::Folder { .. })), "{result:?}");
}

#[tokio::test]
async fn an_address_is_shown_without_its_password() {
    let location = Location::Postgres("postgres://user:secret@host:notaport/name".to_owned());
    let error = try_open(&location).await.map(|_| ()).unwrap_err().to_string();
    assert!(!error.contains("secret") && error.contains("host"), "{error}");
}
