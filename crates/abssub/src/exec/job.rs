//! What the threads of one call share: the inputs, the division of the work, and how it ends.

use super::reduction::Reduction;
use crate::Error;
use crate::array::Operand;
use crate::element::Element;
use crate::kernel::Level;
use crate::plan::{Cut, Task};
use crate::reduce::Specials;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a call reads, and with what.
pub(super) struct Job<'j, 'm> {
    pub(super) a: &'j Operand<'m>,
    pub(super) b: &'j Operand<'m>,
    pub(super) mask: Option<&'j Operand<'m>>,
    pub(super) weights: Option<&'j Operand<'m>>,
    pub(super) missing: Missing,
    /// Whether a pair is left out, before `missing` is asked, that is the same although its difference
    /// is not a number: NaN twice, or one infinity.
    pub(super) without_same: bool,
    pub(super) level: Level,
    pub(super) threads: usize,
}

impl Job<'_, '_> {
    /// Whether some pairs may not take part.
    pub(super) fn is_partial(&self) -> bool {
        self.mask.is_some() || self.looks_at_pairs()
    }

    /// Whether what a pair is decides if it takes part, beside the mask.
    pub(super) fn looks_at_pairs(&self) -> bool {
        self.missing != Missing::Keep || self.without_same
    }
}

/// What happens to a pair whose difference is not a number, or not a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// It takes part as it is.
    #[default]
    Keep,
    /// It is left out.
    Omit,
    /// It is an error.
    Refuse,
}

/// How far a call has come, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Elements that are done.
    pub done: u64,
    /// All of them.
    pub total: u64,
}

/// What a call asks every few milliseconds: whether to go on.
pub type GoOn<'g> = dyn FnMut(Progress) -> bool + 'g;

/// Where a thread takes its tasks from: the caller from the first on, its helpers from the last, so that each
/// finds in its own cache what it read in a call before.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    First,
    Last,
}

/// What the threads of one call share; `T` is a tile of states.
pub(super) struct Shared<'s, T> {
    pub(super) cut: &'s Cut,
    /// Tasks taken from either end.
    first: AtomicUsize,
    last: AtomicUsize,
    /// Tasks that nobody has taken.
    left: AtomicUsize,
    stop: AtomicBool,
    done: AtomicU64,
    /// The states of every tile, where a reduced axis is divided; else none.
    merged: Vec<Mutex<T>>,
    outcome: Mutex<Result<Specials, Error>>,
}

impl<'s, T> Shared<'s, T> {
    pub(super) fn new<E: Element, R: Reduction<E, Tile = T>>(cut: &'s Cut, reduction: &R) -> Self {
        let merged = if cut.parts.len() > 1 { cut.tiles() } else { 0 };
        Self {
            cut,
            first: AtomicUsize::new(0),
            last: AtomicUsize::new(0),
            left: AtomicUsize::new(cut.tasks()),
            stop: AtomicBool::new(false),
            done: AtomicU64::new(0),
            merged: (0..merged).map(|i| Mutex::new(reduction.tile(cut.tile(i).results()))).collect(),
            outcome: Mutex::new(Ok(Specials::default())),
        }
    }

    /// A task that nobody has taken yet.
    pub(super) fn take_task(&self, end: End) -> Option<Task> {
        let one_less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).ok()?;
        // As many were taken from both ends together, so these have not met yet.
        let index = match end {
            End::First => self.first.fetch_add(1, Ordering::Relaxed),
            End::Last => self.cut.tasks() - 1 - self.last.fetch_add(1, Ordering::Relaxed),
        };
        Some(self.cut.task(index))
    }

    /// Takes in that some elements are done.
    pub(super) fn add_done(&self, elements: usize) {
        self.done.fetch_add(elements as u64, Ordering::Relaxed);
    }

    /// How far the call has come.
    pub(super) fn progress(&self) -> Progress {
        Progress { done: self.done.load(Ordering::Relaxed), total: self.cut.elements() }
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

    /// Takes in how storing a tile ended.
    pub(super) fn note(&self, stored: Result<Specials, Error>) {
        match stored {
            Err(error) => self.fail(error),
            Ok(met) if met == Specials::default() => {}
            Ok(met) => {
                if let Ok(all) = locked(&self.outcome).as_mut() {
                    *all = all.or(met);
                }
            }
        }
    }

    /// The merged states of a tile, where a reduced axis is divided; else none.
    pub(super) fn merged(&self, tile: usize) -> Option<MutexGuard<'_, T>> {
        self.merged.get(tile).map(locked)
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
