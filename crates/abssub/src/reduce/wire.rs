//! States as bytes, for pickling: fixed-width numbers in little-endian order, lists after their length.

use super::exact::{ExactSum, More, Specials};
use super::long::LongSum;
use super::squares::DoubleSquares;
use super::sum::{Counter, LongTotal, TimeSum};
use super::wide::WideCounter;

/// What can be written as bytes and read back.
pub trait Wire: Sized {
    /// Appends the bytes.
    fn put(&self, bytes: &mut Vec<u8>);
    /// Takes the bytes off the front; none if there are too few, or they make no sense.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

macro_rules! numbers {
    ($($t:ty),*) => {$(
        impl Wire for $t {
            fn put(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                let (own, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Some(Self::from_le_bytes(*own))
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, u128, i64, f64);

impl Wire for bool {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        match u8::take(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.is_some().put(bytes);
        self.iter().for_each(|value| value.put(bytes));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        if bool::take(bytes)? { T::take(bytes).map(Some) } else { Some(None) }
    }
}

impl<T: Wire> Wire for Box<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        T::put(self, bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        T::take(bytes).map(Box::new)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        (self.len() as u64).put(bytes);
        self.iter().for_each(|value| value.put(bytes));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let len = u64::take(bytes)?;
        // Each takes at least a byte: a length that cannot be is refused before memory is asked for.
        let len = usize::try_from(len).ok().filter(|&len| len <= bytes.len())?;
        (0..len).map(|_| T::take(bytes)).collect()
    }
}

impl<T: Wire, const N: usize> Wire for [T; N] {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.iter().for_each(|value| value.put(bytes));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let values: Option<Vec<T>> = (0..N).map(|_| T::take(bytes)).collect();
        values?.try_into().ok()
    }
}

impl<A: Wire, B: Wire, C: Wire> Wire for (A, B, C) {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.0.put(bytes);
        self.1.put(bytes);
        self.2.put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::take(bytes)?, B::take(bytes)?, C::take(bytes)?))
    }
}

/// A struct is its fields, in the order given.
macro_rules! structs {
    ($($t:ty { $($field:ident),* })*) => {$(
        impl Wire for $t {
            fn put(&self, bytes: &mut Vec<u8>) {
                $(self.$field.put(bytes);)*
            }

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: Wire::take(bytes)?),* })
            }
        }
    )*};
}
structs! {
    Specials { nan, infinite, minus_infinite, invalid, overflow, empty, free, left_out, weightless }
    ExactSum { high, low, more }
    More { specials, rest }
    DoubleSquares { ordinary, rest }
    TimeSum { ticks, absent }
    WideCounter { parts }
}

impl<T: Wire> Wire for Counter<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.0.put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        T::take(bytes).map(Counter)
    }
}

impl<const LIMBS: usize, const LOWEST: i32> Wire for LongTotal<LIMBS, LOWEST> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.sum.put(bytes);
        self.specials.put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self { sum: Wire::take(bytes)?, specials: Wire::take(bytes)? })
    }
}

impl<const LIMBS: usize, const LOWEST: i32> Wire for LongSum<LIMBS, LOWEST> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.limbs().put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Wire::take(bytes).map(Self::from_limbs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_come_back() {
        let mut sum = DoubleSquares::default();
        [1e-200, 3.0, 1e200, 0.1].into_iter().for_each(|x| sum.add_square(x));
        let mut bytes = Vec::new();
        vec![Some(sum.clone()), None].put(&mut bytes);
        let mut left = &bytes[..];
        let back = Vec::<Option<DoubleSquares>>::take(&mut left).unwrap();
        assert!(left.is_empty() && back[1].is_none());
        let mut again = Vec::new();
        back.put(&mut again);
        assert_eq!(bytes, again);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Vec::<u64>::take(&mut &[255u8; 9][..]).is_none());
        assert!(<Option<u8> as Wire>::take(&mut &[2u8, 1][..]).is_none());
        assert!(u64::take(&mut &[1u8, 2][..]).is_none());
    }
}
