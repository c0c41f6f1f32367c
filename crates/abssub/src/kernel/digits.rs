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
/// a sign holds 2^11 terms.
const MOST_CHUNKS: usize = (1 << 11) * TABLES / CHUNK;
/// Words that a double's bits can begin in, 32 bits apart, the lowest at 2^-1074.
const STARTS: usize = 64;
/// Words for singles, 8 bits apart, the lowest at 2^-149: what a term adds has no more than 31 bits.
const SHORTS: usize = 32;
/// Chunks of singles until the words must be emptied: they would hold a million times as many.
const MOST_SHORT_CHUNKS: usize = 1 << 12;

/// Sums of integers, each at its own weight.
pub(super) struct Digits {
    words: [[i64; TABLES]; STARTS + 1],
    shorts: [[i64; TABLES]; SHORTS],
    /// Chunks in the words since they were empty.
    chunks: usize,
    /// Chunks in the shorts likewise.
    short_chunks: usize,
    /// Kept, for to clear it would cost a fifth of each chunk.
    prepared: Prepared,
}

/// What a chunk's terms add, and where.
struct Prepared {
    at: [u32; CHUNK],
    low: [i64; CHUNK],
    high: [i64; CHUNK],
    short: [i32; CHUNK],
}

impl Digits {
    /// Nothing.
    pub(super) const ZERO: Self = Self {
        words: [[0; TABLES]; STARTS + 1],
        shorts: [[0; TABLES]; SHORTS],
        chunks: 0,
        short_chunks: 0,
        prepared: Prepared { at: [0; CHUNK], low: [0; CHUNK], high: [0; CHUNK], short: [0; CHUNK] },
    };

    /// Adds a chunk of terms, with `state` taking what would overflow; false, and nothing added, if they are not
    /// all finite. Unless `is_signed`, none may be negative.
    #[inline(always)]
    pub(super) fn add(&mut self, term: impl Fn(usize) -> f64, is_signed: bool, state: &mut ExactSum) -> bool {
        if self.chunks == MOST_CHUNKS {
            self.empty_into(state);
        }
        let (mut odd, prepared) = (0, &mut self.prepared);
        for i in 0..CHUNK {
            let bits = term(i).to_bits();
            let exponent = bits >> 52 & 0x7ff;
            odd |= (exponent + 1) & 0x800;
            // Subnormal doubles weigh as the lowest normal ones do.
            let normal = u64::from(exponent != 0);
            let (significand, position) = (bits & ((1 << 52) - 1) | normal << 52, exponent - normal);
            let (shift, sign) = (position % 32, if is_signed { bits as i64 >> 63 } else { 0 });
            prepared.at[i] = (position / 32) as u32;
            prepared.low[i] = ((significand << shift & 0xffff_ffff) as i64 ^ sign) - sign;
            prepared.high[i] = ((significand >> (32 - shift)) as i64 ^ sign) - sign;
        }
        if odd != 0 {
            return false;
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

    /// The same for singles.
    #[inline(always)]
    pub(super) fn add_short(
        &mut self,
        term: impl Fn(usize) -> f32,
        is_signed: bool,
        state: &mut ExactSum,
    ) -> bool {
        if self.short_chunks == MOST_SHORT_CHUNKS {
            self.empty_into(state);
        }
        let (mut odd, prepared) = (0, &mut self.prepared);
        for i in 0..CHUNK {
            let bits = term(i).to_bits();
            let exponent = bits >> 23 & 0xff;
            odd |= (exponent + 1) & 0x100;
            let normal = u32::from(exponent != 0);
            let (significand, position) = (bits & ((1 << 23) - 1) | normal << 23, exponent - normal);
            let sign = if is_signed { bits as i32 >> 31 } else { 0 };
            prepared.at[i] = position / 8;
            prepared.short[i] = ((significand << (position % 8)) as i32 ^ sign) - sign;
        }
        if odd != 0 {
            return false;
        }
        self.short_chunks += 1;
        for first in (0..CHUNK).step_by(TABLES) {
            for table in 0..TABLES {
                let (i, at) = (first + table, prepared.at[first + table] as usize % SHORTS);
                self.shorts[at][table] += i64::from(prepared.short[i]);
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
                    long.add_scaled(sum < 0, sum.unsigned_abs(), 8 * i as i32 - 149);
                }
            }
            state.add_long(&long);
        }
        (self.words, self.shorts) = (Self::ZERO.words, Self::ZERO.shorts);
        (self.chunks, self.short_chunks) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(terms: &[f64], add: impl Fn(&mut Digits, &[f64; CHUNK], bool, &mut ExactSum) -> bool) {
        let (mut digits, mut state, mut expected) = (Digits::ZERO, ExactSum::default(), DoubleSum::default());
        let is_signed = terms.iter().any(|&x| x < 0.0);
        terms.iter().for_each(|&x| expected.add(x));
        for chunk in terms.chunks(CHUNK) {
            let mut padded = [0.0; CHUNK];
            padded[..chunk.len()].copy_from_slice(chunk);
            assert!(add(&mut digits, &padded, is_signed, &mut state));
        }
        digits.empty_into(&mut state);
        assert_eq!(state.long(), expected);
    }

    fn long(digits: &mut Digits, terms: &[f64; CHUNK], is_signed: bool, state: &mut ExactSum) -> bool {
        digits.add(|i| terms[i], is_signed, state)
    }

    fn short(digits: &mut Digits, terms: &[f64; CHUNK], is_signed: bool, state: &mut ExactSum) -> bool {
        digits.add_short(|i| terms[i] as f32, is_signed, state)
    }

    #[test]
    fn every_exponent_of_either_sign() {
        let all = |significand: u64, sign: u64| {
            (0..2047u64).map(move |e| f64::from_bits(sign << 63 | e << 52 | significand)).collect::<Vec<_>>()
        };
        for significand in [0, 1, (1 << 52) - 1, 0x5_5555_5555_5555] {
            check(&all(significand, 0), long);
            check(&all(significand, 1), long);
            check(&[all(significand, 1), all(3, 0)].concat(), long);
        }
        let all = |significand: u32| (0..255u32).map(move |e| f32::from_bits(e << 23 | significand).into());
        for significand in [0, 1, (1 << 23) - 1, 0x2a_aaaa] {
            check(&all(significand).collect::<Vec<_>>(), short);
            check(&all(significand).map(|x: f64| -x).collect::<Vec<_>>(), short);
        }
    }

    #[test]
    fn words_are_emptied_before_they_overflow() {
        let n = CHUNK * (2 * MOST_CHUNKS + 3) + 5;
        // The lowest and the highest place of a word's 32, all bits set, and the ends of the range.
        for exponent in [0u64, 1, 31, 32, 33, 1023, 1056, 1057, 2015, 2016, 2046] {
            for sign in [0, 1 << 63] {
                check(&vec![f64::from_bits(sign | exponent << 52 | ((1 << 52) - 1)); n], long);
            }
        }
        let n = CHUNK * (2 * MOST_SHORT_CHUNKS + 3) + 5;
        for exponent in [0u32, 1, 7, 8, 9, 254] {
            check(&vec![f32::from_bits(exponent << 23 | 0x7f_ffff).into(); n], short);
        }
    }
}
