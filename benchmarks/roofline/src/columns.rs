//! Columns added up: several rows side by side, a single addition for each register of them, partial sums that stay
//! in a cache, and as large a result as sums of bytes have. A sum over the first axis does all that and more.

use crate::read::{LINE, WORD, ask};
use std::ops::Range;

/// Rows that are read side by side.
const ABREAST: usize = 8;
/// Bytes of partial sums at a time: half as many are slower, four times as many as fast.
const STRIP: usize = 32 << 10;
/// How far ahead each row is asked for, as the suite found best for abssub's own loops. Bytes.
const DISTANCE: usize = 448;

/// The columns of `len` that are for one thread of `threads`, of which there is one at least: whole cache lines.
/// Those beyond the last are left out.
pub(crate) fn share(len: usize, thread: usize, threads: usize) -> Range<usize> {
    let lines = len / LINE;
    let from = |thread: usize| lines * thread / threads * LINE;
    from(thread)..from(thread + 1)
}

/// Adds up, as words, the given columns of rows of `len` bytes, and writes as many words as there are columns: each
/// register eight times. Gives the sum of all words that were read, wrapped.
///
/// # Safety
/// `columns` must be whole cache lines within `len`, `out` must have room for `len` words, and nobody else may use
/// those of the columns meanwhile.
pub(crate) unsafe fn sums(rows: &[u8], len: usize, columns: Range<usize>, out: *mut u64) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the instructions are there; the rest is the caller's promise.
            return unsafe { avx512(rows, len, columns, out) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: as above.
            return unsafe { avx2(rows, len, columns, out) };
        }
    }
    // SAFETY: the caller's promise.
    unsafe { plain(rows, len, columns, out) }
}

macro_rules! loops {
    ($(
        $name:ident: $register:ty, zero $zero:expr, load $load:expr, store $store:expr, add $add:expr
        $(, for $features:literal)?;
    )*) => {$(
        /// # Safety
        /// See `sums`.
        $(#[target_feature(enable = $features)])?
        unsafe fn $name(rows: &[u8], len: usize, columns: Range<usize>, out: *mut u64) -> u64 {
            const BYTES: usize = size_of::<$register>();
            let mut total = 0u64;
            let count = rows.len() / len;
            for strip in columns.clone().step_by(STRIP) {
                let width = STRIP.min(columns.end - strip);
                let mut sums: [$register; STRIP / BYTES] = [$zero; STRIP / BYTES];
                for first in (0..count / ABREAST * ABREAST).step_by(ABREAST) {
                    for (k, sum) in sums[..width / BYTES].iter_mut().enumerate() {
                        for row in first..first + ABREAST {
                            let place = rows.as_ptr().wrapping_add(row * len + strip + k * BYTES);
                            if k * BYTES % LINE == 0 {
                                ask(place.wrapping_add(DISTANCE), 1);
                            }
                            // SAFETY: the columns lie within a row, and any alignment will do.
                            *sum = $add(*sum, unsafe { $load(place.cast()) });
                        }
                    }
                }
                for row in count / ABREAST * ABREAST..count {
                    for (k, sum) in sums[..width / BYTES].iter_mut().enumerate() {
                        let place = rows.as_ptr().wrapping_add(row * len + strip + k * BYTES);
                        // SAFETY: as above.
                        *sum = $add(*sum, unsafe { $load(place.cast()) });
                    }
                }
                for (k, &sum) in sums[..width / BYTES].iter().enumerate() {
                    for j in 0..WORD {
                        // SAFETY: the caller promises a word for each column.
                        unsafe { $store(out.add(strip + k * BYTES + j * BYTES / WORD).cast(), sum) };
                    }
                    // SAFETY: a register is nothing but words.
                    let words: [u64; BYTES / WORD] = unsafe { std::mem::transmute(sum) };
                    total = words.into_iter().fold(total, u64::wrapping_add);
                }
            }
            total
        }
    )*};
}
loops! {
    plain: u64, zero 0, load std::ptr::read_unaligned::<u64>, store std::ptr::write_unaligned::<u64>,
        add u64::wrapping_add;
}
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
#[cfg(target_arch = "x86_64")]
loops! {
    avx2: __m256i, zero _mm256_setzero_si256(), load _mm256_loadu_si256, store _mm256_storeu_si256,
        add _mm256_add_epi64, for "avx2";
    avx512: __m512i, zero _mm512_setzero_si512(), load _mm512_loadu_si512, store _mm512_storeu_si512,
        add _mm512_add_epi64, for "avx512f";
}
