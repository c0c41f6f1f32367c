//! One strip of differences, on all cores where it is long enough to pay.

use super::fenv;
use super::pool;
use super::threads::num_threads;
use crate::element::Stored;
use crate::kernel::Level;
use crate::kernel::map::MapStrip;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Bytes read and written below which handing parts to other threads costs more than it saves.
const PARALLEL_FROM_BYTES: usize = 2 << 20;
/// Bytes read and written by a part: enough to hide the handing over, few enough to share evenly.
const PART_BYTES: usize = 512 << 10;

/// Stores every difference of the strips; true where a value was lost (see [`Stored::store`]).
///
/// The processor's floating-point flags that other threads raise are raised on this one too.
#[inline]
pub fn absdiff_strip<E: Stored>(strips: MapStrip<'_, E>) -> bool {
    let level = Level::current();
    let bytes_each = size_of::<E::Left>() + size_of::<E::Right>() + size_of::<E::Out>();
    if strips.out.len() * bytes_each < PARALLEL_FROM_BYTES || !strips.is_independent() {
        return strips.run(level);
    }
    in_parts(strips, bytes_each, level)
}

/// The same, shared among threads.
#[inline(never)]
fn in_parts<E: Stored>(strips: MapStrip<'_, E>, bytes_each: usize, level: Level) -> bool {
    let len = strips.out.len();
    // A multiple of 4096 elements: no two threads write into one page, let alone one cache line.
    let part = (PART_BYTES / bytes_each).next_multiple_of(4096);
    let (next, lost, flags) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
    let work = || {
        loop {
            let from = next.fetch_add(part, Ordering::Relaxed);
            if from >= len {
                return;
            }
            let some = strips.part(from, part.min(len - from)).run(level);
            lost.fetch_or(some, Ordering::Relaxed);
        }
    };
    let elsewhere = || {
        let before = fenv::clear();
        work();
        flags.fetch_or(fenv::raised(), Ordering::Relaxed);
        fenv::raise(before);
    };
    let threads = num_threads().min(pool::most_threads()).min(len.div_ceil(part));
    pool::on_each(threads, elsewhere, &mut (), |()| work(), |()| {});
    fenv::raise(flags.into_inner());
    lost.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::strip::Strip;

    #[test]
    #[allow(unsafe_code)]
    fn a_long_strip_and_its_flags_arrive() {
        let n = 3_000_001;
        let mut a = vec![1.0f32; n];
        let b = vec![3.0f32; n];
        a[n - 7] = f32::INFINITY;
        let mut b = b;
        b[n - 7] = f32::INFINITY;
        let before = fenv::clear();
        // SAFETY: three vectors of n elements; the output is the first, which is allowed.
        let strips: MapStrip<'_, f32> = unsafe {
            let a = Strip::new(a.as_mut_ptr().cast(), 4, n);
            MapStrip { a, b: Strip::new(b.as_mut_ptr().cast(), 4, n), out: a }
        };
        assert!(!absdiff_strip(strips));
        assert_ne!(fenv::raised(), 0, "infinity less infinity is invalid");
        fenv::clear();
        fenv::raise(before);
        assert!(a.iter().enumerate().all(|(i, &x)| if i == n - 7 { x.is_nan() } else { x == 2.0 }));
    }
}
