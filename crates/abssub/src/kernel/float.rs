//! Float sums: certified lanes first, exact arithmetic where a certificate fails.

use super::arch::Simd;
use super::certify::{Double, Lanes, Plain, any_lost};
use super::digits::{CHUNK, Digits};
use super::float_columns::sum_columns;
use super::fold::Fold;
use super::real::{Real, Term};
use super::rows::Rows;
use crate::array::run::Run;
use crate::element::{Complex32, Complex64, Squared};
use crate::reduce::{DoubleSquares, ExactSum};
use half::f16;

/// Lanes of a row: enough to hide the latency of an addition at 512 bits.
const LANES: usize = 32;
/// Lanes of a short row, which are summed at its end again.
const FEW: usize = 8;
/// Elements of a short row, at most.
const SHORT: usize = 256;
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
            sum_few::<E>(a, b, sum);
            continue;
        }
        if number % RETRIED == 0 {
            tier = Tier::Plain;
        }
        number += 1;
        tier = match tier {
            Tier::Plain if sum_plain::<E>(a, b, sum) => Tier::Plain,
            Tier::Plain | Tier::Double if sum_certified::<E, Double<LANES>, LANES>(a, b, sum) => Tier::Double,
            _ => {
                let digits = digits.get_or_insert(Digits::ZERO);
                let whole = len / CHUNK * CHUNK;
                for at in (0..whole).step_by(CHUNK) {
                    add_chunk::<E>(a.part(at, CHUNK), b.part(at, CHUNK), digits, sum);
                }
                if whole < len {
                    let (a, b): ([_; CHUNK], [_; CHUNK]) =
                        (a.after(whole).padded(0), b.after(whole).padded(0));
                    add_chunk::<E>(Run::of(&a), Run::of(&b), digits, sum);
                }
                Tier::Digits
            }
        };
    }
    if let Some(mut digits) = digits {
        digits.empty_into(sum.as_mut());
    }
}

/// Adds a block in lanes of one double; false, and nothing added, if those are not exact.
#[inline(always)]
fn sum_plain<E: Real>(a: Run<E::Left>, b: Run<E::Left>, sum: &mut E::Sum) -> bool {
    if a.len() > SHORT {
        return sum_certified::<E, Plain<LANES>, LANES>(a, b, sum);
    }
    let whole = a.len() / FEW * FEW;
    let is_summed = sum_certified::<E, Plain<FEW>, FEW>(a.part(0, whole), b.part(0, whole), sum);
    if is_summed && whole < a.len() {
        sum_in_turn_or_one_by_one::<E>(a.after(whole), b.after(whole), sum);
    }
    is_summed
}

/// Adds fewer terms than there are lanes.
#[inline(always)]
fn sum_few<E: Real>(a: Run<E::Left>, b: Run<E::Left>, sum: &mut E::Sum) {
    if a.len() < FEW || !sum_plain::<E>(a, b, sum) {
        sum_in_turn_or_one_by_one::<E>(a, b, sum);
    }
}

/// Adds few terms, one after the other.
#[inline(always)]
fn sum_in_turn_or_one_by_one<E: Real>(a: Run<E::Left>, b: Run<E::Left>, sum: &mut E::Sum) {
    if !sum_in_turn::<E, Plain<1>>(a, b, sum) && !sum_in_turn::<E, Double<1>>(a, b, sum) {
        for (a, b) in a.iter().zip(b.iter()) {
            E::add(a, b, sum);
        }
    }
}

/// Adds terms in one lane; false, and nothing added, if that is not exact.
#[inline(always)]
fn sum_in_turn<E: Real, L: Lanes<1>>(a: Run<E::Left>, b: Run<E::Left>, sum: &mut E::Sum) -> bool {
    let (mut lanes, mut lost) = ([L::ZERO; 2], [0]);
    for (a, b) in a.iter().zip(b.iter()) {
        add_to_lanes::<E, L, 1>(&[a], &[b], &mut lanes, &mut lost);
    }
    if any_lost(&lost) {
        return false;
    }
    for lane in &lanes[..1 + usize::from(E::PAIRED)] {
        sum.as_mut().add_pair(lane.sum(0));
    }
    true
}

/// Adds a block in lanes; false, and nothing added, if those are not exact.
#[inline(always)]
fn sum_certified<E: Real, L: Lanes<N>, const N: usize>(
    a: Run<E::Left>,
    b: Run<E::Left>,
    sum: &mut E::Sum,
) -> bool {
    let mut lanes = [L::ZERO; 2];
    let mut lost = [0; N];
    let ((mut a, a_rest), (mut b, b_rest)) = (a.blocks::<N>(), b.blocks::<N>());
    for (a, b) in a.ahead::<AHEAD_BYTES>().zip(b.ahead::<AHEAD_BYTES>()) {
        add_to_lanes::<E, L, N>(&a, &b, &mut lanes, &mut lost);
    }
    if !a_rest.is_empty() {
        add_to_lanes::<E, L, N>(&a_rest.padded(0), &b_rest.padded(0), &mut lanes, &mut lost);
    }
    if any_lost(&lost) {
        return false;
    }
    for lanes in &lanes[..1 + usize::from(E::PAIRED)] {
        match lanes.total() {
            Some(total) => sum.as_mut().add_pair(total),
            None => {
                for lane in 0..N {
                    sum.as_mut().add_pair(lanes.sum(lane));
                }
            }
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

/// Adds [`CHUNK`] terms of any size.
#[inline(always)]
pub(super) fn add_chunk<E: Real>(a: Run<E::Left>, b: Run<E::Left>, digits: &mut Digits, sum: &mut E::Sum) {
    assert!(a.len() == CHUNK && b.len() == CHUNK);
    let (exact, term) = (sum.as_mut(), |i| E::term(a.get(i), b.get(i)));
    let added = if E::SHORT {
        digits.add_short(|i| term(i)[0] as f32, E::SIGNED, exact)
    } else {
        let mut inexact = 0;
        for i in 0..CHUNK {
            inexact |= E::inexact(a.get(i), b.get(i));
        }
        let added = inexact == 0 && digits.add(|i| term(i)[0], E::SIGNED, exact);
        if added && E::PAIRED {
            digits.add(|i| term(i)[1], true, exact);
        }
        added
    };
    if !added {
        for (a, b) in a.iter().zip(b.iter()) {
            E::add(a, b, sum);
        }
    }
}

macro_rules! fold_floats {
    ($state:ty: $($t:ty),*) => {$(
        impl Fold for $t {
            const VECTORS: bool = false;
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

#[cfg(test)]
mod tests {
    use super::super::{Block, FoldInto, Level};
    use super::*;
    use crate::reduce::Moment;
    use proptest::prelude::*;

    /// Bits of doubles that are hard on sums, one kind each.
    const KINDS: [fn(u64, u64) -> u64; 8] = [
        // Any bits: all sizes, and a few that are no finite numbers.
        |random, _| random,
        // All sizes, finite.
        |random, _| random % (0x7ff << 52),
        // Subnormal.
        |random, _| random % (1 << 53),
        // Near overflow.
        |random, _| (0x7fe << 52) | (random % (1 << 52)),
        // A step above or below powers of two.
        |random, i| ((1000 + i % 80) << 52).wrapping_add(random % 3).wrapping_sub(1),
        // Whole numbers about 2^53, and small ones.
        |random, i| (((1u64 << 53) >> (i % 2 * (random % 53))) as f64 + (random % 3) as f64).to_bits(),
        // One value again and again, all bits set.
        |_, _| (0x3ff << 52) | ((1 << 52) - 1),
        // A grid, but for an element here and there.
        |random, i| if i % 701 == 700 { random } else { ((random % 65536) as f64 / 256.0).to_bits() },
    ];

    fn values(kind: usize, seed: u64, len: usize) -> impl Iterator<Item = f64> {
        (0..len as u64).map(move |i| {
            let mixed = (seed ^ i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            f64::from_bits(KINDS[kind](mixed ^ mixed >> 32, i))
        })
    }

    /// The kernels against adding term by term, which is what `reduce` tests.
    fn check<E: Real + Fold<State = <E as Real>::Sum>>(a: &[E::Left], b: &[E::Left], columns: usize)
    where
        E::Sum: Moment,
    {
        let same = |sum: &E::Sum, terms: &mut dyn Iterator<Item = (&E::Left, &E::Left)>, level: Level| {
            let mut expected = E::Sum::default();
            terms.for_each(|(&a, &b)| E::add(a, b, &mut expected));
            assert_eq!(sum.specials(), expected.specials(), "{level}");
            assert_eq!(sum.whole(), expected.whole(), "{level}");
        };
        for &level in Level::available() {
            let mut sums = vec![E::Sum::default(); columns];
            let block = |len| Block::<E> { a: Rows::of(a, len), b: Rows::of(b, len) };
            block(a.len()).fold(level, FoldInto::One, &mut sums[..1]);
            same(&sums[0], &mut a.iter().zip(b), level);
            sums[0] = E::Sum::default();
            block(columns).fold(level, FoldInto::EachColumn, &mut sums);
            let whole = a.len() / columns * columns;
            for (i, sum) in sums.iter().enumerate() {
                let column =
                    |of: &'_ [E::Left]| of[..whole].iter().skip(i).step_by(columns).copied().collect();
                let (a, b): (Vec<_>, Vec<_>) = (column(a), column(b));
                same(sum, &mut a.iter().zip(&b), level);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_terms_in_rows_and_columns(
            kinds in (0..KINDS.len(), 0..KINDS.len()),
            seed in any::<u64>(),
            len in prop::sample::select(vec![9usize, 40, 100, 255, 511, 1100, 4700, 9000]),
            columns in prop::sample::select(vec![1usize, 7, 16, 33, 300]),
        ) {
            let a: Vec<f64> = values(kinds.0, seed, len).collect();
            let b: Vec<f64> = values(kinds.1, !seed, len).collect();
            let columns = columns.min(len);
            check::<f64>(&a, &b, columns);
            check::<Squared<f64>>(&a, &b, columns);
            check::<Term>(&a, &b, columns);
            // The exponents of doubles, brought into the range of singles.
            let narrow = |x: &f64| f32::from_bits((x.to_bits() >> 29) as u32);
            let (a, b): (Vec<_>, Vec<_>) = (a.iter().map(narrow).collect(), b.iter().map(narrow).collect());
            check::<f32>(&a, &b, columns);
            check::<Squared<f32>>(&a, &b, columns);
        }
    }

    #[test]
    fn long_rows_of_wild_terms() {
        // Every certificate fails, and the words are emptied several times.
        for kind in [1, 6] {
            let mut a: Vec<f64> = values(kind, 1, 70_000).collect();
            a.iter_mut().step_by(2000).zip(values(1, 2, 40)).for_each(|(x, wild)| *x = wild);
            check::<f64>(&a, &vec![0.0; a.len()], 50);
            check::<Term>(&a.iter().map(|x| -x).collect::<Vec<_>>(), &a, 50);
        }
    }
}
