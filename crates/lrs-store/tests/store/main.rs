//! The store, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod administration;
mod backlog;
mod distribution;
mod documents;
mod groups;
mod opening;
mod outages;
mod retention;
mod searches;
mod statements;
mod tallies;

use cartable_lrs_store::{Draft, Location, testing::TestDatabase};
use cartable_xapi::{Actor, Statement, Uuid, Version};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

/// A statement of `actor`, as a client would send it.
fn statement(id: u128, actor: &str, verb: &str, object: &str) -> String {
    format!(
        r#"{{"id":"{}","actor":{{"mbox":"mailto:{actor}@example.org"}},"verb":{{"id":"https://example.org/{verb}"}},"object":{object}}}"#,
        uuid(id)
    )
}

fn activity(name: &str) -> String {
    format!(r#"{{"id":"https://example.org/{name}"}}"#)
}

fn uuid(id: u128) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 + id)
}

fn draft(text: &str) -> Draft {
    let version = Version::V1_0_3;
    let statement = Statement::parse(text.as_bytes(), version).unwrap();
    Draft {
        id: statement.id.unwrap(),
        statement,
        text: text.to_owned(),
        version,
    }
}

fn authority() -> Actor {
    let json = r#"{"account":{"homePage":"https://lrs.example.org","name":"key"}}"#;
    Actor::parse_parameter(json, Version::V1_0_3).unwrap()
}

/// Changes a database behind the store's back.
async fn execute(database: &TestDatabase, sql: &'static str) {
    match &database.location {
        Location::Folder(folder) => {
            let file = folder.join("cartable.db");
            let url = format!("sqlite://{}?mode=rwc", file.display());
            SqliteConnection::connect(&url)
                .await
                .unwrap()
                .execute(sql)
                .await
                .unwrap();
        }
        Location::Postgres(url) => {
            PgConnection::connect(url)
                .await
                .unwrap()
                .execute(sql)
                .await
                .unwrap();
        }
    }
}
