//! The pool: threads of our own, which a forked child starts anew.
//!
//! After `fork` a child has the memory of its parent's pool but none of its threads. The pool is
//! therefore remembered together with the process that made it, in one atomic pointer: no lock that
//! another thread could have held at the moment of the fork.
//!
//! A call takes only helpers that are idle, and never waits for one that has not begun: a short call
//! beside a long one does its work alone. Whoever is done waits awake for a moment, a helper for the next
//! call and a caller for its helpers: to sleep and be woken takes longer than many calls do.
#![allow(unsafe_code)]

use super::seat::{Seat, awake_until};
use super::threads::num_threads;
use rayon_core::{ThreadPool, ThreadPoolBuilder};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

struct Owned {
    process: u32,
    threads: usize,
    /// Helpers that sleep.
    idle: AtomicUsize,
    /// Where helpers sit that are awake and have nothing to do.
    seats: Box<[Seat<Call>]>,
    pool: ThreadPool,
}

static CURRENT: AtomicPtr<Owned> = AtomicPtr::new(std::ptr::null_mut());

/// How long the caller waits for its helpers before it looks up.
const LOOK_UP_EVERY: Duration = Duration::from_millis(10);

/// Runs `own` on this thread and `other` on up to `threads - 1` idle helpers at the same time.
/// Returns when all that began have ended; meanwhile `waiting` is called now and then.
pub(crate) fn on_each<C>(
    threads: usize,
    other: impl Fn() + Sync,
    caller: &mut C,
    own: impl FnOnce(&mut C),
    mut waiting: impl FnMut(&mut C),
) {
    let Some(pool) = (threads > 1).then(|| pool(threads - 1)).flatten() else { return own(caller) };
    let work: &(dyn Fn() + Sync) = &other;
    // Only the lifetime is changed: a helper uses the reference only between entering and leaving
    // the gate.
    // SAFETY: `closing` shuts the gate and waits for all inside before `other` goes, panic or not.
    let work: &'static (dyn Fn() + Sync) = unsafe { std::mem::transmute(work) };
    let call = Arc::new(Call { gate: Gate::default(), work });
    let closing = Closing { gate: &call.gate };
    pool.invite(threads - 1, &call);
    own(caller);
    call.gate.close();
    while !call.gate.is_empty_within(LOOK_UP_EVERY) {
        waiting(caller);
    }
    drop(closing);
}

/// More threads than this are never of use, however many a call allows.
pub(crate) fn most_threads() -> usize {
    static MOST: OnceLock<usize> = OnceLock::new();
    *MOST.get_or_init(|| 64.max(4 * std::thread::available_parallelism().map_or(1, usize::from)))
}

impl Owned {
    /// Asks up to `wanted` helpers that have nothing to do, those first that are awake.
    fn invite(&'static self, wanted: usize, call: &Arc<Call>) {
        let awake = self.seats.iter().filter(|seat| seat.offer(call)).take(wanted).count();
        for _ in 0..self.take_idle(wanted - awake) {
            let call = Arc::clone(call);
            self.pool.spawn(move || self.help(call));
        }
    }

    /// Reserves up to `wanted` helpers that sleep.
    fn take_idle(&self, wanted: usize) -> usize {
        let mut taken = 0;
        let take = |idle: usize| {
            taken = idle.min(wanted);
            Some(idle - taken)
        };
        // The closure never refuses.
        let _ = self.idle.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken
    }

    /// What a helper does when it is woken: this call, and those that come soon after.
    fn help(&self, mut call: Arc<Call>) {
        let seat = self.pool.current_thread_index().map(|i| &self.seats[i]);
        loop {
            if let Some(inside) = call.gate.enter() {
                (call.work)();
                drop(inside);
            }
            drop(call);
            match seat.and_then(Seat::wait) {
                Some(next) => call = next,
                None => break,
            }
        }
        self.idle.fetch_add(1, Ordering::Relaxed);
    }
}

/// A pool of at least `helpers` threads made by this very process; none if the system refuses one.
fn pool(helpers: usize) -> Option<&'static Owned> {
    let process = std::process::id();
    let known = CURRENT.load(Ordering::Acquire);
    // SAFETY: a pointer that was ever stored here is never freed.
    let known = unsafe { known.as_ref() }.filter(|owned| owned.process == process);
    if let Some(owned) = known.filter(|owned| owned.threads >= helpers) {
        return Some(owned);
    }
    // Twice the old one at least: outgrown pools together have no more threads than the last.
    let usual = num_threads().min(most_threads()).saturating_sub(1);
    let threads = helpers.max(usual).max(known.map_or(0, |owned| 2 * owned.threads));
    let pool =
        ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("abssub-{i}")).build().ok()?;
    let seats = (0..threads).map(|_| Seat::default()).collect();
    let owned = Owned { process, threads, idle: AtomicUsize::new(threads), seats, pool };
    let made: &'static Owned = Box::leak(Box::new(owned));
    // An outgrown pool is left as it is: others may be using it, and its threads sleep. A parent's
    // pool must be left: joining threads that do not exist would wait for ever.
    CURRENT.store(std::ptr::from_ref(made).cast_mut(), Ordering::Release);
    Some(made)
}

/// What helpers are asked to do.
struct Call {
    gate: Gate,
    /// Usable inside the gate only.
    work: &'static (dyn Fn() + Sync),
}

/// Lets helpers in until it is closed, and knows how many are inside.
#[derive(Default)]
struct Gate {
    /// How many are inside, and [`CLOSED`].
    state: AtomicUsize,
    sleep: Mutex<()>,
    left: Condvar,
}

/// Set in a gate's state once nobody is let in any more.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// A helper's stay inside a gate; ends even if its work panics.
struct Inside<'g>(&'g Gate);

impl Gate {
    fn enter(&self) -> Option<Inside<'_>> {
        let more = |state: usize| (state & CLOSED == 0).then_some(state + 1);
        self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, more).ok().map(|_| Inside(self))
    }

    fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::Relaxed);
    }

    fn is_empty(&self) -> bool {
        self.state.load(Ordering::Acquire) & !CLOSED == 0
    }

    /// Whether nobody is inside, waiting for that at most so long.
    fn is_empty_within(&self, wait: Duration) -> bool {
        if awake_until(|| self.is_empty()) {
            return true;
        }
        let asleep = self.sleep.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.left.wait_timeout_while(asleep, wait, |()| !self.is_empty()));
        self.is_empty()
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        // The last one out of a closed gate: whoever waits may sleep.
        if self.0.state.fetch_sub(1, Ordering::Release) == CLOSED + 1 {
            drop(self.0.sleep.lock());
            self.0.left.notify_all();
        }
    }
}

/// Shuts a gate and waits until it is empty, whatever happens on the way.
struct Closing<'g> {
    gate: &'g Gate,
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.gate.close();
        while !self.gate.is_empty_within(LOOK_UP_EVERY) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn the_caller_always_works_and_helpers_may() {
        for threads in [1, 2, 5, 9] {
            let others = AtomicUsize::new(0);
            let mut own = 0;
            let other = || {
                others.fetch_add(1, Ordering::Relaxed);
            };
            on_each(threads, other, &mut own, |own| *own += 1, |_| {});
            assert_eq!(own, 1);
            assert!(others.into_inner() < threads);
        }
    }

    #[test]
    fn calls_may_nest_and_meet() {
        let count = AtomicUsize::new(0);
        let one = || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        let two = || on_each(2, one, &mut (), |()| one(), |()| {});
        std::thread::scope(|scope| {
            (0..4).for_each(|_| {
                scope.spawn(|| on_each(3, two, &mut (), |()| two(), |()| {}));
            });
        });
        assert!((4..=24).contains(&count.into_inner()));
    }

    #[test]
    fn a_short_call_does_not_wait_for_a_long_one() {
        let stop = std::sync::atomic::AtomicBool::new(false);
        let busy = || {
            while !stop.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| on_each(64, busy, &mut (), |()| busy(), |()| {}));
            std::thread::sleep(Duration::from_millis(20));
            let began = Instant::now();
            on_each(3, || {}, &mut (), |()| {}, |()| {});
            let took = began.elapsed();
            stop.store(true, Ordering::Relaxed);
            assert!(took < Duration::from_secs(5), "{took:?}");
        });
    }

    #[test]
    fn a_caller_that_waits_looks_up() {
        let looks = AtomicUsize::new(0);
        let slow = || std::thread::sleep(Duration::from_millis(100));
        let began = || std::thread::sleep(Duration::from_millis(20));
        on_each(
            2,
            slow,
            &mut (),
            |()| began(),
            |()| {
                looks.fetch_add(1, Ordering::Relaxed);
            },
        );
        assert!(looks.into_inner() <= 100);
    }
}
