//! What a float sum is made of: each element's difference, or its square, as one double or as two.

use crate::array::run::Pod;
use crate::element::{Complex32, Complex64, Element, Squared};
use crate::reduce::{DoubleSquares, ExactSum, Specials, State, is_ordinary, left_over};
use half::f16;

/// Elements whose terms are doubles.
pub(super) trait Real: Element<Left: Pod, Right = <Self as Element>::Left> {
    /// The sum in the making.
    type Sum: State + AsMut<ExactSum>;
    /// Whether a term is two doubles.
    const PAIRED: bool = false;
    /// Whether every term is a single, and exact.
    const SHORT: bool = false;
    /// Whether a term may be negative.
    const SIGNED: bool = false;

    /// What is summed; the second is zero unless terms are pairs.
    fn term(a: Self::Left, b: Self::Left) -> [f64; 2];
    /// Whether an operand is (not a number, infinite).
    fn special(operand: Self::Left) -> (bool, bool);
    /// Bits that are not all zero where the term is finite and yet not exact.
    #[inline(always)]
    fn inexact(_: Self::Left, _: Self::Left) -> u64 {
        0
    }

    /// Adds one term whatever it is.
    #[inline(always)]
    fn add(a: Self::Left, b: Self::Left, sum: &mut Self::Sum) {
        let [term, _] = Self::term(a, b);
        if term.is_finite() {
            sum.as_mut().add(term);
        } else {
            sum.as_mut().note(specials::<Self>(a, b, term));
        }
    }
}

#[cold]
fn specials<E: Real>(a: E::Left, b: E::Left, term: f64) -> Specials {
    let ((a_nan, a_infinite), (b_nan, b_infinite)) = (E::special(a), E::special(b));
    Specials {
        nan: term.is_nan(),
        infinite: term == f64::INFINITY,
        minus_infinite: term == f64::NEG_INFINITY,
        invalid: term.is_nan() && !a_nan && !b_nan,
        overflow: term.is_infinite() && !a_infinite && !b_infinite,
        ..Specials::default()
    }
}

macro_rules! reals {
    ($($t:ty, short $short:literal, signed $signed:literal: |$x:ident| $($part:expr),+;)*) => {$(
        impl Real for $t {
            type Sum = ExactSum;
            const SHORT: bool = $short;
            const SIGNED: bool = $signed;

            #[inline(always)]
            fn term(a: Self::Left, b: Self::Left) -> [f64; 2] {
                [f64::from(Self::absdiff(a, b)), 0.0]
            }

            fn special($x: Self::Left) -> (bool, bool) {
                (false $(|| $part.is_nan())+, false $(|| $part.is_infinite())+)
            }
        }
    )*};
}
reals! {
    f16, short true, signed false: |x| x;
    f32, short true, signed false: |x| x;
    f64, short false, signed false: |x| x;
    Complex32, short true, signed false: |z| z.re, z.im;
    Complex64, short false, signed false: |z| z.re, z.im;
    Squared<f16>, short true, signed false: |x| x;
    Squared<f32>, short false, signed false: |x| x;
    Squared<Complex32>, short false, signed false: |z| z.re, z.im;
    Term, short false, signed true: |x| x;
}

/// The squares of doubles: rounded, and what rounding left over.
macro_rules! pairs {
    ($($t:ty: |$x:ident| $($part:expr),+;)*) => {$(
        impl Real for Squared<$t> {
            type Sum = DoubleSquares;
            const PAIRED: bool = true;

            #[inline(always)]
            fn term(a: Self::Left, b: Self::Left) -> [f64; 2] {
                let diff = <$t>::absdiff(a, b);
                [diff * diff, left_over(diff)]
            }

            fn special($x: Self::Left) -> (bool, bool) {
                (false $(|| $part.is_nan())+, false $(|| $part.is_infinite())+)
            }

            #[inline(always)]
            fn inexact(a: Self::Left, b: Self::Left) -> u64 {
                u64::from(!is_ordinary(<$t>::absdiff(a, b)))
            }

            #[inline(always)]
            fn add(a: Self::Left, b: Self::Left, sum: &mut DoubleSquares) {
                let diff = <$t>::absdiff(a, b);
                if diff.is_finite() {
                    sum.add_square(diff);
                } else {
                    sum.ordinary.note(specials::<Self>(a, b, diff));
                }
            }
        }
    )*};
}
pairs! {
    f64: |x| x;
    Complex64: |z| z.re, z.im;
}

/// A term that is computed before it is summed; the second operand is not looked at.
#[derive(Clone, Copy)]
pub(crate) enum Term {}

impl Element for Term {
    type Left = f64;
    type Right = f64;
    type Diff = f64;

    #[inline(always)]
    fn absdiff(term: f64, _: f64) -> f64 {
        term
    }
}
