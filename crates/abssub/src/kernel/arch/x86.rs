//! SSE2, AVX2 and AVX-512: the same steps at three widths.
//!
//! Earned by the rows `u8`, `i8`, `u16`, `i16` and `u8 squares` of `cargo bench -p abssub --bench kernels`
//! against the `portable` model recompiled for the same level: compilers do not find `psadbw`. What takes
//! several statistics of bytes from registers is earned by the case `five-stats` of `benchmarks/suite`,
//! `interleave` by the cases `layout-transposed` and `pairwise-u8`: loops that are left to the compiler take up to
//! four times as long;
//! `sum_eight_u64` of AVX-512 by the case `frames-32x32`, where each sixteen steps end in eight such sums.
//!
//! | step | instruction | limit |
//! | --- | --- | --- |
//! | `sad_bytes` | `psadbw` | u64 lanes: 2^64 / 2040 steps, never reached |
//! | `accumulate_i16` | `pmaddwd` with ones, `paddd` | i32 lanes fall by at most 65536 a step: 2^15 steps |
//! | `count_outside` | `psubusb`, `pminub`, `paddb` | byte lanes: 255 steps |
//! | `accumulate_squares` | `pmaddwd` of each half with itself, `paddd` | i32 lanes grow by at most 260100 a step: 8256 steps |
#![allow(unsafe_code)]
// Intrinsics are called inside functions inlined into one that enables their features.
use super::{LANE, Simd};
use crate::array::run::Run;
use std::arch::x86_64::*;
use std::cmp::Ordering;

macro_rules! instruction_set {
    (
        $(#[$doc:meta])* $name:ident: $v:ty, $bytes:literal x $registers:literal,
        load $load:ident, store $store:ident, zero $zero:ident, xor $xor:ident, or $or:ident,
        set1_epi8 $set1_epi8:ident, set1_epi16 $set1_epi16:ident,
        set1_epi32 $set1_epi32:ident, set1_epi64 $set1_epi64:ident,
        sad $sad:ident, add_epi64 $add_epi64:ident, add_epi32 $add_epi32:ident, add_epi16 $add_epi16:ident,
        subs_epu16 $subs_epu16:ident, max_epi16 $max_epi16:ident, min_epi16 $min_epi16:ident,
        sub_epi16 $sub_epi16:ident, madd_epi16 $madd_epi16:ident, subs_epu8 $subs_epu8:ident,
        and $and:ident, srli_epi16 $srli_epi16:ident,
        max_epu8 $max_epu8:ident, min_epu8 $min_epu8:ident, sub_epi8 $sub_epi8:ident, add_epi8 $add_epi8:ident,
        unpack [$($size:literal $low:ident $high:ident),*],
        partial $partial:expr
        $(, sum_eight_u64 $sum_eight:expr)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name(());

        impl $name {
            /// # Safety
            /// The caller must run with the instruction set enabled.
            #[inline(always)]
            #[allow(dead_code)]
            pub(crate) unsafe fn assume() -> Self {
                Self(())
            }
        }

        // SAFETY (every block below): a value of this type is made only where the instructions are
        // enabled; they touch registers alone, but for the loads and the store, whose bounds are asserted.
        impl Simd for $name {
            type V = $v;
            type U64s = [u64; $bytes / 8];
            type I32s = [i32; $bytes / 4];
            type Lanes = [[u8; LANE]; $bytes / LANE];
            const BYTES: usize = $bytes;
            const REGISTERS: usize = $registers;

            #[inline(always)]
            fn zero(self) -> $v {
                // SAFETY: see above.
                unsafe { $zero() }
            }

            #[inline(always)]
            fn load(self, run: Run<u8>) -> $v {
                assert!(run.len() >= $bytes);
                // SAFETY: see above; the run has the bytes.
                unsafe { $load(run.as_ptr().cast()) }
            }

            #[inline(always)]
            fn load_partial(self, run: Run<u8>) -> $v {
                assert!(run.len() < $bytes);
                // SAFETY: see above; no more than the run's bytes are read.
                unsafe { $partial(run) }
            }

            #[inline(always)]
            fn store(self, v: $v, out: &mut [u8]) {
                assert!(out.len() >= $bytes);
                // SAFETY: see above; the slice has the bytes.
                unsafe { $store(out.as_mut_ptr().cast(), v) }
            }

            #[inline(always)]
            fn splat_u64(self, lane: u64) -> $v {
                // SAFETY: see above.
                unsafe { $set1_epi64(lane as i64) }
            }

            #[inline(always)]
            fn splat_u32(self, lane: u32) -> $v {
                // SAFETY: see above.
                unsafe { $set1_epi32(lane as i32) }
            }

            #[inline(always)]
            fn lanes_u64(self, v: $v) -> Self::U64s {
                // SAFETY: both types are the same number of plain bytes.
                unsafe { std::mem::transmute(v) }
            }

            #[inline(always)]
            fn lanes_i32(self, v: $v) -> Self::I32s {
                // SAFETY: both types are the same number of plain bytes.
                unsafe { std::mem::transmute(v) }
            }

            #[inline(always)]
            fn lanes(self, v: $v) -> Self::Lanes {
                // SAFETY: both types are the same number of plain bytes.
                unsafe { std::mem::transmute(v) }
            }

            #[inline(always)]
            fn interleave<const SIZE: usize>(self, a: $v, b: $v) -> [$v; 2] {
                match SIZE {
                    // SAFETY: see above.
                    $($size => unsafe { [$low(a, b), $high(a, b)] },)*
                    _ => unreachable!("elements are of 1, 2, 4 or 8 bytes"),
                }
            }

            #[inline(always)]
            fn flip_bytes(self, v: $v) -> $v {
                // SAFETY: see above.
                unsafe { $xor(v, $set1_epi8(-128)) }
            }

            #[inline(always)]
            fn sad_bytes(self, a: $v, b: $v) -> $v {
                // SAFETY: see above.
                unsafe { $sad(a, b) }
            }

            #[inline(always)]
            fn add_u64(self, a: $v, b: $v) -> $v {
                // SAFETY: see above.
                unsafe { $add_epi64(a, b) }
            }

            $(
                #[inline(always)]
                fn sum_eight_u64(self, v: [$v; 8]) -> [u64; 8] {
                    // SAFETY: see above; both types of the result are the same number of plain bytes.
                    unsafe { std::mem::transmute($sum_eight(v)) }
                }
            )?

            #[inline(always)]
            fn biased_diff_u16(self, a: $v, b: $v) -> $v {
                // SAFETY: see above. One of the saturating differences is zero.
                unsafe { $xor($or($subs_epu16(a, b), $subs_epu16(b, a)), $set1_epi16(i16::MIN)) }
            }

            #[inline(always)]
            fn biased_diff_i16(self, a: $v, b: $v) -> $v {
                // SAFETY: see above. The difference wraps into the unsigned range, which is its value.
                unsafe { $xor($sub_epi16($max_epi16(a, b), $min_epi16(a, b)), $set1_epi16(i16::MIN)) }
            }

            #[inline(always)]
            fn accumulate_i16(self, sum: $v, v: $v) -> $v {
                // SAFETY: see above.
                unsafe { $add_epi32(sum, $madd_epi16(v, $set1_epi16(1))) }
            }

            #[inline(always)]
            fn add_u16(self, a: $v, b: $v) -> $v {
                // SAFETY: see above.
                unsafe { $add_epi16(a, b) }
            }

            #[inline(always)]
            fn high_bytes(self, v: $v) -> $v {
                // SAFETY: see above.
                unsafe { $srli_epi16::<8>(v) }
            }

            #[inline(always)]
            fn accumulate_squares(self, sum: $v, a: $v, b: $v) -> $v {
                // SAFETY: see above. One of the saturating differences is zero.
                unsafe {
                    let diff = $or($subs_epu8(a, b), $subs_epu8(b, a));
                    let (even, odd) = ($and(diff, $set1_epi16(0xff)), $srli_epi16::<8>(diff));
                    $add_epi32(sum, $add_epi32($madd_epi16(even, even), $madd_epi16(odd, odd)))
                }
            }

            #[inline(always)]
            fn splat_byte(self, byte: u8) -> $v {
                // SAFETY: see above.
                unsafe { $set1_epi8(byte as i8) }
            }

            #[inline(always)]
            fn diff_bytes(self, a: $v, b: $v) -> $v {
                // SAFETY: see above. One of the saturating differences is zero.
                unsafe { $or($subs_epu8(a, b), $subs_epu8(b, a)) }
            }

            #[inline(always)]
            fn and(self, a: $v, b: $v) -> $v {
                // SAFETY: see above.
                unsafe { $and(a, b) }
            }

            #[inline(always)]
            fn sub_bytes(self, a: $v, b: $v) -> $v {
                // SAFETY: see above.
                unsafe { $sub_epi8(a, b) }
            }

            #[inline(always)]
            fn min_bytes(self, a: $v, b: $v) -> $v {
                // SAFETY: see above.
                unsafe { $min_epu8(a, b) }
            }

            #[inline(always)]
            fn max_bytes(self, a: $v, b: $v) -> $v {
                // SAFETY: see above.
                unsafe { $max_epu8(a, b) }
            }

            #[inline(always)]
            fn count_outside(self, count: $v, v: $v, low: $v, span: $v) -> $v {
                // SAFETY: see above. What saturates to zero lies within.
                unsafe { $add_epi8(count, $min_epu8($subs_epu8($sub_epi8(v, low), span), $set1_epi8(1))) }
            }

            #[inline(always)]
            fn greatest_byte(self, v: $v) -> u8 {
                // SAFETY: both types are the same number of plain bytes.
                let bytes: [u8; $bytes] = unsafe { std::mem::transmute(v) };
                bytes.into_iter().fold(0, u8::max)
            }
        }
    };
}

impl Sse2 {
    /// What every processor of the target has.
    #[inline(always)]
    pub(crate) fn baseline() -> Self {
        // SAFETY: SSE2 is part of x86-64.
        unsafe { Self::assume() }
    }
}

/// The bytes of a short run as words in registers: bytes that were put together in memory would be waited for.
#[inline(always)]
fn words<const N: usize>(run: Run<u8>) -> [u64; N] {
    let (whole, rest) = (run.len() / 8, run.len() % 8);
    let word = |k: usize| u64::from_le_bytes(run.block(8 * k));
    let last = match (whole, rest) {
        (_, 0) => 0,
        (0, _) => ends(run),
        _ => u64::from_le_bytes(run.block(run.len() - 8)) >> (8 * (8 - rest)),
    };
    let mut words = [0; N];
    for (k, place) in words.iter_mut().enumerate() {
        *place = match k.cmp(&whole) {
            Ordering::Less => word(k),
            Ordering::Equal => last,
            Ordering::Greater => 0,
        };
    }
    words
}

/// Fewer than eight bytes as a word: a piece of its first ones and one of its last, which may overlap.
#[inline(always)]
fn ends(run: Run<u8>) -> u64 {
    let len = run.len();
    if len >= 4 {
        let (first, last) = (run.block(0), run.block(len - 4));
        return u64::from(u32::from_le_bytes(first)) | u64::from(u32::from_le_bytes(last)) << (8 * (len - 4));
    }
    let (first, middle, last) = (run.get(0), run.get(len / 2), run.get(len - 1));
    u64::from(first) | u64::from(middle) << (8 * (len / 2)) | u64::from(last) << (8 * (len - 1))
}

instruction_set! {
    /// The x86-64 baseline.
    Sse2: __m128i, 16 x 16,
    load _mm_loadu_si128, store _mm_storeu_si128, zero _mm_setzero_si128, xor _mm_xor_si128, or _mm_or_si128,
    set1_epi8 _mm_set1_epi8, set1_epi16 _mm_set1_epi16,
    set1_epi32 _mm_set1_epi32, set1_epi64 _mm_set1_epi64x,
    sad _mm_sad_epu8, add_epi64 _mm_add_epi64, add_epi32 _mm_add_epi32,
    add_epi16 _mm_add_epi16,
    subs_epu16 _mm_subs_epu16, max_epi16 _mm_max_epi16, min_epi16 _mm_min_epi16,
    sub_epi16 _mm_sub_epi16, madd_epi16 _mm_madd_epi16, subs_epu8 _mm_subs_epu8,
    and _mm_and_si128, srli_epi16 _mm_srli_epi16,
    max_epu8 _mm_max_epu8, min_epu8 _mm_min_epu8, sub_epi8 _mm_sub_epi8, add_epi8 _mm_add_epi8,
    unpack [
        1 _mm_unpacklo_epi8 _mm_unpackhi_epi8, 2 _mm_unpacklo_epi16 _mm_unpackhi_epi16,
        4 _mm_unpacklo_epi32 _mm_unpackhi_epi32, 8 _mm_unpacklo_epi64 _mm_unpackhi_epi64
    ],
    partial |run| std::mem::transmute(words::<2>(run))
}

instruction_set! {
    /// 256-bit integer vectors.
    Avx2: __m256i, 32 x 16,
    load _mm256_loadu_si256, store _mm256_storeu_si256, zero _mm256_setzero_si256, xor _mm256_xor_si256, or _mm256_or_si256,
    set1_epi8 _mm256_set1_epi8, set1_epi16 _mm256_set1_epi16,
    set1_epi32 _mm256_set1_epi32, set1_epi64 _mm256_set1_epi64x,
    sad _mm256_sad_epu8, add_epi64 _mm256_add_epi64, add_epi32 _mm256_add_epi32,
    add_epi16 _mm256_add_epi16,
    subs_epu16 _mm256_subs_epu16, max_epi16 _mm256_max_epi16, min_epi16 _mm256_min_epi16,
    sub_epi16 _mm256_sub_epi16, madd_epi16 _mm256_madd_epi16, subs_epu8 _mm256_subs_epu8,
    and _mm256_and_si256, srli_epi16 _mm256_srli_epi16,
    max_epu8 _mm256_max_epu8, min_epu8 _mm256_min_epu8, sub_epi8 _mm256_sub_epi8, add_epi8 _mm256_add_epi8,
    unpack [
        1 _mm256_unpacklo_epi8 _mm256_unpackhi_epi8, 2 _mm256_unpacklo_epi16 _mm256_unpackhi_epi16,
        4 _mm256_unpacklo_epi32 _mm256_unpackhi_epi32, 8 _mm256_unpacklo_epi64 _mm256_unpackhi_epi64
    ],
    partial |run| std::mem::transmute(words::<4>(run))
}

instruction_set! {
    /// 512-bit vectors with byte and word operations.
    Avx512: __m512i, 64 x 32,
    load _mm512_loadu_si512, store _mm512_storeu_si512, zero _mm512_setzero_si512, xor _mm512_xor_si512, or _mm512_or_si512,
    set1_epi8 _mm512_set1_epi8, set1_epi16 _mm512_set1_epi16,
    set1_epi32 _mm512_set1_epi32, set1_epi64 _mm512_set1_epi64,
    sad _mm512_sad_epu8, add_epi64 _mm512_add_epi64, add_epi32 _mm512_add_epi32,
    add_epi16 _mm512_add_epi16,
    subs_epu16 _mm512_subs_epu16, max_epi16 _mm512_max_epi16, min_epi16 _mm512_min_epi16,
    sub_epi16 _mm512_sub_epi16, madd_epi16 _mm512_madd_epi16, subs_epu8 _mm512_subs_epu8,
    and _mm512_and_si512, srli_epi16 _mm512_srli_epi16,
    max_epu8 _mm512_max_epu8, min_epu8 _mm512_min_epu8, sub_epi8 _mm512_sub_epi8, add_epi8 _mm512_add_epi8,
    unpack [
        1 _mm512_unpacklo_epi8 _mm512_unpackhi_epi8, 2 _mm512_unpacklo_epi16 _mm512_unpackhi_epi16,
        4 _mm512_unpacklo_epi32 _mm512_unpackhi_epi32, 8 _mm512_unpacklo_epi64 _mm512_unpackhi_epi64
    ],
    // A masked load touches only the bytes of its mask.
    partial |run: Run<u8>| _mm512_maskz_loadu_epi8((1u64 << run.len()) - 1, run.as_ptr().cast()),
    sum_eight_u64 sum_eight
}

/// Lane `i` is the sum of the u64 lanes of vector `i`: neighbours are added, in pairs of vectors, until
/// one is left.
#[target_feature(enable = "avx512f")]
#[inline]
fn sum_eight(v: [__m512i; 8]) -> __m512i {
    let lanes = |a, b| _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    let blocks =
        |a, b| _mm512_add_epi64(_mm512_shuffle_i64x2::<0x88>(a, b), _mm512_shuffle_i64x2::<0xdd>(a, b));
    let (first, second) =
        (blocks(lanes(v[0], v[1]), lanes(v[2], v[3])), blocks(lanes(v[4], v[5]), lanes(v[6], v[7])));
    blocks(first, second)
}
