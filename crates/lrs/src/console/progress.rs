//! Who finished what: the activities of a store, the learners of each, and what happened on which day.

use std::collections::BTreeMap;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use cartable_lrs_store::{
    Course, DEFAULT_STORE, DayCount, Facet, Kind, Learner, Scope, Standing, StatementFilter, StoreError,
};
use cartable_xapi::{InverseFunctionalIdentifier, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Console, PAGE, PageError, base,
    language::Language,
    page::{ActivityPage, Overview},
    sentence::{self, Line, Moment},
    session::Signed,
    to,
};
use crate::environment::Lrs;

/// The chart has so many days, of which each has so many units in width, and so many in height at the most.
const DAYS: i64 = 30;
const WIDTH: i64 = 20;
const HEIGHT: i64 = 120;
const DAY: i64 = 86_400 * 1_000_000;
/// So many verbs are named; the others are many and rare.
const VERBS: usize = 12;

#[derive(Deserialize)]
pub(super) struct OverviewQuery {
    /// Where the page before ended.
    after: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ActivityQuery {
    /// The id of the activity.
    id: String,
    /// Where the page before ended.
    after: Option<String>,
}

/// An activity in the table.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CourseRow {
    pub(super) name: String,
    pub(super) id: String,
    /// The address of its page.
    pub(super) link: String,
    pub(super) learners: String,
    pub(super) completed: String,
    pub(super) passed: String,
    pub(super) failed: String,
    pub(super) last: Moment,
}

/// A learner in the table.
#[derive(Clone, Debug, Serialize)]
pub(super) struct LearnerRow {
    pub(super) name: String,
    /// The identifier, where the name is another.
    pub(super) identifier: Option<String>,
    /// The address of what the learner did.
    pub(super) link: String,
    /// The key of the string that says where the learner stands.
    pub(super) standing: &'static str,
    pub(super) score: Option<String>,
    pub(super) first: Moment,
    pub(super) last: Moment,
}

/// A day of the chart: how much happened, and its bar.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DayRow {
    pub(super) day: Moment,
    pub(super) statements: String,
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) height: i64,
}

/// How often a verb was said.
#[derive(Clone, Debug, Serialize)]
pub(super) struct VerbRow {
    pub(super) name: String,
    pub(super) statements: String,
}

/// The activities and the last days.
pub(super) async fn overview(
    State(Console { lrs, pages }): State<Console>,
    language: Language,
    signed: Option<Signed>,
    Query(query): Query<OverviewQuery>,
) -> Result<Response, PageError> {
    let Some(Signed { account, .. }) = signed else {
        return Ok(to(&lrs, "/login").into_response());
    };
    let store = lrs.store();
    let is_counted = store.count(DEFAULT_STORE).await?;
    let after = query.after.and_then(|text| text.parse().ok());
    let courses = store.courses(DEFAULT_STORE, after, PAGE).await?;
    let now = lrs.now();
    let from = Timestamp::from_micros(now.micros() - (DAYS - 1) * DAY).unwrap_or(Timestamp::MIN);
    let counts = if after.is_none() {
        store.days(DEFAULT_STORE, from, now).await?
    } else {
        Vec::new()
    };
    let base = base(&lrs);
    let mut rows = Vec::with_capacity(courses.items.len());
    for course in courses.items {
        rows.push(course_row(&lrs, course, &base, language).await?);
    }
    let html = pages.overview(&Overview {
        words: language.words(),
        language: language.tag(),
        account: &account,
        place: "overview",
        is_counted,
        courses: rows,
        days: days(&counts, from, language),
        verbs: verbs(&counts, language),
        next: courses.next.map(|next| next.to_string()),
        is_first: after.is_none(),
        base,
    })?;
    Ok(Html(html).into_response())
}

/// An activity and its learners.
pub(super) async fn activity(
    State(Console { lrs, pages }): State<Console>,
    language: Language,
    signed: Option<Signed>,
    Query(query): Query<ActivityQuery>,
) -> Result<Response, PageError> {
    let Some(Signed { account, .. }) = signed else {
        return Ok(to(&lrs, "/login").into_response());
    };
    let store = lrs.store();
    let is_counted = store.count(DEFAULT_STORE).await?;
    let Some(course) = store.course(DEFAULT_STORE, &query.id).await? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let after = query.after.and_then(|text| text.parse().ok());
    let learners = store.learners(DEFAULT_STORE, &query.id, after, PAGE).await?;
    let base = base(&lrs);
    let mut rows = Vec::with_capacity(learners.items.len());
    for mut learner in learners.items {
        if learner.name.is_none() {
            let agent = Facet {
                kind: Kind::Agent,
                value: learner.agent.clone(),
            };
            let said = latest(&lrs, vec![agent, Facet::activity(&query.id)], language).await?;
            learner.name = said.map(|line| line.actor);
        }
        rows.push(learner_row(learner, &base, &query.id, language));
    }
    let html = pages.activity(&ActivityPage {
        words: language.words(),
        language: language.tag(),
        account: &account,
        place: "activity",
        is_counted,
        course: course_row(&lrs, course, &base, language).await?,
        learners: rows,
        next: learners.next.map(|next| next.to_string()),
        is_first: after.is_none(),
        base,
    })?;
    Ok(Html(html).into_response())
}

async fn course_row(
    lrs: &Lrs,
    course: Course,
    base: &str,
    language: Language,
) -> Result<CourseRow, StoreError> {
    let mut name = activity_name(course.definition.as_ref(), language);
    if name.is_none() {
        let said = latest(lrs, vec![Facet::activity(&course.activity)], language).await?;
        name = said.map(|line| line.object);
    }
    let number = |count| sentence::number(count, language);
    Ok(CourseRow {
        name: name.unwrap_or_else(|| course.activity.clone()),
        link: format!("{base}/activity?{}", query(&[("id", &course.activity)])),
        id: course.activity,
        learners: number(course.learners),
        completed: number(course.completed),
        passed: number(course.passed),
        failed: number(course.failed),
        last: sentence::moment(course.last.micros(), language),
    })
}

/// The latest statement of these: who may not define activities and agents names them only there.
async fn latest(lrs: &Lrs, facets: Vec<Facet>, language: Language) -> Result<Option<Line>, StoreError> {
    let filter = StatementFilter {
        facets: facets
            .into_iter()
            .map(|facet| (facet, Some(Scope::Direct)))
            .collect(),
        limit: 1,
        ..StatementFilter::default()
    };
    let page = lrs.store().statements(DEFAULT_STORE, &filter).await?;
    Ok(page
        .statements
        .first()
        .and_then(|found| sentence::line(found, language)))
}

fn learner_row(learner: Learner, base: &str, activity: &str, language: Language) -> LearnerRow {
    let identifier: Option<InverseFunctionalIdentifier> = learner.agent.parse().ok();
    let identifier = sentence::identifier(identifier.as_ref(), language);
    let named = learner
        .name
        .filter(|name| !name.trim().is_empty() && *name != identifier);
    LearnerRow {
        link: format!(
            "{base}?{}",
            query(&[("agent", &learner.agent), ("activity", activity)])
        ),
        identifier: named.is_some().then(|| identifier.clone()),
        name: named.unwrap_or(identifier),
        standing: match learner.progress.standing() {
            Standing::Unfinished => "standing_unfinished",
            Standing::Completed => "standing_completed",
            Standing::Passed => "standing_passed",
            Standing::Failed => "standing_failed",
        },
        score: learner
            .progress
            .score()
            .map(|scaled| sentence::percent(scaled * 100.0, language)),
        first: sentence::moment(learner.progress.first, language),
        last: sentence::moment(learner.progress.last, language),
    }
}

/// The name that a definition gives, in the language or another.
pub(super) fn activity_name(definition: Option<&Value>, language: Language) -> Option<String> {
    let names = definition?.get("name")?.as_object()?;
    let is_spoken = |tag: &str| tag.split('-').next() == Some(language.tag());
    names
        .iter()
        .find(|(tag, _)| is_spoken(tag))
        .or_else(|| names.iter().next())
        .and_then(|(_, name)| name.as_str())
        .filter(|name| !name.trim().is_empty())
        .map(str::to_owned)
}

/// Each day from the first, also those on which nothing happened.
fn days(counts: &[DayCount], from: Timestamp, language: Language) -> Vec<DayRow> {
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for count in counts {
        *sums.entry(count.day).or_default() += count.statements;
    }
    let most = sums.values().copied().max().unwrap_or(0).max(1);
    let first = from.micros().div_euclid(DAY);
    let row = |number| {
        let statements = sums.get(&(first + number)).copied().unwrap_or(0);
        // A day on which something happened has a bar that can be seen.
        let height = (statements * HEIGHT / most).max(2 * statements.min(1));
        DayRow {
            day: sentence::day((first + number) * DAY, language),
            statements: sentence::number(statements, language),
            x: number * WIDTH,
            y: HEIGHT - height,
            height,
        }
    };
    (0..DAYS).map(row).collect()
}

/// The verbs, the most frequent first.
fn verbs(counts: &[DayCount], language: Language) -> Vec<VerbRow> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for count in counts {
        *sums.entry(&count.verb).or_default() += count.statements;
    }
    let mut verbs: Vec<(&str, i64)> = sums.into_iter().collect();
    verbs.sort_by_key(|(_, statements)| std::cmp::Reverse(*statements));
    verbs.truncate(VERBS);
    let row = |(id, statements)| VerbRow {
        name: sentence::verb_by_id(id, language).unwrap_or_else(|| sentence::last_segment(id).to_owned()),
        statements: sentence::number(statements, language),
    };
    verbs.into_iter().map(row).collect()
}

/// The query of an address.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_day_has_a_bar_as_high_as_what_happened() {
        let from = Timestamp::from_micros(20_000 * DAY + 5).unwrap();
        let count = |day, verb: &str, statements| DayCount {
            day,
            verb: verb.to_owned(),
            statements,
        };
        let counts = [
            count(20_001, "http://adlnet.gov/expapi/verbs/passed", 1),
            count(20_029, "http://adlnet.gov/expapi/verbs/passed", 500),
            count(20_029, "https://example.org/verbs/folded", 7000),
        ];
        let days = days(&counts, from, Language::English);
        assert_eq!((days.len(), days[29].height, days[29].y), (30, 120, 0));
        assert_eq!((days[0].height, days[1].height), (0, 2));
        assert_eq!(
            (days[1].day.text.as_str(), days[1].day.datetime.as_str()),
            ("2024-10-05", "2024-10-05")
        );
        let verbs = verbs(&counts, Language::French);
        let verbs: Vec<(&str, &str)> = verbs
            .iter()
            .map(|row| (row.name.as_str(), row.statements.as_str()))
            .collect();
        assert_eq!(verbs, [("folded", "7\u{202f}000"), ("a réussi", "501")]);
    }

    #[test]
    fn an_activity_has_the_name_of_the_language_or_another() {
        let name = |names: Value| activity_name(Some(&json!({"name": names})), Language::French);
        assert_eq!(
            name(json!({"en": "Boats", "fr-CA": "Bateaux"})).as_deref(),
            Some("Bateaux")
        );
        assert_eq!(name(json!({"de": "Boote"})).as_deref(), Some("Boote"));
        assert_eq!(name(json!({})), None);
        assert_eq!(name(json!({"fr": " "})), None);
        assert_eq!(activity_name(None, Language::French), None);
    }
}
