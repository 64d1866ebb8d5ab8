//! What can be asked of the benchmark.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::load::Mode;

/// Drives the LRS over HTTP and prints its figures beside their floors and beside the limit of the same database.
///
/// PostgreSQL needs `CARTABLE_BENCH_POSTGRES` (or `CARTABLE_TEST_POSTGRES`): a server's address, whose user may create
/// databases.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The engines to measure
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    pub(crate) engine: Vec<EngineName>,

    /// Statements to fill the LRS with before it is measured
    #[arg(long, default_value_t = 100_000)]
    pub(crate) statements: usize,

    /// Statements in a request of the filling
    #[arg(long, default_value_t = 500, value_parser = positive)]
    pub(crate) batch: usize,

    /// Seconds for each measure
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u64,

    /// The modes to measure; all by default
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Mode>,

    /// Server processes on one PostgreSQL database, over which the connections are spread
    #[arg(long, default_value_t = 1, value_parser = positive)]
    pub(crate) nodes: usize,

    /// Where the embedded database goes; no tmpfs, whose disk would cost nothing
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"))]
    pub(crate) folder: PathBuf,

    /// A `cartable` to measure in place of the one built from this workspace
    #[arg(long)]
    pub(crate) binary: Option<PathBuf>,

    /// A file for the report, as Markdown
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,

    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

/// The databases that the LRS runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineName {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
    /// A coordinator with its workers: the address of a database that knows them is in `CARTABLE_TEST_CITUS`.
    Citus,
}

impl Options {
    /// The modes that were asked for.
    pub(crate) fn modes(&self) -> Vec<Mode> {
        let asked = |mode: &Mode| self.only.is_empty() || self.only.contains(mode);
        Mode::value_variants().iter().copied().filter(asked).collect()
    }
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("not a number above zero".to_owned()),
    }
}
