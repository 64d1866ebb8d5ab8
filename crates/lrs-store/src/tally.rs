//! The tables of figures: what statements add is written, what is taken away is taken back or counted again.
//!
//! Whoever counts a store is alone in that: rows are read, changed and written. Counts of days are subtracted; where a learner
//! stands cannot be, and is doubtful until what is left of the statements has been read again.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;

use crate::{
    bulk::{self, Column, Delete, Find, Insert},
    engine::{Connect, Tx, on_engine},
    error::StoreError,
    figures::{Figures, Pair, Progress, Standing, Sums},
    place::Place,
    store::StoreId,
};

/// Up to where a store is counted; a change of the epoch tells that statements were taken away since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) through: i64,
    pub(crate) epoch: i64,
}

/// That nothing is counted yet.
const NOTHING: Counted = Counted {
    through: i64::MIN,
    epoch: 0,
};

/// A row of `progress`, and whether it is doubtful.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Held {
    progress: Progress,
    is_doubtful: bool,
}

/// A row of `course` without its activity: learners, those who completed, passed and failed, and the last time.
type Course = [i64; 5];

/// Up to where a store is counted.
pub(crate) async fn counted(source: &mut impl Connect, store: StoreId) -> Result<Counted, sqlx::Error> {
    let counted: Option<(i64, i64)> = on_engine!(source, |connection| {
        sqlx::query_as("SELECT through, epoch FROM tallied WHERE store_id = $1 AND part = $2")
            .bind(store.0)
            .bind(store.part())
            .fetch_optional(connection)
            .await?
    });
    Ok(counted.map_or(NOTHING, |(through, epoch)| Counted { through, epoch }))
}

/// Locks the figures of a store until the transaction ends; says up to where it is counted. Statements that were taken away
/// change the `epoch`.
pub(crate) async fn lock(tx: &mut Tx, store: StoreId, taken: bool) -> Result<Counted, sqlx::Error> {
    let (through, epoch): (i64, i64) = on_engine!(tx, |connection| {
        sqlx::query_as(
            "INSERT INTO tallied (store_id, part, through, epoch) VALUES ($1, $2, $3, $4)
             ON CONFLICT (store_id, part) DO UPDATE SET epoch = tallied.epoch + excluded.epoch
             RETURNING through, epoch",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(NOTHING.through)
        .bind(i64::from(taken))
        .fetch_one(connection)
        .await?
    });
    Ok(Counted { through, epoch })
}

/// Adds what statements say; all up to a place are counted then.
pub(crate) async fn add(tx: &mut Tx, store: StoreId, sums: &Sums, through: i64) -> Result<(), StoreError> {
    add_days(tx, store, &sums.days).await?;
    let pairs: Vec<Pair> = sums.progress.keys().copied().collect();
    let held = held(tx, store, &pairs).await?;
    let mut new = held.clone();
    for (pair, progress) in &sums.progress {
        new.entry(*pair).or_default().progress.add(progress);
    }
    replace(tx, store, &held, &new).await?;
    on_engine!(tx, |connection| {
        sqlx::query("UPDATE tallied SET through = $3 WHERE store_id = $1 AND part = $2")
            .bind(store.0)
            .bind(store.part())
            .bind(through)
            .execute(connection)
            .await?;
    });
    Ok(())
}

/// Takes back what statements added that are voided or deleted now; each is given with its place.
pub(crate) async fn take_back(
    tx: &mut Tx,
    store: StoreId,
    gone: impl Iterator<Item = (Place, Option<Figures>)>,
) -> Result<(), StoreError> {
    let gone: Vec<(Place, Option<Figures>)> = gone.collect();
    if gone.is_empty() {
        return Ok(());
    }
    let through = Place(lock(tx, store, true).await?.through);
    let mut sums = Sums::default();
    for (place, figures) in &gone {
        if let Some(figures) = figures.as_ref().filter(|_| *place <= through) {
            sums.add(*place, figures);
        }
    }
    let (Some(((first, _), _)), Some(((last, _), _))) =
        (sums.days.first_key_value(), sums.days.last_key_value())
    else {
        return Ok(());
    };
    let taken: BTreeMap<(i64, i64), i64> = sums.days.iter().map(|(key, count)| (*key, -count)).collect();
    add_days(tx, store, &taken).await?;
    on_engine!(&mut *tx, |connection| {
        sqlx::query(
            "DELETE FROM tally WHERE store_id = $1 AND part = $2 AND day BETWEEN $3 AND $4 AND statements = 0",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(*first)
        .bind(*last)
        .execute(connection)
        .await?;
    });
    for (activity, learner) in sums.progress.keys() {
        on_engine!(&mut *tx, |connection| {
            sqlx::query(
                "UPDATE progress SET doubtful = TRUE
                 WHERE store_id = $1 AND part = $2 AND activity = $3 AND learner = $4",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(activity)
            .bind(learner)
            .execute(connection)
            .await?;
        });
    }
    Ok(())
}

/// Those of whom it is doubtful where they stand, so many at the most.
pub(crate) async fn doubtful(
    source: &mut impl Connect,
    store: StoreId,
    limit: i64,
) -> Result<Vec<Pair>, sqlx::Error> {
    Ok(on_engine!(source, |connection| {
        sqlx::query_as(
            "SELECT activity, learner FROM progress WHERE store_id = $1 AND part = $2 AND doubtful LIMIT $3",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(limit)
        .fetch_all(connection)
        .await?
    }))
}

/// Counts again where learners stand, by what is there of what was counted.
pub(crate) async fn count_again(
    tx: &mut Tx,
    store: StoreId,
    pairs: &[Pair],
    through: i64,
) -> Result<(), StoreError> {
    let held = held(tx, store, pairs).await?;
    let mut new = BTreeMap::new();
    for pair in held.keys() {
        let progress = read_again(tx, store, *pair, through).await?;
        new.insert(
            *pair,
            Held {
                progress,
                is_doubtful: false,
            },
        );
    }
    replace(tx, store, &held, &new).await?;
    // The last thing that happened may be what is gone.
    let activities: BTreeSet<i64> = new.keys().map(|(activity, _)| *activity).collect();
    for activity in activities {
        on_engine!(&mut *tx, |connection| {
            sqlx::query(
                "UPDATE course SET last_at = COALESCE((
                     SELECT p.last_at FROM progress p WHERE p.store_id = $1 AND p.part = $2 AND p.activity = $3
                     ORDER BY p.last_at DESC LIMIT 1), last_at)
                 WHERE store_id = $1 AND part = $2 AND activity = $3",
            )
            .bind(store.0)
            .bind(store.part())
            .bind(activity)
            .execute(connection)
            .await?;
        });
    }
    Ok(())
}

/// Where a learner stands by the statements up to a place, all of which are indexed.
async fn read_again(
    tx: &mut Tx,
    store: StoreId,
    (activity, learner): Pair,
    through: i64,
) -> Result<Progress, sqlx::Error> {
    let mut sums = Sums::default();
    on_engine!(tx, |connection| {
        let mut rows = sqlx::query_as::<_, (i64, String, String)>(
            "SELECT s.place, s.version, s.payload FROM (
                 SELECT i.place, i.part FROM statement_index i
                 WHERE i.store_id = $1 AND i.part = $2 AND i.key = $3 AND i.place <= $5
                 AND EXISTS (SELECT 1 FROM statement_index o
                     WHERE o.store_id = $1 AND o.part = $2 AND o.key = $4 AND o.place = i.place LIMIT 1 OFFSET 0)
                 ORDER BY i.place
             ) AS found CROSS JOIN statement s
             WHERE s.place = found.place AND s.part = $2 AND s.store_id = $1 AND NOT s.voided",
        )
        .bind(store.0)
        .bind(store.part())
        .bind(learner)
        .bind(activity)
        .bind(through)
        .fetch(connection);
        while let Some((place, version, payload)) = rows.try_next().await? {
            if let Some(figures) = Figures::read(&version, &payload) {
                sums.add(Place(place), &figures);
            }
        }
    });
    // The learner may also be the object of statements, or another's actor.
    Ok(sums
        .progress
        .get(&(activity, learner))
        .copied()
        .unwrap_or_default())
}

async fn add_days(tx: &mut Tx, store: StoreId, days: &BTreeMap<(i64, i64), i64>) -> Result<(), sqlx::Error> {
    let insert = Insert {
        into: "tally (store_id, part, day, verb, statements)",
        columns: vec![
            Column::Integer(vec![store.0; days.len()]),
            Column::Integer(vec![store.part(); days.len()]),
            Column::Integer(days.keys().map(|(day, _)| *day).collect()),
            Column::Integer(days.keys().map(|(_, verb)| *verb).collect()),
            Column::Integer(days.values().copied().collect()),
        ],
        conflict: "ON CONFLICT (store_id, day, verb, part)
                   DO UPDATE SET statements = tally.statements + excluded.statements",
    };
    bulk::insert(tx, insert).await?;
    Ok(())
}

/// The rows of pairs, for those that have one.
async fn held(tx: &mut Tx, store: StoreId, pairs: &[Pair]) -> Result<BTreeMap<Pair, Held>, sqlx::Error> {
    type Row = (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, bool);
    let find = Find {
        what: "activity, learner, first_at, last_at, statements, completed, passed, failed, scored, best, doubtful",
        from: "progress",
        columns: vec![
            ("store_id", Column::Integer(vec![store.0; pairs.len()])),
            ("part", Column::Integer(vec![store.part(); pairs.len()])),
            (
                "activity",
                Column::Integer(pairs.iter().map(|(activity, _)| *activity).collect()),
            ),
            (
                "learner",
                Column::Integer(pairs.iter().map(|(_, learner)| *learner).collect()),
            ),
        ],
    };
    let rows: Vec<Row> = bulk::find(tx, find).await?;
    let held = |(
        activity,
        learner,
        first,
        last,
        statements,
        completed,
        passed,
        failed,
        scored,
        best,
        doubtful,
    ): Row| {
        let progress = Progress {
            first,
            last,
            statements,
            completed,
            passed,
            failed,
            scored,
            best,
        };
        let held = Held {
            progress,
            is_doubtful: doubtful,
        };
        ((activity, learner), held)
    };
    Ok(rows.into_iter().map(held).collect())
}

/// Writes rows anew, and what that changes for their activities; a row without statements goes away.
async fn replace(
    tx: &mut Tx,
    store: StoreId,
    old: &BTreeMap<Pair, Held>,
    new: &BTreeMap<Pair, Held>,
) -> Result<(), sqlx::Error> {
    let mut changes: BTreeMap<i64, Course> = BTreeMap::new();
    for (pair, held) in new {
        let before = old.get(pair).map_or_else(Progress::default, |held| held.progress);
        let change = changes.entry(pair.0).or_insert([0, 0, 0, 0, i64::MIN]);
        let counts = counts(&held.progress).into_iter().zip(counts(&before));
        for (sum, (now, before)) in change.iter_mut().zip(counts) {
            *sum += now - before;
        }
        if held.progress.statements > 0 {
            change[4] = change[4].max(held.progress.last);
        }
    }
    let (kept, gone): (Vec<_>, Vec<_>) = new
        .iter()
        .map(|(pair, held)| (*pair, *held))
        .partition(|(_, held)| held.progress.statements > 0);
    let column = |value: fn(&(Pair, Held)) -> i64| Column::Integer(kept.iter().map(value).collect());
    let insert = Insert {
        into: "progress (store_id, part, activity, learner, first_at, last_at, statements, completed, passed, failed, \
               scored, best, doubtful)",
        columns: vec![
            Column::Integer(vec![store.0; kept.len()]),
            Column::Integer(vec![store.part(); kept.len()]),
            column(|((activity, _), _)| *activity),
            column(|((_, learner), _)| *learner),
            column(|(_, held)| held.progress.first),
            column(|(_, held)| held.progress.last),
            column(|(_, held)| held.progress.statements),
            column(|(_, held)| held.progress.completed),
            column(|(_, held)| held.progress.passed),
            column(|(_, held)| held.progress.failed),
            column(|(_, held)| held.progress.scored),
            column(|(_, held)| held.progress.best),
            Column::Flag(kept.iter().map(|(_, held)| held.is_doubtful).collect()),
        ],
        conflict: "ON CONFLICT (store_id, activity, learner, part) DO UPDATE SET first_at = excluded.first_at,
                   last_at = excluded.last_at, statements = excluded.statements, completed = excluded.completed,
                   passed = excluded.passed, failed = excluded.failed, scored = excluded.scored, best = excluded.best,
                   doubtful = excluded.doubtful",
    };
    bulk::insert(tx, insert).await?;
    let delete = Delete {
        from: "progress",
        columns: vec![
            ("store_id", Column::Integer(vec![store.0; gone.len()])),
            ("part", Column::Integer(vec![store.part(); gone.len()])),
            (
                "activity",
                Column::Integer(gone.iter().map(|((activity, _), _)| *activity).collect()),
            ),
            (
                "learner",
                Column::Integer(gone.iter().map(|((_, learner), _)| *learner).collect()),
            ),
        ],
    };
    bulk::delete(tx, delete).await?;
    change_courses(tx, store, &changes).await
}

/// What a learner counts for in an activity: a learner, one who completed it, passed it, failed it.
fn counts(progress: &Progress) -> [i64; 4] {
    if progress.statements == 0 {
        return [0; 4];
    }
    let standing = progress.standing();
    [
        1,
        i64::from(standing != Standing::Unfinished),
        i64::from(standing == Standing::Passed),
        i64::from(standing == Standing::Failed),
    ]
}

async fn change_courses(
    tx: &mut Tx,
    store: StoreId,
    changes: &BTreeMap<i64, Course>,
) -> Result<(), sqlx::Error> {
    let activities: Vec<i64> = changes.keys().copied().collect();
    let rows: Vec<(i64, i64, i64, i64, i64, i64)> = bulk::select!(
        &mut *tx,
        store,
        &activities,
        "SELECT activity, learners, completed, passed, failed, last_at FROM course
         WHERE store_id = $1 AND part = $2 AND activity {}"
    );
    let mut courses = changes.clone();
    for (activity, learners, completed, passed, failed, last) in rows {
        if let Some(course) = courses.get_mut(&activity) {
            for (sum, held) in course.iter_mut().zip([learners, completed, passed, failed]) {
                *sum += held;
            }
            course[4] = course[4].max(last);
        }
    }
    let (kept, gone): (Vec<_>, Vec<_>) = courses.into_iter().partition(|(_, course)| course[0] > 0);
    let column = |number: usize| Column::Integer(kept.iter().map(|(_, course)| course[number]).collect());
    let insert = Insert {
        into: "course (store_id, part, activity, learners, completed, passed, failed, last_at)",
        columns: vec![
            Column::Integer(vec![store.0; kept.len()]),
            Column::Integer(vec![store.part(); kept.len()]),
            Column::Integer(kept.iter().map(|(activity, _)| *activity).collect()),
            column(0),
            column(1),
            column(2),
            column(3),
            column(4),
        ],
        conflict: "ON CONFLICT (store_id, activity, part) DO UPDATE SET learners = excluded.learners,
                   completed = excluded.completed, passed = excluded.passed, failed = excluded.failed,
                   last_at = excluded.last_at",
    };
    bulk::insert(tx, insert).await?;
    let delete = Delete {
        from: "course",
        columns: vec![
            ("store_id", Column::Integer(vec![store.0; gone.len()])),
            ("part", Column::Integer(vec![store.part(); gone.len()])),
            (
                "activity",
                Column::Integer(gone.iter().map(|(activity, _)| *activity).collect()),
            ),
        ],
    };
    bulk::delete(tx, delete).await
}
