//! `cartable lrs distribute`, as who runs the LRS meets it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use assert_cmd::Command;
use cartable_lrs_store::{
    Location, Store,
    testing::{TestDatabase, ticking},
};

/// What the program says, in words between single spaces, and whether it did what it was asked.
fn distribute(database: &TestDatabase, language: &str) -> (String, bool) {
    let Location::Postgres(url) = &database.location else {
        unreachable!("it is on a server")
    };
    let output = Command::cargo_bin("cartable")
        .unwrap()
        .env_clear()
        .args(["lrs", "distribute", "--database", url, "--lang", language])
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (
        said.split_whitespace().collect::<Vec<_>>().join(" "),
        output.status.success(),
    )
}

#[tokio::test]
async fn a_server_without_citus_is_told_so_in_the_users_language() {
    let database = TestDatabase::postgres().await;
    for (language, parts) in [
        (
            "en",
            ["has no Citus", "CREATE EXTENSION citus", "nothing was changed"],
        ),
        (
            "fr",
            ["n’a pas Citus", "CREATE EXTENSION citus", "rien n’a été changé"],
        ),
    ] {
        let (said, is_done) = distribute(&database, language);
        assert!(!is_done, "{said}");
        for part in parts {
            assert!(said.contains(part), "`{part}` is not in: {said}");
        }
    }
}

#[tokio::test]
#[ignore = "needs a cluster of Citus: CARTABLE_TEST_CITUS"]
async fn a_database_is_distributed_once_nobody_uses_it_and_once_for_all() {
    let database = TestDatabase::citus().await;
    let store = Store::open(&database.location, ticking()).await.unwrap();
    let (said, is_done) = distribute(&database, "fr");
    assert!(
        !is_done && said.contains("arrêtez chaque cartable serve"),
        "{said}"
    );
    store.close().await;
    let (said, is_done) = distribute(&database, "en");
    assert!(is_done && said.contains("is distributed"), "{said}");
    let (said, is_done) = distribute(&database, "en");
    assert!(is_done && said.contains("distributed already"), "{said}");
}
