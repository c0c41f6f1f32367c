//! The last tier of an exact sum: significands added as integers to words that their exponents choose.
//!
//! After the small superaccumulator of R. M. Neal ("Fast exact summation using small and large
//! superaccumulators", 2015): no addition loses anything, and none waits for a branch. What each term
//! of a chunk adds to which word is prepared in vectors; only the additions are done one by one.

use crate::reduce::{DoubleSum, ExactSum};

/// Terms that are prepared together.
pub(super) const CHUNK: usize = 64;
/// Neighbouring terms go to different tables, so that few additions wait for the one before.
const TABLES: usize = 8;
/// Chunks until the words must be emptied: a term adds less than 2^52 to a word, so one of 63 bits and
/// a sign holds 2^11 terms. (Shorts, to which a term adds less than 2^39, would last longer.)
const MOST_CHUNKS: usize = (1 << 11) * TABLES / CHUNK;
/// Words that a double's bits can begin in, 32 bits apart, the lowest at 2^-1074.
const STARTS: usize = 64;
/// Words for terms of 24 bits, 16 bits apart: every single begins in one of the 18 from `FIRST_SHORT` on.
const SHORTS: usize = 32;
const FIRST_SHORT: usize = (1023 - 149) / 16;
/// The bits that a double has and a single lacks.
const LONGER: u32 = 29;

/// Sums of integers, each at its own weight.
pub(super) struct Digits {
    words: [[i64; TABLES]; STARTS + 1],
    shorts: [[i64; TABLES]; SHORTS],
    /// Chunks in the words since they were empty.
    chunks: usize,
    /// Chunks in the shorts likewise.
    short_chunks: usize,
}

/// What a chunk's terms add, and where.
struct Prepared {
    at: [u32; CHUNK],
    low: [i64; CHUNK],
    high: [i64; CHUNK],
}

/// A finite double's biased exponent, and its significand with its sign.
#[inline(always)]
fn parts(x: f64) -> (u64, u64, i64) {
    let bits = x.to_bits();
    let exponent = bits >> 52 & 0x7ff;
    let hidden = if exponent == 0 { 0 } else { 1 << 52 };
    (exponent, bits & ((1 << 52) - 1) | hidden, bits as i64 >> 63)
}

/// The magnitude with the sign, which is 0 or -1.
#[inline(always)]
fn signed(magnitude: u64, sign: i64) -> i64 {
    (magnitude as i64 ^ sign) - sign
}

impl Digits {
    /// Nothing.
    pub(super) const ZERO: Self =
        Self { words: [[0; TABLES]; STARTS + 1], shorts: [[0; TABLES]; SHORTS], chunks: 0, short_chunks: 0 };

    /// Adds terms, with `state` taking what would overflow; false, and nothing added, if they are not
    /// all finite.
    #[inline(always)]
    pub(super) fn add(&mut self, terms: &[f64; CHUNK], state: &mut ExactSum) -> bool {
        let mut odd = 0;
        let mut prepared = Prepared { at: [0; CHUNK], low: [0; CHUNK], high: [0; CHUNK] };
        for (i, &term) in terms.iter().enumerate() {
            let (exponent, significand, sign) = parts(term);
            odd |= (exponent + 1) & 0x800;
            // Subnormal doubles weigh as the lowest normal ones do.
            let position = exponent.max(1) - 1;
            let shift = position % 32;
            prepared.at[i] = (position / 32) as u32;
            prepared.low[i] = signed(significand << shift & 0xffff_ffff, sign);
            prepared.high[i] = signed(significand >> (32 - shift), sign);
        }
        if odd != 0 {
            return false;
        }
        if self.chunks == MOST_CHUNKS {
            self.empty_into(state);
        }
        self.chunks += 1;
        for first in (0..CHUNK).step_by(TABLES) {
            for table in 0..TABLES {
                let (i, at) = (first + table, prepared.at[first + table] as usize % STARTS);
                self.words[at][table] += prepared.low[i];
                self.words[at + 1][table] += prepared.high[i];
            }
        }
        true
    }

    /// The same for terms that are singles.
    #[inline(always)]
    pub(super) fn add_short(&mut self, terms: &[f64; CHUNK], state: &mut ExactSum) -> bool {
        let mut odd = 0;
        let mut at = [0u32; CHUNK];
        let mut added = [0; CHUNK];
        for (i, &term) in terms.iter().enumerate() {
            let (exponent, significand, sign) = parts(term);
            odd |= (exponent + 1) & 0x800;
            // Zero lies in none of the words, and adds nothing to any.
            at[i] = (exponent / 16).wrapping_sub(FIRST_SHORT as u64) as u32;
            added[i] = signed(significand >> LONGER << (exponent % 16), sign);
        }
        if odd != 0 {
            return false;
        }
        if self.short_chunks == MOST_CHUNKS {
            self.empty_into(state);
        }
        self.short_chunks += 1;
        for first in (0..CHUNK).step_by(TABLES) {
            for table in 0..TABLES {
                self.shorts[at[first + table] as usize % SHORTS][table] += added[first + table];
            }
        }
        true
    }

    /// Hands all to a state, and is nothing again.
    #[inline(never)]
    pub(super) fn empty_into(&mut self, state: &mut ExactSum) {
        if self.chunks > 0 {
            let mut limbs = [0u64; DoubleSum::LIMBS];
            let mut carried = 0i128;
            for i in 0..2 * limbs.len() {
                let word = self.words.get(i).map_or(0, |tables| tables.iter().map(|&n| i128::from(n)).sum());
                let all = word + carried;
                limbs[i / 2] |= u64::from(all as u32) << (32 * (i % 2));
                carried = all >> 32;
            }
            state.add_long(&DoubleSum::from_limbs(limbs));
        }
        if self.short_chunks > 0 {
            let mut long = DoubleSum::default();
            for (i, tables) in self.shorts.iter().enumerate() {
                let sum: i64 = tables.iter().sum();
                if sum != 0 {
                    // An exponent of e stands for 2^(e - 1075) below a significand of 53 bits.
                    let weight = 16 * (i + FIRST_SHORT) as i32 + LONGER as i32 - 1075;
                    long.add_scaled(sum < 0, sum.unsigned_abs(), weight);
                }
            }
            state.add_long(&long);
        }
        *self = Self::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(terms: &[f64], short: bool) {
        let (mut digits, mut state, mut expected) = (Digits::ZERO, ExactSum::default(), DoubleSum::default());
        terms.iter().for_each(|&x| expected.add(x));
        for chunk in terms.chunks(CHUNK) {
            let mut padded = [0.0; CHUNK];
            padded[..chunk.len()].copy_from_slice(chunk);
            let added =
                if short { digits.add_short(&padded, &mut state) } else { digits.add(&padded, &mut state) };
            assert!(added);
        }
        digits.empty_into(&mut state);
        assert_eq!(state.long(), expected);
    }

    #[test]
    fn every_exponent_of_either_sign() {
        let all = |significand: u64, sign: u64| {
            (0..2047u64).map(move |e| f64::from_bits(sign << 63 | e << 52 | significand)).collect::<Vec<_>>()
        };
        for significand in [0, 1, (1 << 52) - 1, 0x5_5555_5555_5555] {
            check(&all(significand, 0), false);
            check(&all(significand, 1), false);
            check(&[all(significand, 1), all(3, 0)].concat(), false);
        }
        let all = |significand: u32| (0..255u32).map(move |e| f32::from_bits(e << 23 | significand).into());
        for significand in [0, 1, (1 << 23) - 1, 0x2a_aaaa] {
            check(&all(significand).collect::<Vec<_>>(), true);
            check(&all(significand).map(|x: f64| -x).collect::<Vec<_>>(), true);
        }
    }

    #[test]
    fn words_are_emptied_before_they_overflow() {
        let n = CHUNK * (2 * MOST_CHUNKS + 3) + 5;
        // The lowest and the highest place of a word's 32, all bits set, and the ends of the range.
        for exponent in [0u64, 1, 31, 32, 33, 1023, 1056, 1057, 2015, 2016, 2046] {
            for sign in [0, 1 << 63] {
                check(&vec![f64::from_bits(sign | exponent << 52 | ((1 << 52) - 1)); n], false);
            }
        }
        for exponent in [0u32, 1, 14, 15, 16, 127, 254] {
            check(&vec![f32::from_bits(exponent << 23 | 0x7f_ffff).into(); n], true);
        }
    }
}
