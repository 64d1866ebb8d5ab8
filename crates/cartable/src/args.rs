//! The command line's arguments.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use cartable_lrs::{Scope, Settings};
use cartable_packager::formats;
use clap::{Args, Parser, Subcommand, ValueEnum, builder::PossibleValuesParser};

use crate::language::Language;

/// Packages chapters for any learning management system, and keeps the statements that learners produce.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    /// Language of the messages; by default the system's
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build the packages of a course
    Build(Build),
    /// Check a course without building it
    Check(Check),
    /// Build the course, start the LRS, and launch the chapter as an LMS would
    Demo(Demo),
    /// Start the Learning Record Store (LRS) and its console
    Serve(Serve),
    /// Create, list or revoke the credentials of the LRS's clients
    #[command(subcommand)]
    Credential(Credential),
    /// Create or list the LRS's stores, which see nothing of each other, or forget what they have had for long
    #[command(subcommand)]
    Store(Store),
    /// Give the console a new password
    Password(Password),
    /// Change how the LRS's database is kept
    #[command(subcommand)]
    Lrs(Lrs),
}

/// How a command answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person
    #[default]
    Text,
    /// For a machine
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The course's folder
    #[arg(default_value = "content", value_name = "CONTENT")]
    pub(crate) content: PathBuf,

    /// The folder for the packages
    #[arg(long, default_value = "dist", value_name = "FOLDER")]
    pub(crate) out: PathBuf,

    /// The targets to build, separated by commas; all by default
    #[arg(long, value_delimiter = ',', value_name = "TARGET", value_parser = target_names())]
    pub(crate) target: Vec<String>,

    /// The chapters to build, by identifier; all by default
    #[arg(long, value_delimiter = ',', value_name = "ID")]
    pub(crate) chapter: Vec<String>,

    /// Add the control files (.xsd, .dtd) that you hold: in this folder, or in one below it for each target
    #[arg(long, value_name = "FOLDER")]
    pub(crate) schemas: Option<PathBuf>,

    /// Build nothing: print what each rule of a chapter becomes in each target
    #[arg(long)]
    pub(crate) explain: bool,

    /// How to print what was built
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The course's folder
    #[arg(default_value = "content", value_name = "CONTENT")]
    pub(crate) content: PathBuf,

    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Where the LRS keeps its data.
#[derive(Clone, Debug, Args)]
pub(crate) struct Data {
    /// The folder for the embedded database
    #[arg(
        long,
        default_value = ".cartable",
        value_name = "FOLDER",
        env = "CARTABLE_DATA"
    )]
    pub(crate) data: PathBuf,

    /// A PostgreSQL database instead of the folder
    #[arg(
        long,
        value_name = "postgres://USER:PASSWORD@HOST/NAME",
        env = "CARTABLE_DATABASE",
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) data: Data,

    /// The address to listen on
    #[arg(
        long,
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS",
        env = "CARTABLE_LISTEN"
    )]
    pub(crate) listen: SocketAddr,

    /// A replica of the PostgreSQL database that answers searches
    #[arg(
        long,
        value_name = "postgres://USER:PASSWORD@HOST/NAME",
        env = "CARTABLE_DATABASE_READ",
        requires = "database"
    )]
    pub(crate) database_read: Option<String>,

    /// Where clients reach the server, when that is not the address it listens on
    #[arg(long, value_name = "URL", env = "CARTABLE_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,

    /// The address of a reverse proxy whose X-Forwarded-For is believed; may be given several times
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "CARTABLE_TRUSTED_PROXY",
        value_delimiter = ','
    )]
    pub(crate) trusted_proxy: Vec<IpAddr>,

    /// Requests that a credential may make in a second, after a burst of ten times as many
    #[arg(long, default_value_t = Settings::RATE, value_name = "NUMBER", env = "CARTABLE_RATE",
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rate: u32,

    /// Threads that answer; by default one for each processor, or for every second one with --database, which needs the others
    #[arg(long, value_name = "NUMBER", env = "CARTABLE_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The course's folder
    #[arg(default_value = "content", value_name = "CONTENT")]
    pub(crate) content: PathBuf,

    /// The folder for the packages
    #[arg(long, default_value = "dist", value_name = "FOLDER")]
    pub(crate) out: PathBuf,

    /// The folder for the embedded database
    #[arg(long, default_value = ".cartable/demo", value_name = "FOLDER")]
    pub(crate) data: PathBuf,

    /// The address of the LRS and its console
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,

    /// The address of the chapter, which has another origin, as in an LMS
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDRESS")]
    pub(crate) chapter_listen: SocketAddr,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Credential {
    /// Make a key and its secret, which is shown once
    Create(CreateCredential),
    /// List the keys
    List(ListCredentials),
    /// Refuse a key from now on
    Revoke(RevokeCredential),
}

#[derive(Debug, Args)]
pub(crate) struct CreateCredential {
    #[command(flatten)]
    pub(crate) data: Data,

    /// Who will use it, such as the name of an LMS
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub(crate) label: String,

    /// What it allows, separated by commas
    #[arg(long, value_delimiter = ',', default_values = ["statements/write", "statements/read", "state", "profile", "define"], value_name = "SCOPE", value_parser = scope_names())]
    pub(crate) scopes: Vec<String>,

    /// The store that it gives access to
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) store: String,

    /// When it ends, such as 2027-08-31T00:00:00Z; never by default
    #[arg(long, value_name = "TIME")]
    pub(crate) expires: Option<String>,

    /// A web origin from which it may be used, or null; may be given several times; any by default
    #[arg(long, value_name = "https://HOST")]
    pub(crate) origin: Vec<String>,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ListCredentials {
    #[command(flatten)]
    pub(crate) data: Data,

    /// Only those of this store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,

    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeCredential {
    #[command(flatten)]
    pub(crate) data: Data,

    /// The key to refuse
    pub(crate) key: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Make a store
    Create(CreateStore),
    /// List the stores
    List(ListStores),
    /// Delete for good what a store has from before a time, beside a server that goes on
    Forget(Forget),
}

#[derive(Debug, Args)]
pub(crate) struct CreateStore {
    #[command(flatten)]
    pub(crate) data: Data,

    /// Its name
    pub(crate) name: String,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ListStores {
    #[command(flatten)]
    pub(crate) data: Data,

    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Forget {
    #[command(flatten)]
    pub(crate) data: Data,

    /// Forget what was stored before this time, such as 2023-09-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) before: String,

    /// The store that forgets
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) store: String,

    /// Forget state and profile documents as well, by the time at which they were last written
    #[arg(long)]
    pub(crate) documents: bool,

    /// Delete nothing: print how much would be forgotten
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Lrs {
    /// Spread a PostgreSQL database over the workers of Citus, while no server runs
    Distribute(Distribute),
}

#[derive(Debug, Args)]
pub(crate) struct Distribute {
    /// The database, by the address of the coordinator
    #[arg(
        long,
        value_name = "postgres://USER:PASSWORD@HOST/NAME",
        env = "CARTABLE_DATABASE",
        hide_env_values = true
    )]
    pub(crate) database: String,
}

#[derive(Debug, Args)]
pub(crate) struct Password {
    #[command(flatten)]
    pub(crate) data: Data,
}

fn target_names() -> PossibleValuesParser {
    PossibleValuesParser::new(formats().iter().map(|format| format.name()))
}

fn scope_names() -> PossibleValuesParser {
    PossibleValuesParser::new(Scope::EVERY.map(Scope::name))
}
