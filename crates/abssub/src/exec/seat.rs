//! Where a thread that has nothing to do waits awake for a moment.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a thread stays awake for nothing: about what falling asleep and being woken would cost it.
const AWAKE: Duration = Duration::from_micros(50);
/// Looks between two at the clock.
const LOOKS: usize = 64;

/// Waits awake until something is so: whether it came to be in time. It does not yield: two threads that the
/// system put on one processor would do so in turns for milliseconds, where one that sleeps is woken on another.
pub(super) fn awake_until(is_so: impl Fn() -> bool) -> bool {
    let mut began = None;
    loop {
        for _ in 0..LOOKS {
            if is_so() {
                return true;
            }
            std::hint::spin_loop();
        }
        if began.get_or_insert_with(Instant::now).elapsed() > AWAKE {
            return is_so();
        }
    }
}

const EMPTY: u8 = 0;
/// Somebody waits.
const WAITING: u8 = 1;
/// Something is being handed over.
const TAKEN: u8 = 2;
/// Something has been.
const SERVED: u8 = 3;

/// A place for one thread, to which another hands something.
pub(super) struct Seat<T> {
    state: AtomicU8,
    served: Mutex<Option<Arc<T>>>,
}

impl<T> Default for Seat<T> {
    fn default() -> Self {
        Self { state: AtomicU8::new(EMPTY), served: Mutex::new(None) }
    }
}

impl<T> Seat<T> {
    /// Hands something to who waits here; whether somebody does.
    pub(super) fn offer(&self, thing: &Arc<T>) -> bool {
        if !self.passes(WAITING, TAKEN) {
            return false;
        }
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(thing));
        self.state.store(SERVED, Ordering::Release);
        true
    }

    /// Waits for a moment: what is handed over meanwhile. For one thread at a time.
    pub(super) fn wait(&self) -> Option<Arc<T>> {
        self.state.store(WAITING, Ordering::Relaxed);
        let is_served = || self.state.load(Ordering::Acquire) == SERVED;
        if !awake_until(is_served) && self.passes(WAITING, EMPTY) {
            return None;
        }
        // Somebody is about to hand something over.
        while !is_served() {
            std::thread::yield_now();
        }
        self.state.store(EMPTY, Ordering::Relaxed);
        self.served.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn passes(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize};

    #[test]
    fn nobody_is_served_twice_and_nothing_is_lost() {
        let seat = Seat::default();
        let (served, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let handed: usize = std::thread::scope(|scope| {
            let sit = || {
                while !over.load(Ordering::Relaxed) {
                    served.fetch_add(seat.wait().map_or(0, |number| *number), Ordering::Relaxed);
                }
            };
            scope.spawn(sit);
            let offers = || (1..20_000).filter(|&i| seat.offer(&Arc::new(i))).sum::<usize>();
            let others = [scope.spawn(offers), scope.spawn(offers)];
            let handed = others.map(|other| other.join().unwrap()).iter().sum();
            // What was handed over last is taken before the seat is left.
            while seat.state.load(Ordering::Relaxed) == SERVED {}
            over.store(true, Ordering::Relaxed);
            handed
        });
        assert_eq!(served.into_inner(), handed);
    }

    #[test]
    fn an_empty_seat_is_offered_nothing() {
        let seat = Seat::default();
        assert!(!seat.offer(&Arc::new(1)));
        assert!(seat.wait().is_none());
        assert!(!seat.offer(&Arc::new(2)));
    }
}
