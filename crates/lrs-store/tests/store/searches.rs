use std::sync::Arc;

use cartable_lrs_store::{
    DEFAULT_STORE, Facet, Location, Order, Scope, StatementFilter, Store, on_both_engines,
    testing::TestDatabase,
};
use cartable_xapi::{Actor, ActorRef, Timestamp, Uuid, Version};

use crate::{activity, execute, statement, statements::insert, uuid};

/// A page is asked for so often again.
const AGAIN: usize = 40;

/// The ids that a filter finds, over all pages of `limit`. Each page is asked for so often that its texts are not read with
/// their places any more, and must be the same.
pub(crate) async fn walk(store: &Store, filter: StatementFilter) -> Vec<Uuid> {
    let mut filter = StatementFilter {
        limit: if filter.limit == 0 { 100 } else { filter.limit },
        ..filter
    };
    let mut ids = Vec::new();
    loop {
        let page = store.statements(DEFAULT_STORE, &filter).await.unwrap();
        assert!(page.statements.len() <= filter.limit as usize);
        for _ in 0..AGAIN {
            assert_eq!(store.statements(DEFAULT_STORE, &filter).await.unwrap(), page);
        }
        ids.extend(page.statements.iter().map(|found| found.id));
        match page.next {
            None => return ids,
            next => filter.after = next,
        }
    }
}

pub(crate) fn by(facet: Facet, scope: Scope) -> StatementFilter {
    StatementFilter {
        facets: vec![(facet, Some(scope))],
        ..StatementFilter::default()
    }
}

pub(crate) fn agent(name: &str) -> Facet {
    let json = format!(r#"{{"mbox":"mailto:{name}@example.org","name":"another name"}}"#);
    let actor: Actor = Actor::parse_parameter(&json, Version::V1_0_3).unwrap();
    Facet::agent(ActorRef::from(&actor).identifier().unwrap())
}

on_both_engines! {
    async fn each_filter_finds_what_it_names_and_nothing_else(database) {
        let store = database.open().await;
        let registration = uuid(99);
        let with_context = |text: String, context: &str| text.replacen("{\"id\"", &format!("{{\"context\":{context},\"id\""), 1);
        insert(&store, &[
            statement(1, "zoe", "completed", &activity("7")),
            statement(2, "ali", "completed", &activity("8")),
            with_context(statement(3, "ali", "passed", &activity("7/lesson")), &format!(
                r#"{{"registration":"{registration}","instructor":{{"mbox":"mailto:zoe@example.org"}},"contextActivities":{{"parent":[{{"id":"https://example.org/7"}}]}}}}"#
            )),
        ]).await;

        assert_eq!(walk(&store, by(agent("zoe"), Scope::Direct)).await, [uuid(1)]);
        assert_eq!(walk(&store, by(agent("zoe"), Scope::Related)).await, [uuid(3), uuid(1)]);
        assert_eq!(walk(&store, by(Facet::activity("https://example.org/7"), Scope::Direct)).await, [uuid(1)]);
        assert_eq!(walk(&store, by(Facet::activity("https://example.org/7"), Scope::Related)).await, [uuid(3), uuid(1)]);
        assert_eq!(walk(&store, by(Facet::verb("https://example.org/completed"), Scope::Direct)).await, [uuid(2), uuid(1)]);
        assert_eq!(walk(&store, by(Facet::registration(registration), Scope::Direct)).await, [uuid(3)]);
        assert_eq!(walk(&store, by(Facet::verb("https://example.org/Completed"), Scope::Direct)).await, Vec::<Uuid>::new());

        let both = StatementFilter {
            facets: vec![
                (agent("ali"), Some(Scope::Direct)),
                (Facet::activity("https://example.org/7"), Some(Scope::Related)),
                (Facet::verb("https://example.org/passed"), None),
            ],
            ..StatementFilter::default()
        };
        assert_eq!(walk(&store, both).await, [uuid(3)]);
    }

    async fn since_is_left_out_and_until_is_kept(database) {
        let store = database.open().await;
        for id in 1..=3 {
            insert(&store, &[statement(id, "zoe", "completed", &activity("7"))]).await;
        }
        let stored = store.statement(DEFAULT_STORE, uuid(2), false).await.unwrap().unwrap().place.stored();
        let second = Some(stored);
        for filter in [StatementFilter::default(), by(agent("zoe"), Scope::Direct)] {
            let since = StatementFilter { since: second, ..filter.clone() };
            assert_eq!(walk(&store, since).await, [uuid(3)]);
            let until = StatementFilter { until: second, ..filter };
            assert_eq!(walk(&store, until).await, [uuid(2), uuid(1)]);
        }
    }

    async fn pages_have_no_repeats_and_no_gaps_in_both_orders(database) {
        let store = database.open().await;
        let texts: Vec<_> = (1..=23).map(|id| statement(id, "zoe", "completed", &activity("7"))).collect();
        for batch in texts.chunks(5) {
            insert(&store, batch).await;
        }
        let ascending: Vec<_> = (1..=23).map(uuid).collect();
        let descending: Vec<_> = ascending.iter().rev().copied().collect();
        for filter in [StatementFilter::default(), by(agent("zoe"), Scope::Related)] {
            for limit in [1, 7, 23, 24] {
                let page = StatementFilter { limit, ..filter.clone() };
                assert_eq!(walk(&store, page.clone()).await, descending);
                assert_eq!(walk(&store, StatementFilter { order: Order::Ascending, ..page }).await, ascending);
            }
        }
    }

    async fn a_text_that_was_read_is_not_read_again(database) {
        let store = database.open().await;
        insert(&store, &[statement(1, "zoe", "completed", &activity("7"))]).await;
        let zoe = StatementFilter { limit: 10, ..by(agent("zoe"), Scope::Direct) };
        let page = store.statements(DEFAULT_STORE, &zoe).await.unwrap();
        assert_eq!(page.statements.len(), 1);
        assert_eq!(walk(&store, zoe.clone()).await, [uuid(1)]);
        execute(&database, "UPDATE statement SET payload = '{}'").await;
        assert_eq!(store.statements(DEFAULT_STORE, &zoe).await.unwrap(), page);
        let other = database.open().await;
        assert_ne!(other.statements(DEFAULT_STORE, &zoe).await.unwrap(), page);
    }

    async fn a_page_of_long_statements_ends_early_and_the_next_goes_on(database) {
        let store = database.open().await;
        let long = "x".repeat(400 * 1024);
        for id in 1..=4 {
            let text = statement(id, "zoe", "completed", &activity("7"));
            let text = text.replacen("{\"id\"", &format!("{{\"result\":{{\"response\":\"{long}\"}},\"id\""), 1);
            insert(&store, &[text]).await;
        }
        let filter = StatementFilter { limit: 100, ..StatementFilter::default() };
        assert_eq!(store.statements(DEFAULT_STORE, &filter).await.unwrap().statements.len(), 3);
        assert_eq!(walk(&store, filter).await, [uuid(4), uuid(3), uuid(2), uuid(1)]);
    }

    async fn a_page_is_not_disturbed_by_statements_that_arrive(database) {
        let store = database.open().await;
        for id in 1..=4 {
            insert(&store, &[statement(id, "zoe", "completed", &activity("7"))]).await;
        }
        let first = StatementFilter { limit: 2, ..StatementFilter::default() };
        let page = store.statements(DEFAULT_STORE, &first).await.unwrap();
        insert(&store, &[statement(5, "zoe", "completed", &activity("7"))]).await;
        let rest = walk(&store, StatementFilter { after: page.next, ..first }).await;
        assert_eq!(rest, [uuid(2), uuid(1)]);
    }

    async fn what_refers_to_a_match_is_found_with_it_whichever_came_first(database) {
        let store = database.open().await;
        let refers = |id, actor: &str, target| statement(id, actor, "commented", &format!(r#"{{"objectType":"StatementRef","id":"{}"}}"#, uuid(target)));
        // 2 refers to 1, 3 to 2; 4 refers to itself by way of 5.
        insert(&store, &[refers(3, "eve", 2), refers(2, "ali", 1), refers(4, "eve", 5)]).await;
        insert(&store, &[statement(1, "zoe", "completed", &activity("7")), refers(5, "bob", 4)]).await;
        let zoe = by(agent("zoe"), Scope::Direct);
        assert_eq!(walk(&store, zoe.clone()).await, [uuid(1), uuid(2), uuid(3)]);
        assert_eq!(walk(&store, StatementFilter { limit: 1, ..zoe.clone() }).await, [uuid(1), uuid(2), uuid(3)]);
        assert_eq!(walk(&store, by(agent("bob"), Scope::Direct)).await, [uuid(5), uuid(4)]);
        // The bounds are those of the statement that refers.
        let stored = store.statement(DEFAULT_STORE, uuid(2), false).await.unwrap().unwrap().place.stored();
        let until = StatementFilter { until: Some(stored), ..zoe.clone() };
        assert_eq!(walk(&store, until).await, [uuid(2), uuid(3)]);
        // All the facets must be those of one statement: no statement of zoe's has this verb.
        let both = StatementFilter {
            facets: vec![(agent("zoe"), None), (Facet::verb("https://example.org/commented"), None)],
            ..StatementFilter::default()
        };
        assert_eq!(walk(&store, both).await, Vec::<Uuid>::new());
        let both = StatementFilter {
            facets: vec![(agent("ali"), None), (Facet::verb("https://example.org/commented"), None)],
            ..StatementFilter::default()
        };
        assert_eq!(walk(&store, both).await, [uuid(2), uuid(3)]);
        // A voided statement is left out, and what refers to it is not.
        insert(&store, &[statement(9, "admin", "voided", &format!(r#"{{"objectType":"StatementRef","id":"{}"}}"#, uuid(1)))
            .replace("https://example.org/voided", "http://adlnet.gov/expapi/verbs/voided")]).await;
        assert_eq!(walk(&store, zoe).await, [uuid(9), uuid(2), uuid(3)]);
    }
}

/// Another database stands for a replica that has nothing yet: searches go there, and who asks by id is not told so.
#[tokio::test]
async fn a_replica_answers_searches_and_who_asks_by_id_finds_what_it_lacks_on_postgres() {
    let database = TestDatabase::postgres().await;
    let replica = TestDatabase::postgres().await;
    replica.open().await.close().await;
    let Location::Postgres(url) = &replica.location else {
        return;
    };
    let clock = Arc::new(|| Timestamp::from_micros(1_795_000_000_000_000).unwrap());
    let store = Store::open_with(&database.location, Some(url), clock)
        .await
        .unwrap();
    insert(&store, &[statement(1, "zoe", "completed", &activity("7"))]).await;
    let stored = store
        .statement(DEFAULT_STORE, uuid(1), false)
        .await
        .unwrap()
        .unwrap();
    assert!(store.consistent_through().await.unwrap() >= stored.place.stored());
    assert_eq!(
        walk(&store, by(agent("zoe"), Scope::Direct)).await,
        Vec::<Uuid>::new()
    );
    let nowhere = Some("postgres://postgres@127.0.0.1:1/nothing");
    let result = Store::open_with(&database.location, nowhere, Arc::new(|| Timestamp::MIN)).await;
    assert!(result.is_err());
}
