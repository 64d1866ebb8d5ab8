//! The report, as Markdown.

use std::{fmt::Write, time::Duration};

use crate::{Result, bare::Limit, floors::Line, load::Mode, measure::Figures, options::EngineName};

/// What was measured on an engine.
pub(crate) struct Findings {
    pub(crate) engine: EngineName,
    pub(crate) version: String,
    pub(crate) nodes: usize,
    pub(crate) statements: usize,
    pub(crate) batch: usize,
    /// Statements a second while the store was filled.
    pub(crate) filling: f64,
    /// Statements that there were when a young store was measured.
    pub(crate) youth: usize,
    pub(crate) reached: Reached,
    /// Megabytes.
    pub(crate) program: f64,
    pub(crate) first_answer: Duration,
    pub(crate) restart: Duration,
    /// How often in a second 4 kB reached the disk, before all and after it. When these are unlike, something else used the
    /// machine.
    pub(crate) syncs: [f64; 2],
}

/// What came of the modes, and of the database alone.
#[derive(Default)]
pub(crate) struct Reached {
    pub(crate) young: Vec<Figures>,
    pub(crate) full: Vec<Figures>,
    /// Statements a second of the database alone, before and after those of a mode.
    pub(crate) beside: Vec<(Mode, f64)>,
    pub(crate) statement_limits: Vec<Limit>,
    pub(crate) document_limits: Vec<Limit>,
}

impl Findings {
    pub(crate) fn to_markdown(&self) -> Result<String> {
        let mut text = format!(
            "
## {}

{} statements, stored {} at a time, {} a second; processes of the program: {}.
\
             The disk before it and after it: {} fdatasync of 4 kB a second.

",
            self.version,
            grouped_count(self.statements),
            self.batch,
            grouped(self.filling),
            self.nodes,
            self.syncs
                .iter()
                .map(|&syncs| grouped(syncs))
                .collect::<Vec<_>>()
                .join(" and ")
        );
        self.write_floors(&mut text)?;
        self.write_figures(&mut text)?;
        self.write_limits(&mut text)?;
        Ok(text)
    }

    fn write_floors(&self, text: &mut String) -> Result<()> {
        text.push_str("| Measure | Figure | p50 | p99 | Limit | Ratio | Floor | Met? |\n");
        text.push_str("|---|---:|---:|---:|---:|---:|---|---|\n");
        for line in self.lines() {
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                line.measure,
                line.figure,
                line.p50,
                line.p99,
                line.limit,
                line.ratio,
                line.floor,
                if line.is_met { "yes" } else { "**no**" }
            )?;
        }
        writeln!(
            text,
            "\nyoung: after {} statements; of a search, the p99. The database alone begins with as many; beside\nstatements, what it did right before and right after them.\n",
            grouped_count(self.youth)
        )?;
        Ok(())
    }

    fn lines(&self) -> Vec<Line> {
        let reached = &self.reached;
        let beside = |mode| {
            reached
                .beside
                .iter()
                .find(|beside| beside.0 == mode)
                .map(|beside| beside.1)
        };
        let of_mode = |figures: &Figures| {
            let young = reached.young.iter().find(|young| young.mode == figures.mode);
            match young {
                Some(young) if figures.mode.searches() => vec![Line::of_search(figures, young)],
                Some(young) => vec![
                    Line::of_statements(young, self.engine, beside(figures.mode)),
                    Line::of_more_statements(figures, young),
                ],
                None => vec![Line::of_states(figures, &reached.document_limits)],
            }
        };
        let mut lines: Vec<_> = reached.full.iter().flat_map(of_mode).collect();
        let all = reached.young.iter().chain(&reached.full);
        let peak = all.map(|figures| figures.usage.peak).fold(0.0, f64::max);
        lines.extend([
            Line::of_memory(peak),
            Line::of_first_answer(self.first_answer),
            Line::of_restart(self.restart),
            Line::of_program(self.program),
        ]);
        lines
    }

    fn write_figures(&self, text: &mut String) -> Result<()> {
        text.push_str("| Mode | Connections | Requests/s | Statements/s | p50 | p99 | Max | ");
        text.push_str("Processor a request | Resident | Peak |\n");
        text.push_str("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        let young = self.reached.young.iter().map(|figures| ("young: ", figures));
        for (age, figures) in young.chain(self.reached.full.iter().map(|figures| ("", figures))) {
            writeln!(
                text,
                "| {age}{} | {} | {} | {} | {} | {} | {} | {:.0} µs | {:.0} MB | {:.0} MB |",
                figures.mode.name(),
                figures.mode.connections(),
                grouped(figures.requests_per_second()),
                grouped(figures.statements_per_second()),
                milliseconds(figures.percentile(50)),
                milliseconds(figures.percentile(99)),
                milliseconds(figures.percentile(100)),
                figures.processor_per_request(),
                figures.usage.resident,
                figures.usage.peak
            )?;
        }
        if self.engine != EngineName::Sqlite {
            text.push_str("\nProcessor and memory are those of the program, without PostgreSQL's.\n");
        }
        Ok(())
    }

    fn write_limits(&self, text: &mut String) -> Result<()> {
        let (statements, documents) = (&self.reached.statement_limits, &self.reached.document_limits);
        if statements.is_empty() && documents.is_empty() {
            return Ok(());
        }
        text.push_str("\n| The database alone | In a transaction | Connections | Way | A second |\n");
        text.push_str("|---|---:|---:|---|---:|\n");
        let statements = statements.iter().map(|limit| ("statements", limit));
        let documents = documents.iter().map(|limit| ("state documents", limit));
        for (name, limit) in statements.chain(documents) {
            writeln!(
                text,
                "| {name} | {} | {} | {} | {} |",
                limit.writing.size,
                limit.writing.connections,
                limit.writing.way.name(),
                grouped(limit.per_second)
            )?;
        }
        Ok(())
    }
}

/// `12,345`.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn grouped_count(number: usize) -> String {
    grouped(crate::rate(number, Duration::from_secs(1)))
}

pub(crate) fn milliseconds(number: f64) -> String {
    format!("{number:.2} ms")
}
