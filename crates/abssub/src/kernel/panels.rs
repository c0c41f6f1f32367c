//! Every row with every row: words of several rows of one operand lie side by side in a panel, so that each
//! lane of a vector sums for a row of its own, and nothing is ever added across lanes.
//!
//! It is how matrix products are made (Goto and van de Geijn, "Anatomy of high-performance matrix
//! multiplication", ACM Transactions on Mathematical Software 34, 2008). A word of the other operand's row is
//! brought to all lanes; a few such rows and a few vectors of the panel make a tile of sums in registers.

use super::arch::Simd;
use super::rows::Rows;
use super::turn::turn_lanes;
use super::vector_sum::VectorSum;
use super::vectors::sum_each;
use crate::array::run::{Lockstep, Pod, Run, parts, view_mut};

/// Bytes of a panel: it stays in the first cache while all rows of the other operand pass.
const PANEL_BYTES: usize = 32 << 10;
/// Rows of the other operand that meet a panel at a time: with as many vectors of it, 16 registers of sums.
const ABREAST: usize = 4;

/// Words of the rows of a panel: of all rows the first, of all rows the second, and so on.
#[repr(align(64))]
struct Panel([u64; PANEL_BYTES / size_of::<u64>()]);

/// Every row of a with every row of b: `grow` adds to the states of a row of a, which begin `step` after those
/// of the one before and follow one another as rows of b do.
#[inline(always)]
pub(super) fn sum_all<S: Simd, K: VectorSum, T>(
    simd: S,
    a: Rows<u8>,
    b: Rows<u8>,
    states: &mut [T],
    step: usize,
    grow: impl Fn(&mut T, u64) + Copy,
) {
    let panel = &mut Panel([0; PANEL_BYTES / size_of::<u64>()]);
    let (lanes, mut done) = (S::BYTES / K::WORD, 0);
    // Sixteen registers hold no more than 4 x 2 sums and what they are made of.
    let wide = if S::REGISTERS > 16 { 4 } else { 2 };
    while b.count() - done > lanes / 2 {
        let left = b.count() - done;
        let count = if left >= wide * lanes { wide * lanes } else { left.min(lanes) };
        let (rows, apart) = (b.rows(done, count), count.next_multiple_of(lanes));
        let (len, most) = (a.row_len(), PANEL_BYTES / apart);
        // Alike, or the last piece of rows a little longer than a panel would cost as much as a long one.
        let each = len.div_ceil(len.div_ceil(most).max(1)).next_multiple_of(K::WORD);
        for at in (0..len).step_by(each.max(1)) {
            let piece = each.min(len - at);
            fill_panel::<S, K>(simd, rows.columns(at, piece), apart, panel);
            let words = Run::of(&panel.0).bytes().part(0, piece.div_ceil(K::WORD) * apart * K::WORD);
            let (a, states) = (a.columns(at, piece), &mut states[done..]);
            match apart / lanes {
                4 if wide == 4 => meet_panel::<S, K, T, 4>(simd, a, words, count, states, step, grow),
                2 if wide == 2 => meet_panel::<S, K, T, 2>(simd, a, words, count, states, step, grow),
                _ => meet_panel::<S, K, T, 1>(simd, a, words, count, states, step, grow),
            }
        }
        done += count;
    }
    // So few that most lanes would be idle.
    for j in done..b.count() {
        sum_each::<S, K, T>(simd, a, b.row(j), &mut states[j..], step, grow);
    }
}

/// Every row of a with the `count` rows of a panel of `N` vectors.
#[inline(always)]
fn meet_panel<S: Simd, K: VectorSum, T, const N: usize>(
    simd: S,
    a: Rows<u8>,
    words: Run<u8>,
    count: usize,
    states: &mut [T],
    step: usize,
    grow: impl Fn(&mut T, u64) + Copy,
) {
    let (len, whole) = (a.row_len(), a.count() / ABREAST * ABREAST);
    for i in (0..whole).step_by(ABREAST) {
        let sums = tile::<S, K, ABREAST, N>(simd, a.several(i), words);
        for m in 0..ABREAST {
            grow_lanes::<S, K, T, N>(simd, sums[m], len, &mut states[(i + m) * step..][..count], grow);
        }
    }
    for i in whole..a.count() {
        let [sums] = tile::<S, K, 1, N>(simd, [a.row(i)], words);
        grow_lanes::<S, K, T, N>(simd, sums, len, &mut states[i * step..][..count], grow);
    }
}

/// Adds what lanes come to after `len` bytes of rows to as many states, or to fewer.
#[inline(always)]
fn grow_lanes<S: Simd, K: VectorSum, T, const N: usize>(
    simd: S,
    sums: [S::V; N],
    len: usize,
    states: &mut [T],
    grow: impl Fn(&mut T, u64) + Copy,
) {
    let (lanes, steps) = (S::BYTES / K::WORD, len.div_ceil(K::WORD));
    for (n, &sum) in sums.iter().enumerate() {
        let first = (n * lanes).min(states.len());
        let states = &mut states[first..];
        // A number of states that the compiler knows, wherever there are as many.
        match states.get_mut(..lanes) {
            Some(states) => K::each_lane(simd, sum, steps, states, grow),
            None => K::each_lane(simd, sum, steps, states, grow),
        }
    }
}

/// Brings rows into a panel in which neighbouring words of a row lie so many words `apart`. What belongs to
/// rows beyond the last one is of no meaning.
#[inline(always)]
fn fill_panel<S: Simd, K: VectorSum>(simd: S, rows: Rows<u8>, apart: usize, panel: &mut Panel) {
    if K::WORD == 8 {
        fill_words::<S, u64, 8, 2>(simd, rows, apart, &mut panel.0);
    } else {
        fill_words::<S, u32, 4, 4>(simd, rows, apart, view_mut(&mut panel.0));
    }
}

/// The same with words of `SIZE` bytes, in squares of `N`.
#[inline(always)]
fn fill_words<S: Simd, W: Pod, const SIZE: usize, const N: usize>(
    simd: S,
    rows: Rows<u8>,
    apart: usize,
    panel: &mut [W],
) {
    let squared = rows.count() / N * N;
    for i in (0..squared).step_by(N) {
        let each: [_; N] = rows.several(i);
        for (k, words) in panel.chunks_mut(S::BYTES / SIZE * apart).enumerate() {
            let left = rows.row_len().saturating_sub(k * S::BYTES).min(S::BYTES);
            if left == 0 {
                break;
            }
            fill_squares::<S, W, SIZE, N>(simd, parts(each, k * S::BYTES, left), &mut words[i..], apart);
        }
    }
    for i in squared..rows.count() {
        for at in (0..rows.row_len()).step_by(SIZE) {
            let word = rows.row(i).part(at, SIZE.min(rows.row_len() - at)).padded::<SIZE>(0);
            view_mut::<W, u8>(&mut panel[at / SIZE * apart + i..][..1]).copy_from_slice(&word);
        }
    }
}

/// Brings a vector of each of `N` rows, or what is left of them, into words that lie `apart`.
#[inline(always)]
fn fill_squares<S: Simd, W: Pod, const SIZE: usize, const N: usize>(
    simd: S,
    rows: [Run<u8>; N],
    words: &mut [W],
    apart: usize,
) {
    let mut square = [simd.zero(); N];
    for k in 0..N {
        let whole = rows[k].len() == S::BYTES;
        square[k] = if whole { simd.load(rows[k]) } else { simd.load_partial(rows[k]) };
    }
    turn_lanes::<S, SIZE, N>(simd, &mut square);
    let count = rows[0].len().div_ceil(SIZE);
    for k in 0..N {
        for (lane, values) in simd.lanes(square[k]).into_iter().enumerate() {
            if lane * N + k < count {
                view_mut(&mut words[(lane * N + k) * apart..][..N]).copy_from_slice(&values);
            }
        }
    }
}

/// Every row of a with every row of a panel of `N` vectors: for each row of a, the sums of the panel's rows.
#[inline(always)]
fn tile<S: Simd, K: VectorSum, const M: usize, const N: usize>(
    simd: S,
    a: [Run<u8>; M],
    panel: Run<u8>,
) -> [[S::V; N]; M] {
    let mut sums = [[simd.zero(); N]; M];
    let whole = a[0].len() / K::WORD;
    let (words, last) = (panel.part(0, whole * N * S::BYTES), panel.after(whole * N * S::BYTES));
    for (a, [panel]) in Lockstep::new(a, K::WORD).zip(Lockstep::new([words], N * S::BYTES)) {
        add_words::<S, K, M, N>(simd, a, panel, &mut sums);
    }
    if !last.is_empty() {
        let mut padded = [[0; 8]; M];
        for m in 0..M {
            padded[m] = a[m].padded::<8>(whole * K::WORD);
        }
        let mut words = a;
        for m in 0..M {
            words[m] = Run::of(&padded[m]);
        }
        add_words::<S, K, M, N>(simd, words, last, &mut sums);
    }
    sums
}

/// One word more of each row. Plain loops: an array's own methods would not be compiled for the level.
#[inline(always)]
fn add_words<S: Simd, K: VectorSum, const M: usize, const N: usize>(
    simd: S,
    a: [Run<u8>; M],
    panel: Run<u8>,
    sums: &mut [[S::V; N]; M],
) {
    let mut vectors = [simd.zero(); N];
    for (n, vector) in vectors.iter_mut().enumerate() {
        *vector = K::prepared(simd, simd.load(panel.part(n * S::BYTES, S::BYTES)));
    }
    for m in 0..M {
        let word = K::prepared(simd, K::splat(simd, a[m]));
        for n in 0..N {
            sums[m][n] = K::step(simd, sums[m][n], word, vectors[n]);
        }
    }
}
