//! Patterns that a plan's loops make up together, so that a kernel reads each element once for several results.

use super::axes::{A, Axis, B};
use super::pattern::{Inner, Plan};

/// Elements of a run within a place that are so many that rows read as streams do without what follows.
const SEGMENT_LEN: usize = 1 << 14;

impl Plan {
    /// Takes rows together with the others that they meet, where every row of one operand meets every row of the other.
    pub(crate) fn pair(&mut self) {
        let moves = |axis: &Axis| (axis.step[A] != 0, axis.step[B] != 0);
        let turned = |(a, b): (bool, bool)| (b, a);
        let others = turned(moves(&self.rows));
        if self.inner != Inner::Row || self.rows.reduced || others.0 == others.1 {
            return;
        }
        if let Some(i) = self.kept.iter().rposition(|axis| moves(axis) == others) {
            self.across = self.kept.remove(i);
            if others == (false, true) {
                std::mem::swap(&mut self.across, &mut self.rows);
            }
        }
    }

    /// Takes windows together, where an operand walks the same memory along a kept axis and a reduced one.
    pub(crate) fn window(&mut self) {
        let along = self.inner_axis;
        let slides = |axis: &Axis, which: usize, other: usize| {
            axis.step[which] == along.step[which] && along.step[which] > 0 && axis.step[other] == 0
        };
        let is_window = |axis: &Axis| !axis.reduced && (slides(axis, A, B) || slides(axis, B, A));
        if self.inner != Inner::Row || !along.reduced || self.is_paired() {
            return;
        }
        if is_window(&self.rows) {
            self.inner_axis = self.rows;
        } else if let Some(i) = self.kept.iter().rposition(is_window) {
            self.inner_axis = self.kept.remove(i);
            let outer = if self.rows.reduced { &mut self.reduced } else { &mut self.kept };
            outer.push(self.rows);
        } else {
            return;
        }
        (self.rows, self.inner) = (along, Inner::Window);
    }

    /// Takes short rows together with those of the results that follow: pieces of memory that are as long as
    /// streams are.
    pub(crate) fn segment(&mut self) {
        let within = self.inner_axis;
        let follows =
            |axis: &Axis| [A, B].iter().all(|&i| axis.step[i] == within.step[i] * within.len as isize);
        let is_short = self.inner == Inner::Row && within.reduced && within.len <= SEGMENT_LEN;
        if !is_short || !self.rows.reduced || !self.shares_rows() {
            return;
        }
        if let Some(i) = self.kept.iter().rposition(follows) {
            self.inner_axis = self.kept.remove(i);
            (self.within, self.inner) = (within, Inner::Segment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    fn axis(len: usize, a: isize, b: isize, reduced: bool) -> Axis {
        Axis { len, step: [a, b, 0, 0, 0, 0], reduced }
    }

    #[test]
    fn rows_that_meet_rows_are_paired() {
        for turned in [false, true] {
            let (a, b) = if turned { (0, 784) } else { (784, 0) };
            let axes = smallvec![axis(30, a, b, false), axis(20, b, a, false), axis(784, 1, 1, true)];
            let mut plan = Plan::new(axes, 1, 1);
            plan.pair();
            assert!(plan.is_paired() && plan.kept.is_empty());
            assert_eq!((plan.across.step[A], plan.across.step[B]), (784, 0));
            assert_eq!((plan.rows.step[A], plan.rows.step[B]), (0, 784));
        }
        // Frames against one, and over time.
        for reduced in [[false, true], [true, false]] {
            let pixels = axis(1080 * 1920, 1, 1, reduced[1]);
            let mut plan = Plan::new(smallvec![axis(64, 1080 * 1920, 0, reduced[0]), pixels], 1, 1);
            plan.pair();
            assert!(!plan.is_paired());
        }
    }

    #[test]
    fn axes_that_walk_the_same_memory_are_windows() {
        let (height, width) = (axis(8, 100, 16, true), axis(16, 1, 1, true));
        let mut plan =
            Plan::new(smallvec![axis(93, 100, 0, false), axis(85, 1, 0, false), height, width], 1, 1);
        plan.window();
        assert_eq!((plan.inner, plan.inner_axis.len, plan.rows.len), (Inner::Window, 85, 16));
        assert_eq!((plan.kept.len(), plan.reduced.len(), plan.run_step()[B]), (1, 1, 1));
        // Every second place: another memory.
        let mut plan = Plan::new(smallvec![axis(43, 2, 0, false), width], 1, 1);
        plan.window();
        assert_eq!(plan.inner, Inner::Row);
    }

    #[test]
    fn rows_that_go_on_are_segments() {
        let frames = |row: isize, reduced| {
            smallvec![axis(64, 1080 * row, 0, true), axis(1080, row, row, false), axis(1920, 1, 1, reduced)]
        };
        let mut plan = Plan::new(frames(1920, true), 1, 1);
        plan.segment();
        assert_eq!((plan.inner, plan.inner_axis.len, plan.within.len), (Inner::Segment, 1080, 1920));
        assert_eq!((plan.depth(), plan.results(), plan.run_step()[A]), (64 * 1920, 1080, 1));
        assert!(plan.kept.is_empty() && plan.has_pattern());
        // Something lies between the rows; and nothing is reduced within.
        for axes in [frames(2000, true), frames(1920, false)] {
            let mut plan = Plan::new(axes, 1, 1);
            plan.segment();
            assert_ne!(plan.inner, Inner::Segment);
        }
    }
}
