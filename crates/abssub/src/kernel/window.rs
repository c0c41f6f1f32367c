//! Windows of integers: as many places side by side as fill some vectors, each element of the shorter run
//! with the elements that it meets at all of them.

use super::integer_columns::Partial;
use crate::array::run::Run;
use crate::reduce::Counter;

/// Places whose windows are summed side by side.
const PLACES: usize = 64;

/// Folds each window of the longer run with the shorter one into its own state.
#[inline(always)]
pub(super) fn sum_windows<E: Partial>(a: Run<E::Left>, b: Run<E::Right>, states: &mut [Counter<E::Count>]) {
    if a.len() > b.len() {
        slide::<E, true>(a, b, b.len(), states);
    } else {
        slide::<E, false>(a, b, a.len(), states);
    }
}

/// `A` says which of the two is the longer one, in which the other takes its places.
#[inline(always)]
fn slide<E: Partial, const A: bool>(
    a: Run<E::Left>,
    b: Run<E::Right>,
    len: usize,
    states: &mut [Counter<E::Count>],
) {
    for (k, states) in states.chunks_mut(PLACES).enumerate() {
        let from = k * PLACES;
        let mut sums = [E::ZERO; PLACES];
        for first in (0..len).step_by(E::ROWS) {
            for x in first..len.min(first.saturating_add(E::ROWS)) {
                if states.len() == PLACES {
                    add_places::<E, A>(a, b, from, x, &mut sums);
                } else {
                    for (i, sum) in sums[..states.len()].iter_mut().enumerate() {
                        let (at_a, at_b) = if A { (from + i + x, x) } else { (x, from + i + x) };
                        E::grow(sum, a.get(at_a), b.get(at_b));
                    }
                }
            }
            for (state, sum) in states.iter_mut().zip(&mut sums) {
                E::flush(std::mem::replace(sum, E::ZERO), state);
            }
        }
    }
}

/// Element `x` of all windows that begin from `from` on.
#[inline(always)]
fn add_places<E: Partial, const A: bool>(
    a: Run<E::Left>,
    b: Run<E::Right>,
    from: usize,
    x: usize,
    sums: &mut [E::Sum; PLACES],
) {
    if A {
        let (a, b) = (a.block::<PLACES>(from + x), b.get(x));
        for i in 0..PLACES {
            E::grow(&mut sums[i], a[i], b);
        }
    } else {
        let (a, b) = (a.get(x), b.block::<PLACES>(from + x));
        for i in 0..PLACES {
            E::grow(&mut sums[i], a, b[i]);
        }
    }
}
