//! What is asked for at the same time is done together, by a few tasks that take turns.

use std::{
    collections::VecDeque,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Other tasks get a turn so many times at the most before a group is taken.
const TURNS: usize = 20;

/// A queue of jobs, and the lanes that do them: a lane is a task that takes what waits, does it, and goes on until nothing
/// is left.
#[derive(Debug)]
pub(crate) struct Lanes<J> {
    queue: Mutex<Queue<J>>,
    /// So many lanes at the most.
    most: usize,
}

#[derive(Debug)]
struct Queue<J> {
    jobs: VecDeque<J>,
    /// The lanes there are now.
    lanes: usize,
}

/// Frees the lane's place if it ends by a panic; otherwise [`Lanes::take`] does.
pub(crate) struct Lane<'l, J>(&'l Lanes<J>);

impl<J> Drop for Lane<'_, J> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().lanes -= 1;
        }
    }
}

impl<J> Lanes<J> {
    pub(crate) fn new(most: usize) -> Self {
        let queue = Queue {
            jobs: VecDeque::new(),
            lanes: 0,
        };
        Self {
            queue: Mutex::new(queue),
            most,
        }
    }

    /// Puts a job in the queue; whether a lane must begin: a job that is alone waits for nobody.
    pub(crate) fn push(&self, job: J) -> bool {
        let mut queue = self.lock();
        queue.jobs.push_back(job);
        let begins = queue.lanes < self.most;
        queue.lanes += usize::from(begins);
        begins
    }

    /// What a lane holds as long as it is there.
    pub(crate) fn begin(&self) -> Lane<'_, J> {
        Lane(self)
    }

    /// The jobs that a lane does next, after a group of so many, as many as `fit` allows, which is asked once for each in turn;
    /// without any, the lane has ended.
    ///
    /// At most half of those who ask: the others are served while these read their answers and ask again, so that neither
    /// they nor the database stand still.
    pub(crate) async fn take(&self, before: usize, mut fit: impl FnMut(&J) -> bool) -> Vec<J> {
        self.gather().await;
        let mut queue = self.lock();
        let half = (before + queue.jobs.len()).div_ceil(2);
        let count = queue.jobs.iter().take(half).take_while(|job| fit(job)).count();
        if count == 0 {
            queue.lanes -= 1;
        }
        queue.jobs.drain(..count).collect()
    }

    /// Puts jobs back that were taken, to be done before the others.
    pub(crate) fn put_back(&self, jobs: Vec<J>) {
        let mut queue = self.lock();
        for job in jobs.into_iter().rev() {
            queue.jobs.push_front(job);
        }
    }

    /// All that waits.
    pub(crate) fn drain(&self) -> Vec<J> {
        self.lock().jobs.drain(..).collect()
    }

    /// Lets requests get to the queue that have been received: what a group costs is shared by more of them. That takes no
    /// longer than what there is to do meanwhile.
    async fn gather(&self) {
        let mut waiting = self.lock().jobs.len();
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
            let before = mem::replace(&mut waiting, self.lock().jobs.len());
            if waiting == before {
                break;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<J>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
