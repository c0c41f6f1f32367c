//! Runs a reduction of one element type: tasks, tiles, blocks, and the merging of states.

use super::feeds::{Feeds, Span};
use super::job::{GoOn, Job, Progress, Shared};
use super::pool;
use super::reduction::{Index, Reduction, ResultRun};
use crate::Error;
use crate::array::Receive;
use crate::element::Keyed;
use crate::kernel::FoldInto;
use crate::plan::{A, B, Cut, INDEX, Inner, OUT, Odometer, Offsets, Plan, Tile};
use crate::reduce::Specials;
use std::time::{Duration, Instant};

/// Bytes of states in a tile: with the buffers of the feeds, a thread stays under 256 KiB.
const TILE_BYTES: usize = 96 << 10;
/// Elements that the kernel is given at a time, so that a call can be stopped between.
const BLOCK_ELEMENTS: usize = 1 << 16;
/// Elements of a row that are gathered from far apart: so few that columns hold several cache lines. Half
/// as many where rows are joined, if the other operand's rows still hold two lines.
const ACROSS_LEN: usize = 128;
/// Bytes of a cache line.
const LINE: usize = 64;
/// Elements of a row that all rows of a block share: it stays in the first cache while they pass.
const SHARED_LEN: usize = 1 << 13;
/// Elements of a row where few of a block have to hold several rows, so that columns are not folded
/// element by element.
const COLUMN_LEN: usize = 1 << 9;
/// How often the caller is asked whether to go on.
const POLL_EVERY: Duration = Duration::from_millis(30);
/// Elements between two looks at the clock.
const LOOK_EVERY: usize = 1 << 18;

/// Runs a reduction of the job's differences over `plan`; `go_on` is asked now and then, on this thread.
pub(super) fn run<E, R>(
    job: &Job<'_, '_>,
    reduction: &R,
    plan: Plan,
    go_on: &mut GoOn<'_>,
) -> Result<Specials, Error>
where
    E: Keyed<Left: Receive, Right: Receive>,
    R: Reduction<E>,
{
    let bytes_each = size_of::<E::Left>() + size_of::<E::Right>();
    // One result's states that are too large for a thread are not held by several.
    let state_bytes = reduction.state_bytes();
    let threads = if state_bytes > TILE_BYTES { 1 } else { job.threads };
    let cut = Cut::new(plan, bytes_each, TILE_BYTES / state_bytes, threads);
    let shared = Shared::new(&cut, reduction);
    let mut asked = Instant::now();
    let mut ask = |progress: Progress| {
        let due = asked.elapsed() >= POLL_EVERY;
        asked = if due { Instant::now() } else { asked };
        !due || go_on(progress)
    };
    let worker = || Worker::<E, R>::new(job, reduction, &shared);
    let own = |ask: &mut &mut GoOn<'_>| worker().work(*ask);
    let waiting = |ask: &mut &mut GoOn<'_>| {
        if !ask(shared.progress()) {
            shared.fail(Error::Interrupted);
        }
    };
    let mut ask: &mut GoOn<'_> = &mut ask;
    pool::on_each(cut.threads, || worker().work(&mut |_| true), &mut ask, own, waiting);
    for tile in 0..cut.tiles() {
        match shared.merged(tile) {
            Some(states) if !shared.is_stopped() => {
                shared.note(reduction.store(&states, results(&cut, cut.tile(tile))));
            }
            _ => break,
        }
    }
    shared.outcome()
}

/// Where the results of a tile go.
fn results(cut: &Cut, tile: Tile) -> ResultRun {
    let plan = &cut.parts[0];
    let step = plan.tiled().map_or(0, |axis| axis.step[OUT]);
    let first = Odometer::new(&plan.kept, plan.start, tile.outer).at[OUT] + step * tile.from as isize;
    ResultRun { first, step, len: tile.len }
}

/// One thread's buffers and states.
struct Worker<'w, E: Keyed, R: Reduction<E>> {
    job: &'w Job<'w, 'w>,
    reduction: &'w R,
    shared: &'w Shared<'w, R::Tile>,
    feeds: Feeds<'w, E>,
    states: R::Tile,
    /// Elements folded since the last look at the clock.
    unlooked: usize,
}

impl<'w, E, R> Worker<'w, E, R>
where
    E: Keyed<Left: Receive, Right: Receive>,
    R: Reduction<E>,
{
    fn new(job: &'w Job<'w, 'w>, reduction: &'w R, shared: &'w Shared<'w, R::Tile>) -> Self {
        Self {
            job,
            reduction,
            shared,
            feeds: Feeds::new(job, &shared.cut.parts[0]),
            states: reduction.tile(shared.cut.longest_tile()),
            unlooked: 0,
        }
    }

    /// Takes tasks until none is left.
    fn work(mut self, ask: &mut GoOn<'_>) {
        let cut = self.shared.cut;
        while let Some(task) = self.shared.take_task() {
            for number in task.from..task.to {
                let tile = cut.tile(number);
                if !self.fold_tile(&cut.parts[task.part], tile, ask) {
                    return;
                }
                match self.shared.merged(number) {
                    Some(mut whole) => self.reduction.merge(&mut whole, &self.states),
                    None => self.shared.note(self.reduction.store(&self.states, results(cut, tile))),
                }
            }
        }
    }

    /// Folds all that belongs to a tile into `self.states`; false if the call was stopped.
    fn fold_tile(&mut self, plan: &Plan, tile: Tile, ask: &mut GoOn<'_>) -> bool {
        self.reduction.reset(&mut self.states, results(self.shared.cut, tile));
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
        let most_rows = (self.most_elements(plan) / most_len).max(1);
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
    fn most_elements(&self, plan: &Plan) -> usize {
        self.feeds.most_elements(plan).unwrap_or(BLOCK_ELEMENTS).min(self.reduction.most_elements())
    }

    /// Elements that a row of a block may have.
    fn most_len(&self, plan: &Plan) -> usize {
        if self.feeds.run_across(plan) {
            let joined = plan.inner == Inner::Row && plan.rows.reduced;
            if joined {
                ACROSS_LEN.min(2 * LINE / size_of::<E::Left>()).max(ACROSS_LEN / 2)
            } else {
                ACROSS_LEN
            }
        } else if plan.inner == Inner::Column && self.reduction.most_elements() < BLOCK_ELEMENTS {
            COLUMN_LEN
        } else if plan.rows.step[A] == 0 || plan.rows.step[B] == 0 {
            self.most_elements(plan).min(SHARED_LEN)
        } else {
            self.most_elements(plan)
        }
    }

    /// Whether to go on; looks at the clock only after a good deal of work.
    fn may_continue(&mut self, ask: &mut GoOn<'_>) -> bool {
        if self.unlooked >= LOOK_EVERY {
            self.shared.add_done(self.unlooked);
            self.unlooked = 0;
            if !ask(self.shared.progress()) {
                self.shared.fail(Error::Interrupted);
            }
        }
        !self.shared.is_stopped()
    }

    /// Hands one block to the reduction.
    fn fold_block(&mut self, plan: &Plan, at: Offsets, span: Span, tile_from: usize) {
        self.unlooked += span.rows * span.len;
        let (into, places) = match plan.inner {
            Inner::Column => (FoldInto::EachColumn, span.at - tile_from..span.at - tile_from + span.len),
            Inner::Row if plan.rows.reduced => (FoldInto::One, 0..1),
            Inner::Row => (FoldInto::EachRow, span.row - tile_from..span.row - tile_from + span.rows),
        };
        let (row_step, step) = (plan.rows.step[INDEX], plan.inner_axis.step[INDEX]);
        let first = at[INDEX] + row_step * span.row as isize + step * span.at as isize;
        match self.feeds.feed(plan, at, span) {
            Some(fed) => {
                let piece = fed.piece(into, places, Index { first, row_step, step });
                self.reduction.fold(self.job.level, piece, &mut self.states);
            }
            None => self.shared.fail(Error::NotANumber),
        }
    }
}
