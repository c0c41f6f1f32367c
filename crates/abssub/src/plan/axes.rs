//! Axes: dropped, flipped, ordered by stride and coalesced.

use crate::array::PerAxis;

/// Where an operand's number stands in an [`Offsets`].
pub(crate) const A: usize = 0;
/// The second operand.
pub(crate) const B: usize = 1;
/// The mask.
pub(crate) const MASK: usize = 2;
/// The weights.
pub(crate) const WEIGHT: usize = 3;
/// The result.
pub(crate) const OUT: usize = 4;
/// No memory, but the place among the reduced elements, in the order that the caller sees.
pub(crate) const INDEX: usize = 5;
/// How many of them there are.
pub(super) const TRACKS: usize = 6;

/// A distance for each array, in bytes, and in elements for `INDEX`.
pub(crate) type Offsets = [isize; TRACKS];

/// One axis: how far each array moves at each of its `len` steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    pub(crate) len: usize,
    pub(crate) step: Offsets,
    pub(crate) reduced: bool,
}

impl Axis {
    /// An axis along which there is one place.
    pub(crate) fn single(reduced: bool) -> Self {
        Self { len: 1, step: [0; TRACKS], reduced }
    }

    /// How far the inputs reach at one step: the key by which axes are ordered.
    fn reach(&self) -> usize {
        self.step[A].unsigned_abs() + self.step[B].unsigned_abs()
    }

    /// Turns the axis round if the inputs run backwards along it; returns how far each array's start moves.
    fn face_forward(&mut self) -> Offsets {
        let inputs = [self.step[A], self.step[B], self.step[MASK], self.step[WEIGHT]];
        if inputs.iter().any(|&step| step > 0) || inputs.iter().all(|&step| step == 0) {
            return [0; TRACKS];
        }
        let moved = self.step.map(|step| step * (self.len as isize - 1));
        self.step = self.step.map(|step| -step);
        moved
    }

    /// This axis with the one inside it, as one, where every array goes on without a gap.
    fn joined(&self, inside: &Axis) -> Option<Axis> {
        let seamless = self.reduced == inside.reduced
            && self
                .step
                .iter()
                .zip(&inside.step)
                .all(|(&outer, &inner)| outer == inner * inside.len as isize);
        seamless.then(|| Axis { len: self.len * inside.len, ..*inside })
    }
}

/// Leaves the fewest axes, outermost first, that visit the same elements; gives where each array now starts.
pub(crate) fn simplify(axes: &mut PerAxis<Axis>) -> Offsets {
    let mut start = [0; TRACKS];
    axes.retain(|axis| axis.len != 1);
    for axis in axes.iter_mut() {
        let moved = axis.face_forward();
        (0..TRACKS).for_each(|i| start[i] += moved[i]);
    }
    axes.sort_by_key(|axis| std::cmp::Reverse(axis.reach()));
    coalesce(axes);
    start
}

/// Joins each axis to the next one outside it of the same class, where no array has a gap.
fn coalesce(axes: &mut PerAxis<Axis>) {
    let mut last = [None; 2];
    let mut done = 0;
    for i in 0..axes.len() {
        let axis = axes[i];
        let class = &mut last[usize::from(axis.reduced)];
        match class.and_then(|outer: usize| Some((outer, axes[outer].joined(&axis)?))) {
            Some((outer, joined)) => axes[outer] = joined,
            None => {
                *class = Some(done);
                axes[done] = axis;
                done += 1;
            }
        }
    }
    axes.truncate(done);
    axes.sort_by_key(|axis| std::cmp::Reverse(axis.reach()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    fn simplified(mut axes: PerAxis<Axis>) -> (Offsets, PerAxis<Axis>) {
        (simplify(&mut axes), axes)
    }

    fn axis(len: usize, a: isize, b: isize, reduced: bool) -> Axis {
        Axis { len, step: [a, b, 0, 0, 0, 0], reduced }
    }

    #[test]
    fn a_frame_becomes_one_row() {
        let (start, axes) = simplified(smallvec![
            axis(64, 1080 * 1920, 0, false),
            axis(1080, 1920, 1920, true),
            axis(1920, 1, 1, true),
        ]);
        assert_eq!(start, [0; TRACKS]);
        assert_eq!(axes[..], [axis(64, 1080 * 1920, 0, false), axis(1080 * 1920, 1, 1, true)]);
    }

    #[test]
    fn backwards_axes_turn_round() {
        let (start, axes) = simplified(smallvec![axis(3, -10, -10, true), axis(10, -1, 0, true)]);
        assert_eq!(start, [-20 - 9, -20, 0, 0, 0, 0]);
        assert_eq!(axes[..], [axis(3, 10, 10, true), axis(10, 1, 0, true)]);
        // One operand forwards, one backwards: nothing to gain.
        assert_eq!(simplified(smallvec![axis(3, -10, 10, true)]).1[..], [axis(3, -10, 10, true)]);
    }

    #[test]
    fn fortran_order_is_put_right() {
        let (_, axes) =
            simplified(smallvec![axis(5, 1, 1, true), axis(7, 5, 5, true), axis(1, 99, 0, false)]);
        assert_eq!(axes[..], [axis(35, 1, 1, true)]);
    }

    #[test]
    fn axes_join_only_where_the_index_goes_on_too() {
        let with_index = |index: [isize; 2]| {
            let mut axes: PerAxis<Axis> = smallvec![axis(5, 1, 1, true), axis(7, 5, 5, true)];
            (0..2).for_each(|i| axes[i].step[INDEX] = index[i]);
            simplified(axes).1.len()
        };
        // Fortran order: memory goes on without a gap, the flat index does not.
        assert_eq!((with_index([7, 1]), with_index([0, 0])), (2, 1));
    }

    #[test]
    fn kept_and_reduced_never_join() {
        let axes: PerAxis<Axis> = smallvec![axis(4, 8, 8, false), axis(8, 1, 1, true)];
        assert_eq!(simplified(axes.clone()).1, axes);
    }
}
