use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use cartable_lrs_store::{
    Batch, DEFAULT_STORE, Draft, Facet, Inserted, Location, NewAttachment, Scope, StatementFilter, Store,
    StoreError, StoreId, on_both_engines, testing::TestDatabase,
};
use cartable_xapi::{Statement, Timestamp, Uuid, Version};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::{
    activity, authority, draft, execute,
    searches::{agent, by, walk},
    statement, uuid,
};

pub(crate) async fn insert(store: &Store, texts: &[String]) {
    let batch: Vec<Draft> = texts.iter().map(|text| draft(text)).collect();
    store.insert(DEFAULT_STORE, batch, &authority()).await.unwrap();
}

on_both_engines! {
    async fn a_statement_is_given_back_as_it_came_and_completed(database) {
        let store = database.open().await;
        let text = statement(1, "zoe", "completed", &activity("7")).replace("\"verb\"", "\"result\" : {\"extensions\":{\"https://example.org/e\":[1.50, \"\\u00e9\\/\"]}} ,\"verb\"");
        let inserted = store.insert(DEFAULT_STORE, vec![draft(&text)], &authority()).await.unwrap();
        assert_eq!(inserted.ids, [uuid(1)]);

        let found = store.statement(DEFAULT_STORE, uuid(1), false).await.unwrap().unwrap();
        assert!(found.payload.starts_with(text.trim_end_matches('}')), "{}", found.payload);
        let json: serde_json::Value = serde_json::from_str(&found.payload).unwrap();
        assert_eq!(json["authority"]["account"]["name"], "key");
        assert_eq!(json["version"], "1.0.0");
        assert_eq!(json["stored"], json["timestamp"]);
        assert_eq!(json["stored"].as_str(), inserted.stored.map(|stored| stored.to_string()).as_deref());
        assert_eq!(store.statement(DEFAULT_STORE, uuid(1), true).await.unwrap(), None);
        assert_eq!(store.statement(DEFAULT_STORE, uuid(2), false).await.unwrap(), None);
    }

    async fn what_needs_nothing_looked_up_is_stored_like_the_rest(database) {
        let store = database.open().await;
        let before = store.consistent_through().await.unwrap();
        let unnamed = |id: u128, members: &str| {
            let text = statement(id, "zoé", "completed", &activity("7"));
            let id = format!("\"id\":\"{}\",", uuid(id));
            assert!(text.contains(&id));
            let text = text.replacen(&id, members, 1).replace("\"actor\":{", "\"actor\":{\"name\":\"Zoé\\u0000\",");
            Draft { statement: Statement::parse(text.as_bytes(), Version::V1_0_3).unwrap(), text, ..draft(&statement(1, "zoe", "completed", &activity("7"))) }
        };
        let mut places = Vec::new();
        for round in 0..3_u128 {
            let of = |number: u128, members| Draft { id: uuid(10 * round + number), ..unnamed(10 * round + number, members) };
            let batch = vec![
                of(1, ""),
                of(2, "\"timestamp\":\"2026-01-02T03:04:05+01:00\","),
                of(3, "\"result\":{\"response\":\"réponse « ’ » 😀\"},\"stored\":\"2001-01-01T00:00:00Z\","),
            ];
            let inserted = store.insert(DEFAULT_STORE, batch, &authority()).await.unwrap();
            assert_eq!(inserted.ids, [1, 2, 3].map(|number| uuid(10 * round + number)));
            for id in inserted.ids {
                let found = store.statement(DEFAULT_STORE, id, false).await.unwrap().unwrap();
                let json: serde_json::Value = serde_json::from_str(&found.payload).unwrap();
                assert_eq!(json["stored"], found.place.stored().with_micros());
                assert!(json["timestamp"] == json["stored"] || json["timestamp"] == "2026-01-02T02:04:05.000Z", "{json}");
                assert_eq!((&json["id"], &json["version"]), (&id.to_string().into(), &"1.0.0".into()));
                places.push(found.place);
            }
            assert_eq!(places.last().map(|place| place.stored()), inserted.stored);
        }
        assert!(places.is_sorted() && places.first().unwrap().stored() > before);
        let all: Vec<Uuid> = [21, 11, 1].into_iter().flat_map(|first| [first + 2, first + 1, first].map(uuid)).collect();
        for facet in [agent("zoé"), Facet::verb("https://example.org/completed"), Facet::activity("https://example.org/7")] {
            assert_eq!(walk(&store, by(facet, Scope::Direct)).await, all);
        }
        assert_eq!(store.agent_names(DEFAULT_STORE, &agent("zoé")).await.unwrap(), ["Zoé\0"]);
        // A key that stands for something else is noticed by a program that has not met it.
        execute(&database, "UPDATE dictionary SET value = 'other' WHERE value = 'https://example.org/completed'").await;
        let other = database.open().await;
        let result = other.insert(DEFAULT_STORE, vec![unnamed(31, "")], &authority()).await;
        let error = result.unwrap_err().to_string();
        assert!(error.contains("`other`"), "{error}");
        assert!(store.statement(DEFAULT_STORE, uuid(31), false).await.unwrap().is_none());
        // An id that is taken, whoever made it, is not stored twice.
        let taken = Draft { id: uuid(1), ..unnamed(1, "") };
        let result = store.insert(DEFAULT_STORE, vec![taken], &authority()).await;
        assert_eq!(result.unwrap().ids, [uuid(1)]);
        assert_eq!(walk(&store, StatementFilter::default()).await.len(), 9);
    }

    async fn a_batch_is_stored_whole_or_not_at_all(database) {
        let store = database.open().await;
        insert(&store, &[statement(2, "zoe", "completed", &activity("7"))]).await;
        let batch = [
            statement(1, "zoe", "completed", &activity("7")),
            statement(2, "zoe", "failed", &activity("7")),
            statement(3, "zoe", "completed", &activity("7")),
        ];
        let result = store.insert(DEFAULT_STORE, batch.iter().map(|text| draft(text)).collect::<Vec<_>>(), &authority()).await;
        assert!(matches!(result, Err(StoreError::Conflict(id)) if id == uuid(2)), "{result:?}");
        assert_eq!(walk(&store, StatementFilter::default()).await, [uuid(2)]);
    }

    async fn the_same_statement_again_changes_nothing(database) {
        let store = database.open().await;
        let text = statement(1, "zoe", "completed", &activity("7"));
        insert(&store, std::slice::from_ref(&text)).await;
        let before = store.statement(DEFAULT_STORE, uuid(1), false).await.unwrap();
        // Also twice in one batch, and with its members in another order.
        let again = text.replacen("{\"id\"", "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"id\"", 1);
        let batch = vec![draft(&again), draft(&text)];
        let inserted = store.insert(DEFAULT_STORE, batch, &authority()).await.unwrap();
        assert_eq!((inserted.ids, inserted.stored), (vec![uuid(1), uuid(1)], None));
        assert_eq!(store.statement(DEFAULT_STORE, uuid(1), false).await.unwrap(), before);
    }

    async fn a_voided_statement_is_found_only_as_such(database) {
        let store = database.open().await;
        let voids = |id, target| statement(id, "admin", "voided", &format!(r#"{{"objectType":"StatementRef","id":"{}"}}"#, uuid(target)))
            .replace("https://example.org/voided", "http://adlnet.gov/expapi/verbs/voided");
        // One is voided after it came, the other before; a voiding statement cannot be voided.
        insert(&store, &[statement(1, "zoe", "completed", &activity("7"))]).await;
        insert(&store, &[voids(11, 1), voids(12, 2), voids(13, 11)]).await;
        insert(&store, &[statement(2, "zoe", "completed", &activity("7")), statement(3, "zoe", "completed", &activity("7"))]).await;

        for id in [1, 2] {
            assert_eq!(store.statement(DEFAULT_STORE, uuid(id), false).await.unwrap(), None);
            assert!(store.statement(DEFAULT_STORE, uuid(id), true).await.unwrap().is_some());
        }
        // The statements that void them refer to zoe's, so they are found with hers.
        assert_eq!(walk(&store, by(agent("zoe"), Scope::Direct)).await, [uuid(3), uuid(13), uuid(12), uuid(11)]);
        assert_eq!(walk(&store, StatementFilter::default()).await, [uuid(3), uuid(13), uuid(12), uuid(11)]);
    }

    async fn what_statements_say_of_activities_and_agents_is_learned_where_that_is_allowed(database) {
        let store = database.open().await;
        let about = |id, name: &str, definition: &str| statement(id, "zoe", "completed", &format!(r#"{{"id":"https://example.org/7","definition":{definition}}}"#))
            .replace(r#""mbox""#, &format!(r#""name":"{name}","mbox""#));
        insert(&store, &[about(1, "Zoé", r#"{"name":{"fr":"Sept"}}"#), about(2, "Zoe", r#"{"name":{"en":"Seven"},"type":"https://example.org/t"}"#)]).await;
        let batch = Batch { drafts: vec![draft(&about(3, "Mallory", r#"{"name":{"fr":"Huit"}}"#))], attachments: Vec::new(), defines: false };
        store.insert(DEFAULT_STORE, batch, &authority()).await.unwrap();
        let ids = ["https://example.org/7".to_owned(), "https://example.org/8".to_owned()].into();
        let definitions = store.definitions(DEFAULT_STORE, &ids).await.unwrap();
        assert_eq!(definitions.len(), 1);
        let expected: serde_json::Value = serde_json::from_str(r#"{"name":{"fr":"Sept","en":"Seven"},"type":"https://example.org/t"}"#).unwrap();
        assert_eq!(definitions["https://example.org/7"], expected);
        assert_eq!(store.agent_names(DEFAULT_STORE, &agent("zoe")).await.unwrap(), ["Zoe", "Zoé"]);
        assert_eq!(store.agent_names(StoreId(2), &agent("zoe")).await.unwrap(), [""; 0]);
        assert!(store.definitions(StoreId(2), &ids).await.unwrap().is_empty());
    }

    async fn what_another_node_learned_meanwhile_is_noticed(database) {
        let (seconds, ids) = (Arc::new(AtomicI64::new(0)), ["https://example.org/7".to_owned()].into());
        let clock = Arc::clone(&seconds);
        let there = database.open().await;
        let clock = move || Timestamp::from_micros(1_795_000_000_000_000 + clock.load(Ordering::Relaxed) * 1_000_000).unwrap();
        let here = Store::open(&database.location, Arc::new(clock)).await.unwrap();
        let about = |id, name: &str| statement(id, "zoe", "completed", &format!(r#"{{"id":"https://example.org/7","definition":{{"name":{{"fr":"{name}"}}}}}}"#));
        for (place, store, name) in [(1, &here, "Sept"), (2, &here, "Sept"), (3, &there, "VII"), (4, &there, "VII"), (5, &here, "Sept"), (6, &here, "Sept")] {
            seconds.fetch_add(60, Ordering::Relaxed);
            insert(store, &[about(place, name)]).await;
            let definitions = store.definitions(DEFAULT_STORE, &ids).await.unwrap();
            assert_eq!(definitions["https://example.org/7"]["name"]["fr"], name, "after statement {place}");
        }
    }

    async fn the_bytes_of_an_attachment_are_kept_once_with_the_batch(database) {
        let store = database.open().await;
        let attachment = |sha2: &str| NewAttachment { sha2: sha2.to_owned(), content: b"\x00\xff".to_vec() };
        let batch = |id, attachments| Batch { drafts: vec![draft(&statement(id, "zoe", "completed", &activity("7")))], attachments, defines: true };
        for id in [1, 2] {
            store.insert(DEFAULT_STORE, batch(id, vec![attachment("aa"), attachment("aa")]), &authority()).await.unwrap();
        }
        assert_eq!(store.attachment(DEFAULT_STORE, "aa").await.unwrap(), Some(b"\x00\xff".to_vec()));
        assert_eq!(store.attachment(StoreId(2), "aa").await.unwrap(), None);
        let mut conflicting = batch(1, vec![attachment("bb")]);
        conflicting.drafts = vec![draft(&statement(1, "zoe", "failed", &activity("7")))];
        store.insert(DEFAULT_STORE, conflicting, &authority()).await.unwrap_err();
        assert_eq!(store.attachment(DEFAULT_STORE, "bb").await.unwrap(), None);
    }

    async fn nothing_is_visible_from_another_store(database) {
        let store = database.open().await;
        insert(&store, &[statement(1, "zoe", "completed", &activity("7"))]).await;
        let other = StoreId(2);
        assert_eq!(store.statement(other, uuid(1), false).await.unwrap(), None);
        for facets in [vec![], vec![(agent("zoe"), None)]] {
            let filter = StatementFilter { facets, limit: 10, ..StatementFilter::default() };
            assert_eq!(store.statements(other, &filter).await.unwrap().statements, Vec::new());
        }
        // The same id is free there.
        let batch = vec![draft(&statement(1, "ali", "failed", &activity("8")))];
        store.insert(other, batch, &authority()).await.unwrap();
        assert_eq!(walk(&store, by(agent("ali"), Scope::Direct)).await, Vec::<Uuid>::new());
    }

    async fn the_order_holds_when_the_clock_goes_back(database) {
        let store = database.open().await;
        insert(&store, &[statement(1, "zoe", "completed", &activity("7"))]).await;
        insert(&store, &[statement(2, "zoe", "completed", &activity("7"))]).await;
        store.close().await;
        // The clock of a test begins again.
        let store = database.open().await;
        insert(&store, &[statement(3, "zoe", "completed", &activity("7"))]).await;
        assert_eq!(walk(&store, StatementFilter::default()).await, [uuid(3), uuid(2), uuid(1)]);
    }

    async fn what_was_promised_consistent_can_be_read(database) {
        let store = database.open().await;
        // PostgreSQL may have several nodes: one writes, another promises.
        let reader = match database.location {
            Location::Folder(_) => store.clone(),
            Location::Postgres(_) => database.open().await,
        };
        let writers: Vec<_> = (0..8).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for count in 0..10 {
                    let text = statement(writer * 100 + count, "zoe", "completed", &activity("7"));
                    store.insert(DEFAULT_STORE, vec![draft(&text)], &authority()).await.unwrap();
                }
            })
        }).collect();
        let mut seen = Vec::new();
        while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
            let promised = reader.consistent_through().await.unwrap();
            let until = StatementFilter { until: Some(promised), ..StatementFilter::default() };
            let found = walk(&reader, until).await;
            seen.push((promised, found));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        for (promised, found) in seen {
            let until = StatementFilter { until: Some(promised), ..StatementFilter::default() };
            assert_eq!(walk(&reader, until).await, found, "{promised}");
        }
    }

    async fn eight_writers_lose_nothing_and_are_told_what_was_stored(database) {
        let store = database.open().await;
        let writers: Vec<_> = (0..8).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut told = Vec::new();
                for batch in 0..4 {
                    // All touch the same activity and the same agent.
                    let ids = (0..3).map(|count| writer * 1000 + batch * 10 + count);
                    let drafts: Vec<Draft> = ids.map(|id| draft(&statement(id, "zoe", "completed", &activity("7")))).collect();
                    told.push(store.insert(DEFAULT_STORE, drafts, &authority()).await.unwrap());
                }
                told
            })
        }).collect();
        let mut told = Vec::new();
        for writer in writers {
            told.extend(writer.await.unwrap());
        }
        for Inserted { ids, stored } in told {
            let last = store.statement(DEFAULT_STORE, ids[2], false).await.unwrap().unwrap();
            assert_eq!(last.place.stored(), stored.unwrap());
        }
        let mut ids = walk(&store, by(agent("zoe"), Scope::Direct)).await;
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 8 * 4 * 3);
    }
}

/// One query takes the locks and writes, and sees what was there when it began: that must not be all it goes by.
#[tokio::test]
async fn what_was_voided_while_it_waited_to_be_written_is_voided_on_postgres() {
    let database = TestDatabase::postgres().await;
    let store = database.open().await;
    let Location::Postgres(url) = &database.location else {
        unreachable!()
    };
    let mut other = PgConnection::connect(url).await.unwrap();
    // As one does who writes statements that refer to others.
    other
        .execute("BEGIN; SELECT pg_advisory_xact_lock(1128354387, 1)")
        .await
        .unwrap();
    let writer = tokio::spawn({
        let store = store.clone();
        async move { insert(&store, &[statement(7, "zoe", "completed", &activity("7"))]).await }
    });
    let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND classid = 1128354387
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while sqlx::query_scalar::<_, i64>(waiting)
        .fetch_one(&mut other)
        .await
        .unwrap()
        == 0
    {
        tokio::task::yield_now().await;
    }
    let voiding = format!(
        "INSERT INTO voiding (store_id, part, target) VALUES (1, 1024, '{}'); COMMIT",
        uuid(7)
    );
    other.execute(AssertSqlSafe(voiding)).await.unwrap();
    writer.await.unwrap();
    assert_eq!(
        store.statement(DEFAULT_STORE, uuid(7), false).await.unwrap(),
        None
    );
    assert!(
        store
            .statement(DEFAULT_STORE, uuid(7), true)
            .await
            .unwrap()
            .is_some()
    );
}
