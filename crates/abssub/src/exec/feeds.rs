//! Everything that a block consists of: both operands, which pairs take part, and weights.
#![allow(unsafe_code)]

use super::feed::Feed;
use super::job::Job;
use super::partial::{Flags, Partial};
use super::reduction::{Index, Piece};
use crate::array::grid::{Rectangle, runs_across};
use crate::array::run::LINE;
use crate::array::{Operand, Receive};
use crate::element::{Bool, Keyed};
use crate::kernel::{Block, Chosen, FoldInto, Rows, Windows};
use crate::plan::{A, Axis, B, Inner, MASK, Offsets, Plan, WEIGHT};
use std::ops::Range;

/// The feeds of one thread.
pub(super) struct Feeds<'w, E: Keyed> {
    job: &'w Job<'w, 'w>,
    a: Feed<E::Left>,
    b: Feed<E::Right>,
    mask: Option<Feed<Bool>>,
    /// Where not all pairs may take part, and a block is copied without those that do not.
    partial: Option<Partial<'w, E>>,
    weights: Option<Feed<f64>>,
    /// One element in so many of a row counts, and rows are read whole.
    every: usize,
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
    pub(super) chosen: Option<Chosen<'b>>,
    pub(super) offered: Option<&'b [u8]>,
    pub(super) flags: Option<&'b [u8]>,
    pub(super) weights: Option<Rows<'b, f64>>,
}

impl<'w, E: Keyed<Left: Receive, Right: Receive>> Feeds<'w, E> {
    /// For the operands of `plan`; `chooses` says that the reduction can do with [`Chosen`] elements.
    pub(super) fn new(job: &'w Job<'w, 'w>, plan: &Plan, chooses: bool) -> Self {
        let (step, level) = (plan.run_step(), job.level);
        let partial = job.is_partial();
        let promised = "the types were chosen for these operands";
        let by_rows = plan.inner == Inner::Row;
        let chooses = chooses && !plan.has_pattern() && job.weights.is_none();
        // Beside short rows that are gathered, others are gathered too: where all are folded into one state,
        // they are one long row then. Sums of vectors do as well without.
        let joined = by_rows && plan.rows.reduced && run_across(job, plan);
        let copied = joined && (partial || !chooses);
        let across = plan.rows.len > 1 && run_across(job, plan);
        let every = if chooses && by_rows && !partial && !copied { every::<E>(job, step) } else { 1 };
        let mut feeds = Self {
            job,
            a: Feed::new(job.a, step[A] / every as isize, copied, across, level).expect(promised),
            b: Feed::new(job.b, step[B] / every as isize, copied, across, level).expect(promised),
            mask: job.mask.map(|mask| Feed::new(mask, step[MASK], copied, across, level).expect(promised)),
            partial: None,
            weights: job
                .weights
                .map(|all| Feed::new(all, step[WEIGHT], copied || partial, across, level).expect(promised)),
            every,
        };
        if partial && !(chooses && feeds.can_mask(by_rows)) {
            feeds.partial = Some(Partial::new(job));
        }
        feeds
    }

    /// Whether both operands' elements are what is folded, as they lie.
    pub(super) fn own_both(job: &Job<'_, '_>) -> bool {
        Feed::<E::Left>::is_own(job.a) && Feed::<E::Right>::is_own(job.b)
    }

    /// Whether both operands' runs are read where they are, if elements are so far apart.
    pub(super) fn read_both(job: &Job<'_, '_>, step: Offsets) -> bool {
        let sizes = [size_of::<E::Left>(), size_of::<E::Right>()];
        Self::own_both(job) && step[A..=B] == sizes.map(|size| size as isize)
    }

    /// Whether a mask is all that leaves pairs out, and it is read as its bytes lie, beside bytes where rows are summed.
    fn can_mask(&self, by_rows: bool) -> bool {
        let in_place = self.a.is_in_place() && self.b.is_in_place();
        !self.job.looks_at_pairs()
            && in_place
            && (size_of::<E::Left>() == 1 || !by_rows)
            && self.mask.as_ref().is_some_and(Feed::is_in_place)
    }

    /// The bytes of an operand that an element of a row takes.
    pub(super) fn bytes_each(&self) -> usize {
        self.every * size_of::<E::Left>()
    }

    /// Elements that a block may have, if something of it is gathered: half of what there is room for where
    /// memory is read in order, so that the other operand's turn comes before the processor forgets.
    pub(super) fn most_elements(&self, plan: &Plan) -> Option<usize> {
        if self.a.is_in_place() && self.b.is_in_place() && self.weights.is_none() && self.partial.is_none() {
            return None;
        }
        let across = self.run_across(plan);
        let gathered = [
            (!self.a.is_in_place()).then(|| Feed::<E::Left>::capacity_for(across)),
            (!self.b.is_in_place()).then(|| Feed::<E::Right>::capacity_for(across)),
            self.weights
                .as_ref()
                .filter(|feed| !feed.is_in_place())
                .map(|_| Feed::<f64>::capacity_for(across)),
        ];
        let most = gathered.into_iter().flatten().min();
        let most = if across { most } else { most.map(|most| most / 2) };
        most.into_iter().chain(self.partial.as_ref().map(|_| Partial::<E>::capacity())).min()
    }

    /// Whether an operand that is the same in all rows is gathered.
    pub(super) fn hold_shared(&self, plan: &Plan) -> bool {
        let step = plan.rows.step;
        (step[A] == 0 && !self.a.is_in_place()) || (step[B] == 0 && !self.b.is_in_place())
    }

    /// Whether the elements of a row lie far apart, in one operand at least, and those of a column do not:
    /// a block that is long in columns fills the cache lines that it touches.
    pub(super) fn run_across(&self, plan: &Plan) -> bool {
        plan.rows.len > 1 && run_across(self.job, plan)
    }

    /// How many rows and how many elements of them there are before `span`'s memory comes to the start of a cache line:
    /// rows where an operand is read along columns, elements where one is read along rows. Blocks that begin there
    /// share no line with those before. Zero where columns, or rows, do not begin alike in a line.
    pub(super) fn until_lines(&self, plan: &Plan, at: Offsets, span: Span) -> (usize, usize) {
        let (across, down) = (plan.run_step(), plan.rows.step);
        let until = |operand: &Operand<'_>, which: usize, along: isize, apart: isize| {
            let size = operand.dtype.size();
            let start = rectangle(operand, at[which], (down[which], across[which]), span).start;
            let alike = along == size as isize && apart != 0 && apart % LINE as isize == 0;
            if alike { start.align_offset(LINE) / size } else { 0 }
        };
        let operands = [(self.job.a, A), (self.job.b, B)];
        let rows = operands.map(|(operand, which)| until(operand, which, down[which], across[which]));
        let elements = operands.map(|(operand, which)| until(operand, which, across[which], down[which]));
        (rows[A].max(rows[B]), elements[A].max(elements[B]))
    }

    /// The block that `span` of the plan is, where its loops stand at `at`; none if a pair that must
    /// not be missing is.
    pub(super) fn feed(&mut self, plan: &Plan, at: Offsets, span: Span) -> Option<Fed<'_, E>> {
        let step = plan.run_step();
        let rectangle = |operand: &Operand<'_>, which: usize| {
            rectangle(operand, at[which], (plan.rows.step[which], step[which]), span)
        };
        let read = |operand: &Operand<'_>, which: usize| {
            let whole = rectangle(operand, which);
            Rectangle { len: (whole.len - 1) * self.every + 1, ..whole }
        };
        // SAFETY: operands vouch for every element that their shape reaches, and the plan visits no others. What
        // lies between two that are so close is on the page of one of them.
        let (a, b) = unsafe { (self.a.rows(read(self.job.a, A)), self.b.rows(read(self.job.b, B))) };
        let mut block = Block { a, b };
        let (mut flags, mut offered) = (None, None);
        let mask = self.mask.as_mut().zip(self.job.mask);
        // SAFETY: as above.
        let mask = mask.map(|(feed, operand)| unsafe { feed.rows(rectangle(operand, MASK)) });
        let mut chosen = (self.every > 1).then_some(Chosen::Every(self.every));
        if let Some(partial) = &mut self.partial {
            let (kept, Flags { taken, offered: all }) = partial.choose(block, mask)?;
            (block, flags, offered) = (kept, Some(taken), all);
        } else {
            chosen = chosen.or(mask.map(Chosen::Masked));
        }
        let weights = self.weights.as_mut().zip(self.job.weights).map(|(feed, operand)| {
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
        Some(Fed { block, chosen, offered, flags, weights })
    }

    /// The rows of the first operand and those of the second that meet each other: each in its own span.
    pub(super) fn feed_pairs(&mut self, plan: &Plan, at: Offsets, of_a: Span, of_b: Span) -> Block<'_, E> {
        let steps = |axis: &Axis, which: usize| (axis.step[which], plan.inner_axis.step[which]);
        let from_a = rectangle(self.job.a, at[A], steps(&plan.across, A), of_a);
        let from_b = rectangle(self.job.b, at[B], steps(&plan.rows, B), of_b);
        // SAFETY: operands vouch for every element that their shape reaches, and the plan visits no others.
        unsafe { Block { a: self.a.rows(from_a), b: self.b.rows(from_b) } }
    }

    /// What the windows that begin in `span` are made of: a run of the operand that stays, and of the other
    /// as much more as there are windows more than one.
    pub(super) fn feed_windows(&mut self, plan: &Plan, at: Offsets, span: Span) -> Windows<'_, E> {
        let run = |operand: &Operand<'_>, which: usize| {
            let (through, along) = (plan.rows.step[which], plan.inner_axis.step[which]);
            let start = at[which] + through * span.row as isize + along * span.at as isize;
            let len = if along == 0 { span.rows } else { span.rows + span.len - 1 };
            rectangle(operand, start, (0, through), Span { row: 0, rows: 1, at: 0, len })
        };
        let (from_a, from_b) = (run(self.job.a, A), run(self.job.b, B));
        // SAFETY: operands vouch for every element that their shape reaches, and windows hold no others.
        unsafe { Windows { a: self.a.rows(from_a).row(0), b: self.b.rows(from_b).row(0) } }
    }
}

/// One in how many elements of memory both operands have, if those between are better read than left out.
fn every<E: Keyed<Left: Receive, Right: Receive>>(job: &Job<'_, '_>, step: Offsets) -> usize {
    let size = size_of::<E::Left>();
    let alike = step[A] == step[B] && size == size_of::<E::Right>();
    let own = Feeds::<E>::own_both(job);
    [2, 4].into_iter().find(|every| alike && own && step[A] == (every * size) as isize).unwrap_or(1)
}

/// The part of an operand that `span` is, whose rows and elements step by so many bytes.
fn rectangle(
    operand: &Operand<'_>,
    offset: isize,
    (row_step, step): (isize, isize),
    span: Span,
) -> Rectangle {
    let offset = offset + row_step * span.row as isize + step * span.at as isize;
    let start = operand.start.wrapping_offset(offset);
    Rectangle { start, row_step, rows: span.rows, step, len: span.len }
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

impl<'b, E: Keyed> Fed<'b, E> {
    /// With where it belongs.
    pub(super) fn piece(self, into: FoldInto, places: Range<usize>, index: Index) -> Piece<'b, E> {
        let Self { block, chosen, offered, flags, weights } = self;
        Piece { block, chosen, into, places, offered, flags, weights, index }
    }
}
