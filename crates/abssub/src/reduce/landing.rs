//! Landing: a run of neighbouring results is finished and stored, or refused with the reason.

use super::exact::Specials;
use super::finish::{Exact, Real, Whole, bits, real};
use crate::Error;
use crate::array::run::Pod;
use crate::array::{DType, Target};
use crate::element::Extended;
use half::f16;

/// Where a sum starts, beside zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// For integers and times; for floats too.
    Integer(i128),
    /// For floats alone.
    Float(f64),
    /// For times alone: every sum is NaT.
    NotATime,
}

/// Where the values of a run of neighbouring results go: bytes from the target's start.
#[derive(Clone, Copy, Debug)]
pub struct Landing<'m> {
    pub(crate) target: Target<'m>,
    pub(crate) first: isize,
    pub(crate) step: isize,
    pub(crate) len: usize,
    /// Whether to store, or only to find out whether every value could be stored.
    pub(crate) store: bool,
}

impl Landing<'_> {
    /// Stores a value for each place, unless there is an error instead of one.
    ///
    /// The target's type must be of `T`'s size and meaning.
    #[inline(always)]
    pub(crate) fn fill<T: Pod>(&self, mut value: impl FnMut(usize) -> Result<T, Error>) -> Result<(), Error> {
        let places = self.target.strip::<T>(self.first, self.step, self.len);
        for i in 0..self.len {
            let value = value(i)?;
            if self.store {
                places.put(i, value);
            }
        }
        Ok(())
    }

    /// Stores the first of the values as they are.
    pub(crate) fn copy<T: Pod>(&self, values: &[T]) {
        let (places, values) = (self.target.strip::<T>(self.first, self.step, self.len), &values[..self.len]);
        if places.is_contiguous() {
            return places.put_all(values);
        }
        values.iter().enumerate().for_each(|(i, &value)| places.put(i, value));
    }

    /// Finished floats, brought to the target's type.
    pub(crate) fn reals(&self, mut value: impl FnMut(usize) -> f64) -> Result<(), Error> {
        macro_rules! with {
            ($($dtype:ident => $t:ty),* $(,)?) => {
                match self.target.dtype() {
                    $(DType::$dtype => self.fill(|i| Ok(<$t>::special(value(i)))),)*
                    _ => self.refused(),
                }
            };
        }
        with! { F16 => f16, F32 => f32, F64 => f64, Extended => Extended }
    }

    /// The error that says how many bits a value has that the target cannot hold.
    pub(crate) fn overflow_of(&self, bits: u32) -> Error {
        Error::Overflow { bits, negative: false, target: self.target.dtype() }
    }

    fn refused<T>(&self) -> Result<T, Error> {
        Err(Error::Target { target: self.target.dtype() })
    }

    fn overflow(&self, value: i128) -> Error {
        Error::Overflow { bits: bits(value), negative: value < 0, target: self.target.dtype() }
    }

    /// Integers that start from `start`, each exactly or not at all. `total` gives a value, or the bits
    /// of one that passes 127, which no type holds.
    #[inline(always)]
    pub(super) fn whole(
        &self,
        start: i128,
        total: impl Fn(usize) -> Result<i128, u32>,
    ) -> Result<Specials, Error> {
        let sum =
            |i| total(i).and_then(|n| n.checked_add(start).ok_or(128)).map_err(|bits| self.overflow_of(bits));
        macro_rules! with {
            ($($dtype:ident => $t:ty),* $(,)?) => {
                match self.target.dtype() {
                    $(DType::$dtype => self.fill(|i| {
                        let value = sum(i)?;
                        <$t>::whole(value).ok_or_else(|| self.overflow(value))
                    }),)*
                    _ => self.refused(),
                }
            };
        }
        with! {
            U8 => u8, U16 => u16, U32 => u32, U64 => u64, I8 => i8, I16 => i16, I32 => i32, I64 => i64,
            F16 => f16, F32 => f32, F64 => f64, Extended => Extended,
        }
        .map(|()| Specials::default())
    }

    /// Durations that start from `start`; none is NaT.
    pub(super) fn times(
        &self,
        start: Option<i128>,
        total: impl Fn(usize) -> Option<u128>,
    ) -> Result<Specials, Error> {
        if self.target.dtype() != DType::Time {
            return self.refused();
        }
        let ticks = |i| match total(i).zip(start) {
            None => Ok(i64::MIN),
            Some((ticks, start)) => {
                let sum = i128::try_from(ticks).ok().and_then(|n| n.checked_add(start)).unwrap_or(i128::MAX);
                // The lowest pattern is NaT.
                let held = i64::try_from(sum).ok().filter(|&ticks| ticks != i64::MIN);
                held.ok_or_else(|| self.overflow(sum))
            }
        };
        self.fill(ticks).map(|()| Specials::default())
    }

    /// Float sums that start from `start`: `finite` gives the exact sum of a result's finite terms.
    #[inline(always)]
    pub(super) fn floats<S: Exact>(&self, start: f64, states: &[S]) -> Result<Specials, Error> {
        let mut met = Specials::default();
        macro_rules! with {
            ($($dtype:ident => $t:ty),* $(,)?) => {
                match self.target.dtype() {
                    $(DType::$dtype => self.fill(|i| {
                        let (value, specials) = real::<S, $t>(&states[i], start);
                        met = met.or(specials);
                        Ok(value)
                    })?,)*
                    _ => self.refused()?,
                }
            };
        }
        with! { F16 => f16, F32 => f32, F64 => f64, Extended => Extended }
        Ok(met)
    }
}
