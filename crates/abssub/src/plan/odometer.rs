//! Walking the places of some axes without knowing how many axes there are.

use super::axes::{Axis, Offsets, TRACKS};

/// NumPy's own limit.
const MAX_AXES: usize = 64;

/// Walks the places of some axes, outermost first, keeping every array's offset.
pub(crate) struct Odometer<'p> {
    axes: &'p [Axis],
    counts: [usize; MAX_AXES],
    /// Where each array stands.
    pub(crate) at: Offsets,
}

impl<'p> Odometer<'p> {
    /// Stands at place number `index` of `axes`, from `start`.
    pub(crate) fn new(axes: &'p [Axis], start: Offsets, mut index: usize) -> Self {
        let mut odometer = Self { axes, counts: [0; MAX_AXES], at: start };
        for (i, axis) in axes.iter().enumerate().rev() {
            odometer.counts[i] = index % axis.len;
            index /= axis.len;
            odometer.shift(axis, odometer.counts[i] as isize);
        }
        odometer
    }

    fn shift(&mut self, axis: &Axis, by: isize) {
        (0..TRACKS).for_each(|k| self.at[k] += axis.step[k] * by);
    }

    /// Steps to the next place; false, and back at the first, after the last.
    pub(crate) fn advance(&mut self) -> bool {
        for (i, axis) in self.axes.iter().enumerate().rev() {
            if self.counts[i] + 1 < axis.len {
                self.counts[i] += 1;
                self.shift(axis, 1);
                return true;
            }
            self.shift(axis, -(self.counts[i] as isize));
            self.counts[i] = 0;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::axes::A;

    fn axis(len: usize, a: isize, reduced: bool) -> Axis {
        Axis { len, step: [a, a, 0, 0, a, 0], reduced }
    }

    #[test]
    fn an_odometer_visits_every_place_in_order() {
        let axes = [axis(3, 100, true), axis(2, 10, true), axis(4, 1, true)];
        let mut odometer = Odometer::new(&axes, [0; TRACKS], 0);
        for index in 0..24 {
            assert_eq!(odometer.at, Odometer::new(&axes, [0; TRACKS], index).at);
            assert_eq!(odometer.at[A] as usize, index / 8 * 100 + index / 4 % 2 * 10 + index % 4);
            assert_eq!(odometer.advance(), index < 23);
        }
        assert_eq!(odometer.at, [0; TRACKS]);
    }
}
