//! Sums of squares of doubles: the rounded squares and what rounding left over, each as a certified sum.

use super::arch::Simd;
use super::float::{Real, sum_columns, sum_row};
use super::fold::{Fold, Rows};
use crate::array::run::Run;
use crate::element::{Complex64, Element, Squared};
use crate::reduce::{DoubleSquares, is_ordinary, left_over};
use std::marker::PhantomData;

/// The square of a difference, rounded.
#[derive(Clone, Copy)]
struct Rounded<E>(PhantomData<E>);

/// What rounding the square left over.
#[derive(Clone, Copy)]
struct LeftOver<E>(PhantomData<E>);

macro_rules! parts {
    ($($part:ident: |$diff:ident| $value:expr;)*) => {$(
        impl<E: Element<Diff = f64>> Element for $part<E> {
            type Left = E::Left;
            type Right = E::Right;
            type Diff = f64;

            #[inline(always)]
            fn absdiff(a: E::Left, b: E::Right) -> f64 {
                let $diff = E::absdiff(a, b);
                $value
            }
        }

        impl<E: Real + Element<Diff = f64>> Real for $part<E> {
            #[inline(always)]
            fn real(a: E::Left, b: E::Left) -> f64 {
                Self::absdiff(a, b)
            }

            fn special(operand: E::Left) -> (bool, bool) {
                E::special(operand)
            }
        }
    )*};
}
parts! {
    Rounded: |diff| diff * diff;
    LeftOver: |diff| left_over(diff);
}

/// Elements of a row that are looked at before they are summed, so that they are still in the cache.
const LOOKED_AT: usize = 2048;

#[inline(always)]
fn all_ordinary<E: Element<Diff = f64>>(a: Run<E::Left>, b: Run<E::Right>) -> bool {
    a.iter().zip(b.iter()).fold(true, |all, (a, b)| all & is_ordinary(E::absdiff(a, b)))
}

/// Adds one square whatever it is.
#[inline(always)]
fn add<E: Real + Element<Diff = f64>>(a: E::Left, b: E::Left, state: &mut DoubleSquares) {
    let diff = E::absdiff(a, b);
    if diff.is_finite() {
        state.add_square(diff);
    } else {
        sum_row::<Rounded<E>>(Run::of(&[a]), Run::of(&[b]), &mut state.ordinary);
    }
}

#[inline(always)]
fn square_row<E: Real + Element<Diff = f64>>(a: Run<E::Left>, b: Run<E::Left>, state: &mut DoubleSquares) {
    for at in (0..a.len()).step_by(LOOKED_AT) {
        let len = LOOKED_AT.min(a.len() - at);
        let (a, b) = (a.part(at, len), b.part(at, len));
        if all_ordinary::<E>(a, b) {
            sum_row::<Rounded<E>>(a, b, &mut state.ordinary);
            sum_row::<LeftOver<E>>(a, b, &mut state.ordinary);
        } else {
            a.iter().zip(b.iter()).for_each(|(a, b)| add::<E>(a, b, state));
        }
    }
}

#[inline(always)]
fn square_columns<E: Real + Element<Diff = f64>>(
    a: Rows<E::Left>,
    b: Rows<E::Left>,
    states: &mut [DoubleSquares],
) {
    if (0..a.count()).all(|i| all_ordinary::<E>(a.row(i), b.row(i))) {
        sum_columns::<Rounded<E>, _>(a, b, states);
        sum_columns::<LeftOver<E>, _>(a, b, states);
        return;
    }
    for i in 0..a.count() {
        let pairs = a.row(i).iter().zip(b.row(i).iter());
        states.iter_mut().zip(pairs).for_each(|(state, (a, b))| add::<E>(a, b, state));
    }
}

macro_rules! fold_squares {
    ($($t:ty),*) => {$(
        impl Fold for Squared<$t> {
            type State = DoubleSquares;

            #[inline(always)]
            fn fold_row<S: Simd>(_simd: S, a: Run<$t>, b: Run<$t>, state: &mut DoubleSquares) {
                square_row::<$t>(a, b, state);
            }

            #[inline(always)]
            fn fold_columns<S: Simd>(_simd: S, a: Rows<$t>, b: Rows<$t>, states: &mut [DoubleSquares]) {
                square_columns::<$t>(a, b, states);
            }
        }
    )*};
}
fold_squares!(f64, Complex64);
