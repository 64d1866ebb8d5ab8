//! What is asked for at the same time is done together, by a few tasks that take turns.

use std::{
    collections::VecDeque,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{runtime::Handle, time::Instant};

/// Where one thread does everything, it can make no more than one group ready while the database does another, unless that takes
/// longer than this, as with a slow disk.
const LONG: Duration = Duration::from_micros(1500);
/// What a group takes is the average of so many, more or less.
const AVERAGED: u32 = 8;
/// Other tasks get a turn so many times at the most before a group is taken.
const TURNS: usize = 20;

/// A queue of jobs, and the lanes that do them: a lane is a task that takes what waits, does it, and goes on until nothing
/// is left for it.
#[derive(Debug)]
pub(crate) struct Lanes<J> {
    queue: Mutex<Queue<J>>,
    /// So many lanes at the most.
    most: usize,
    /// Another group is begun beside those that take so long.
    long: Duration,
}

#[derive(Debug)]
struct Queue<J> {
    jobs: VecDeque<J>,
    /// The lanes there are now.
    lanes: usize,
    /// The jobs that they do now.
    underway: usize,
    /// What a group takes.
    usual: Duration,
}

impl<J> Queue<J> {
    /// Whether there is enough for one more group: as much as others do meanwhile, since what a group costs is shared by its
    /// jobs. Where others do nothing, nobody waits for them.
    fn is_worth_a_group(&self, long: Duration) -> bool {
        self.underway == 0 || (self.usual >= long && self.jobs.len() >= self.underway)
    }
}

/// One of the lanes, which is told to begin by [`Lanes::push`].
pub(crate) struct Lane<'l, J> {
    lanes: &'l Lanes<J>,
    /// Its part of what is underway.
    underway: usize,
    /// Since when.
    since: Instant,
}

impl<J> Drop for Lane<'_, J> {
    /// Frees the lane's place if it ends by a panic; otherwise [`Lane::take`] does. What waited for it alone is let go, so that
    /// whoever asked hears of it.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut queue = self.lanes.lock();
            queue.lanes -= 1;
            queue.underway -= self.underway;
            if queue.lanes == 0 {
                queue.jobs.clear();
            }
        }
    }
}

impl<J> Lanes<J> {
    /// Of those who ask on the threads of the runtime that is there.
    pub(crate) fn new(most: usize) -> Self {
        let threads = Handle::try_current().map_or(1, |runtime| runtime.metrics().num_workers());
        let queue = Queue {
            jobs: VecDeque::new(),
            lanes: 0,
            underway: 0,
            usual: Duration::ZERO,
        };
        Self {
            queue: Mutex::new(queue),
            most,
            long: if threads == 1 { LONG } else { Duration::ZERO },
        }
    }

    /// Puts a job in the queue; whether a lane must begin: a job that is alone waits for nobody.
    pub(crate) fn push(&self, job: J) -> bool {
        let mut queue = self.lock();
        queue.jobs.push_back(job);
        let is_another = queue.lanes < self.most && queue.underway > 0 && queue.is_worth_a_group(self.long);
        let begins = queue.lanes == 0 || is_another;
        queue.lanes += usize::from(begins);
        begins
    }

    /// What a lane holds as long as it is there.
    pub(crate) fn begin(&self) -> Lane<'_, J> {
        Lane {
            lanes: self,
            underway: 0,
            since: Instant::now(),
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

impl<J> Lane<'_, J> {
    /// The jobs that the lane does next, once it has done those before, as many as `fit` allows, which is asked once for each in
    /// turn; without any, the lane has ended, and what waits is for another that is there.
    ///
    /// At most half of those who ask, or as much as others do meanwhile: the rest are served while these read their answers
    /// and ask again, so that neither they nor the database stand still.
    pub(crate) async fn take(&mut self, mut fit: impl FnMut(&J) -> bool) -> Vec<J> {
        let took = self.since.elapsed();
        // As many as it did before are done at once: the database would otherwise stand still while those before get their
        // answers.
        if self.underway == 0 || self.lanes.lock().jobs.len() < self.underway {
            self.lanes.gather().await;
        }
        let mut queue = self.lanes.lock();
        let before = mem::take(&mut self.underway);
        queue.underway -= before;
        if before > 0 {
            queue.usual = (queue.usual * (AVERAGED - 1) + took) / AVERAGED;
        }
        let most = if queue.is_worth_a_group(self.lanes.long) {
            (before + queue.jobs.len()).div_ceil(2).max(queue.underway)
        } else {
            0
        };
        let count = queue.jobs.iter().take(most).take_while(|job| fit(job)).count();
        if count == 0 {
            queue.lanes -= 1;
        }
        self.underway = count;
        self.since = Instant::now();
        queue.underway += count;
        queue.jobs.drain(..count).collect()
    }

    /// Puts jobs back that were taken, to be done before the others.
    pub(crate) fn put_back(&mut self, jobs: Vec<J>) {
        let mut queue = self.lanes.lock();
        self.underway -= jobs.len();
        queue.underway -= jobs.len();
        for job in jobs.into_iter().rev() {
            queue.jobs.push_front(job);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::advance;

    use super::{AVERAGED, LONG, Lane, Lanes};

    #[tokio::test(start_paused = true)]
    async fn who_is_alone_waits_for_nobody_and_others_for_a_short_group() {
        let lanes = Lanes::new(2);
        assert!(lanes.push(1));
        assert!(!lanes.push(2), "the lane has not begun yet");
        let mut lane = lanes.begin();
        assert_eq!(lane.take(|_| true).await, [1]);
        assert!(!lanes.push(3) && !lanes.push(4));
        advance(LONG / 2).await;
        assert_eq!(lane.take(|_| true).await, [2, 3]);
        advance(LONG / 2).await;
        assert_eq!(lane.take(|_| true).await, [4]);
        assert!(lane.take(|_| true).await.is_empty());
        assert!(lanes.push(5));
    }

    #[tokio::test(start_paused = true)]
    async fn beside_long_groups_another_lane_begins_for_as_much_as_is_underway() {
        let lanes = Lanes::new(2);
        assert!(lanes.push(8));
        let mut first = lanes.begin();
        assert_eq!(first.take(|_| true).await, [8]);
        advance(2 * AVERAGED * LONG).await;
        assert!(!lanes.push(9), "how long it takes is not known before its end");
        assert_eq!(first.take(|_| true).await, [9]);
        assert!(lanes.push(10), "as many wait as are underway");
        let mut second = lanes.begin();
        assert_eq!(second.take(|_| true).await, [10]);
        share(&lanes, first, second).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn with_several_threads_another_lane_begins_beside_short_groups_too() {
        let lanes = Lanes::new(2);
        assert!(lanes.push(9));
        let mut first = lanes.begin();
        assert_eq!(first.take(|_| true).await, [9]);
        assert!(lanes.push(10));
        let mut second = lanes.begin();
        assert_eq!(second.take(|_| true).await, [10]);
        share(&lanes, first, second).await;
    }

    /// What two lanes do, each of which does one job.
    async fn share(lanes: &Lanes<i32>, mut first: Lane<'_, i32>, mut second: Lane<'_, i32>) {
        assert!(!lanes.push(11) && !lanes.push(12) && !lanes.push(13));
        // Half of the four who ask.
        assert_eq!(first.take(|_| true).await, [11, 12]);
        // One waits and two are underway: it is for the lane that does these.
        assert!(second.take(|_| true).await.is_empty());
        assert!(lanes.push(14), "as many wait as are underway");
        let mut third = lanes.begin();
        assert_eq!(third.take(|_| true).await, [13, 14]);
        assert!(first.take(|_| true).await.is_empty());
        assert!(third.take(|_| true).await.is_empty());
        assert!(lanes.push(15));
    }

    #[tokio::test]
    async fn as_many_as_were_done_before_are_done_at_once_and_fewer_wait_for_others() {
        let lanes = Lanes::new(1);
        assert!(lanes.push(1));
        let mut lane = lanes.begin();
        assert_eq!(lane.take(|_| true).await, [1]);
        assert!(!lanes.push(2));
        let (taken, begins) = tokio::join!(lane.take(|_| true), async { lanes.push(3) });
        assert_eq!((taken, begins), (vec![2], false));
        assert_eq!(lane.take(|_| true).await, [3]);
        let (taken, begins) = tokio::join!(lane.take(|_| true), async { lanes.push(4) });
        assert_eq!((taken, begins), (vec![4], false));
    }

    #[tokio::test]
    async fn what_is_put_back_comes_first() {
        let lanes = Lanes::new(1);
        assert!(lanes.push(1));
        assert!(!lanes.push(2) && !lanes.push(3) && !lanes.push(4));
        let mut lane = lanes.begin();
        assert_eq!(lane.take(|job| *job < 3).await, [1, 2]);
        lane.put_back(vec![2]);
        // Half of the four who ask.
        assert_eq!(lane.take(|_| true).await, [2, 3]);
        assert_eq!(lane.take(|_| true).await, [4]);
        assert!(lane.take(|_| true).await.is_empty());
        assert!(lanes.push(5));
    }

    #[tokio::test]
    async fn a_lane_that_panics_leaves_its_place_and_what_waited_for_it() {
        let lanes = Arc::new(Lanes::new(1));
        assert!(lanes.push(1));
        assert!(!lanes.push(2) && !lanes.push(3));
        let theirs = Arc::clone(&lanes);
        let lane = tokio::spawn(async move {
            let mut lane = theirs.begin();
            assert_eq!(lane.take(|_| true).await, [1, 2]);
            panic!("on purpose");
        });
        assert!(lane.await.is_err_and(|error| error.is_panic()));
        assert!(lanes.drain().is_empty(), "nobody would do what waited");
        assert!(lanes.push(4), "nothing is underway");
        assert_eq!(lanes.begin().take(|_| true).await, [4]);
    }
}
