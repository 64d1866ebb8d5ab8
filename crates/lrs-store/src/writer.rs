//! Group commit: what is asked for at the same time is written in one transaction, and made durable by one wait.
//!
//! 1. [`Store::submit`] puts a job in the queue, as long as there is room, and begins a lane when there is none, or when
//!    one more is worth it: a job that is alone waits for nobody.
//! 2. A lane (`lanes.rs`) takes the jobs that wait, up to a bound, and writes them in one transaction: one lane on `SQLite`,
//!    which has one writer, two on PostgreSQL, so that one writes while the other waits for the disk.
//! 3. Each job is checked before anything of it is written, and refused alone. A fault of the database in a group of
//!    several is found by writing each job by itself.

use std::{
    collections::BTreeMap,
    slice,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::{
    backlog::Part,
    document_write::DocumentWrite,
    draft::{Inserted, PreparedBatch},
    engine::{Engine, in_time},
    error::StoreError,
    lanes::{Lane, Lanes},
    statement::{Group, Lessons},
    store::{Store, StoreId},
};

/// A group has so many statements or documents at the most, and so many bytes, but at least one job.
const GROUP: usize = 1000;
const GROUP_BYTES: usize = 8 * 1024 * 1024;
/// What waits to be written has so many KiB at the most; what comes then is asked to come again.
const ROOM: usize = 64 * 1024;
/// A transaction that got in the way of another is tried again so many times.
const ATTEMPTS: usize = 5;

/// What is to be written.
#[derive(Debug)]
pub(crate) enum Work {
    Statements(PreparedBatch),
    Document(DocumentWrite),
}

impl Work {
    fn rows(&self) -> usize {
        match self {
            Self::Statements(batch) => batch.statements.len(),
            Self::Document(_) => 1,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Statements(batch) => batch.bytes(),
            Self::Document(write) => write.bytes(),
        }
    }
}

/// What was written.
#[derive(Debug)]
pub(crate) enum Done {
    Inserted(Inserted),
    /// The entity tag of a document; empty for one that was deleted.
    Document(String),
}

#[derive(Debug)]
struct Job {
    store: StoreId,
    work: Work,
    answer: oneshot::Sender<Result<Done, StoreError>>,
    /// Its room in the queue, held until it is answered.
    _room: OwnedSemaphorePermit,
}

/// The lanes that write.
#[derive(Debug)]
pub(crate) struct Writer {
    lanes: Lanes<Job>,
    room: Arc<Semaphore>,
    /// Whether a transaction writes to one store: on Citus, two of them may be with two workers.
    is_apart: bool,
    /// The number that the next transaction would like to have among writers.
    number: AtomicI64,
}

impl Writer {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self {
            lanes: Lanes::new(match engine {
                Engine::Sqlite { .. } => 1,
                Engine::Postgres { .. } => 2,
            }),
            room: Arc::new(Semaphore::new(ROOM)),
            is_apart: engine.is_distributed(),
            number: AtomicI64::new(0),
        }
    }

    /// A number for a transaction, not that of the one before.
    pub(crate) fn number(&self) -> i64 {
        self.number.fetch_add(1, Ordering::Relaxed).rem_euclid(1024)
    }

    /// The jobs that a lane writes next; without any, the lane has ended.
    async fn take(&self, lane: &mut Lane<'_, Job>) -> Vec<Job> {
        let (mut rows, mut bytes, mut count) = (0, 0, 0);
        let fit = |job: &Job| {
            rows += job.work.rows();
            bytes += job.work.bytes();
            count += 1;
            count == 1 || (rows <= GROUP && bytes <= GROUP_BYTES)
        };
        let mut jobs = lane.take(fit).await;
        if self.is_apart
            && let Some(store) = jobs.first().map(|job| job.store)
        {
            let others;
            (jobs, others) = jobs.into_iter().partition(|job| job.store == store);
            lane.put_back(others);
        }
        jobs
    }
}

impl Store {
    /// Writes something, together with what others ask for meanwhile.
    ///
    /// It is written whole or not at all, even when the caller does not wait for it.
    pub(crate) async fn submit(&self, store: StoreId, work: Work) -> Result<Done, StoreError> {
        let kib = (work.bytes() / 1024 + 1).min(ROOM);
        let room = u32::try_from(kib).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.writer.room)
            .try_acquire_many_owned(room)
            .map_err(|_| StoreError::Busy)?;
        let (answer, answered) = oneshot::channel();
        let job = Job {
            store,
            work,
            answer,
            _room: room,
        };
        if self.writer.lanes.push(job) {
            tokio::spawn(self.clone().lane());
        }
        // Without an answer, the lane came to a bad end.
        answered.await.unwrap_or(Err(StoreError::Interrupted))
    }

    async fn lane(self) {
        let mut lane = self.writer.lanes.begin();
        loop {
            let jobs = self.writer.take(&mut lane).await;
            if jobs.is_empty() {
                return;
            }
            self.write_group(jobs).await;
        }
    }

    async fn write_group(&self, jobs: Vec<Job>) {
        match self.write(&jobs).await {
            Ok(results) => {
                for (job, result) in jobs.into_iter().zip(results) {
                    // Who asked may be gone.
                    let _ = job.answer.send(result);
                }
            }
            Err(error) if jobs.len() == 1 || error.outage().is_some() => {
                // Those behind would wait as long, group after group.
                let others = if error.is_timeout() {
                    self.writer.lanes.drain()
                } else {
                    Vec::new()
                };
                let error = Arc::new(error);
                for job in jobs.into_iter().chain(others) {
                    let _ = job.answer.send(Err(StoreError::Group(Arc::clone(&error))));
                }
            }
            Err(_) => {
                for job in jobs {
                    let result = self.write(slice::from_ref(&job)).await;
                    let result =
                        result.and_then(|mut results| results.pop().unwrap_or(Err(StoreError::Interrupted)));
                    let _ = job.answer.send(result);
                }
            }
        }
    }

    /// Writes jobs in one transaction, once more if it got in the way of another.
    async fn write(&self, jobs: &[Job]) -> Result<Vec<Result<Done, StoreError>>, StoreError> {
        let mut attempt = 1;
        loop {
            // An id made here is new, unless the generator failed: that is looked up once it has been met.
            match in_time(self.write_once(jobs, attempt > 1)).await {
                Err(error) if attempt < ATTEMPTS && error.is_collision() => attempt += 1,
                result => {
                    self.note(&result);
                    return result;
                }
            }
        }
    }

    async fn write_once(
        &self,
        jobs: &[Job],
        is_wary: bool,
    ) -> Result<Vec<Result<Done, StoreError>>, StoreError> {
        let mut stores: BTreeMap<StoreId, Sorted<'_>> = BTreeMap::new();
        for (place, job) in jobs.iter().enumerate() {
            let sorted = stores.entry(job.store).or_default();
            match &job.work {
                Work::Statements(batch) => sorted.batches.push((place, batch)),
                Work::Document(write) => sorted.documents.push((place, write)),
            }
        }
        if let [(store, sorted)] = stores.iter().collect::<Vec<_>>()[..]
            && !is_wary
            && let Some(results) = self.write_sorted_directly(*store, sorted).await?
        {
            return Ok(results);
        }
        let _writing = self.uncounted.writing().await;
        let mut results: Vec<(usize, Result<Done, StoreError>)> = Vec::with_capacity(jobs.len());
        let mut lessons = Lessons::default();
        let backlog = self.backlog().await?;
        let _alone = match backlog {
            Some(backlog) => Some(backlog.turn().await),
            None => None,
        };
        let mut tx = self.engine.write().await?;
        let writing: Vec<(StoreId, bool)> = stores
            .iter()
            .filter(|(_, sorted)| !sorted.batches.is_empty())
            .map(|(store, sorted)| (*store, sorted.batches.iter().any(|(_, batch)| batch.refers())))
            .collect();
        let mut turn = if writing.is_empty() {
            None
        } else {
            Some(self.turn(&mut tx, &writing).await?)
        };
        for (store, sorted) in &stores {
            if let Some(turn) = &mut turn
                && !sorted.batches.is_empty()
            {
                let batches: Vec<&PreparedBatch> = sorted.batches.iter().map(|(_, batch)| *batch).collect();
                let group = Group {
                    store: *store,
                    batches: &batches,
                    is_wary,
                };
                let inserted = self
                    .write_batches(&mut tx, group, &mut || turn.next(), &mut lessons)
                    .await?;
                let places = sorted.batches.iter().map(|(place, _)| *place);
                results.extend(places.zip(inserted.into_iter().map(|result| result.map(Done::Inserted))));
            }
            let writes: Vec<&DocumentWrite> = sorted.documents.iter().map(|(_, write)| *write).collect();
            let written = self.write_documents(&mut tx, *store, &writes).await?;
            let places = sorted.documents.iter().map(|(place, _)| *place);
            results.extend(places.zip(written.into_iter().map(|result| result.map(Done::Document))));
        }
        let part = match backlog {
            Some(backlog) => backlog.beside(&lessons, &mut tx).await?,
            None => Part::default(),
        };
        tx.commit().await?;
        if let Some(backlog) = backlog {
            backlog.note(&mut lessons, &part);
        }
        self.uncounted.note(&lessons.counted);
        // Only now may searches be promised what was written.
        drop(turn);
        self.attend();
        self.attend_counter();
        self.engine.written(jobs.iter().map(|job| job.work.rows()).sum());
        self.learn(lessons);
        results.sort_by_key(|(place, _)| *place);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }

    /// Writes the jobs of a store by one query or two, where that can be done.
    async fn write_sorted_directly(
        &self,
        store: StoreId,
        sorted: &Sorted<'_>,
    ) -> Result<Option<Vec<Result<Done, StoreError>>>, StoreError> {
        if sorted.documents.is_empty() {
            let batches: Vec<&PreparedBatch> = sorted.batches.iter().map(|(_, batch)| *batch).collect();
            let inserted = self.write_directly(store, &batches).await?;
            Ok(inserted.map(|inserted| inserted.into_iter().map(|one| Ok(Done::Inserted(one))).collect()))
        } else if sorted.batches.is_empty() {
            let writes: Vec<&DocumentWrite> = sorted.documents.iter().map(|(_, write)| *write).collect();
            let results = self.write_documents_directly(store, &writes).await?;
            Ok(results.map(|results| results.into_iter().map(|one| one.map(Done::Document)).collect()))
        } else {
            Ok(None)
        }
    }
}

/// The jobs of a store, each with its place in the group.
#[derive(Default)]
struct Sorted<'g> {
    batches: Vec<(usize, &'g PreparedBatch)>,
    documents: Vec<(usize, &'g DocumentWrite)>,
}
