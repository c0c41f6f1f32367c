//! Float sums: certified lanes first, exact arithmetic where a certificate fails.

use super::arch::Simd;
use super::certify::{Double, Lanes, Plain};
use super::columns::sum_columns;
use super::digits::{CHUNK, Digits};
use super::fold::{Fold, Rows};
use super::real::{Real, Term};
use crate::array::run::Run;
use crate::element::{Complex32, Complex64, Squared};
use crate::reduce::{DoubleSquares, ExactSum};
use half::f16;

/// Lanes of a row: enough to hide the latency of an addition at 512 bits.
const LANES: usize = 32;
/// Elements of a row that share a certificate: few enough that doing them again is from the cache.
const CERTIFIED: usize = 4096;
/// Elements of a long row's first block, which finds out what the rest is likely to need.
const PROBED: usize = 512;
/// Blocks after which the first tier is tried again.
const RETRIED: usize = 16;
/// How far ahead of the reading memory is asked for.
const AHEAD_BYTES: usize = 4096;

/// How a block is summed: what one needed, the next is likely to need too.
#[derive(Clone, Copy)]
enum Tier {
    Plain,
    Double,
    Digits,
}

#[inline(always)]
fn sum_row<E: Real>(a: Run<E::Left>, b: Run<E::Left>, sum: &mut E::Sum) {
    let mut tier = Tier::Plain;
    let mut digits = None;
    let (mut at, mut number) = (0, 0);
    while at < a.len() {
        let most = if at == 0 && a.len() > 2 * PROBED { PROBED } else { CERTIFIED };
        let len = most.min(a.len() - at);
        let (a, b) = (a.part(at, len), b.part(at, len));
        at += len;
        if len < LANES {
            a.iter().zip(b.iter()).for_each(|(a, b)| E::add(a, b, sum));
            continue;
        }
        if number % RETRIED == 0 {
            tier = Tier::Plain;
        }
        number += 1;
        tier = match tier {
            Tier::Plain if sum_certified::<E, Plain<LANES>>(a, b, sum) => Tier::Plain,
            Tier::Plain | Tier::Double if sum_certified::<E, Double<LANES>>(a, b, sum) => Tier::Double,
            _ => {
                let digits = digits.get_or_insert(Digits::ZERO);
                for at in (0..len).step_by(CHUNK) {
                    let len = CHUNK.min(len - at);
                    add_chunk::<E>(a.part(at, len), b.part(at, len), digits, sum);
                }
                Tier::Digits
            }
        };
    }
    if let Some(mut digits) = digits {
        digits.empty_into(sum.as_mut());
    }
}

/// Adds a block in lanes; false, and nothing added, if those are not exact.
#[inline(always)]
fn sum_certified<E: Real, L: Lanes<LANES>>(a: Run<E::Left>, b: Run<E::Left>, sum: &mut E::Sum) -> bool {
    let mut lanes = [L::ZERO; 2];
    let mut lost = [0; LANES];
    let ((mut a, a_rest), (mut b, b_rest)) = (a.blocks::<LANES>(), b.blocks::<LANES>());
    for (a, b) in a.ahead::<AHEAD_BYTES>().zip(b.ahead::<AHEAD_BYTES>()) {
        add_to_lanes::<E, L, LANES>(&a, &b, &mut lanes, &mut lost);
    }
    if !a_rest.is_empty() {
        add_to_lanes::<E, L, LANES>(&a_rest.padded(0), &b_rest.padded(0), &mut lanes, &mut lost);
    }
    if lost.iter().fold(0, |all, &bits| all | bits) != 0 {
        return false;
    }
    for lanes in &lanes[..1 + usize::from(E::PAIRED)] {
        match lanes.total() {
            Some(total) => sum.as_mut().add_pair(total),
            None => (0..LANES).for_each(|lane| sum.as_mut().add_pair(lanes.sum(lane))),
        }
    }
    true
}

/// Adds a term to each lane, in the second lanes its second double; bits that are not all zero say what
/// is no longer exact.
#[inline(always)]
pub(super) fn add_to_lanes<E: Real, L: Lanes<N>, const N: usize>(
    a: &[E::Left; N],
    b: &[E::Left; N],
    [first, second]: &mut [L; 2],
    lost: &mut [u64; N],
) {
    for i in 0..N {
        let [term, more] = E::term(a[i], b[i]);
        lost[i] |= first.add(i, term) | E::inexact(a[i], b[i]);
        if E::PAIRED {
            lost[i] |= second.add(i, more);
        }
    }
}

/// Adds at most [`CHUNK`] terms of any size.
#[inline(always)]
pub(super) fn add_chunk<E: Real>(a: Run<E::Left>, b: Run<E::Left>, digits: &mut Digits, sum: &mut E::Sum) {
    let (mut terms, mut more) = ([0.0; CHUNK], [0.0; CHUNK]);
    let mut inexact = 0;
    for ((places, a), b) in terms.iter_mut().zip(&mut more).zip(a.iter()).zip(b.iter()) {
        [*places.0, *places.1] = E::term(a, b);
        inexact |= E::inexact(a, b);
    }
    let exact = sum.as_mut();
    let added =
        inexact == 0 && if E::SHORT { digits.add_short(&terms, exact) } else { digits.add(&terms, exact) };
    if !added {
        a.iter().zip(b.iter()).for_each(|(a, b)| E::add(a, b, sum));
    } else if E::PAIRED {
        digits.add(&more, exact);
    }
}

macro_rules! fold_floats {
    ($state:ty: $($t:ty),*) => {$(
        impl Fold for $t {
            type State = $state;

            #[inline(always)]
            fn fold_row<S: Simd>(_simd: S, a: Run<Self::Left>, b: Run<Self::Left>, state: &mut $state) {
                sum_row::<$t>(a, b, state);
            }

            #[inline(always)]
            fn fold_columns<S: Simd>(
                _simd: S,
                a: Rows<Self::Left>,
                b: Rows<Self::Left>,
                states: &mut [$state],
            ) {
                sum_columns::<$t>(a, b, states);
            }
        }
    )*};
}
fold_floats!(ExactSum: f16, f32, f64, Complex32, Complex64, Term, Squared<f16>, Squared<f32>, Squared<Complex32>);
fold_floats!(DoubleSquares: Squared<f64>, Squared<Complex64>);
