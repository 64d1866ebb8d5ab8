//! What the product promises of its speed: each measure beside its limit and its floor.

use std::time::Duration;

use crate::{
    bare::{self, FEW, Limit},
    load::Mode,
    measure::Figures,
    options::EngineName,
    report::{grouped, milliseconds},
};

/// A search stays as fast as this, in milliseconds, and as this many times what it took when the store was young.
const SEARCH: f64 = 15.0;
const SEARCH_GROWTH: f64 = 1.5;
/// What is stored in a second is at least so much of what the database alone could store.
const SHARE: f64 = 0.5;
/// A full store takes in so much of what it took in when it was young.
const STEADINESS: f64 = 0.7;
/// Megabytes.
const MEMORY: f64 = 150.0;
const PROGRAM: f64 = 30.0;
/// Seconds.
const FIRST_ANSWER: f64 = 0.1;
const RESTART: f64 = 0.5;

/// A line of the table.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) measure: String,
    pub(crate) figure: String,
    pub(crate) p50: String,
    pub(crate) p99: String,
    pub(crate) limit: String,
    pub(crate) ratio: String,
    pub(crate) floor: String,
    pub(crate) is_met: bool,
}

impl Line {
    /// A search, beside the same in a young store.
    pub(crate) fn of_search(now: &Figures, young: &Figures) -> Self {
        let (p99, young) = (now.percentile(99), young.percentile(99));
        // Of what finds less in a young store, the growth says nothing.
        let is_compared = now.mode.fills_a_page();
        let growth = is_compared.then(|| format!(", ≤ {SEARCH_GROWTH} × young"));
        Self {
            figure: format!("{}/s", grouped(now.requests_per_second())),
            limit: format!("young: {}", milliseconds(young)),
            ratio: format!("{:.2}", p99 / young),
            floor: format!("p99 < {SEARCH} ms{}", growth.unwrap_or_default()),
            is_met: p99 < SEARCH && (!is_compared || p99 <= SEARCH_GROWTH * young),
            ..Self::of(now)
        }
    }

    /// Statements into a full store, beside the same in a young one.
    pub(crate) fn of_more_statements(now: &Figures, young: &Figures) -> Self {
        let (figure, young) = (now.statements_per_second(), young.statements_per_second());
        Self {
            figure: format!("{} statements/s", grouped(figure)),
            limit: format!("young: {}/s", grouped(young)),
            ratio: format!("{:.2}", figure / young),
            floor: format!("≥ {STEADINESS} × young"),
            is_met: figure >= STEADINESS * young,
            ..Self::of(now)
        }
    }

    /// Statements into a young store, beside what the database alone stores in transactions of the same size.
    pub(crate) fn of_statements(figures: &Figures, engine: EngineName, limit: Option<f64>) -> Self {
        let line = Self {
            measure: format!("young: {}", figures.mode.name()),
            ..Self::of(figures)
        };
        let least = match figures.mode {
            Mode::PostBatch => 15_000.0,
            _ => 5_000.0,
        };
        let least = (engine == EngineName::Sqlite).then_some(least);
        let figure = figures.statements_per_second();
        let Some(limit) = limit else {
            return Self {
                figure: format!("{} statements/s", grouped(figure)),
                is_met: true,
                ..line
            };
        };
        let promise = least.map(|least| format!(", ≥ {}/s", grouped(least)));
        Self {
            figure: format!("{} statements/s", grouped(figure)),
            limit: format!("{}/s by {}", grouped(limit), figures.mode.size()),
            ratio: format!("{:.2}", figure / limit),
            floor: format!("≥ {SHARE} × limit{}", promise.unwrap_or_default()),
            is_met: figure >= SHARE * limit && least.is_none_or(|least| figure >= least),
            ..line
        }
    }

    /// State documents; those that are written, beside what the database alone writes.
    pub(crate) fn of_states(figures: &Figures, limits: &[Limit]) -> Self {
        let least = match figures.mode {
            Mode::StateGet => 8_000.0,
            Mode::StatePut => 4_000.0,
            _ => 3_000.0,
        };
        let figure = figures.requests_per_second();
        let limit = bare::fastest(limits, FEW).filter(|_| figures.mode.writes_state());
        let limit = limit.map(|limit| limit.per_second);
        let beside = |say: &dyn Fn(f64) -> String| limit.map_or_else(String::new, say);
        Self {
            figure: format!("{}/s", grouped(figure)),
            limit: beside(&|limit| format!("{}/s by {FEW}", grouped(limit))),
            ratio: beside(&|limit| format!("{:.2}", figure / limit)),
            floor: format!("≥ {}/s", grouped(least)),
            is_met: figure >= least,
            ..Self::of(figures)
        }
    }

    pub(crate) fn of_memory(peak: f64) -> Self {
        Self::below("memory, the most of the run", peak, MEMORY, "MB")
    }

    pub(crate) fn of_program(size: f64) -> Self {
        Self::below("the program's file", size, PROGRAM, "MB")
    }

    pub(crate) fn of_first_answer(time: Duration) -> Self {
        let measure = "start on an empty database, to the first answer";
        Self::below(measure, time.as_secs_f64(), FIRST_ANSWER, "s")
    }

    pub(crate) fn of_restart(time: Duration) -> Self {
        let measure = "start on the full database, to the first answer";
        Self::below(measure, time.as_secs_f64(), RESTART, "s")
    }

    fn of(figures: &Figures) -> Self {
        Self {
            measure: figures.mode.name().to_owned(),
            p50: milliseconds(figures.percentile(50)),
            p99: milliseconds(figures.percentile(99)),
            ..Self::default()
        }
    }

    fn below(measure: &str, figure: f64, most: f64, unit: &str) -> Self {
        let decimals = if unit == "s" { 3 } else { 1 };
        Self {
            measure: measure.to_owned(),
            figure: format!("{figure:.decimals$} {unit}"),
            ratio: format!("{:.2}", figure / most),
            floor: format!("< {most} {unit}"),
            is_met: figure < most,
            ..Self::default()
        }
    }
}
