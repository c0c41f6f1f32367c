//! uint64 against a signed integer: exact where a float64 promotion would lose 11 bits.

use super::{Element, Stored};

/// A uint64 operand and an int64 operand. The difference can need 65 bits.
#[derive(Clone, Copy, Debug)]
pub enum Mixed64 {}

impl Element for Mixed64 {
    type Left = u64;
    type Right = i64;
    type Diff = u128;

    #[inline(always)]
    fn absdiff(a: u64, b: i64) -> u128 {
        (i128::from(a) - i128::from(b)).unsigned_abs()
    }
}

impl Stored for Mixed64 {
    type Out = u64;

    /// Saturates, and says so, where the difference needs 65 bits.
    #[inline(always)]
    fn store(a: u64, b: i64, lost: &mut bool) -> u64 {
        let (sum, carry) = a.overflowing_add(b.unsigned_abs());
        *lost |= (b < 0) & carry;
        let below = if carry { u64::MAX } else { sum };
        if b < 0 { below } else { a.abs_diff(b as u64) }
    }
}
