//! Float sums: certified lanes first, exact arithmetic where a certificate fails.

use super::arch::Simd;
use super::certify::{Double, Lanes, Plain};
use super::fold::{Fold, Rows};
use crate::array::run::Run;
use crate::element::{Complex32, Complex64, Element, Squared};
use crate::reduce::{ExactSum, Specials};
use half::f16;

/// Differences that a double holds exactly.
pub(super) trait Real: Element<Right = <Self as Element>::Left> {
    /// What is summed, as a double.
    fn real(a: Self::Left, b: Self::Right) -> f64;
    /// Whether an operand is (not a number, infinite).
    fn special(operand: Self::Left) -> (bool, bool);
}

macro_rules! reals {
    ($($t:ty: |$x:ident| $($part:expr),+;)*) => {$(
        impl Real for $t {
            #[inline(always)]
            fn real(a: Self::Left, b: Self::Left) -> f64 {
                f64::from(Self::absdiff(a, b))
            }

            fn special($x: Self::Left) -> (bool, bool) {
                (false $(|| $part.is_nan())+, false $(|| $part.is_infinite())+)
            }
        }
    )*};
}
reals! {
    f16: |x| x;
    f32: |x| x;
    f64: |x| x;
    Complex32: |z| z.re, z.im;
    Complex64: |z| z.re, z.im;
    Squared<f16>: |x| x;
    Squared<f32>: |x| x;
    Squared<Complex32>: |z| z.re, z.im;
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

impl Real for Term {
    #[inline(always)]
    fn real(term: f64, _: f64) -> f64 {
        term
    }

    fn special(x: f64) -> (bool, bool) {
        (x.is_nan(), x.is_infinite())
    }
}

/// Adds one difference whatever it is.
#[inline(always)]
fn add_exactly<E: Real>(a: E::Left, b: E::Right, state: &mut ExactSum) {
    let diff = E::real(a, b);
    if diff.is_finite() {
        state.add(diff);
    } else {
        state.note(specials::<E>(a, b, diff));
    }
}

#[cold]
fn specials<E: Real>(a: E::Left, b: E::Right, diff: f64) -> Specials {
    let ((a_nan, a_infinite), (b_nan, b_infinite)) = (E::special(a), E::special(b));
    Specials {
        nan: diff.is_nan(),
        infinite: diff == f64::INFINITY,
        minus_infinite: diff == f64::NEG_INFINITY,
        invalid: diff.is_nan() && !a_nan && !b_nan,
        overflow: diff.is_infinite() && !a_infinite && !b_infinite,
        ..Specials::default()
    }
}

/// Lanes of a row: enough to hide the latency of an addition at 512 bits.
const LANES: usize = 32;
/// Elements of a row that share a certificate: few enough that doing them again is from the cache.
const CERTIFIED: usize = 4096;

#[inline(always)]
pub(super) fn sum_row<E: Real>(a: Run<E::Left>, b: Run<E::Right>, state: &mut ExactSum) {
    let mut at = 0;
    while at < a.len() {
        let len = CERTIFIED.min(a.len() - at);
        let (a, b) = (a.part(at, len), b.part(at, len));
        at += len;
        if len < LANES {
            a.iter().zip(b.iter()).for_each(|(a, b)| add_exactly::<E>(a, b, state));
            continue;
        }
        let (lanes, lost) = row_lanes::<E, Plain<LANES>>(a, b);
        match lanes.total() {
            Some(total) if lost == 0 && total.is_finite() => state.add(total),
            _ if lost == 0 => (0..LANES).for_each(|lane| lanes.give(lane, state)),
            _ => sum_row_again::<E>(a, b, state),
        }
    }
}

/// The second tier, and the last.
#[inline(always)]
fn sum_row_again<E: Real>(a: Run<E::Left>, b: Run<E::Right>, state: &mut ExactSum) {
    let (lanes, lost) = row_lanes::<E, Double<LANES>>(a, b);
    if lost == 0 {
        (0..LANES).for_each(|lane| lanes.give(lane, state));
    } else {
        a.iter().zip(b.iter()).for_each(|(a, b)| add_exactly::<E>(a, b, state));
    }
}

#[inline(always)]
fn row_lanes<E: Real, L: Lanes<LANES>>(a: Run<E::Left>, b: Run<E::Right>) -> (L, u64) {
    let mut lanes = L::zero();
    let mut lost = [0; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.blocks::<LANES>(), b.blocks::<LANES>());
    for (a, b) in a.zip(b) {
        for i in 0..LANES {
            lost[i] |= lanes.add(i, E::real(a[i], b[i]));
        }
    }
    for (i, (a, b)) in a_rest.iter().zip(b_rest.iter()).enumerate() {
        lost[i] |= lanes.add(i, E::real(a, b));
    }
    (lanes, lost.iter().fold(0, |all, &bits| all | bits))
}

/// Columns that are summed together: a row's part of them fills a few cache lines.
const STRIP: usize = 256;
/// Rows of a strip that share certificates.
const ROWS: usize = 256;

#[inline(always)]
pub(super) fn sum_columns<E: Real, T: AsMut<ExactSum>>(
    a: Rows<E::Left>,
    b: Rows<E::Right>,
    states: &mut [T],
) {
    for first in (0..a.count()).step_by(ROWS) {
        let until = a.count().min(first + ROWS);
        for (k, states) in states.chunks_mut(STRIP).enumerate() {
            let at = k * STRIP;
            let width = states.len();
            let pick = |i: usize| (a.piece(i, at, width), b.piece(i, at, width));
            let rows = (first..until).map(pick);
            let lost = strip::<E, Plain<STRIP>, T>(rows.clone(), states, [u64::MAX; STRIP]);
            if lost.iter().all(|&bits| bits == 0) {
                continue;
            }
            let lost = strip::<E, Double<STRIP>, T>(rows.clone(), states, lost);
            for (i, state) in states.iter_mut().enumerate().filter(|&(i, _)| lost[i] != 0) {
                rows.clone().for_each(|(a, b)| add_exactly::<E>(a.get(i), b.get(i), state.as_mut()));
            }
        }
    }
}

/// Sums one strip; gives the exact ones of the `wanted` columns to their states, and says which are left.
#[inline(always)]
fn strip<'m, E: Real, L: Lanes<STRIP>, T: AsMut<ExactSum>>(
    rows: impl Iterator<Item = (Run<'m, E::Left>, Run<'m, E::Right>)>,
    states: &mut [T],
    wanted: [u64; STRIP],
) -> [u64; STRIP] {
    let mut lanes = L::zero();
    let mut lost = [0; STRIP];
    for (a, b) in rows {
        lanes.add_each(a.iter().zip(b.iter()).map(|(a, b)| E::real(a, b)), &mut lost);
    }
    for (i, state) in states.iter_mut().enumerate() {
        if wanted[i] != 0 && lost[i] == 0 {
            lanes.give(i, state.as_mut());
        }
        lost[i] = if wanted[i] != 0 { lost[i] } else { 0 };
    }
    lost
}

macro_rules! fold_floats {
    ($($t:ty),*) => {$(
        impl Fold for $t {
            type State = ExactSum;

            #[inline(always)]
            fn fold_row<S: Simd>(_simd: S, a: Run<Self::Left>, b: Run<Self::Left>, state: &mut ExactSum) {
                sum_row::<$t>(a, b, state);
            }

            #[inline(always)]
            fn fold_columns<S: Simd>(
                _simd: S,
                a: Rows<Self::Left>,
                b: Rows<Self::Left>,
                states: &mut [ExactSum],
            ) {
                sum_columns::<$t, _>(a, b, states);
            }
        }
    )*};
}
fold_floats!(f16, f32, f64, Complex32, Complex64, Term, Squared<f16>, Squared<f32>, Squared<Complex32>);
