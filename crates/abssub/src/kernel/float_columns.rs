//! Float sums of columns: strips of certified lanes, a few rows at a time.

use super::certify::{Double, Lanes, Plain, any_lost};
use super::digits::{CHUNK, Digits};
use super::float::{add_chunk, add_to_lanes};
use super::real::Real;
use super::rows::Rows;
use crate::array::run::{Pod, Run};
use std::ops::Range;

/// Columns whose sums stay in registers while a few rows are added.
const WIDTH: usize = 16;
/// Columns that are summed together: a row's part of them fills a few cache lines.
const STRIP: usize = 256;
/// Rows that are added while sums are in registers.
const TOGETHER: usize = 4;
/// Rows of a strip that share certificates.
const ROWS: usize = 256;

/// Some rows of some columns.
struct Strip<'m, E: Real> {
    a: Rows<'m, E::Left>,
    b: Rows<'m, E::Left>,
    rows: Range<usize>,
    at: usize,
    width: usize,
}

/// The sums of a strip, and what they lost.
struct Summed<L> {
    lanes: [[L; 2]; STRIP / WIDTH],
    lost: [[u64; WIDTH]; STRIP / WIDTH],
}

#[inline(always)]
pub(super) fn sum_columns<E: Real>(a: Rows<E::Left>, b: Rows<E::Left>, sums: &mut [E::Sum]) {
    for first in (0..a.count()).step_by(ROWS) {
        let rows = first..a.count().min(first + ROWS);
        for (k, sums) in sums.chunks_mut(STRIP).enumerate() {
            let strip = Strip::<E> { a, b, rows: rows.clone(), at: k * STRIP, width: sums.len() };
            let mut summed = Summed::<Plain<WIDTH>>::ZERO;
            strip.sum(&mut summed);
            if !any_lost(summed.lost.as_flattened()) {
                for (i, sum) in sums.iter_mut().enumerate() {
                    summed.give::<E>(i, sum);
                }
                continue;
            }
            let mut summed = Summed::<Double<WIDTH>>::ZERO;
            strip.sum(&mut summed);
            for (i, sum) in sums.iter_mut().enumerate() {
                if summed.lost[i / WIDTH][i % WIDTH] == 0 {
                    summed.give::<E>(i, sum);
                } else {
                    strip.sum_column(i, sum);
                }
            }
        }
    }
}

impl<L: Lanes<WIDTH>> Summed<L> {
    const ZERO: Self = Self { lanes: [[L::ZERO; 2]; STRIP / WIDTH], lost: [[0; WIDTH]; STRIP / WIDTH] };

    #[inline(always)]
    fn give<E: Real>(&self, i: usize, sum: &mut E::Sum) {
        let [first, second] = &self.lanes[i / WIDTH];
        sum.as_mut().add_pair(first.sum(i % WIDTH));
        if E::PAIRED {
            sum.as_mut().add_pair(second.sum(i % WIDTH));
        }
    }
}

impl<E: Real> Strip<'_, E> {
    #[inline(always)]
    fn sum<L: Lanes<WIDTH>>(&self, summed: &mut Summed<L>) {
        let mut row = self.rows.start;
        while row + TOGETHER <= self.rows.end {
            self.add_rows::<L, TOGETHER>(row, summed);
            row += TOGETHER;
        }
        for row in row..self.rows.end {
            self.add_rows::<L, 1>(row, summed);
        }
    }

    #[inline(always)]
    fn add_rows<L: Lanes<WIDTH>, const N: usize>(&self, row: usize, summed: &mut Summed<L>) {
        let (mut a, mut b) = ([self.a.row(row); N], [self.b.row(row); N]);
        for i in 0..N {
            a[i] = self.a.piece(row + i, self.at, self.width);
            b[i] = self.b.piece(row + i, self.at, self.width);
        }
        let whole = self.width / WIDTH;
        for block in 0..whole {
            let (mut lanes, mut lost) = (summed.lanes[block], summed.lost[block]);
            for i in 0..N {
                let (a, b) = (a[i].block(block * WIDTH), b[i].block(block * WIDTH));
                add_to_lanes::<E, L, WIDTH>(&a, &b, &mut lanes, &mut lost);
            }
            (summed.lanes[block], summed.lost[block]) = (lanes, lost);
        }
        if !self.width.is_multiple_of(WIDTH) {
            for i in 0..N {
                let (a, b) = (a[i].padded(whole * WIDTH), b[i].padded(whole * WIDTH));
                add_to_lanes::<E, L, WIDTH>(&a, &b, &mut summed.lanes[whole], &mut summed.lost[whole]);
            }
        }
    }

    /// Sums one column, whatever its terms are.
    #[inline(always)]
    fn sum_column(&self, i: usize, sum: &mut E::Sum) {
        let at = self.at + i;
        if self.rows.len() < CHUNK {
            for row in self.rows.clone() {
                E::add(self.a.row(row).get(at), self.b.row(row).get(at), sum);
            }
            return;
        }
        let mut digits = Digits::ZERO;
        for first in self.rows.clone().step_by(CHUNK) {
            let rows = first..self.rows.end.min(first + CHUNK);
            let (a, b) = (column(self.a, rows.clone(), at), column(self.b, rows, at));
            add_chunk::<E>(Run::of(&a), Run::of(&b), &mut digits, sum);
        }
        digits.empty_into(sum.as_mut());
    }
}

/// A few rows' elements of one column, and zeros.
#[inline(always)]
fn column<T: Pod>(rows: Rows<T>, some: Range<usize>, at: usize) -> [T; CHUNK] {
    let mut elements = [T::ZERO; CHUNK];
    for (element, row) in elements.iter_mut().zip(some) {
        *element = Run::get(rows.row(row), at);
    }
    elements
}
