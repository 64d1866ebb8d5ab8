//! Figures say at any time what the statements say that are there and not voided.

use std::collections::BTreeMap;

use cartable_lrs_store::{
    Batch, DEFAULT_STORE, DayCount, Draft, Learner, Location, Standing, Store, StoreError, on_both_engines,
};
use cartable_xapi::{Timestamp, Version};

use crate::{authority, draft, execute, statements::insert, uuid};

const ADL: &str = "http://adlnet.gov/expapi/verbs";
const COURSE: &str = "https://example.org/course";

/// A statement about a course on the 28th of November 2026, at so many seconds.
fn about(id: u128, actor: &str, verb: &str, course: &str, second: u32, more: &str) -> String {
    format!(
        r#"{{"id":"{}","actor":{{"mbox":"mailto:{actor}@example.org","name":"{actor} Doe"}},"verb":{{"id":"{ADL}/{verb}"}},
           "object":{{"id":"{course}"}},"timestamp":"2026-11-28T10:00:{second:02}Z"{more}}}"#,
        uuid(id)
    )
}

fn did(id: u128, actor: &str, verb: &str, second: u32) -> String {
    about(id, actor, verb, COURSE, second, "")
}

fn scored(id: u128, actor: &str, verb: &str, second: u32, scaled: &str) -> String {
    let result = format!(r#","result":{{"score":{{"scaled":{scaled}}}}}"#);
    about(id, actor, verb, COURSE, second, &result)
}

fn voids(id: u128, target: u128) -> String {
    format!(
        r#"{{"id":"{}","actor":{{"mbox":"mailto:admin@example.org"}},"verb":{{"id":"{ADL}/voided"}},
           "object":{{"objectType":"StatementRef","id":"{}"}}}}"#,
        uuid(id),
        uuid(target)
    )
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text, Version::V1_0_3).unwrap()
}

/// All is counted.
async fn count(store: &Store) {
    let mut is_all = false;
    for _ in 0..100 {
        is_all = is_all || store.count(DEFAULT_STORE).await.unwrap();
    }
    assert!(is_all);
}

/// Learners, those who completed, passed and failed, and the second of the last thing.
async fn course(store: &Store, activity: &str) -> Option<(i64, i64, i64, i64, i64)> {
    count(store).await;
    let course = store.course(DEFAULT_STORE, activity).await.unwrap()?;
    let second = course.last.micros().div_euclid(1_000_000).rem_euclid(60);
    assert_eq!(course.activity, activity);
    Some((
        course.learners,
        course.completed,
        course.passed,
        course.failed,
        second,
    ))
}

/// Each learner's standing, number of statements, score in percent, first and last second.
type Row = (String, Standing, i64, Option<i64>, i64, i64);

async fn learners(store: &Store) -> Vec<Row> {
    count(store).await;
    let listing = store.learners(DEFAULT_STORE, COURSE, None, 100).await.unwrap();
    let row = |Learner {
                   agent,
                   name,
                   progress,
               }: Learner| {
        let actor = agent
            .strip_prefix("mbox mailto:")
            .unwrap()
            .split_once('@')
            .unwrap()
            .0
            .to_owned();
        assert_eq!(name, Some(format!("{actor} Doe")));
        let second = |micros: i64| micros.div_euclid(1_000_000).rem_euclid(60);
        let percent = progress
            .score()
            .map(|scaled| format!("{:.0}", scaled * 100.0).parse().unwrap());
        (
            actor,
            progress.standing(),
            progress.statements,
            percent,
            second(progress.first),
            second(progress.last),
        )
    };
    listing.items.into_iter().map(row).collect()
}

/// How many statements there are of each verb.
async fn verbs(store: &Store) -> BTreeMap<String, i64> {
    count(store).await;
    let mut verbs = BTreeMap::new();
    for DayCount { verb, statements, .. } in store
        .days(DEFAULT_STORE, Timestamp::MIN, Timestamp::MAX)
        .await
        .unwrap()
    {
        assert!(statements > 0, "{verb}");
        let name = verb.rsplit_once('/').unwrap().1.to_owned();
        *verbs.entry(name).or_default() += statements;
    }
    verbs
}

async fn forget(store: &Store, before: Timestamp) {
    let mut forgetting = store.forget(DEFAULT_STORE, before).await.unwrap();
    while forgetting.next_statements().await.unwrap().is_some() {}
}

async fn stored(store: &Store, id: u128) -> Timestamp {
    let found = store.statement(DEFAULT_STORE, uuid(id), false).await.unwrap();
    found.unwrap().place.stored()
}

fn row(actor: &str, standing: Standing, statements: i64, score: Option<i64>, first: i64, last: i64) -> Row {
    (actor.to_owned(), standing, statements, score, first, last)
}

fn map<const N: usize>(pairs: [(&str, i64); N]) -> BTreeMap<String, i64> {
    pairs
        .into_iter()
        .map(|(verb, count)| (verb.to_owned(), count))
        .collect()
}

/// Two learners, of whom one passed; ids 1 to 5.
async fn begin(store: &Store) {
    insert(store, &[did(1, "zoe", "initialized", 1)]).await;
    insert(
        store,
        &[
            did(2, "ali", "initialized", 2),
            scored(3, "zoe", "failed", 5, "0.3"),
        ],
    )
    .await;
    insert(
        store,
        &[
            scored(4, "zoe", "passed", 9, "0.9"),
            did(5, "ali", "answered", 20),
        ],
    )
    .await;
}

async fn assert_begun(store: &Store) {
    assert_eq!(course(store, COURSE).await, Some((2, 1, 1, 0, 9)));
    let expected = [
        row("zoe", Standing::Passed, 3, Some(90), 1, 9),
        row("ali", Standing::Unfinished, 1, None, 2, 2),
    ];
    assert_eq!(learners(store).await, expected);
    assert_eq!(
        verbs(store).await,
        map([("initialized", 2), ("failed", 1), ("passed", 1), ("answered", 1)])
    );
}

on_both_engines! {
    async fn what_arrives_is_counted_once(database) {
        let store = database.open().await;
        assert_eq!(course(&store, COURSE).await, None);
        begin(&store).await;
        assert_begun(&store).await;
        // Equal ones that come again are those that are there; a batch that is refused adds nothing.
        insert(&store, &[did(1, "zoe", "initialized", 1), scored(4, "zoe", "passed", 9, "0.9")]).await;
        let refused: Vec<Draft> = vec![draft(&did(6, "eve", "completed", 8)), draft(&did(2, "eve", "completed", 8))];
        let result = store.insert(DEFAULT_STORE, refused, &authority()).await;
        assert!(matches!(result, Err(StoreError::Conflict(_))));
        assert_begun(&store).await;
        insert(&store, &[did(7, "ali", "completed", 30), about(8, "ali", "launched", "https://example.org/other", 40, "")]).await;
        assert_eq!(course(&store, COURSE).await, Some((2, 2, 1, 0, 30)));
        assert_eq!(course(&store, "https://example.org/other").await, Some((1, 0, 0, 0, 40)));
        assert_eq!(learners(&store).await[0], row("ali", Standing::Completed, 2, None, 2, 30));
    }

    async fn a_voided_statement_does_not_count(database) {
        let store = database.open().await;
        begin(&store).await;
        assert_begun(&store).await;
        // One that is counted, one that voids at once, and one that is voided before it arrives.
        insert(&store, &[voids(10, 4)]).await;
        assert_eq!(course(&store, COURSE).await, Some((2, 1, 0, 1, 5)));
        assert_eq!(learners(&store).await[0], row("zoe", Standing::Failed, 2, Some(30), 1, 5));
        insert(&store, &[did(11, "eve", "completed", 50), voids(12, 11)]).await;
        insert(&store, &[voids(14, 13)]).await;
        insert(&store, &[did(13, "eve", "completed", 50)]).await;
        assert_eq!(course(&store, COURSE).await, Some((2, 1, 0, 1, 5)));
        assert_eq!(verbs(&store).await, map([("initialized", 2), ("failed", 1), ("answered", 1), ("voided", 3)]));
        // The last statement of a learner, and with those of the others that of the course.
        insert(&store, &[voids(20, 2)]).await;
        assert_eq!(learners(&store).await, [row("zoe", Standing::Failed, 2, Some(30), 1, 5)]);
        insert(&store, &[voids(21, 1), voids(22, 3)]).await;
        assert_eq!(course(&store, COURSE).await, None);
        assert_eq!(verbs(&store).await, map([("answered", 1), ("voided", 6)]));
    }

    async fn what_is_forgotten_is_in_no_figure(database) {
        let store = database.open().await;
        begin(&store).await;
        assert_begun(&store).await;
        // Some that are not counted yet as well.
        insert(&store, &[did(6, "eve", "completed", 40)]).await;
        forget(&store, stored(&store, 4).await).await;
        assert_eq!(course(&store, COURSE).await, Some((2, 2, 1, 0, 40)));
        let expected = [
            row("eve", Standing::Completed, 1, None, 40, 40),
            row("zoe", Standing::Passed, 1, Some(90), 9, 9),
        ];
        assert_eq!(learners(&store).await, expected);
        assert_eq!(verbs(&store).await, map([("passed", 1), ("answered", 1), ("completed", 1)]));
        forget(&store, Timestamp::MAX).await;
        assert_eq!(course(&store, COURSE).await, None);
        assert_eq!(verbs(&store).await, map([]));
    }

    async fn another_process_may_forget_and_write_while_this_one_counts(database) {
        let store = database.open().await;
        insert(&store, &[did(1, "zoe", "completed", 1), did(2, "ali", "initialized", 2)]).await;
        let other = database.open().await;
        forget(&other, stored(&store, 2).await).await;
        insert(&store, &[did(3, "eve", "initialized", 3)]).await;
        assert_eq!(course(&store, COURSE).await, Some((2, 0, 0, 0, 3)));
        // One that ends may still write while the next does already.
        let other = database.open().await;
        insert(&other, &[did(4, "zoe", "initialized", 4)]).await;
        insert(&store, &[did(5, "bob", "initialized", 5)]).await;
        assert_eq!(course(&store, COURSE).await, Some((4, 0, 0, 0, 5)));
        assert_eq!(course(&other, COURSE).await, Some((4, 0, 0, 0, 5)));
    }

    async fn what_was_written_here_is_counted_without_reading_it(database) {
        let store = database.open().await;
        insert(&store, &[did(1, "zoe", "initialized", 1), did(2, "zoe", "initialized", 2)]).await;
        let texts: Vec<String> = (10..40).map(|id| did(id, &format!("a{id}"), "completed", 30)).collect();
        let each = texts.chunks(3).map(|texts| insert(&store, texts));
        futures_util::future::join_all(each).await;
        execute(&database, "UPDATE statement SET payload = '{}'").await;
        assert_eq!(course(&store, COURSE).await, Some((31, 30, 0, 0, 30)));
        // Another process wrote in between: what both wrote is read.
        let other = database.open().await;
        insert(&other, &[did(3, "ali", "initialized", 3)]).await;
        insert(&store, &[did(4, "ali", "completed", 40)]).await;
        assert_eq!(course(&store, COURSE).await, Some((32, 31, 0, 0, 40)));
    }

    async fn what_was_not_counted_when_the_program_came_to_a_bad_end_is_counted(database) {
        let store = database.open().await;
        begin(&store).await;
        // Nothing is closed: what another program opens is what a kill would leave.
        let next = database.open().await;
        assert_begun(&next).await;
        insert(&next, &[did(6, "eve", "completed", 40), voids(10, 4)]).await;
        next.close().await;
        let last = database.open().await;
        assert_eq!(course(&last, COURSE).await, Some((3, 2, 0, 1, 40)));
    }

    async fn the_statements_of_an_earlier_version_are_counted_as_well(database) {
        let store = database.open().await;
        begin(&store).await;
        let texts: Vec<String> = (100..2700).map(|id| did(id, &format!("a{}", id % 50), "completed", 30)).collect();
        for batch in texts.chunks(800) {
            insert(&store, batch).await;
        }
        store.close().await;
        for sql in [
            "DROP TABLE tallied", "DROP TABLE tally", "DROP TABLE progress", "DROP TABLE course",
            "DELETE FROM _sqlx_migrations WHERE version = 8",
        ] {
            execute(&database, sql).await;
        }
        let store = database.open().await;
        // It writes before all is counted.
        insert(&store, &[did(6, "eve", "completed", 40), voids(10, 100), voids(11, 2699)]).await;
        assert!(!store.count(DEFAULT_STORE).await.unwrap());
        assert_eq!(course(&store, COURSE).await, Some((53, 52, 1, 0, 40)));
        assert_eq!(verbs(&store).await["completed"], 2599);
    }

    async fn learners_and_activities_are_listed_a_page_at_a_time(database) {
        let store = database.open().await;
        let texts: Vec<String> = (0..7).map(|id| did(id, &format!("a{id}"), "initialized", u32::try_from(id).unwrap() / 2)).collect();
        insert(&store, &texts).await;
        let others: Vec<String> = (10..15).map(|id| about(id, "zoe", "launched", &format!("https://example.org/{id}"), 7, "")).collect();
        store.insert(DEFAULT_STORE, Batch::from(others.iter().map(|text| draft(text)).collect::<Vec<_>>()), &authority()).await.unwrap();
        count(&store).await;
        let (mut agents, mut beyond) = (Vec::new(), None);
        loop {
            let listing = store.learners(DEFAULT_STORE, COURSE, beyond, 3).await.unwrap();
            agents.extend(listing.items.into_iter().map(|learner| learner.agent));
            beyond = listing.next;
            if beyond.is_none() {
                break;
            }
        }
        assert_eq!(agents.first().unwrap(), "mbox mailto:a6@example.org");
        agents.sort();
        agents.dedup();
        assert_eq!(agents.len(), 7);
        let first = store.courses(DEFAULT_STORE, None, 4).await.unwrap();
        let second = store.courses(DEFAULT_STORE, first.next, 4).await.unwrap();
        assert_eq!((first.items.len(), second.items.len(), second.next), (4, 2, None));
        assert_eq!(second.items[1].activity, COURSE);
    }

    async fn days_are_those_of_what_happened(database) {
        let store = database.open().await;
        begin(&store).await;
        count(&store).await;
        let days = |from, to| {
            let store = &store;
            async move {
                let days = store.days(DEFAULT_STORE, time(from), time(to)).await.unwrap();
                days.iter().map(|day| day.statements).sum::<i64>()
            }
        };
        assert_eq!(days("2026-11-28T23:00:00Z", "2026-11-28T00:00:00Z").await, 5);
        assert_eq!(days("2026-11-01T00:00:00Z", "2026-11-27T23:59:59Z").await, 0);
        assert_eq!(days("2026-11-29T00:00:00Z", "2026-12-29T00:00:00Z").await, 0);
    }

    async fn many_write_void_and_count_at_once(database) {
        let store = database.open().await;
        let other = database.open().await;
        let writers = (0..4_u128).map(|writer| {
            // Only PostgreSQL has several processes that write.
            let several = matches!(database.location, Location::Postgres(_)) && writer % 2 == 1;
            let store = if several { other.clone() } else { store.clone() };
            tokio::spawn(async move {
                for turn in 0..25 {
                    let id = writer * 1000 + turn * 10;
                    let texts = [did(id, &format!("a{turn}"), "initialized", 1), did(id + 1, "zoe", "completed", 2)];
                    let drafts: Vec<Draft> = texts.iter().map(|text| draft(text)).collect();
                    store.insert(DEFAULT_STORE, drafts, &authority()).await.unwrap();
                    if turn % 5 == 0 {
                        let drafts = vec![draft(&voids(id + 2, id))];
                        store.insert(DEFAULT_STORE, drafts, &authority()).await.unwrap();
                    }
                    if turn % 7 == writer {
                        store.count(DEFAULT_STORE).await.unwrap();
                    }
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        assert_eq!(course(&store, COURSE).await, Some((21, 1, 0, 0, 2)));
        assert_eq!(verbs(&store).await, map([("initialized", 80), ("completed", 100), ("voided", 20)]));
    }
}
