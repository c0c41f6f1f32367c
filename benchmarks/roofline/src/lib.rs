//! The machine's own limits, for `benchmarks/suite` to load: reading memory, adding up its columns, and `psadbw` alone.
//!
//! It shares no code with abssub. Threads are started before the clock is, so that a limit is not
//! slowed by what a library must pay.
#![allow(unsafe_code)]

mod columns;
mod psadbw;
mod read;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

/// One array: where it begins, and its length in bytes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The first byte.
    pub start: *const u8,
    /// How many bytes.
    pub len: usize,
}

/// Reads every byte of `count` parts with `threads` threads and gives the seconds that it took.
/// With `ahead`, memory is asked for before it is needed.
/// `total` receives the sum of all whole words of eight bytes, wrapped.
///
/// # Safety
/// Each part must be readable memory that nobody writes to during the call, and `total` writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abssub_roofline_read(
    parts: *const Part,
    count: usize,
    threads: usize,
    ahead: bool,
    total: *mut u64,
) -> f64 {
    // SAFETY: the caller vouches for the parts and for what they point to.
    let parts: Vec<&[u8]> = unsafe { std::slice::from_raw_parts(parts, count) }
        .iter()
        // SAFETY: as above.
        .map(|part| unsafe { std::slice::from_raw_parts(part.start, part.len) })
        .collect();
    let (seconds, sum) = on_threads(threads, |thread| {
        let shares = parts.iter().map(|part| read::share(part, thread, threads));
        shares.fold(0u64, |sum, share| sum.wrapping_add(read::words(share, ahead)))
    });
    // SAFETY: the caller vouches for `total`.
    unsafe { *total = sum };
    seconds
}

/// Adds up the columns of rows of `len` bytes with `threads` threads, and gives the seconds that it took: whole
/// cache lines of columns, as words. `out` receives as many words as there are columns, each sum eight times.
/// `total` receives the sum of all that was added, wrapped.
///
/// # Safety
/// `len` must not be 0, `rows` must be readable memory, `out` writable for `len` words, `total` writable, and nobody
/// else may write to any during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abssub_roofline_columns(
    rows: *const Part,
    len: usize,
    threads: usize,
    out: *mut u64,
    total: *mut u64,
) -> f64 {
    /// An address that threads may share.
    struct Out(*mut u64);
    // SAFETY: each thread writes to the places of its own columns alone.
    unsafe impl Sync for Out {}
    let out = &Out(out);
    // SAFETY: the caller vouches for the part and for what it points to.
    let rows = unsafe { std::slice::from_raw_parts((*rows).start, (*rows).len) };
    let threads = threads.max(1);
    let (seconds, sum) = on_threads(threads, |thread| {
        // SAFETY: the caller vouches for the words, and shares have no column in common.
        unsafe { columns::sums(rows, len, columns::share(len, thread, threads), out.0) }
    });
    // SAFETY: the caller vouches for `total`.
    unsafe { *total = sum };
    seconds
}

/// The seconds that `threads` threads take for `steps` rounds each of the widest `psadbw`, each followed by an
/// addition if they are `added`.
/// `pairs` receives how many pairs of bytes that compared; 0 where there is no such instruction.
///
/// # Safety
/// `pairs` must be writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abssub_roofline_psadbw(
    steps: u64,
    threads: usize,
    added: bool,
    pairs: *mut u64,
) -> f64 {
    let (seconds, compared) = on_threads(threads, |_| psadbw::run(steps, added));
    // SAFETY: the caller vouches for `pairs`.
    unsafe { *pairs = compared };
    seconds
}

/// Runs `work` on this thread and `threads - 1` others at once: the seconds from the start of all
/// to the end of the last, and the wrapped sum of what they gave.
fn on_threads(threads: usize, work: impl Fn(usize) -> u64 + Sync) -> (f64, u64) {
    let others = threads.max(1) - 1;
    let ready = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let go = AtomicBool::new(false);
    let (work, ready, done, go) = (&work, &ready, &done, &go);
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..=others)
            .map(|thread| {
                scope.spawn(move || {
                    ready.fetch_add(1, Ordering::AcqRel);
                    wait(|| go.load(Ordering::Acquire));
                    let sum = work(thread);
                    done.fetch_add(1, Ordering::AcqRel);
                    sum
                })
            })
            .collect();
        wait(|| ready.load(Ordering::Acquire) == others);
        let start = Instant::now();
        go.store(true, Ordering::Release);
        let mut sum = work(0);
        wait(|| done.load(Ordering::Acquire) == others);
        let seconds = start.elapsed().as_secs_f64();
        for helper in helpers {
            sum = sum.wrapping_add(helper.join().expect("the loops do not panic"));
        }
        (seconds, sum)
    })
}

/// Spins: sleeping would cost more than what is measured.
fn wait(over: impl Fn() -> bool) {
    while !over() {
        std::hint::spin_loop();
    }
}
