//! Runs a reduction of one element type: tasks, tiles, blocks, and the merging of states.
#![allow(unsafe_code)]

use super::feed::{Feed, Rectangle};
use super::job::{Job, Shared};
use super::pool;
use super::reduction::Reduction;
use crate::Error;
use crate::array::{Operand, Receive};
use crate::element::Element;
use crate::kernel::{Block, FoldInto};
use crate::plan::{A, B, Cut, Inner, MASK, OUT, Odometer, Offsets, Plan, Tile};
use crate::reduce::{Landing, Specials};
use std::time::{Duration, Instant};

/// Bytes of states in a tile: with the buffers of the feeds, a thread stays under 256 KiB.
const TILE_BYTES: usize = 96 << 10;
/// Elements that the kernel is given at a time, so that a call can be stopped between.
const BLOCK_ELEMENTS: usize = 1 << 16;
/// Rows of a block whose elements lie far apart: neighbours in memory are read while they are cached.
const SCATTERED_LEN: usize = 128;
/// Elements of a row that all rows of a block share: it stays in the first cache while they pass.
const SHARED_LEN: usize = 1 << 13;
/// How often the caller is asked whether to go on.
const POLL_EVERY: Duration = Duration::from_millis(30);
/// Elements between two looks at the clock.
const LOOK_EVERY: usize = 1 << 18;

/// Runs a reduction of the job's differences over `plan`; `go_on` is asked now and then, on this thread.
pub(super) fn run<E, R>(
    job: &Job<'_, '_>,
    reduction: &R,
    plan: Plan,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Specials, Error>
where
    E: Element<Left: Receive, Right: Receive>,
    R: Reduction<E>,
{
    let bytes_each = size_of::<E::Left>() + size_of::<E::Right>();
    let cut = Cut::new(plan, bytes_each, TILE_BYTES / reduction.state_bytes(), job.threads);
    let shared = Shared::new(&cut, reduction);
    let mut asked = Instant::now();
    let mut ask = || {
        let due = asked.elapsed() >= POLL_EVERY;
        asked = if due { Instant::now() } else { asked };
        !due || go_on()
    };
    let worker = || Worker::<E, R>::new(job, reduction, &shared);
    let own = |ask: &mut &mut dyn FnMut() -> bool| worker().work(*ask);
    let waiting = |ask: &mut &mut dyn FnMut() -> bool| {
        if !ask() {
            shared.fail(Error::Interrupted);
        }
    };
    let mut ask: &mut dyn FnMut() -> bool = &mut ask;
    pool::on_each(cut.threads, || worker().work(&mut || true), &mut ask, own, waiting);
    for tile in 0..cut.tiles() {
        match shared.merged(tile) {
            Some(states) if !shared.is_stopped() => {
                shared.note(reduction.store(&states, &landing(job, &cut, cut.tile(tile))));
            }
            _ => break,
        }
    }
    shared.outcome()
}

/// Where the results of a tile go.
fn landing<'m>(job: &Job<'_, 'm>, cut: &Cut, tile: Tile) -> Landing<'m> {
    let plan = &cut.parts[0];
    let step = plan.tiled().map_or(0, |axis| axis.step[OUT]);
    let first = Odometer::new(&plan.kept, plan.start, tile.outer).at[OUT] + step * tile.from as isize;
    Landing { target: job.target, first, step, len: tile.len, store: job.store }
}

/// One thread's buffers and states.
struct Worker<'w, E: Element, R: Reduction<E>> {
    job: &'w Job<'w, 'w>,
    reduction: &'w R,
    shared: &'w Shared<'w, R::Tile>,
    a: Feed<E::Left>,
    b: Feed<E::Right>,
    mask: Option<Feed<u8>>,
    states: R::Tile,
    /// Elements folded since the last look at the clock.
    unlooked: usize,
}

/// A block of the loops around the kernel: rows and elements, by place along their axes.
#[derive(Clone, Copy)]
struct Span {
    row: usize,
    rows: usize,
    at: usize,
    len: usize,
}

impl<'w, E, R> Worker<'w, E, R>
where
    E: Element<Left: Receive, Right: Receive>,
    R: Reduction<E>,
{
    fn new(job: &'w Job<'w, 'w>, reduction: &'w R, shared: &'w Shared<'w, R::Tile>) -> Self {
        let step = shared.cut.parts[0].inner_axis.step;
        let masked = job.mask.is_some();
        let promised = "the pair's types were chosen for these operands";
        Self {
            job,
            reduction,
            shared,
            a: Feed::new(job.a, step[A], masked).expect(promised),
            b: Feed::new(job.b, step[B], masked).expect(promised),
            mask: job.mask.map(|mask| Feed::new(mask, step[MASK], true).expect("a mask is boolean")),
            states: reduction.tile(shared.cut.longest_tile()),
            unlooked: 0,
        }
    }

    /// Takes tasks until none is left.
    fn work(mut self, ask: &mut dyn FnMut() -> bool) {
        let cut = self.shared.cut;
        while let Some(task) = self.shared.take_task() {
            for number in task.from..task.to {
                let tile = cut.tile(number);
                if !self.fold_tile(&cut.parts[task.part], tile, ask) {
                    return;
                }
                match self.shared.merged(number) {
                    Some(mut whole) => self.reduction.merge(&mut whole, &self.states),
                    None => {
                        self.shared.note(self.reduction.store(&self.states, &landing(self.job, cut, tile)))
                    }
                }
            }
        }
    }

    /// Folds all that belongs to a tile into `self.states`; false if the call was stopped.
    fn fold_tile(&mut self, plan: &Plan, tile: Tile, ask: &mut dyn FnMut() -> bool) -> bool {
        self.reduction.reset(&mut self.states);
        if plan.depth() == 0 {
            return true;
        }
        let base = Odometer::new(&plan.kept, plan.start, tile.outer).at;
        let mut place = Odometer::new(&plan.reduced, base, 0);
        let whole = match plan.inner {
            Inner::Column => Span { row: 0, rows: plan.rows.len, at: tile.from, len: tile.len },
            Inner::Row if plan.rows.reduced => {
                Span { row: 0, rows: plan.rows.len, at: 0, len: plan.inner_axis.len }
            }
            Inner::Row => Span { row: tile.from, rows: tile.len, at: 0, len: plan.inner_axis.len },
        };
        let most_len = self.most_len(plan).min(whole.len);
        let most_rows = (self.most_elements() / most_len).max(1);
        loop {
            for row in (0..whole.rows).step_by(most_rows) {
                for at in (0..whole.len).step_by(most_len) {
                    if !self.may_continue(ask) {
                        return false;
                    }
                    let rows = most_rows.min(whole.rows - row);
                    let len = most_len.min(whole.len - at);
                    let span = Span { row: whole.row + row, rows, at: whole.at + at, len };
                    self.fold_block(plan, place.at, span, tile.from);
                }
            }
            if !place.advance() {
                return true;
            }
        }
    }

    /// Elements that a block may have.
    fn most_elements(&self) -> usize {
        let gathered = [
            (!self.a.is_in_place()).then(Feed::<E::Left>::capacity),
            (!self.b.is_in_place()).then(Feed::<E::Right>::capacity),
        ];
        gathered.into_iter().flatten().min().unwrap_or(BLOCK_ELEMENTS)
    }

    /// Elements that a row of a block may have.
    fn most_len(&self, plan: &Plan) -> usize {
        let step = plan.inner_axis.step;
        let scattered = |in_place: bool, step: isize| !in_place && step.unsigned_abs() > 64;
        let far_apart = scattered(self.a.is_in_place(), step[A]) || scattered(self.b.is_in_place(), step[B]);
        if far_apart && plan.rows.len > 1 {
            SCATTERED_LEN
        } else if plan.rows.step[A] == 0 || plan.rows.step[B] == 0 {
            self.most_elements().min(SHARED_LEN)
        } else {
            self.most_elements()
        }
    }

    /// Whether to go on; looks at the clock only after a good deal of work.
    fn may_continue(&mut self, ask: &mut dyn FnMut() -> bool) -> bool {
        if self.unlooked >= LOOK_EVERY {
            self.unlooked = 0;
            if !ask() {
                self.shared.fail(Error::Interrupted);
            }
        }
        !self.shared.is_stopped()
    }

    /// Hands one block to the kernel.
    fn fold_block(&mut self, plan: &Plan, at: Offsets, span: Span, tile_from: usize) {
        self.unlooked += span.rows * span.len;
        let rectangle = |operand: &Operand<'_>, which: usize| {
            let (rows, inner) = (plan.rows.step[which], plan.inner_axis.step[which]);
            let offset = at[which] + rows * span.row as isize + inner * span.at as isize;
            let start = operand.start.wrapping_offset(offset);
            Rectangle { start, row_step: rows, rows: span.rows, step: inner, len: span.len }
        };
        let (from_a, from_b) = (rectangle(self.job.a, A), rectangle(self.job.b, B));
        let (into, states) = match plan.inner {
            Inner::Column => (FoldInto::EachColumn, span.at - tile_from..span.at - tile_from + span.len),
            Inner::Row if plan.rows.reduced => (FoldInto::One, 0..1),
            Inner::Row => (FoldInto::EachRow, span.row - tile_from..span.row - tile_from + span.rows),
        };
        // SAFETY: operands vouch for every element that their shape reaches, and the plan visits no others.
        let (a, b) = unsafe {
            match (&mut self.mask, self.job.mask) {
                (Some(mask), Some(operand)) => {
                    let wanted = mask.gather(rectangle(operand, MASK));
                    (self.a.masked_rows(from_a, wanted), self.b.masked_rows(from_b, wanted))
                }
                _ => (self.a.rows(from_a), self.b.rows(from_b)),
            }
        };
        self.reduction.fold(self.job.level, Block { a, b }, into, states, &mut self.states);
    }
}
