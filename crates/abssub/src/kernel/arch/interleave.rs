//! Two vectors of 16 bytes, their elements by turns: the step of which turning columns into rows is made.
//!
//! Earned by the row `layout-transposed` of the benchmark suite: as loops over arrays that are left to the compiler
//! a block is turned over up to four times slower. SSE2 is part of x86-64, so it needs no level.
#![allow(unsafe_code)]

/// What fits a vector.
pub(crate) const VECTOR: usize = 16;

/// The elements of `a` and `b`, each of `SIZE` bytes, by turns.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn interleave<const SIZE: usize>(a: [u8; VECTOR], b: [u8; VECTOR]) -> [[u8; VECTOR]; 2] {
    use std::arch::x86_64::*;
    // SAFETY: both types are 16 plain bytes; SSE2 is part of x86-64.
    unsafe {
        let [a, b] = std::mem::transmute::<[[u8; VECTOR]; 2], [__m128i; 2]>([a, b]);
        let both = match SIZE {
            1 => [_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b)],
            2 => [_mm_unpacklo_epi16(a, b), _mm_unpackhi_epi16(a, b)],
            4 => [_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b)],
            _ => [_mm_unpacklo_epi64(a, b), _mm_unpackhi_epi64(a, b)],
        };
        std::mem::transmute::<[__m128i; 2], [[u8; VECTOR]; 2]>(both)
    }
}

/// The elements of `a` and `b`, each of `SIZE` bytes, by turns.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub(crate) fn interleave<const SIZE: usize>(a: [u8; VECTOR], b: [u8; VECTOR]) -> [[u8; VECTOR]; 2] {
    let byte = |i: usize| {
        let (element, within) = (i / SIZE, i % SIZE);
        let from = if element % 2 == 0 { a } else { b };
        from[element / 2 * SIZE + within]
    };
    [std::array::from_fn(byte), std::array::from_fn(|i| byte(VECTOR + i))]
}
