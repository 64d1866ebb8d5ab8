//! What the LRS reaches, with its own program over HTTP, beside what its database reaches alone.
//!
//! `cargo bench -p cartable-lrs` runs it; `cargo bench -p cartable-lrs -- --help` says what can be asked.
//!
//! 1. A server starts on an empty database; statements and state documents fill it. (`server`, `load`, `client`)
//! 2. A second one stores a few; its rows are written again without it, in every way: the limit. (`bare`)
//! 3. Each mode is driven with connections that are kept; searches and statements also in a young store, and statements beside
//!    the limit, close to each other: a machine is not as fast in one minute as in another. (`measure`)
//! 4. The server stops, and starts again on what it has stored.
//! 5. The report puts each figure beside its limit and its floor. (`floors`, `report`)

mod bare;
mod client;
mod database;
mod floors;
mod load;
mod machine;
mod measure;
mod options;
mod random;
mod report;
mod server;

use std::{path::Path, process::ExitCode, time::Duration};

use cartable_lrs_store::Location;
use clap::Parser;

use crate::{
    bare::{Alone, Bare, Limit, PostgreSql, Sqlite},
    database::Database,
    load::Mode,
    measure::{Figures, Service},
    options::{EngineName, Options},
    report::{Findings, Reached},
    server::Server,
};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// Statements that a young store has.
const YOUTH: usize = 10_000;
/// In so many turns the same is looked for in a young store and in the full one.
const TURNS: u32 = 5;
/// Statements whose rows are copied for the limit, beside those of a young store: as many as the loop writes in a few seconds.
const SAMPLE: usize = 100_000;

/// For so long state documents are stored, whose rows are copied for the limit.
const SAMPLING: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    // `cargo test --all-targets` runs a benchmark without it.
    if !std::env::args().any(|argument| argument == "--bench") {
        eprintln!("this is run by cargo bench");
        return ExitCode::SUCCESS;
    }
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// On one thread: the other processors are for the server.
#[tokio::main(flavor = "current_thread")]
async fn run(options: &Options) -> Result<()> {
    let program = match &options.binary {
        Some(program) => program.clone(),
        None => server::build()?,
    };
    let mut report = format!("# The LRS\n\n{}", machine::describe()?);
    println!("{report}");
    for &engine in &options.engine {
        if engine == EngineName::Postgres && database::postgres_server().is_none() {
            println!("CARTABLE_BENCH_POSTGRES names no PostgreSQL server: PostgreSQL is not measured.");
            continue;
        }
        let bench = Bench {
            options,
            program: &program,
            engine,
        };
        let findings = match engine {
            EngineName::Sqlite => bench.run::<Sqlite>().await?,
            EngineName::Postgres | EngineName::Citus => bench.run::<PostgreSql>().await?,
        };
        let findings = findings.to_markdown()?;
        println!("{findings}");
        report.push_str(&findings);
    }
    if let Some(out) = &options.out {
        std::fs::write(out, report)?;
    }
    Ok(())
}

/// The run on an engine.
struct Bench<'a> {
    options: &'a Options,
    program: &'a Path,
    engine: EngineName,
}

impl Bench<'_> {
    async fn run<E: Bare>(&self) -> Result<Findings> {
        let before = self.syncs()?;
        let served = async |database: &Database| self.served::<E>(database, before).await;
        self.with("served", served).await
    }

    /// What the program reaches, and the database alone.
    async fn served<E: Bare>(&self, database: &Database, syncs_before: f64) -> Result<Findings> {
        let (options, location) = (self.options, &database.location);
        let service = self.start(location).await?;
        let first_answer = service.first_answer();
        let (statements, batch, youth) = (options.statements, options.batch, self.youth());
        say("filling");
        service.seed_states().await?;
        let mut filling = service.fill(youth, batch, true).await?;
        if statements > youth {
            filling = service.fill(statements - youth, batch, false).await?;
        }
        database.rest().await?;
        let compared = async |young: &Database| self.compare::<E>(&service, young).await;
        let reached = self.with("young", compared).await?;
        service.stop()?;
        let server = Server::start(self.program, location).await?;
        let restart = server.first_answer;
        server.stop()?;
        let version = E::version(&mut E::connect(location).await?).await?;
        Ok(Findings {
            engine: self.engine,
            version: match self.engine {
                EngineName::Citus => format!("Citus on {version}"),
                _ => version,
            },
            nodes: self.nodes(),
            statements,
            batch,
            filling,
            youth,
            reached,
            program: megabytes(self.program)?,
            first_answer,
            restart,
            syncs: [syncs_before, self.syncs()?],
        })
    }

    /// What a young store reaches, the full one, and the database alone.
    async fn compare<E: Bare>(&self, full: &Service, database: &Database) -> Result<Reached> {
        let young = self.start(&database.location).await?;
        young.seed_states().await?;
        young.fill(self.youth(), self.options.batch, true).await?;
        database.rest().await?;
        let writes = self
            .modes()
            .any(|mode| mode.statements() > 0 || mode.writes_state());
        // Citus has no limit: plain PostgreSQL is what it is compared with.
        let reached = if writes && self.engine != EngineName::Citus {
            let beside = async |alone: &Database| self.limits::<E>(&young, full, alone).await;
            self.with("alone", beside).await?
        } else {
            self.drive::<E>(&young, full, None).await?
        };
        young.stop()?;
        Ok(reached)
    }

    /// The same with a database to which the rows of a program are written again without it.
    async fn limits<E: Bare>(&self, young: &Service, full: &Service, database: &Database) -> Result<Reached> {
        let location = &database.location;
        let program = self.start(location).await?;
        program.seed_states().await?;
        let youth = self.youth();
        program.fill(youth, self.options.batch, true).await?;
        program.fill(SAMPLE, self.options.batch, false).await?;
        program.drive(Mode::StatePut, SAMPLING).await?;
        // A program that has ended puts nothing off.
        program.stop()?;
        let alone = Alone::<E>::copy(location, youth).await?;
        let lasting = self.lasting();
        let (mut statement_limits, mut document_limits) = (Vec::new(), Vec::new());
        if self.modes().any(|mode| mode.statements() > 0) {
            say("the database alone: statements");
            statement_limits = alone.time_statements(lasting).await?;
            database.rest().await?;
        }
        let reached = self.drive(young, full, Some((&alone, &statement_limits))).await?;
        if self.modes().any(Mode::writes_state) {
            say("the database alone: state documents");
            document_limits = alone.time_documents(lasting).await?;
        }
        Ok(Reached {
            statement_limits,
            document_limits,
            ..reached
        })
    }

    /// Drives each mode: searches in turns of a young store and the full one; statements one after another, between two halves of
    /// what the database does alone in the way that it is fastest in.
    async fn drive<E: Bare>(
        &self,
        young: &Service,
        full: &Service,
        alone: Option<(&Alone<'_, E>, &[Limit])>,
    ) -> Result<Reached> {
        let mut reached = Reached::default();
        let lasting = self.lasting();
        for mode in self.modes() {
            if mode.searches() {
                let (young, full) = self.in_turns([young, full], mode).await?;
                reached.young.push(said("young: ", young));
                reached.full.push(said("", full));
            } else if mode.statements() > 0 {
                let limit = alone.and_then(|(_, limits)| bare::fastest(limits, mode.size()));
                let half = async || match (alone, limit) {
                    (Some((alone, _)), Some(limit)) => alone.time(limit.writing, lasting / 2).await.map(Some),
                    _ => Ok(None),
                };
                let first = half().await?;
                // Each for its whole time: what was stored is put in order later, in the time of whom it was stored in.
                reached
                    .young
                    .push(said("young: ", young.drive(mode, lasting).await?));
                reached.full.push(said("", full.drive(mode, lasting).await?));
                if let (Some(first), Some(second)) = (first, half().await?) {
                    reached.beside.push((mode, f64::midpoint(first, second)));
                }
            } else {
                reached.full.push(said("", full.drive(mode, lasting).await?));
            }
        }
        Ok(reached)
    }

    /// Drives two services, each for a measure's time, in short turns.
    async fn in_turns(&self, [one, other]: [&Service; 2], mode: Mode) -> Result<(Figures, Figures)> {
        let turn = self.lasting() / TURNS;
        let mut figures = (one.drive(mode, turn).await?, other.drive(mode, turn).await?);
        for _ in 1..TURNS {
            figures.0.add(one.drive(mode, turn).await?);
            figures.1.add(other.drive(mode, turn).await?);
        }
        Ok(figures)
    }

    async fn start(&self, location: &Location) -> Result<Service> {
        Service::start(self.program, location, self.nodes()).await
    }

    fn youth(&self) -> usize {
        self.options.statements.min(YOUTH)
    }

    fn nodes(&self) -> usize {
        match self.engine {
            EngineName::Sqlite => 1,
            EngineName::Postgres | EngineName::Citus => self.options.nodes,
        }
    }

    /// Works with an empty database, which is gone afterwards whatever came of it.
    async fn with<T>(&self, name: &str, work: impl AsyncFnOnce(&Database) -> Result<T>) -> Result<T> {
        let database = Database::create(self.engine, &self.options.folder, name).await?;
        let done = work(&database).await;
        database.drop().await?;
        done
    }

    fn syncs(&self) -> Result<f64> {
        machine::syncs(&self.options.folder)
    }

    fn modes(&self) -> impl Iterator<Item = Mode> {
        self.options.modes().into_iter()
    }

    fn lasting(&self) -> Duration {
        Duration::from_secs(self.options.seconds)
    }
}

/// Says what was reached: a long run that fails later has not been for nothing.
fn said(age: &str, figures: Figures) -> Figures {
    say(&format!(
        "{age}{}: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
        figures.mode.name(),
        figures.requests_per_second(),
        figures.percentile(50),
        figures.percentile(99),
    ));
    figures
}

/// Says on standard error how far the run is.
fn say(step: &str) {
    eprintln!("  {step}");
}

/// How many a second.
fn rate(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

fn megabytes(file: &Path) -> Result<f64> {
    let bytes = std::fs::metadata(file)?.len();
    Ok(f64::from(u32::try_from(bytes)?) / 1e6)
}
