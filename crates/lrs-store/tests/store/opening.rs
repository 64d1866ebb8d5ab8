use std::sync::Arc;

use cartable_lrs_store::{Location, Store, StoreError, on_both_engines};
use cartable_xapi::Timestamp;

use crate::execute;

async fn try_open(location: &Location) -> Result<Store, StoreError> {
    Store::open(location, Arc::new(|| Timestamp::MIN)).await
}

on_both_engines! {
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
