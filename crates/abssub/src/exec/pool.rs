//! The pool: threads of our own, which a forked child starts anew.
//!
//! After `fork` a child has the memory of its parent's pool but none of its threads. The pool is
//! therefore remembered together with the process that made it, in one atomic pointer: no lock that
//! another thread could have held at the moment of the fork.
#![allow(unsafe_code)]

use super::threads::num_threads;
use rayon_core::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

struct Owned {
    process: u32,
    threads: usize,
    pool: ThreadPool,
}

static CURRENT: AtomicPtr<Owned> = AtomicPtr::new(std::ptr::null_mut());

/// Runs `own` on this thread and, as far as threads can be had, `other` on `threads - 1` others at
/// the same time. Returns when all have.
pub(crate) fn on_each(threads: usize, other: impl Fn() + Sync, own: impl FnOnce()) {
    let helpers = threads.saturating_sub(1).min(most_helpers());
    match (helpers > 0).then(|| pool(helpers)).flatten() {
        None => own(),
        Some(pool) => pool.in_place_scope(|scope| {
            let other = &other;
            (0..helpers).for_each(|_| scope.spawn(move |_| other()));
            own();
        }),
    }
}

/// More threads than this are never of use, however many a call allows.
fn most_helpers() -> usize {
    static MOST: OnceLock<usize> = OnceLock::new();
    *MOST.get_or_init(|| 64.max(4 * std::thread::available_parallelism().map_or(1, usize::from)))
}

/// A pool of at least `helpers` threads made by this very process; none if the system refuses one.
fn pool(helpers: usize) -> Option<&'static ThreadPool> {
    let process = std::process::id();
    let known = CURRENT.load(Ordering::Acquire);
    // SAFETY: a pointer that was ever stored here is never freed.
    if let Some(owned) = unsafe { known.as_ref() }
        && owned.process == process
        && owned.threads >= helpers
    {
        return Some(&owned.pool);
    }
    // Room for the usual call too, so that the pool seldom has to grow.
    let threads = helpers.max(num_threads().saturating_sub(1).min(most_helpers()));
    let pool =
        ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("abssub-{i}")).build().ok()?;
    let made = Box::into_raw(Box::new(Owned { process, threads, pool }));
    // An outgrown pool is left as it is: others may be using it, and its threads sleep. A parent's
    // pool must be left: joining threads that do not exist would wait for ever.
    CURRENT.store(made, Ordering::Release);
    // SAFETY: just made, and never freed.
    Some(&unsafe { &*made }.pool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn every_thread_runs_once() {
        for threads in [1, 2, 5, 9] {
            let (others, own) = (AtomicUsize::new(0), Mutex::new(0));
            on_each(
                threads,
                || {
                    others.fetch_add(1, Ordering::Relaxed);
                },
                || *own.lock().unwrap() += 1,
            );
            assert_eq!((others.into_inner(), own.into_inner().unwrap()), (threads - 1, 1));
        }
    }

    #[test]
    fn calls_may_nest_and_meet() {
        let count = AtomicUsize::new(0);
        let one = || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        let two = || on_each(2, one, one);
        std::thread::scope(|scope| {
            (0..4).for_each(|_| {
                scope.spawn(|| on_each(3, two, two));
            });
        });
        assert_eq!(count.into_inner(), 24);
    }
}
