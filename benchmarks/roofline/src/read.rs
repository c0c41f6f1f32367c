//! The read loop: adds all words of a share of memory, in registers as wide as the machine has.
//!
//! The instructions are named, since the compiler splits and shuffles a plain loop over as many sums.

pub(crate) const WORD: usize = size_of::<u64>();
/// Registers of sums, so that no addition waits for another.
const SUMS: usize = 8;
/// How far ahead of the reading the `ahead` loop asks for memory. Bytes.
const DISTANCE: usize = 4096;
/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// The part of `bytes` that is for one thread of `threads`. Every share but the last is whole words.
pub(crate) fn share(bytes: &[u8], thread: usize, threads: usize) -> &[u8] {
    let words = bytes.len() / WORD;
    let from = |thread: usize| words * thread / threads * WORD;
    let end = if thread + 1 == threads { bytes.len() } else { from(thread + 1) };
    &bytes[from(thread)..end]
}

/// The sum of all whole words, wrapped. With `ahead`, memory is asked for before it is needed.
pub(crate) fn words(bytes: &[u8], ahead: bool) -> u64 {
    if ahead { widest::<true>(bytes) } else { widest::<false>(bytes) }
}

fn widest<const AHEAD: bool>(bytes: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the instructions are there.
            return unsafe { avx512::<AHEAD>(bytes) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the instructions are there.
            return unsafe { avx2::<AHEAD>(bytes) };
        }
    }
    plain::<AHEAD>(bytes)
}

/// A loop over rounds of `SUMS` registers each; what is left over is added word by word.
macro_rules! loops {
    ($($name:ident: $register:ty, zero $zero:expr, load $load:expr, add $add:expr $(, for $features:literal)?;)*) => {$(
        $(#[target_feature(enable = $features)])?
        fn $name<const AHEAD: bool>(bytes: &[u8]) -> u64 {
            const ROUND: usize = SUMS * size_of::<$register>();
            let mut sums: [$register; SUMS] = [$zero; SUMS];
            let mut rounds = bytes.chunks_exact(ROUND);
            for round in &mut rounds {
                let round = round.as_ptr();
                if AHEAD {
                    ask(round.wrapping_add(DISTANCE), ROUND);
                }
                for (i, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: register `i` of a round lies inside it, and any alignment will do.
                    let words = unsafe { $load(round.add(i * size_of::<$register>()).cast()) };
                    *sum = $add(*sum, words);
                }
            }
            // SAFETY: a register is nothing but words, and there are as many as the size says.
            let sums = unsafe { std::slice::from_raw_parts(sums.as_ptr().cast::<u64>(), ROUND / WORD) };
            let rest = rounds.remainder().chunks_exact(WORD);
            let rest = rest.map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes")));
            sums.iter().copied().chain(rest).fold(0, u64::wrapping_add)
        }
    )*};
}
loops! {
    plain: u64, zero 0, load std::ptr::read_unaligned::<u64>, add u64::wrapping_add;
}
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
#[cfg(target_arch = "x86_64")]
loops! {
    avx2: __m256i, zero _mm256_setzero_si256(), load _mm256_loadu_si256, add _mm256_add_epi64, for "avx2";
    avx512: __m512i, zero _mm512_setzero_si512(), load _mm512_loadu_si512, add _mm512_add_epi64, for "avx512f";
}

/// Asks for the lines of `len` bytes, whether they are memory or not.
#[inline(always)]
pub(crate) fn ask(start: *const u8, len: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..len).step_by(LINE) {
        // SAFETY: asking for memory never faults, wherever it points.
        unsafe { _mm_prefetch(start.wrapping_add(line).cast(), _MM_HINT_T0) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (start, len);
}
