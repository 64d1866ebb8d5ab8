//! The command line: it reads arguments, the clock and the environment, and leaves the work to the other crates.

mod args;
mod command;
mod environment;
mod failure;
mod language;
mod lrs;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};

/// A server that runs for months allocates and frees all the time: this allocator uses first what was freed last, which the
/// processor still has at hand, and gives memory back. It cannot be built for Windows.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let locale = language::of_user(arguments.lang);
    let result = match arguments.command {
        Command::Build(build) => command::build::run(&build, locale),
        Command::Check(check) => command::check::run(&check, locale),
        Command::Demo(demo) => command::demo::run(&demo, locale),
        Command::Serve(serve) => command::serve::run(serve, locale),
        Command::Credential(credential) => command::credential::run(credential, locale),
        Command::Store(credential) => command::store::run(credential, locale),
        Command::Lrs(lrs) => command::lrs::run(&lrs, locale),
        Command::Password(password) => command::password::run(&password, locale),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.print(locale),
    }
}
