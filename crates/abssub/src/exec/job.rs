//! What the threads of one call share: the inputs, the division of the work, and how it ends.

use super::reduction::Reduction;
use crate::Error;
use crate::array::{Operand, Target};
use crate::element::Element;
use crate::kernel::Level;
use crate::plan::{Cut, Task};
use crate::reduce::Specials;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a call reads, and with what.
pub(super) struct Job<'j, 'm> {
    pub(super) a: &'j Operand<'m>,
    pub(super) b: &'j Operand<'m>,
    pub(super) mask: Option<&'j Operand<'m>>,
    pub(super) target: Target<'m>,
    /// Whether to store, or only to find out whether every result could be stored.
    pub(super) store: bool,
    pub(super) level: Level,
    pub(super) threads: usize,
}

/// What the threads of one call share; `T` is a tile of states.
pub(super) struct Shared<'s, T> {
    pub(super) cut: &'s Cut,
    next: AtomicUsize,
    stop: AtomicBool,
    /// The states of every tile, where a reduced axis is divided; else none.
    merged: Vec<Mutex<T>>,
    outcome: Mutex<Result<Specials, Error>>,
}

impl<'s, T> Shared<'s, T> {
    pub(super) fn new<E: Element, R: Reduction<E, Tile = T>>(cut: &'s Cut, reduction: &R) -> Self {
        let merged = if cut.parts.len() > 1 { cut.tiles() } else { 0 };
        Self {
            cut,
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            merged: (0..merged).map(|i| Mutex::new(reduction.tile(cut.tile(i).len))).collect(),
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
