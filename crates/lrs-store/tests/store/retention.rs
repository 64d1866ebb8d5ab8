use cartable_lrs_store::{
    Batch, DEFAULT_STORE, DocumentKey, DocumentKind, Draft, Facet, Forgettable, Location, NewAttachment,
    Precondition, Scope, StatementFilter, Store, StoreId, on_both_engines, testing::TestDatabase,
};
use cartable_xapi::{Timestamp, Uuid};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::{
    activity, authority, draft,
    searches::{agent, by, walk},
    statement,
    statements::insert,
    uuid,
};

/// When a statement was stored.
async fn stored(store: &Store, id: u128) -> Timestamp {
    let found = store.statement(DEFAULT_STORE, uuid(id), false).await.unwrap();
    found.unwrap().place.stored()
}

/// Forgets all the statements of before a time, and says how many.
async fn forget(store: &Store, before: Timestamp) -> u64 {
    let mut forgetting = store.forget(DEFAULT_STORE, before).await.unwrap();
    let mut count = 0;
    while let Some(forgotten) = forgetting.next_statements().await.unwrap() {
        count += forgotten;
    }
    count
}

fn refers(id: u128, actor: &str, target: u128) -> String {
    let target = uuid(target);
    statement(
        id,
        actor,
        "commented",
        &format!(r#"{{"objectType":"StatementRef","id":"{target}"}}"#),
    )
}

fn voids(id: u128, target: u128) -> String {
    refers(id, "admin", target).replace(
        "https://example.org/commented",
        "http://adlnet.gov/expapi/verbs/voided",
    )
}

/// The ids that are found by what an agent did, the latest first.
async fn found_by(store: &Store, name: &str) -> Vec<Uuid> {
    walk(store, by(agent(name), Scope::Direct)).await
}

fn ids<const N: usize>(ids: [u128; N]) -> [Uuid; N] {
    ids.map(uuid)
}

/// Checks that nothing is left of a database's statements, not even a row that leads to none.
async fn assert_no_rows_remain(database: &TestDatabase) {
    for table in [
        "statement",
        "statement_index",
        "reference",
        "reference_index",
        "voiding",
        "attachment",
    ] {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let count: i64 = match &database.location {
            Location::Folder(folder) => {
                let url = format!("sqlite://{}", folder.join("cartable.db").display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
            Location::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
        };
        assert_eq!(count, 0, "{table}");
    }
}

on_both_engines! {
    async fn what_was_read_here_is_found_no_more_once_another_process_took_it_away(database) {
        let store = database.open().await;
        for id in 1..=4 {
            insert(&store, &[statement(id, "zoe", "completed", &activity("7"))]).await;
        }
        let other = database.open().await;
        let before = stored(&store, 2).await;
        assert_eq!(found_by(&store, "zoe").await, ids([4, 3, 2, 1]));
        assert_eq!(forget(&other, before).await, 1);
        assert_eq!(found_by(&store, "zoe").await, ids([4, 3, 2]));
        // The statement that voids it refers to hers.
        insert(&other, &[voids(13, 3)]).await;
        assert_eq!(found_by(&store, "zoe").await, ids([13, 4, 2]));
        assert_eq!(walk(&store, StatementFilter::default()).await, ids([13, 4, 2]));
    }

    async fn what_was_stored_before_a_time_is_found_no_more(database) {
        let store = database.open().await;
        let with_parent = |text: String| text.replacen(
            "{\"id\"", r#"{"context":{"contextActivities":{"parent":[{"id":"https://example.org/course"}]}},"id""#, 1
        );
        for id in 1..=4 {
            let actor = if id % 2 == 0 { "ali" } else { "zoe" };
            insert(&store, &[with_parent(statement(id, actor, "completed", &activity("7")))]).await;
        }
        let before = stored(&store, 3).await;
        assert_eq!(store.forgettable(DEFAULT_STORE, before).await.unwrap(), Forgettable { statements: 2, documents: 0 });
        assert_eq!(forget(&store, before).await, 2);
        assert_eq!(store.forgettable(DEFAULT_STORE, before).await.unwrap(), Forgettable::default());
        assert_eq!(forget(&store, before).await, 0);

        assert_eq!(store.statement(DEFAULT_STORE, uuid(2), false).await.unwrap(), None);
        assert_eq!(walk(&store, StatementFilter::default()).await, ids([4, 3]));
        assert_eq!(found_by(&store, "zoe").await, ids([3]));
        assert_eq!(found_by(&store, "ali").await, ids([4]));
        assert_eq!(walk(&store, by(Facet::verb("https://example.org/completed"), Scope::Direct)).await, ids([4, 3]));
        assert_eq!(walk(&store, by(Facet::activity("https://example.org/course"), Scope::Related)).await, ids([4, 3]));

        // What was forgotten is new when it comes again, whatever it says.
        insert(&store, &[statement(1, "zoe", "failed", &activity("8"))]).await;
        assert_eq!(found_by(&store, "zoe").await, ids([1, 3]));
        assert_eq!(forget(&store, Timestamp::MAX).await, 3);
        assert_no_rows_remain(&database).await;
    }

    async fn more_than_a_chunk_is_forgotten_in_several(database) {
        let store = database.open().await;
        let texts: Vec<String> = (1..=1203).map(|id| statement(id, &format!("a{}", id % 70), "completed", &activity("7"))).collect();
        for batch in texts.chunks(400) {
            insert(&store, batch).await;
        }
        let before = stored(&store, 1203).await;
        let mut forgetting = store.forget(DEFAULT_STORE, before).await.unwrap();
        let mut chunks = Vec::new();
        while let Some(count) = forgetting.next_statements().await.unwrap() {
            chunks.push(count);
        }
        assert_eq!(chunks, [500, 500, 202]);
        assert_eq!(walk(&store, by(Facet::verb("https://example.org/completed"), Scope::Direct)).await, ids([1203]));
        assert_eq!(forget(&store, Timestamp::MAX).await, 1);
        assert_no_rows_remain(&database).await;
    }

    async fn what_refers_to_the_forgotten_is_no_longer_found_by_it_nor_through_it(database) {
        let store = database.open().await;
        // 5 refers to 4, to 3, to 2, to 1, which arrives last: 1 is reached through those that are forgotten.
        for text in [statement(9, "eve", "completed", &activity("9")), refers(2, "bob", 1), refers(3, "cat", 2)] {
            insert(&store, &[text]).await;
        }
        for text in [refers(4, "dan", 3), refers(5, "fay", 4), refers(6, "gus", 5), statement(1, "zoe", "completed", &activity("7"))] {
            insert(&store, &[text]).await;
        }
        assert_eq!(found_by(&store, "zoe").await, ids([1, 6, 5, 4, 3, 2]));
        assert_eq!(forget(&store, stored(&store, 4).await).await, 3);
        assert_eq!(found_by(&store, "zoe").await, ids([1]));
        assert_eq!(found_by(&store, "bob").await, ids([]));
        assert_eq!(found_by(&store, "cat").await, ids([]));
        assert_eq!(found_by(&store, "dan").await, ids([6, 5, 4]));
        assert_eq!(found_by(&store, "fay").await, ids([6, 5]));

        // When what was forgotten comes again, the two ends are joined again.
        insert(&store, &[refers(3, "cat", 1)]).await;
        assert_eq!(found_by(&store, "zoe").await, ids([3, 1, 6, 5, 4]));
        assert_eq!(forget(&store, Timestamp::MAX).await, 5);
        assert_no_rows_remain(&database).await;
    }

    async fn a_long_chain_and_a_circle_are_cut_where_a_statement_is_missing(database) {
        let store = database.open().await;
        // The one in the middle comes last, and joins two chains of sixteen.
        for id in (102..=120).chain(80..=99) {
            insert(&store, &[refers(id, &format!("a{id}"), id - 1)]).await;
        }
        insert(&store, &[refers(100, "a100", 99)]).await;
        insert(&store, &[refers(101, "a101", 100)]).await;
        assert!(found_by(&store, "a85").await.contains(&uuid(116)));
        // The circle: 1, 2, 3, 1.
        insert(&store, &[refers(1, "bob", 2)]).await;
        insert(&store, &[refers(2, "cat", 3), refers(3, "dan", 1)]).await;
        assert_eq!(found_by(&store, "dan").await, ids([3, 2, 1]));

        assert_eq!(forget(&store, stored(&store, 86).await).await, 19 + 6);
        assert_eq!(found_by(&store, "a85").await, ids([]));
        assert_eq!(found_by(&store, "a86").await.len(), 1 + 15);
        assert_eq!(forget(&store, stored(&store, 2).await).await, 14 + 2 + 1);
        assert_eq!(found_by(&store, "bob").await, ids([]));
        assert_eq!(found_by(&store, "cat").await, ids([2]));
        assert_eq!(found_by(&store, "dan").await, ids([3, 2]));
        assert_eq!(forget(&store, Timestamp::MAX).await, 2);
        assert_no_rows_remain(&database).await;
    }

    async fn many_may_refer_to_one_that_is_forgotten(database) {
        let store = database.open().await;
        insert(&store, &[statement(1, "zoe", "completed", &activity("7"))]).await;
        let texts: Vec<String> = (2..=150).map(|id| refers(id, "bob", 1)).collect();
        insert(&store, &texts).await;
        assert_eq!(found_by(&store, "zoe").await.len(), 150);
        assert_eq!(forget(&store, stored(&store, 2).await).await, 1);
        assert_eq!(found_by(&store, "zoe").await, ids([]));
        assert_eq!(found_by(&store, "bob").await.len(), 149);
        assert_eq!(forget(&store, Timestamp::MAX).await, 149);
        assert_no_rows_remain(&database).await;
    }

    async fn a_voided_statement_is_forgotten_and_voided_again_only_while_what_voids_it_is_there(database) {
        let store = database.open().await;
        let of = |id| statement(id, "zoe", "completed", &activity("7"));
        // 1 and what voids it are forgotten; of 2 what voids it stays; 3 stays, and what voids it is forgotten.
        for text in [of(1), of(2), voids(11, 1), voids(13, 3), statement(10, "eve", "completed", &activity("7")), of(3), voids(12, 2)] {
            insert(&store, &[text]).await;
        }
        assert_eq!(forget(&store, stored(&store, 10).await).await, 4);
        for id in [1, 2] {
            assert_eq!(store.statement(DEFAULT_STORE, uuid(id), true).await.unwrap(), None);
        }
        assert!(store.statement(DEFAULT_STORE, uuid(3), true).await.unwrap().is_some());
        insert(&store, &[of(1), of(2)]).await;
        assert_eq!(found_by(&store, "zoe").await, ids([1, 12]));
        assert!(store.statement(DEFAULT_STORE, uuid(2), true).await.unwrap().is_some());
        assert_eq!(forget(&store, Timestamp::MAX).await, 5);
        assert_no_rows_remain(&database).await;
    }

    async fn the_bytes_of_an_attachment_go_with_the_last_statement_that_names_it(database) {
        let store = database.open().await;
        let (first, shared, escaped) = ("a".repeat(64), "B".repeat(64), "c".repeat(64));
        let named = |id, names: &[&String]| {
            let attachments: Vec<String> = names.iter().map(|sha2| format!(
                r#"{{"usageType":"https://example.org/u","display":{{"en":"x"}},"contentType":"text/plain","length":2,"sha2":"{sha2}"}}"#
            )).collect();
            let text = statement(id, "zoe", "completed", &activity("7"));
            text.replacen("{\"id\"", &format!("{{\"attachments\":[{}],\"id\"", attachments.join(",")), 1)
        };
        let store_with = async |text: &str, names: &[&String]| {
            let attachments = names.iter().map(|sha2| NewAttachment { sha2: sha2.to_lowercase(), content: b"\x00\xff".to_vec() }).collect();
            let drafts = vec![draft(text)];
            store.insert(DEFAULT_STORE, Batch { drafts, attachments, defines: true }, &authority()).await.unwrap();
        };
        let kept = async |sha2: &String| store.attachment(DEFAULT_STORE, &sha2.to_lowercase()).await.unwrap().is_some();
        store_with(&named(1, &[&first, &shared, &escaped]), &[&first, &shared, &escaped]).await;
        store_with(&named(2, &[&first]), &[]).await;
        store_with(&named(3, &[&shared]), &[]).await;
        let mut forgetting = store.forget(DEFAULT_STORE, stored(&store, 3).await).await.unwrap();
        // It comes after the search for names, and writes one as few do.
        store_with(&named(4, &[&escaped]).replace("sha2", "sh\\u00612").replace(&escaped, &escaped.replacen('c', "\\u0063", 1)), &[]).await;
        assert_eq!(forgetting.next_statements().await.unwrap(), Some(2));
        assert_eq!([kept(&first).await, kept(&shared).await, kept(&escaped).await], [false, true, true]);
        assert_eq!(forget(&store, Timestamp::MAX).await, 2);
        assert_eq!([kept(&shared).await, kept(&escaped).await], [false, false]);
        assert_no_rows_remain(&database).await;
    }

    async fn documents_are_forgotten_by_the_time_at_which_they_were_last_written(database) {
        let store = database.open().await;
        let key = |kind, agent| DocumentKey { kind, activity: "https://example.org/7", agent, registration: None };
        let put = async |key: &DocumentKey<'_>, name: &str| {
            store.put_document(DEFAULT_STORE, key, name, b"x".to_vec(), "text/plain", &Precondition::None).await.unwrap();
        };
        let (state, profile) = (key(DocumentKind::State, "mailto:zoe@example.org"), key(DocumentKind::ActivityProfile, ""));
        put(&profile, "old").await;
        for number in 0..600 {
            put(&state, &number.to_string()).await;
        }
        put(&state, "late").await;
        put(&state, "7").await;
        let late = store.document(DEFAULT_STORE, &state, "late").await.unwrap().unwrap().updated;
        assert_eq!(store.forgettable(DEFAULT_STORE, late).await.unwrap(), Forgettable { statements: 0, documents: 600 });
        let mut forgetting = store.forget(DEFAULT_STORE, late).await.unwrap();
        let mut chunks = Vec::new();
        while let Some(count) = forgetting.next_documents().await.unwrap() {
            chunks.push(count);
        }
        assert_eq!(chunks, [500, 100]);
        assert_eq!(store.document_names(DEFAULT_STORE, &state, None).await.unwrap(), ["7", "late"]);
        assert_eq!(store.document_names(DEFAULT_STORE, &profile, None).await.unwrap(), [""; 0]);
    }

    async fn another_store_forgets_nothing(database) {
        let store = database.open().await;
        let other = StoreId(2);
        for id in 1..=3 {
            for store_id in [DEFAULT_STORE, other] {
                let batch = vec![draft(&refers(id, "zoe", id - 1))];
                store.insert(store_id, batch, &authority()).await.unwrap();
            }
        }
        assert_eq!(forget(&store, Timestamp::MAX).await, 3);
        let filter = StatementFilter { limit: 10, ..by(agent("zoe"), Scope::Direct) };
        let found = store.statements(other, &filter).await.unwrap().statements;
        assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), ids([3, 2, 1]));
    }

    async fn it_goes_on_beside_those_who_write(database) {
        let store = database.open().await;
        let texts: Vec<String> = (1..=1200).map(|id| statement(id, "zoe", "completed", &activity("7"))).collect();
        insert(&store, &texts).await;
        insert(&store, &[statement(5000, "zoe", "completed", &activity("7"))]).await;
        let before = stored(&store, 5000).await;
        let writer = tokio::spawn({
            let store = store.clone();
            async move {
                for id in 6000..6060 {
                    // Some refer to what is being deleted.
                    let batch: Vec<Draft> = vec![draft(&refers(id, "bob", id - 5000))];
                    store.insert(DEFAULT_STORE, batch, &authority()).await.unwrap();
                }
            }
        });
        // Another process would have connections of its own.
        let other = database.open().await;
        assert_eq!(forget(&other, before).await, 1200);
        writer.await.unwrap();
        assert_eq!(found_by(&store, "zoe").await, ids([5000]));
        assert_eq!(found_by(&store, "bob").await.len(), 60);
        assert_eq!(forget(&store, Timestamp::MAX).await, 61);
        assert_no_rows_remain(&database).await;
    }
}
