//! The figures of a store, for people: activities with what became of their learners, learners, and days.

use std::{collections::HashMap, str::FromStr};

use cartable_xapi::Timestamp;
use serde_json::Value;

use crate::{
    activity::definitions_of,
    agent, dictionary,
    engine::{Connect, in_time, on_engine},
    error::StoreError,
    figures::{Progress, day},
    index::Facet,
    store::{Store, StoreId},
};

/// An activity in which learners made progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Its id.
    pub activity: String,
    /// What is known of it.
    pub definition: Option<Value>,
    /// How many learners began it.
    pub learners: i64,
    /// How many of them completed it or were judged.
    pub completed: i64,
    /// How many of them passed it.
    pub passed: i64,
    /// How many of them failed it and did not pass.
    pub failed: i64,
    /// When the last thing happened.
    pub last: Timestamp,
}

/// A learner of an activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Learner {
    /// The canonical form of the identifier.
    pub agent: String,
    /// A name under which the agent was met.
    pub name: Option<String>,
    /// How far the learner came.
    pub progress: Progress,
}

/// How many statements with a verb say of what happened on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day in UTC, counted from 1970.
    pub day: i64,
    /// The id of the verb.
    pub verb: String,
    /// How many there are.
    pub statements: i64,
}

/// A part of a list, the last thing that happened first.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing<T> {
    /// What is in it.
    pub items: Vec<T>,
    /// Where the next part begins, when there is one.
    pub next: Option<Beyond>,
}

/// A place in a list: what comes after it happened earlier, or at that time and has a lower key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beyond {
    last: i64,
    key: i64,
}

impl Beyond {
    const START: Self = Self {
        last: i64::MAX,
        key: i64::MAX,
    };
}

impl std::fmt::Display for Beyond {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.last, self.key)
    }
}

impl FromStr for Beyond {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (last, key) = text.split_once('.').unwrap_or((text, ""));
        Ok(Self {
            last: last.parse()?,
            key: key.parse()?,
        })
    }
}

type CourseRow = (i64, i64, i64, i64, i64, i64);
type LearnerRow = (i64, i64, i64, i64, i64, i64, i64, i64, i64);

impl Store {
    /// Activities, the last in which something happened first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn courses(
        &self,
        store: StoreId,
        beyond: Option<Beyond>,
        limit: u32,
    ) -> Result<Listing<Course>, StoreError> {
        let beyond = beyond.unwrap_or(Beyond::START);
        in_time(async {
            let mut reader = self.engine.search().await?;
            let rows: Vec<CourseRow> = on_engine!(&mut reader, |connection| {
                sqlx::query_as(
                    "SELECT activity, learners, completed, passed, failed, last_at FROM course
                     WHERE store_id = $1 AND part = $2 AND (last_at, activity) < ($3, $4)
                     ORDER BY last_at DESC, activity DESC LIMIT $5",
                )
                .bind(store.0)
                .bind(store.part())
                .bind(beyond.last)
                .bind(beyond.key)
                .bind(i64::from(limit) + 1)
                .fetch_all(connection)
                .await?
            });
            let (rows, next) = page(rows, limit, |row| (row.5, row.0));
            let items = courses(&mut reader, store, rows).await?;
            Ok(Listing { items, next })
        })
        .await
    }

    /// An activity, if a learner made progress in it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn course(&self, store: StoreId, activity: &str) -> Result<Option<Course>, StoreError> {
        in_time(async {
            let mut reader = self.engine.search().await?;
            let rows: Vec<CourseRow> = on_engine!(&mut reader, |connection| {
                sqlx::query_as(
                    "SELECT activity, learners, completed, passed, failed, last_at FROM course
                     WHERE store_id = $1 AND part = $2 AND activity = $3",
                )
                .bind(store.0)
                .bind(store.part())
                .bind(Facet::activity(activity).key())
                .fetch_all(connection)
                .await?
            });
            Ok(courses(&mut reader, store, rows).await?.pop())
        })
        .await
    }

    /// The learners of an activity, the last who did something first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn learners(
        &self,
        store: StoreId,
        activity: &str,
        beyond: Option<Beyond>,
        limit: u32,
    ) -> Result<Listing<Learner>, StoreError> {
        let beyond = beyond.unwrap_or(Beyond::START);
        in_time(async {
            let mut reader = self.engine.search().await?;
            let rows: Vec<LearnerRow> = on_engine!(&mut reader, |connection| {
                sqlx::query_as(
                    "SELECT learner, first_at, last_at, statements, completed, passed, failed, scored, best
                     FROM progress
                     WHERE store_id = $1 AND part = $2 AND activity = $3 AND (last_at, learner) < ($4, $5)
                     ORDER BY last_at DESC, learner DESC LIMIT $6",
                )
                .bind(store.0)
                .bind(store.part())
                .bind(Facet::activity(activity).key())
                .bind(beyond.last)
                .bind(beyond.key)
                .bind(i64::from(limit) + 1)
                .fetch_all(connection)
                .await?
            });
            let (rows, next) = page(rows, limit, |row| (row.2, row.0));
            let keys: Vec<i64> = rows.iter().map(|row| row.0).collect();
            let agents = dictionary::values(&mut reader, store, &keys).await?;
            let names = agent::names(&mut reader, store, &keys).await?;
            let learner = |(key, first, last, statements, completed, passed, failed, scored, best)| Learner {
                agent: agents.get(&key).cloned().unwrap_or_default(),
                name: names.get(&key).cloned(),
                progress: Progress {
                    first,
                    last,
                    statements,
                    completed,
                    passed,
                    failed,
                    scored,
                    best,
                },
            };
            let items = rows.into_iter().map(learner).collect();
            Ok(Listing { items, next })
        })
        .await
    }

    /// What happened from the day of a time to that of another, by day and verb.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn days(
        &self,
        store: StoreId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<DayCount>, StoreError> {
        in_time(async {
            let mut reader = self.engine.search().await?;
            let rows: Vec<(i64, i64, i64)> = on_engine!(&mut reader, |connection| {
                sqlx::query_as(
                    "SELECT day, verb, statements FROM tally
                     WHERE store_id = $1 AND part = $2 AND day >= $3 AND day <= $4 ORDER BY day, verb",
                )
                .bind(store.0)
                .bind(store.part())
                .bind(day(from.micros()))
                .bind(day(to.micros()))
                .fetch_all(connection)
                .await?
            });
            let mut keys: Vec<i64> = rows.iter().map(|(_, verb, _)| *verb).collect();
            keys.sort_unstable();
            keys.dedup();
            let verbs = dictionary::values(&mut reader, store, &keys).await?;
            let count = |(day, verb, statements)| DayCount {
                day,
                verb: verbs.get(&verb).cloned().unwrap_or_default(),
                statements,
            };
            Ok(rows.into_iter().map(count).collect())
        })
        .await
    }
}

/// The rows of a page of which one more was asked for, and where the next begins.
fn page<R>(mut rows: Vec<R>, limit: u32, place: impl Fn(&R) -> (i64, i64)) -> (Vec<R>, Option<Beyond>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_cut = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| is_cut).map(|row| {
        let (last, key) = place(row);
        Beyond { last, key }
    });
    (rows, next)
}

async fn courses(
    reader: &mut impl Connect,
    store: StoreId,
    rows: Vec<CourseRow>,
) -> Result<Vec<Course>, StoreError> {
    let keys: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let activities: HashMap<i64, String> = dictionary::values(reader, store, &keys).await?;
    let mut definitions = definitions_of(reader, store, &keys).await?;
    let course = |(key, learners, completed, passed, failed, last): CourseRow| Course {
        activity: activities.get(&key).cloned().unwrap_or_default(),
        definition: definitions.remove(&key).map(Value::Object),
        learners,
        completed,
        passed,
        failed,
        last: Timestamp::from_micros(last).unwrap_or(Timestamp::MIN),
    };
    Ok(rows.into_iter().map(course).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_list_is_read_as_it_was_written() {
        let place = Beyond {
            last: -5,
            key: i64::MIN,
        };
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in ["", "7", "7.", "7.x", ".7"] {
            assert!(text.parse::<Beyond>().is_err(), "{text}");
        }
    }
}
