//! What the figures depend on: the machine, its disk, and what a process takes of it.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use crate::{Result, rate};

/// Ticks in a second of the times in `/proc`: Linux has it so for every architecture that we run on.
const TICKS: f64 = 100.0;

/// What a process has taken until now.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Resident memory, in megabytes.
    pub(crate) resident: f64,
    /// The most that was ever resident, in megabytes.
    pub(crate) peak: f64,
    /// Seconds of processor.
    pub(crate) seconds: f64,
}

impl Usage {
    pub(crate) fn of(process: u32) -> Result<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The program's name, in brackets, may hold spaces; user and system time are the 12th and 13th after it.
        let (_, fields) = stat.rsplit_once(')').unwrap_or_default();
        let ticks = fields.split_whitespace().skip(11).take(2);
        Ok(Self {
            resident: megabytes(&status, "VmRSS:"),
            peak: megabytes(&status, "VmHWM:"),
            seconds: ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS,
        })
    }
}

/// The machine in a few lines.
pub(crate) fn describe() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_default();
    let memory = megabytes(&fs::read_to_string("/proc/meminfo")?, "MemTotal:") / 1000.0;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    Ok(format!(
        "{cores} cores, {processor}, which the client shares; {memory:.0} GB of memory; Linux {}.\n",
        kernel.trim(),
    ))
}

/// How often in a second 4 kB reach the disk of a folder.
pub(crate) fn syncs(folder: &Path) -> Result<f64> {
    let mut file = tempfile::tempfile_in(folder)?;
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < Duration::from_secs(1) {
        write_through(&mut file)?;
        count += 1;
    }
    Ok(rate(count, start.elapsed()))
}

fn write_through(file: &mut File) -> std::io::Result<()> {
    file.write_all(&[7; 4096])?;
    file.sync_data()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn megabytes(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0 / 1e6
}
