//! Statements are found in the same way whether the rows of the index are written with them or later.

use std::collections::BTreeSet;

use cartable_lrs_store::{
    DEFAULT_STORE, Facet, Location, Order, Scope, StatementFilter, StatementIndex, Store, on_both_engines,
};
use cartable_xapi::{Actor, Statement, Uuid, Version};

use crate::{
    activity, authority,
    searches::{agent, by, walk},
    statement,
    statements::insert,
    uuid,
};

/// The numbers of statements that void others begin here.
const VOIDING: u128 = 1_000_000;
/// Those of statements that no filter finds begin here; so many come with each thousand of the others.
const OTHERS: u128 = 2_000_000;
const MANY: u128 = 7500;

/// A statement of one of 7 actors, with one of 3 verbs, about one of 11 units of one of 2 courses.
fn nth(number: u128) -> String {
    let text = statement(
        number,
        &format!("actor-{}", number % 7),
        &format!("verb-{}", number % 3),
        &activity(&format!("unit-{}", number % 11)),
    );
    let course = format!("https://example.org/course-{}", number % 2);
    let context = format!(r#","context":{{"contextActivities":{{"parent":[{{"id":"{course}"}}]}}}}}}"#);
    text.strip_suffix('}').unwrap().to_owned() + &context
}

/// One that voids it.
fn voiding(number: u128) -> String {
    format!(
        r#"{{"id":"{}","actor":{{"mbox":"mailto:teacher@example.org"}},"verb":{{"id":"http://adlnet.gov/expapi/verbs/voided"}},"object":{{"objectType":"StatementRef","id":"{}"}}}}"#,
        uuid(VOIDING + number),
        uuid(number),
    )
}

/// The ids, in the order in which they were stored, of the first statements that a filter of one or more facets must find.
fn expected(count: u128, voided: &BTreeSet<u128>, facets: &[(Facet, Option<Scope>)]) -> Vec<Uuid> {
    (0..count)
        .filter(|number| !voided.contains(number))
        .filter(|number| {
            let mut statement = Statement::parse(nth(*number).as_bytes(), Version::V1_0_3).unwrap();
            statement.authority = Some(authority());
            let index = StatementIndex::of(&statement);
            facets.iter().all(|(facet, scope)| {
                index
                    .rows
                    .iter()
                    .any(|row| row.facet == *facet && Some(row.scope) <= *scope)
            })
        })
        .map(uuid)
        .collect()
}

/// Every filter finds what it must, in both orders and over pages.
async fn check_all(store: &Store, count: u128, voided: &BTreeSet<u128>) {
    let unit = Facet::activity("https://example.org/unit-4");
    let course = Facet::activity("https://example.org/course-1");
    let verb = Facet::verb("https://example.org/verb-2");
    for facets in [
        vec![(agent("actor-3"), Some(Scope::Direct))],
        vec![(verb.clone(), Some(Scope::Direct))],
        vec![(unit.clone(), Some(Scope::Related))],
        vec![(course.clone(), Some(Scope::Direct))],
        vec![
            (agent("actor-3"), Some(Scope::Direct)),
            (verb.clone(), Some(Scope::Direct)),
        ],
        vec![
            (course, Some(Scope::Related)),
            (agent("actor-5"), Some(Scope::Related)),
            (unit, Some(Scope::Direct)),
        ],
    ] {
        let expected = expected(count, voided, &facets);
        for (order, limit) in [(Order::Ascending, 500), (Order::Descending, 83)] {
            let filter = StatementFilter {
                facets: facets.clone(),
                order,
                limit,
                ..StatementFilter::default()
            };
            let mut found = walk(store, filter).await;
            // What voids a statement is found by what that was found by.
            found.retain(|id| *id < uuid(VOIDING));
            if order == Order::Descending {
                found.reverse();
            }
            assert!(
                found == expected,
                "{facets:?} {order:?}: {} found, {} expected",
                found.len(),
                expected.len()
            );
        }
    }
}

on_both_engines! {
    async fn what_is_not_indexed_yet_is_found_like_the_rest(database) {
        let store = database.open().await;
        let (mut count, mut voided) = (0, BTreeSet::new());
        // PostgreSQL puts nothing off.
        let puts_off = matches!(database.location, Location::Folder(_));
        // Some come one by one, and more than are kept before their rows begin to be written.
        for batch in [1, 3, 1, 500, 1000, 1, 1000, 1000, 800, 2, 300, 1000, 1] {
            let texts: Vec<String> = (count..count + batch).map(nth).collect();
            insert(&store, &texts).await;
            if batch == 1000 && puts_off {
                let others = (0..MANY).map(|other| statement(OTHERS + count * MANY + other, "other", "did", &activity("other")));
                insert(&store, &others.collect::<Vec<_>>()).await;
            }
            count += batch;
            // One of the latest, and one of long ago.
            for number in [count - 1, count / 3] {
                if voided.insert(number) {
                    insert(&store, &[voiding(number)]).await;
                }
            }
            if batch != 1000 {
                check_all(&store, count, &voided).await;
            }
        }
        store.close().await;
        check_all(&database.open().await, count, &voided).await;
    }

    async fn what_was_not_indexed_when_the_program_came_to_a_bad_end_is_found(database) {
        let store = database.open().await;
        let first: Vec<String> = (0..60).map(nth).collect();
        insert(&store, &first).await;
        insert(&store, &[voiding(31)]).await;
        // Nothing is closed: what another program opens is what a kill would leave.
        let next = database.open().await;
        let mut voided = BTreeSet::from([31]);
        check_all(&next, 60, &voided).await;
        let more: Vec<String> = (60..90).map(nth).collect();
        insert(&next, &more).await;
        insert(&next, &[voiding(7), voiding(75)]).await;
        voided.extend([7, 75]);
        check_all(&next, 90, &voided).await;
        next.close().await;
        check_all(&database.open().await, 90, &voided).await;
    }

    async fn an_authority_and_times_bound_what_is_not_indexed_yet(database) {
        let store = database.open().await;
        let texts: Vec<String> = (0..40).map(nth).collect();
        insert(&store, &texts).await;
        let by_id = |number| {
            let store = &store;
            async move {
                let found = store.statement(DEFAULT_STORE, uuid(number), false).await;
                found.unwrap().unwrap().place.stored()
            }
        };
        let all = by(agent("actor-3"), Scope::Direct);
        let between = StatementFilter {
            since: Some(by_id(10).await),
            until: Some(by_id(24).await),
            order: Order::Ascending,
            ..all.clone()
        };
        assert_eq!(walk(&store, between).await, [uuid(17), uuid(24)]);
        for (authority, count) in [(authority(), 6), (stranger(), 0)] {
            let identifier = authority.identifier().unwrap();
            let authority = Some(Facet::authority(identifier));
            let of_agent = StatementFilter { authority: authority.clone(), ..all.clone() };
            assert_eq!(walk(&store, of_agent).await.len(), count);
            let of_authority = StatementFilter { authority, ..StatementFilter::default() };
            assert_eq!(walk(&store, of_authority).await.len(), if count == 0 { 0 } else { 40 });
        }
    }
}

fn stranger() -> Actor {
    let json = r#"{"account":{"homePage":"https://lrs.example.org","name":"another"}}"#;
    Actor::parse_parameter(json, Version::V1_0_3).unwrap()
}
