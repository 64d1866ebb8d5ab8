//! The report, as Markdown.

use std::{fmt::Write, time::Duration};

use crate::{Result, bare::Limit, floors::Line, measure::Figures, options::EngineName};

/// What was measured on an engine.
pub(crate) struct Findings {
    pub(crate) engine: EngineName,
    pub(crate) version: String,
    pub(crate) nodes: usize,
    pub(crate) statements: usize,
    pub(crate) batch: usize,
    /// Statements a second while the store was filled.
    pub(crate) filling: f64,
    /// Statements that there were when `young` was measured.
    pub(crate) youth: usize,
    pub(crate) young: Vec<Figures>,
    pub(crate) figures: Vec<Figures>,
    /// Megabytes.
    pub(crate) program: f64,
    pub(crate) first_answer: Duration,
    pub(crate) restart: Duration,
    pub(crate) statement_limits: Vec<Limit>,
    pub(crate) document_limits: Vec<Limit>,
    /// How often in a second 4 kB reached the disk: before the program, after it, and after the database alone. When
    /// these are unlike, something else used the machine, and no ratio is to be believed.
    pub(crate) syncs: Vec<f64>,
}

impl Findings {
    pub(crate) fn to_markdown(&self) -> Result<String> {
        let mut text = format!(
            "
## {}

{} statements, stored {} at a time, {} a second; processes of the program: {}.
\
             The disk before the program, after it, and after the database alone: {} fdatasync of 4 kB a second.

",
            self.version,
            grouped_count(self.statements),
            self.batch,
            grouped(self.filling),
            self.nodes,
            self.syncs.iter().map(|&syncs| grouped(syncs)).collect::<Vec<_>>().join(", ")
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
            "\nyoung: after {} statements; of a search, the p99. The database alone begins with as many.\n",
            grouped_count(self.youth)
        )?;
        Ok(())
    }

    fn lines(&self) -> Vec<Line> {
        let of_mode = |figures: &Figures| {
            let young = self.young.iter().find(|young| young.mode == figures.mode);
            match young {
                Some(young) if figures.mode.searches() => vec![Line::of_search(figures, young)],
                Some(young) => vec![
                    Line::of_statements(young, self.engine, &self.statement_limits),
                    Line::of_more_statements(figures, young),
                ],
                None => vec![Line::of_states(figures, &self.document_limits)],
            }
        };
        let mut lines: Vec<_> = self.figures.iter().flat_map(of_mode).collect();
        let all = self.young.iter().chain(&self.figures);
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
        let young = self.young.iter().map(|figures| ("young: ", figures));
        for (age, figures) in young.chain(self.figures.iter().map(|figures| ("", figures))) {
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
        if self.statement_limits.is_empty() && self.document_limits.is_empty() {
            return Ok(());
        }
        text.push_str("\n| The database alone | In a transaction | Connections | Way | A second |\n");
        text.push_str("|---|---:|---:|---|---:|\n");
        let statements = self.statement_limits.iter().map(|limit| ("statements", limit));
        let documents = self
            .document_limits
            .iter()
            .map(|limit| ("state documents", limit));
        for (name, limit) in statements.chain(documents) {
            writeln!(
                text,
                "| {name} | {} | {} | {} | {} |",
                limit.size,
                limit.connections,
                limit.way,
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
