//! Everything that a block consists of: both operands, which pairs take part, and weights.
#![allow(unsafe_code)]

use super::feed::Feed;
use super::job::{Job, Missing};
use super::reduction::{Index, Piece};
use crate::array::grid::{Rectangle, runs_across};
use crate::array::{Operand, Receive};
use crate::element::Keyed;
use crate::kernel::{Block, FoldInto, Kernel, Rows, Simd};
use crate::plan::{A, B, Inner, MASK, Offsets, Plan, WEIGHT};
use std::ops::Range;

/// The feeds of one thread.
pub(super) struct Feeds<'w, E: Keyed> {
    job: &'w Job<'w, 'w>,
    a: Feed<E::Left>,
    b: Feed<E::Right>,
    mask: Option<Feed<u8>>,
    weights: Option<Feed<f64>>,
    /// A byte for each element of the block, where not all take part.
    flags: Vec<u8>,
}

/// A block of the loops around the kernel: rows and elements, by place along their axes.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) row: usize,
    pub(super) rows: usize,
    pub(super) at: usize,
    pub(super) len: usize,
}

/// What the feeds give for one block.
pub(super) struct Fed<'b, E: Keyed> {
    pub(super) block: Block<'b, E>,
    pub(super) offered: Option<&'b [u8]>,
    pub(super) flags: Option<&'b [u8]>,
    pub(super) weights: Option<Rows<'b, f64>>,
}

impl<'w, E: Keyed<Left: Receive, Right: Receive>> Feeds<'w, E> {
    /// For the operands of `plan`.
    pub(super) fn new(job: &'w Job<'w, 'w>, plan: &Plan) -> Self {
        let (step, level) = (plan.inner_axis.step, job.level);
        // Beside short rows that are gathered, others are gathered too: where all are folded into one
        // state, they are one long row then.
        let copied = plan.inner == Inner::Row && plan.rows.reduced && run_across(job, plan);
        let altered = copied || job.is_partial();
        let promised = "the types were chosen for these operands";
        Self {
            job,
            a: Feed::new(job.a, step[A], altered, level).expect(promised),
            b: Feed::new(job.b, step[B], altered, level).expect(promised),
            mask: job.mask.map(|mask| Feed::new(mask, step[MASK], true, level).expect(promised)),
            weights: job.weights.map(|all| Feed::new(all, step[WEIGHT], altered, level).expect(promised)),
            flags: Vec::new(),
        }
    }

    /// Elements that a block may have, if something of it is gathered: half of what there is room for where
    /// memory is read in order, so that the other operand's turn comes before the processor forgets.
    pub(super) fn most_elements(&self, plan: &Plan) -> Option<usize> {
        let gathered = [
            (!self.a.is_in_place()).then(Feed::<E::Left>::capacity),
            (!self.b.is_in_place()).then(Feed::<E::Right>::capacity),
            self.weights.as_ref().filter(|feed| !feed.is_in_place()).map(|_| Feed::<f64>::capacity()),
        ];
        let most = gathered.into_iter().flatten().min();
        if self.run_across(plan) { most } else { most.map(|most| most / 2) }
    }

    /// Whether the elements of a row lie far apart, in one operand at least, and those of a column do not:
    /// a block that is long in columns fills the cache lines that it touches.
    pub(super) fn run_across(&self, plan: &Plan) -> bool {
        plan.rows.len > 1 && run_across(self.job, plan)
    }

    /// The block that `span` of the plan is, where its loops stand at `at`; none if a pair that must
    /// not be missing is.
    pub(super) fn feed(&mut self, plan: &Plan, at: Offsets, span: Span) -> Option<Fed<'_, E>> {
        let rectangle = |operand: &Operand<'_>, which: usize| {
            let (rows, inner) = (plan.rows.step[which], plan.inner_axis.step[which]);
            let offset = at[which] + rows * span.row as isize + inner * span.at as isize;
            let start = operand.start.wrapping_offset(offset);
            Rectangle { start, row_step: rows, rows: span.rows, step: inner, len: span.len }
        };
        let (from_a, from_b) = (rectangle(self.job.a, A), rectangle(self.job.b, B));
        let flagged = self.job.is_partial();
        if flagged {
            // SAFETY: operands vouch for every element that their shape reaches, and the plan visits no others.
            unsafe {
                self.a.gather(from_a);
                self.b.gather(from_b);
                if let (Some(mask), Some(operand)) = (&mut self.mask, self.job.mask) {
                    mask.gather(rectangle(operand, MASK));
                }
            }
            if !self.choose(from_a, from_b) {
                return None;
            }
            self.a.blank(&self.flags);
            self.b.blank(&self.flags);
        }
        let Self { a, b, mask, weights, flags, .. } = self;
        let offered = mask.as_ref().map(|mask| mask.elements(from_a));
        let flags = flagged.then_some(&flags[..]);
        // SAFETY: as above.
        let (a, b) = unsafe {
            if flagged { (a.gathered(from_a), b.gathered(from_b)) } else { (a.rows(from_a), b.rows(from_b)) }
        };
        let weights = weights.as_mut().zip(self.job.weights).map(|(feed, operand)| {
            let from = rectangle(operand, WEIGHT);
            match flags {
                Some(flags) => {
                    // SAFETY: as above.
                    unsafe { feed.gather(from) };
                    feed.blank(flags);
                    feed.gathered(from)
                }
                // SAFETY: as above.
                None => unsafe { feed.rows(from) },
            }
        });
        Some(Fed { block: Block { a, b }, offered, flags, weights })
    }

    /// Sets the flags of the pairs that take part; false if one is missing that must not be.
    fn choose(&mut self, from_a: Rectangle, from_b: Rectangle) -> bool {
        let elements = from_a.rows * from_a.len;
        self.flags.clear();
        match &self.mask {
            Some(mask) => self.flags.extend_from_slice(mask.elements(from_a)),
            None => self.flags.resize(elements, 1),
        }
        let (same, omit) = (self.job.without_same, self.job.missing == Missing::Omit);
        if !same && self.job.missing == Missing::Keep {
            return true;
        }
        let (a, b) = (self.a.elements(from_a), self.b.elements(from_b));
        let missing = self.job.level.run(Present::<E> { a, b, same, omit, flags: &mut self.flags });
        !(missing && self.job.missing == Missing::Refuse)
    }
}

/// Whether an operand of the job steps farther along the rows of `plan` than from row to row.
fn run_across(job: &Job<'_, '_>, plan: &Plan) -> bool {
    let (inner, rows) = (plan.inner_axis.step, plan.rows.step);
    let operands = [(Some(job.a), A), (Some(job.b), B), (job.mask, MASK), (job.weights, WEIGHT)];
    operands.iter().any(|&(operand, which)| {
        let far = |operand: &Operand<'_>| runs_across(inner[which], rows[which], operand.dtype.size());
        operand.is_some_and(far)
    })
}

/// Clears the flags of pairs that are the same, and of those whose difference is not a number; true if
/// there was one of the latter.
struct Present<'b, E: Keyed> {
    a: &'b [E::Left],
    b: &'b [E::Right],
    same: bool,
    omit: bool,
    flags: &'b mut [u8],
}

impl<E: Keyed> Kernel for Present<'_, E> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        let mut missing = 0;
        for ((flag, &a), &b) in self.flags.iter_mut().zip(self.a).zip(self.b) {
            let absent = E::key(a, b) > E::LAST;
            let same = self.same && absent && E::is_same(a, b);
            missing |= *flag & (absent && !same) as u8;
            *flag &= !(same || (self.omit && absent)) as u8;
        }
        missing != 0
    }
}

impl<'b, E: Keyed> Fed<'b, E> {
    /// With where it belongs.
    pub(super) fn piece(self, into: FoldInto, places: Range<usize>, index: Index) -> Piece<'b, E> {
        let Self { block, offered, flags, weights } = self;
        Piece { block, into, places, offered, flags, weights, index }
    }
}
