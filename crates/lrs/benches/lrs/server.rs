//! The product's own program: built, started, asked, and stopped as its users do.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use cartable_lrs_store::Location;
use serde_json::Value;

use crate::{Result, client::Connection, load::Load, machine::Usage};

/// As many requests in a second as the program lets a credential make: the load is to meet the LRS, not its limit.
const RATE: &str = "100000";

/// Builds the program, and says where it is.
pub(crate) fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // What cargo tells a benchmark of its package would have some build scripts run again, here and in the next build.
    let told = std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    });
    for (name, _) in told {
        command.env_remove(name);
    }
    let output = command
        .args(["build", "--release", "-p", "cartable", "--bin", "cartable"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the program does not build".into());
    }
    let executable = output.stdout.split(|byte| *byte == b'\n').find_map(|line| {
        let message: Value = serde_json::from_slice(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    Ok(executable.ok_or("cargo names no program")?)
}

/// A running server.
pub(crate) struct Server {
    process: Child,
    /// Kept open, so that the server can go on writing to it.
    _output: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first good answer.
    pub(crate) first_answer: Duration,
}

impl Server {
    pub(crate) async fn start(program: &Path, location: &Location) -> Result<Self> {
        let start = Instant::now();
        let mut process = command(program, &["serve"], location)
            .args(["--listen", "127.0.0.1:0", "--rate", RATE])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(process.stdout.take().ok_or("no output")?);
        let mut server = Self {
            address: read_address(&mut output)?,
            process,
            _output: output,
            first_answer: Duration::ZERO,
        };
        let mut connection = Connection::open(server.address).await?;
        let headers = headers("");
        connection
            .send(Load::new(&headers, "", 0, 0).get("about")?)
            .await?;
        server.first_answer = start.elapsed();
        Ok(server)
    }

    pub(crate) fn usage(&self) -> Result<Usage> {
        Usage::of(self.process.id())
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        let id = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        if !self.process.wait()?.success() {
            return Err("the server stopped with an error".into());
        }
        Ok(())
    }
}

impl Drop for Server {
    /// A run that fails leaves no server behind.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes a credential that may do everything; gives the header lines of its requests.
pub(crate) fn credential(program: &Path, location: &Location) -> Result<String> {
    let output = command(program, &["credential", "create"], location)
        .args(["--scopes", "all", "--format", "json"])
        .output()?;
    let created: Value = serde_json::from_slice(&output.stdout)?;
    let text = |name: &str| created[name].as_str().ok_or("no credential was made");
    let pair = format!("{}:{}", text("key")?, text("secret")?);
    Ok(headers(&format!(
        "Authorization: Basic {}\r\n",
        BASE64_STANDARD.encode(pair)
    )))
}

fn headers(authorization: &str) -> String {
    format!(
        "Host: 127.0.0.1\r\nX-Experience-API-Version: 1.0.3\r\nContent-Type: application/json\r\n{authorization}"
    )
}

/// A command on a database, whatever the environment says.
fn command(program: &Path, words: &[&str], location: &Location) -> Command {
    let mut command = Command::new(program);
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARTABLE_"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    // Queries slower than a second are in the figures.
    command.env("CARTABLE_LOG", "error");
    command.args(["--lang", "en"]).args(words);
    match location {
        Location::Folder(folder) => command.arg("--data").arg(folder),
        Location::Postgres(url) => command.args(["--database", url]),
    };
    command
}

/// Reads `LRS      http://127.0.0.1:40123/xapi/`.
fn read_address(output: &mut impl BufRead) -> Result<SocketAddr> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    let host = line.split("//").nth(1).and_then(|rest| rest.split('/').next());
    Ok(host.ok_or("the server names no address")?.parse()?)
}
