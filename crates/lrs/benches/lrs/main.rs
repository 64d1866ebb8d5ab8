//! What the LRS reaches, with its own program over HTTP, beside what its database reaches alone.
//!
//! `cargo bench -p cartable-lrs` runs it; `cargo bench -p cartable-lrs -- --help` says what can be asked.
//!
//! 1. A server starts on an empty database; statements and state documents fill it. (`server`, `load`, `client`)
//! 2. Each mode is driven with connections that are kept; searches and statements also in a young store, in turns: a machine
//!    is not as fast in one second as in another. (`measure`)
//! 3. The server stops, and starts again on what it has stored.
//! 4. The rows that it stored are written again without it: the limit. (`bare`)
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
    bare::{Bare, Limit, PostgreSql, Sample, Sqlite},
    database::Database,
    load::Mode,
    measure::{Figures, Service},
    options::{EngineName, Options},
    report::Findings,
    server::Server,
};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// Statements that a young store has.
const YOUTH: usize = 10_000;
/// In so many turns the same is looked for in a young store and in the full one.
const TURNS: u32 = 5;
/// Statements whose rows are copied for the limit, those of a young store and what came then: as many as the loop writes in a
/// few seconds.
const SAMPLE: usize = 100_000;

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
        let mut syncs = vec![self.syncs()?];
        let database = self.database("served").await?;
        let findings = self.served::<E>(&database).await;
        database.drop().await?;
        let (mut findings, sample) = findings?;
        syncs.push(self.syncs()?);
        let lasting = self.lasting();
        // Citus has none: plain PostgreSQL is what it is compared with.
        let has_limits = self.engine != EngineName::Citus;
        if has_limits && self.modes().any(|mode| mode.statements() > 0) {
            say("the database alone: statements");
            let time =
                async |location: &Location| sample.time_statements(location, self.youth(), lasting).await;
            findings.statement_limits = self.alone("statements", time).await?;
        }
        if has_limits && self.modes().any(Mode::writes_state) {
            say("the database alone: state documents");
            let time = async |location: &Location| sample.time_documents(location, lasting).await;
            findings.document_limits = self.alone("documents", time).await?;
        }
        syncs.push(self.syncs()?);
        findings.syncs = syncs;
        Ok(findings)
    }

    /// What the program reaches, and the rows that it stored.
    async fn served<E: Bare>(&self, database: &Database) -> Result<(Findings, Sample<E>)> {
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
        let young = self.database("young").await?;
        let figures = self.compare(&service, &young).await;
        // The programs have ended, and put off nothing.
        let sample = Sample::read(&young.location, SAMPLE).await;
        young.drop().await?;
        let ((young, figures), sample) = (figures?, sample?);
        service.stop()?;
        let server = Server::start(self.program, location).await?;
        let restart = server.first_answer;
        server.stop()?;
        let version = E::version(&mut E::connect(location).await?).await?;
        let findings = Findings {
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
            young,
            figures,
            program: megabytes(self.program)?,
            first_answer,
            restart,
            statement_limits: Vec::new(),
            document_limits: Vec::new(),
            syncs: Vec::new(),
        };
        Ok((findings, sample))
    }

    /// Drives a young store and the full one in turns: what each reached.
    async fn compare(&self, full: &Service, database: &Database) -> Result<(Vec<Figures>, Vec<Figures>)> {
        let young = self.start(&database.location).await?;
        young.seed_states().await?;
        young.fill(self.youth(), self.options.batch, true).await?;
        database.rest().await?;
        let (mut of_young, mut of_full) = (Vec::new(), Vec::new());
        for mode in self.modes() {
            if mode.searches() {
                let (young, full) = self.in_turns([&young, full], mode).await?;
                of_young.push(said("young: ", young));
                of_full.push(said("", full));
                continue;
            }
            // What was stored is put in order later, in the time of whom it was stored in.
            let lasting = self.lasting();
            if mode.statements() > 0 {
                of_young.push(said("young: ", young.drive(mode, lasting).await?));
            }
            of_full.push(said("", full.drive(mode, lasting).await?));
        }
        // However few were driven, there is something to be copied.
        young.fill(YOUTH, self.options.batch, false).await?;
        young.stop()?;
        Ok((of_young, of_full))
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

    /// What an empty database reaches.
    async fn alone(
        &self,
        name: &str,
        time: impl AsyncFnOnce(&Location) -> Result<Vec<Limit>>,
    ) -> Result<Vec<Limit>> {
        let database = self.database(name).await?;
        database.migrate().await?;
        let limits = time(&database.location).await;
        database.drop().await?;
        limits
    }

    async fn database(&self, name: &str) -> Result<Database> {
        Database::create(self.engine, &self.options.folder, name).await
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
