//! The plan: which axis the kernel runs along, which one steps its rows, and whether those meet other rows.

use super::axes::{A, Axis, B, Offsets, TRACKS, simplify};
use crate::array::PerAxis;
use crate::array::run::LINE;

/// What the kernel's inner loop runs along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inner {
    /// A reduced axis: each row folds into one state.
    Row,
    /// A kept axis: each place of the row has a state of its own.
    Column,
    /// A kept axis along which one operand moves by an element while the other stays where it is, and the
    /// rows go on in the same memory: each place has a state of its own, for the window that begins there.
    Window,
    /// A kept axis whose places follow one another in memory, each a run of a reduced one, while one operand
    /// is the same in all rows: each place has a state of its own, for the same run of every row.
    Segment,
}

/// The order in which a reduction reads memory.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Where each array starts.
    pub(crate) start: Offsets,
    /// The kept axes outside the kernel, outermost first.
    pub(crate) kept: Vec<Axis>,
    /// The reduced axes outside the kernel, outermost first.
    pub(crate) reduced: Vec<Axis>,
    /// What steps from row to row, or through a window; kept only under [`Inner::Row`].
    pub(crate) rows: Axis,
    /// A kept axis along which only the first operand moves, where only the second moves along the rows:
    /// every row of the one meets every row of the other. Of one place where there is none.
    pub(crate) across: Axis,
    /// What the inner loop runs along.
    pub(crate) inner_axis: Axis,
    /// The reduced axis within each place of the inner one under [`Inner::Segment`]. Of one place otherwise.
    pub(crate) within: Axis,
    /// The pattern.
    pub(crate) inner: Inner,
}

impl Plan {
    /// Plans over `axes` of elements of the given sizes.
    pub(crate) fn new(mut axes: PerAxis<Axis>, size_a: usize, size_b: usize) -> Self {
        let start = simplify(&mut axes);
        // A reduced axis wins a tie: it needs fewer states.
        let fitness = |axis: &Axis| {
            closeness(axis.step[A], size_a) + closeness(axis.step[B], size_b) + usize::from(axis.reduced)
        };
        // Among equals the innermost: `max_by_key` takes the last.
        let inner_axis = match (0..axes.len()).max_by_key(|&i| fitness(&axes[i])) {
            Some(best) => axes.remove(longer_beside(&axes, best).unwrap_or(best)),
            None => Axis::single(true),
        };
        let inner = if inner_axis.reduced { Inner::Row } else { Inner::Column };
        let rows = match rows_among(&axes, inner_axis) {
            Some(best) => axes.remove(best),
            None => Axis::single(true),
        };
        let (kept, reduced) = axes.into_iter().partition(|axis| !axis.reduced);
        Self {
            start,
            kept,
            reduced,
            rows,
            across: Axis::single(false),
            inner_axis,
            within: Axis::single(true),
            inner,
        }
    }

    /// Over `len` elements that follow one another in both operands, all of them reduced into one result.
    pub(crate) fn line(len: usize, size_a: usize, size_b: usize) -> Self {
        let mut inner_axis = Axis { len, ..Axis::single(true) };
        (inner_axis.step[A], inner_axis.step[B]) = (size_a as isize, size_b as isize);
        Self {
            start: [0; TRACKS],
            kept: Vec::new(),
            reduced: Vec::new(),
            rows: Axis::single(true),
            across: Axis::single(false),
            inner_axis,
            within: Axis::single(true),
            inner: Inner::Row,
        }
    }

    /// Whether every row of one operand meets every row of the other.
    pub(crate) fn is_paired(&self) -> bool {
        self.across.len > 1
    }

    /// How far neighbours of a run that a kernel is given lie apart.
    pub(crate) fn run_step(&self) -> Offsets {
        match self.inner {
            Inner::Row | Inner::Column => self.inner_axis.step,
            Inner::Window => self.rows.step,
            Inner::Segment => self.within.step,
        }
    }

    /// Whether there is nothing but rows of elements.
    pub(crate) fn is_one_rectangle(&self) -> bool {
        self.kept.is_empty() && self.reduced.is_empty() && !self.has_pattern()
    }

    /// Whether rows meet rows, or windows are taken together, or segments.
    pub(crate) fn has_pattern(&self) -> bool {
        self.is_paired() || matches!(self.inner, Inner::Window | Inner::Segment)
    }

    /// Whether one operand is the same in all rows.
    pub(crate) fn shares_rows(&self) -> bool {
        self.rows.step[A] == 0 || self.rows.step[B] == 0
    }

    /// The axis along which neighbouring results lie in one tile, if any: each place has a state.
    pub(crate) fn tiled(&self) -> Option<Axis> {
        match self.inner {
            Inner::Column | Inner::Window | Inner::Segment => Some(self.inner_axis),
            Inner::Row if !self.rows.reduced => Some(self.rows),
            Inner::Row => None,
        }
    }

    /// Results for each place of the outer kept axes.
    pub(crate) fn results(&self) -> usize {
        self.tiled().map_or(1, |axis| axis.len) * self.across.len
    }

    /// How many results each place of a tile stands for: the product of the outer kept axes.
    pub(crate) fn outer_kept(&self) -> usize {
        self.kept.iter().map(|axis| axis.len).product()
    }

    /// Elements folded into each result.
    pub(crate) fn depth(&self) -> u128 {
        let all = self.reduced.iter().chain([&self.rows, &self.inner_axis, &self.within]);
        all.filter(|axis| axis.reduced).map(|axis| axis.len as u128).product()
    }

    /// The reduced axes, by the name that [`Plan::narrowed`] takes.
    pub(crate) fn longest_reduced(&self) -> Option<(Place, usize)> {
        let outer = self.reduced.iter().enumerate().map(|(i, axis)| (Place::Outer(i), axis));
        let near = [(Place::Rows, &self.rows), (Place::Inner, &self.inner_axis)];
        let reduced = outer.chain(near).filter(|(_, axis)| axis.reduced);
        reduced.map(|(place, axis)| (place, axis.len)).max_by_key(|&(_, len)| len)
    }

    /// The plan over a part of one reduced axis.
    pub(crate) fn narrowed(&self, place: Place, from: usize, len: usize) -> Plan {
        let mut plan = self.clone();
        let axis = match place {
            Place::Outer(i) => &mut plan.reduced[i],
            Place::Rows => &mut plan.rows,
            Place::Inner => &mut plan.inner_axis,
        };
        axis.len = len;
        let step = axis.step;
        (0..TRACKS).for_each(|i| plan.start[i] += step[i] * from as isize);
        plan
    }
}

/// How well the kernel runs along an axis of one operand: what follows by unit steps is read in place, what shares cache
/// lines is gathered from them, what stays is filled once; each element from a line of its own is worst.
fn closeness(step: isize, size: usize) -> usize {
    match step.unsigned_abs() {
        0 => 2,
        _ if step == size as isize => 4,
        1..LINE => 3,
        _ => 0,
    }
}

/// Elements of a row that are so few that beginning it costs more than they do, and so close to those of the next that
/// a vector of every so many is picked from whole ones.
const FEW: usize = 4;

/// An axis that is the better one to run along than the best, since that is as short as the channels of an image are, and
/// this one is long and steps from each of their places to the next.
fn longer_beside(axes: &[Axis], best: usize) -> Option<usize> {
    let short = &axes[best];
    let whole = |i: usize| short.step[i] * short.len as isize;
    // Columns are as good as long where each row goes on in the next, or is the same.
    let goes_on = |axis: &Axis| {
        let on = [A, B].iter().all(|&i| [0, whole(i)].contains(&axis.step[i]));
        !short.reduced && axis.reduced && on
    };
    let steps_over = |axis: &Axis| {
        let over = |i: usize| {
            let step = axis.step[i].unsigned_abs();
            step == 0 || (whole(i).unsigned_abs().max(1)..LINE).contains(&step)
        };
        over(A) && over(B) && axis.step[A..=B] != [0, 0]
    };
    if short.len > FEW {
        return None;
    }
    axes.iter().rposition(|axis| axis.len > FEW && steps_over(axis) && !goes_on(axis))
}

/// Pairs below which rows of a shared operand are not worth reading in another order than memory has.
const SHARED_FROM: usize = 1 << 12;

/// Which axis steps the rows of a kernel that runs along `inner`: one along which an operand stays where
/// it is, if it is long enough, so that the kernel reads that one once for several rows; else the innermost.
fn rows_among(axes: &[Axis], inner: Axis) -> Option<usize> {
    let may_step = |axis: &Axis| inner.reduced || axis.reduced;
    let is_shared = |axis: &Axis| {
        (axis.step[A] == 0) != (axis.step[B] == 0) && axis.len.saturating_mul(inner.len) >= SHARED_FROM
    };
    let shared = axes.iter().rposition(|axis| may_step(axis) && is_shared(axis));
    shared.or_else(|| axes.iter().rposition(may_step))
}

/// One of a plan's reduced axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In `reduced`, by index.
    Outer(usize),
    /// The rows.
    Rows,
    /// The inner axis.
    Inner,
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    fn axis(len: usize, a: isize, b: isize, reduced: bool) -> Axis {
        Axis { len, step: [a, b, 0, 0, 0, 0], reduced }
    }

    fn stack(reduced: [bool; 3]) -> Plan {
        let axes = smallvec![
            axis(64, 1080 * 1920, 0, reduced[0]),
            axis(1080, 1920, 1920, reduced[1]),
            axis(1920, 1, 1, reduced[2]),
        ];
        Plan::new(axes, 1, 1)
    }

    #[test]
    fn frames_against_one_are_rows() {
        let plan = stack([false, true, true]);
        assert_eq!((plan.inner, plan.inner_axis.len), (Inner::Row, 1080 * 1920));
        assert_eq!(plan.tiled().map(|axis| axis.len), Some(64));
        assert_eq!(plan.depth(), 1080 * 1920);
    }

    #[test]
    fn over_time_is_a_column() {
        let plan = stack([true, false, false]);
        assert_eq!((plan.inner, plan.inner_axis.len, plan.rows.len), (Inner::Column, 1080 * 1920, 64));
        assert_eq!(plan.depth(), 64);
    }

    #[test]
    fn rows_are_those_of_a_shared_operand() {
        let plan = stack([true, false, true]);
        assert_eq!((plan.inner, plan.inner_axis.len), (Inner::Row, 1920));
        assert_eq!((plan.rows.len, plan.rows.reduced, plan.shares_rows()), (64, true, true));
        assert_eq!(plan.kept.iter().map(|axis| axis.len).collect::<Vec<_>>(), [1080]);
        // Too few pairs to leave the order of memory for.
        let short = smallvec![axis(3, 5000, 0, true), axis(50, 100, 100, false), axis(100, 1, 1, true)];
        assert_eq!(Plan::new(short, 1, 1).rows.len, 50);
    }

    #[test]
    fn a_part_starts_where_it_should() {
        let plan = stack([true, true, true]);
        let (place, len) = plan.longest_reduced().unwrap();
        assert_eq!(len, 1080 * 1920);
        let part = plan.narrowed(place, 100, 50);
        assert_eq!((part.start[A], part.start[B], part.inner_axis.len), (100, 100, 50));
    }

    #[test]
    fn a_line_is_planned_as_any_call_is() {
        let (line, planned) =
            (Plan::line(70, 1, 2), Plan::new(smallvec![axis(10, 7, 14, true), axis(7, 1, 2, true)], 1, 2));
        assert_eq!(
            (line.start, line.inner_axis, line.rows),
            (planned.start, planned.inner_axis, planned.rows)
        );
        assert_eq!((line.inner, line.across), (planned.inner, planned.across));
        assert!(planned.kept.is_empty() && planned.reduced.is_empty());
    }

    #[test]
    fn nothing_reduced_still_has_a_row() {
        let plan = stack([false, false, false]);
        assert_eq!((plan.inner, plan.rows, plan.depth()), (Inner::Column, Axis::single(true), 1));
    }
}
