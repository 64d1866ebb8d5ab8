//! The command line's arguments.

use std::path::PathBuf;

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

fn target_names() -> PossibleValuesParser {
    PossibleValuesParser::new(formats().iter().map(|format| format.name()))
}
