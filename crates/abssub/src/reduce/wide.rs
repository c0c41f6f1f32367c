//! Sums of integers of up to 130 bits: what squares of 64-bit differences need.

use super::exact::Specials;
use super::landing::{Initial, Landing};
use super::sum::{State, integer_start};
use crate::Error;

/// A sum in three parts, each of 64-bit pieces: `parts[0] + parts[1] 2^64 + parts[2] 2^128`.
#[derive(Clone, Copy, Debug, Default)]
pub struct WideCounter {
    pub(super) parts: [u128; 3],
}

impl WideCounter {
    /// Adds the square of a difference of at most 65 bits.
    #[inline(always)]
    pub fn add_square(&mut self, diff: u128) {
        // (2^64 c + r)^2 = 2^128 c + 2^65 c r + r^2, where c is 0 or 1.
        let (carry, rest) = (diff >> 64, diff & u128::from(u64::MAX));
        let square = rest * rest;
        self.parts[0] += square & u128::from(u64::MAX);
        self.parts[1] += (square >> 64) + 2 * carry * rest;
        self.parts[2] += carry;
    }

    /// The whole, the lowest limb first.
    pub(super) fn limbs(&self) -> [u64; 5] {
        let mut limbs = [0; 5];
        let mut carried = 0u128;
        for (i, limb) in limbs.iter_mut().enumerate() {
            // Each part has two halves; the upper one belongs to the next limb.
            let low = self.parts.get(i).map_or(0, |part| part & u128::from(u64::MAX));
            let high =
                i.checked_sub(1).and_then(|before| self.parts.get(before)).map_or(0, |part| part >> 64);
            carried += low + high;
            *limb = carried as u64;
            carried >>= 64;
        }
        limbs
    }

    fn total(&self) -> Result<i128, u32> {
        let limbs = self.limbs();
        let bits = limbs.iter().enumerate().rev().find(|&(_, &limb)| limb != 0);
        match bits.map_or(0, |(i, limb)| 64 * i as u32 + 64 - limb.leading_zeros()) {
            bits @ 128.. => Err(bits),
            _ => Ok((u128::from(limbs[1]) << 64 | u128::from(limbs[0])) as i128),
        }
    }
}

impl State for WideCounter {
    type Start = i128;

    fn start(initial: Option<Initial>) -> Option<i128> {
        integer_start(initial)
    }

    fn merge(&mut self, other: &Self) {
        (0..3).for_each(|i| self.parts[i] += other.parts[i]);
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn store(states: &[Self], start: i128, landing: &Landing<'_>) -> Result<Specials, Error> {
        landing.whole(start, |i| states[i].total())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_of_65_bits() {
        let mut sum = WideCounter::default();
        let largest = (1u128 << 65) - 1;
        sum.add_square(largest);
        // (2^65 - 1)^2 = 2^130 - 2^66 + 1
        assert_eq!(sum.limbs(), [1, u64::MAX - 3, 3, 0, 0]);
        assert_eq!(sum.total(), Err(130));
        (1..1 << 10).for_each(|_| sum.add_square(largest));
        assert_eq!(sum.total(), Err(140));
        let mut small = WideCounter::default();
        small.add_square(7);
        small.merge(&small.clone());
        assert_eq!(small.total(), Ok(98));
    }
}
