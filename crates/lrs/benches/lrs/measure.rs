//! Driving the servers: as many connections as a mode has, each with its next request once it has its answer.

use std::{
    cell::Cell,
    path::Path,
    time::{Duration, Instant},
};

use cartable_lrs_store::Location;
use futures_util::{TryStreamExt, stream::FuturesUnordered};

use crate::{
    Result,
    client::Connection,
    load::{ACTORS, Load, Mode},
    machine::Usage,
    rate,
    server::{self, Server},
};

/// Connections that fill the store.
const FILLERS: usize = 8;

/// The servers of one database.
pub(crate) struct Service {
    servers: Vec<Server>,
    headers: String,
    /// When the run began, by the servers' clock.
    since: String,
    /// How many loads were made: each has its own statements.
    loads: Cell<u64>,
}

/// What came of a mode.
pub(crate) struct Figures {
    pub(crate) mode: Mode,
    requests: usize,
    elapsed: Duration,
    /// Of each request, in microseconds, the fastest first.
    latencies: Vec<u32>,
    /// Seconds of processor that the servers took.
    processor: f64,
    /// What the servers had taken at the end.
    pub(crate) usage: Usage,
}

impl Figures {
    /// Takes in what came of another turn.
    pub(crate) fn add(&mut self, later: Self) {
        self.requests += later.requests;
        self.elapsed += later.elapsed;
        self.latencies.extend(later.latencies);
        self.latencies.sort_unstable();
        self.processor += later.processor;
        self.usage = later.usage;
    }

    pub(crate) fn requests_per_second(&self) -> f64 {
        rate(self.requests, self.elapsed)
    }

    pub(crate) fn statements_per_second(&self) -> f64 {
        rate(self.requests * self.mode.statements(), self.elapsed)
    }

    /// What so many requests of a hundred stay below, in milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let place = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        f64::from(self.latencies.get(place).copied().unwrap_or_default()) / 1000.0
    }

    /// Processor time of the servers for a request, in microseconds.
    pub(crate) fn processor_per_request(&self) -> f64 {
        self.processor / rate(self.requests, Duration::from_secs(1)) * 1e6
    }
}

impl Service {
    /// Starts so many servers on an empty database.
    pub(crate) async fn start(program: &Path, location: &Location, nodes: usize) -> Result<Self> {
        let mut servers = Vec::new();
        for _ in 0..nodes {
            servers.push(Server::start(program, location).await?);
        }
        let mut service = Self {
            servers,
            headers: server::credential(program, location)?,
            since: String::new(),
            loads: Cell::new(0),
        };
        let mut connection = service.connect(0).await?;
        connection
            .send(service.load(0).get("statements?limit=1")?)
            .await?;
        let through = connection.header("X-Experience-API-Consistent-Through");
        through
            .ok_or("the server names no time")?
            .clone_into(&mut service.since);
        Ok(service)
    }

    /// From the start of the first server to its first answer.
    pub(crate) fn first_answer(&self) -> Duration {
        self.servers
            .first()
            .map_or(Duration::ZERO, |server| server.first_answer)
    }

    /// What the servers have taken: the memory of the largest, the time of all.
    fn usage(&self) -> Result<Usage> {
        let mut all = Usage::default();
        for server in &self.servers {
            let usage = server.usage()?;
            all.resident = all.resident.max(usage.resident);
            all.peak = all.peak.max(usage.peak);
            all.seconds += usage.seconds;
        }
        Ok(all)
    }

    /// Stores at least so many statements, the first of the store or others; returns how many a second.
    pub(crate) async fn fill(&self, statements: usize, batch: usize, are_first: bool) -> Result<f64> {
        let batches = statements.div_ceil(batch);
        let left = Cell::new(batches);
        let left = &left;
        let start = Instant::now();
        let fillers = (0..FILLERS).map(|place| async move {
            let mut connection = self.connect(place).await?;
            let load = self.load(place);
            let mut load = if are_first { load.of_first() } else { load };
            while let Some(next) = left.get().checked_sub(1) {
                left.set(next);
                connection.send(load.batch(batch)?).await?;
                if next % 1000 == 0 {
                    eprintln!("    {} statements to go", next * batch);
                }
            }
            Ok(())
        });
        all(fillers).await?;
        Ok(rate(batches * batch, start.elapsed()))
    }

    /// Writes the state documents that the modes read and merge into.
    pub(crate) async fn seed_states(&self) -> Result<()> {
        let mut connection = self.connect(0).await?;
        let mut load = self.load(0);
        for agent in 0..ACTORS {
            connection.send(load.seed(agent)?).await?;
        }
        Ok(())
    }

    /// Sends the requests of a mode for a while; the first that fails ends it.
    pub(crate) async fn drive(&self, mode: Mode, lasting: Duration) -> Result<Figures> {
        let mut connections = Vec::new();
        for place in 0..mode.connections() {
            connections.push((self.connect(place).await?, self.load(place), Vec::new()));
        }
        let before = self.usage()?.seconds;
        let start = Instant::now();
        let clients = connections
            .iter_mut()
            .map(|(connection, load, latencies)| async move {
                while start.elapsed() < lasting {
                    let request = load.next(mode)?;
                    let sent = Instant::now();
                    connection.send(request).await?;
                    latencies.push(u32::try_from(sent.elapsed().as_micros())?);
                }
                Ok(())
            });
        all(clients).await?;
        let elapsed = start.elapsed();
        let usage = self.usage()?;
        let mut latencies: Vec<u32> = connections
            .into_iter()
            .flat_map(|(_, _, latencies)| latencies)
            .collect();
        latencies.sort_unstable();
        Ok(Figures {
            mode,
            requests: latencies.len(),
            elapsed,
            latencies,
            processor: usage.seconds - before,
            usage,
        })
    }

    /// Stops the servers as an administrator does.
    pub(crate) fn stop(self) -> Result<()> {
        self.servers.into_iter().try_for_each(Server::stop)
    }

    /// The connections are spread over the servers.
    async fn connect(&self, place: usize) -> Result<Connection> {
        let server = &self.servers[place % self.servers.len()];
        Connection::open(server.address).await
    }

    fn load(&self, place: usize) -> Load<'_> {
        self.loads.set(self.loads.get() + 1);
        Load::new(&self.headers, &self.since, place, self.loads.get())
    }
}

/// Runs all at once, to the end of all or to the first failure. Only those that can go on are polled.
async fn all(work: impl Iterator<Item = impl Future<Output = Result<()>>>) -> Result<()> {
    work.collect::<FuturesUnordered<_>>().try_collect().await
}
