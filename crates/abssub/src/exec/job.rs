//! What the threads of one call share: the job, its division, and how it ends.

use crate::Error;
use crate::array::{Operand, Target};
use crate::kernel::Level;
use crate::plan::{Cut, Task};
use crate::reduce::{Initial, Specials, State};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A sum that has been validated and planned.
pub(super) struct Job<'j, 'm> {
    pub(super) a: &'j Operand<'m>,
    pub(super) b: &'j Operand<'m>,
    pub(super) mask: Option<&'j Operand<'m>>,
    pub(super) initial: Initial,
    pub(super) target: Target<'m>,
    /// Whether to store, or only to find out whether every result could be stored.
    pub(super) store: bool,
    pub(super) level: Level,
    pub(super) threads: usize,
}

/// What the threads of one call share.
pub(super) struct Shared<'s, S> {
    pub(super) cut: &'s Cut,
    next: AtomicUsize,
    stop: AtomicBool,
    /// The states of every tile, where a reduced axis is divided; else none.
    merged: Vec<Mutex<Vec<S>>>,
    outcome: Mutex<Result<Specials, Error>>,
}

impl<'s, S: State> Shared<'s, S> {
    pub(super) fn new(cut: &'s Cut) -> Self {
        let merged = if cut.parts.len() > 1 { cut.tiles() } else { 0 };
        Self {
            cut,
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            merged: (0..merged).map(|i| Mutex::new(vec![S::default(); cut.tile(i).len])).collect(),
            outcome: Mutex::new(Ok(Specials::default())),
        }
    }

    /// A task that nobody has taken yet.
    pub(super) fn take_task(&self) -> Option<Task> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        (index < self.cut.tasks()).then(|| self.cut.task(index))
    }

    /// Whether the call has failed, so that no more work is of use.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Ends the call with an error, unless it has ended with another.
    pub(super) fn fail(&self, error: Error) {
        let mut outcome = locked(&self.outcome);
        if outcome.is_ok() {
            *outcome = Err(error);
        }
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Notes what a tile met.
    pub(super) fn note(&self, met: Specials) {
        if met != Specials::default()
            && let Ok(all) = locked(&self.outcome).as_mut()
        {
            *all = all.or(met);
        }
    }

    /// Adds one part's states to a tile's; false where nothing is divided and these are all.
    pub(super) fn merge(&self, tile: usize, states: &[S]) -> bool {
        let Some(merged) = self.merged.get(tile) else { return false };
        locked(merged).iter_mut().zip(states).for_each(|(whole, part)| whole.merge(part));
        true
    }

    /// Hands out the merged states of every tile, unless the call has failed.
    pub(super) fn each_merged(&self, mut take: impl FnMut(usize, &[S])) {
        let tiles = if self.is_stopped() { &[] } else { &self.merged[..] };
        tiles.iter().enumerate().for_each(|(tile, states)| take(tile, &locked(states)));
    }

    /// How the call ended.
    pub(super) fn outcome(self) -> Result<Specials, Error> {
        self.outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a lock guards. A panic elsewhere reaches the caller by itself, so poison adds nothing.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
