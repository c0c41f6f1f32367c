//! Runs a reduction of one element type: tasks, tiles, blocks, and the merging of states.

use super::feeds::{Feeds, Span};
use super::job::{End, GoOn, Job, Progress, Shared};
use super::pool;
use super::reduction::{Index, Patterned, Piece, Reduction, ResultRun};
use super::shape::{BlockShape, Limits};
use crate::Error;
use crate::array::Receive;
use crate::element::{Element, Keyed};
use crate::kernel::{FoldInto, Meeting};
use crate::plan::{Cut, INDEX, Inner, OUT, Odometer, Offsets, Plan, Tile};
use crate::reduce::Specials;
use std::time::{Duration, Instant};

/// Bytes of states in a tile: with the buffers of the feeds and the partial sums of columns, a thread stays
/// under 256 KiB.
const TILE_BYTES: usize = 160 << 10;
/// Elements of a call that is not worth dividing, or telling of.
const ALONE_ELEMENTS: usize = 1 << 16;
/// How often the caller is asked whether to go on.
const POLL_EVERY: Duration = Duration::from_millis(30);
/// Elements between two looks at the clock.
const LOOK_EVERY: usize = 1 << 18;

/// Runs a reduction of the job's differences over `plan`; `go_on` is asked now and then, on this thread.
pub(super) fn run<E, R>(
    job: &Job<'_, '_>,
    reduction: &R,
    mut plan: Plan,
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
    // Flags and weights belong to pairs of elements, so rows and windows that have them are read one by one.
    let is_plain = !job.is_partial() && job.weights.is_none();
    let patterned = is_plain && reduction.patterned().is_some();
    if patterned {
        plan.pair();
        plan.window();
        if Feeds::<E>::read_both(job, plan.run_step()) {
            plan.segment();
        }
    }
    let elements = plan.rows.len.saturating_mul(plan.inner_axis.len);
    let most = reduction.most_elements(plan.inner).min(ALONE_ELEMENTS);
    if plan.is_one_rectangle() && elements <= most && plan.results() <= TILE_BYTES / state_bytes {
        let mut feeds = Feeds::new(job, &plan, reduction.chooses(plan.inner));
        if feeds.most_elements(&plan).is_none_or(|most| elements <= most) {
            return alone(job, reduction, &plan, &mut feeds);
        }
    }
    let cut = Cut::new(plan, bytes_each, TILE_BYTES / state_bytes, threads);
    let shared = Shared::new(&cut, reduction);
    let mut asked = Instant::now();
    let mut ask = |progress: Progress| {
        let due = asked.elapsed() >= POLL_EVERY;
        asked = if due { Instant::now() } else { asked };
        !due || go_on(progress)
    };
    let worker = |end| Worker::<E, R>::new(job, reduction, &shared, end);
    let own = |ask: &mut &mut GoOn<'_>| worker(End::First).work(*ask);
    let waiting = |ask: &mut &mut GoOn<'_>| {
        if !ask(shared.progress()) {
            shared.fail(Error::Interrupted);
        }
    };
    let mut ask: &mut GoOn<'_> = &mut ask;
    pool::on_each(cut.threads, || worker(End::Last).work(&mut |_| true), &mut ask, own, waiting);
    for tile in 0..cut.tiles() {
        match shared.merged(tile) {
            Some(states) if !shared.is_stopped() => {
                shared.note(store(reduction, &cut, cut.tile(tile), &states));
            }
            _ => break,
        }
    }
    shared.outcome()
}

/// A call that is one block: nothing to divide, to wait for or to stop.
fn alone<E, R>(
    job: &Job<'_, '_>,
    reduction: &R,
    plan: &Plan,
    feeds: &mut Feeds<'_, E>,
) -> Result<Specials, Error>
where
    E: Keyed<Left: Receive, Right: Receive>,
    R: Reduction<E>,
{
    let (len, step) = (plan.results(), plan.tiled().map_or(0, |axis| axis.step[OUT]));
    let run = ResultRun { first: plan.start[OUT], step, len };
    let mut states = reduction.tile(len);
    reduction.reset(&mut states, run);
    if plan.depth() > 0 {
        let span = Span { row: 0, rows: plan.rows.len, at: 0, len: plan.inner_axis.len };
        let piece = piece(feeds, plan, plan.start, span, 0).ok_or(Error::NotANumber)?;
        reduction.fold(job.level, piece, &mut states);
    }
    reduction.store(&states, run)
}

/// One block with where it belongs, in a tile whose first place is `tile_from`; none if a pair that must
/// not be missing is.
fn piece<'f, E: Keyed<Left: Receive, Right: Receive>>(
    feeds: &'f mut Feeds<'_, E>,
    plan: &Plan,
    at: Offsets,
    span: Span,
    tile_from: usize,
) -> Option<Piece<'f, E>> {
    let (into, places) = match plan.inner {
        Inner::Column | Inner::Window | Inner::Segment => {
            (FoldInto::EachColumn, span.at - tile_from..span.at - tile_from + span.len)
        }
        Inner::Row if plan.rows.reduced => (FoldInto::One, 0..1),
        Inner::Row => (FoldInto::EachRow, span.row - tile_from..span.row - tile_from + span.rows),
    };
    let (row_step, step) = (plan.rows.step[INDEX], plan.inner_axis.step[INDEX]);
    let first = at[INDEX] + row_step * span.row as isize + step * span.at as isize;
    let fed = feeds.feed(plan, at, span)?;
    Some(fed.piece(into, places, Index { first, row_step, step }))
}

/// Where the first run of a tile's results goes.
fn results(cut: &Cut, tile: Tile) -> ResultRun {
    let plan = &cut.parts[0];
    let step = plan.tiled().map_or(0, |axis| axis.step[OUT]);
    let across = plan.across.step[OUT] * tile.across_from as isize;
    let outer = Odometer::new(&plan.kept, plan.start, tile.outer).at[OUT];
    ResultRun { first: outer + across + step * tile.from as isize, step, len: tile.len }
}

/// Stores all runs of a tile's results.
fn store<E: Element, R: Reduction<E>>(
    reduction: &R,
    cut: &Cut,
    tile: Tile,
    states: &R::Tile,
) -> Result<Specials, Error> {
    match reduction.patterned() {
        Some(patterned) if tile.across > 1 => {
            let step = cut.parts[0].across.step[OUT];
            patterned.store_runs(states, results(cut, tile), tile.across, step)
        }
        _ => reduction.store(states, results(cut, tile)),
    }
}

/// One thread's buffers and states.
struct Worker<'w, E: Keyed, R: Reduction<E>> {
    job: &'w Job<'w, 'w>,
    reduction: &'w R,
    shared: &'w Shared<'w, R::Tile>,
    feeds: Feeds<'w, E>,
    states: R::Tile,
    shape: BlockShape,
    /// Whether an operand is read along columns.
    across: bool,
    /// Where it takes its tasks from.
    end: End,
    /// Elements folded since the last look at the clock.
    unlooked: usize,
}

impl<'w, E, R> Worker<'w, E, R>
where
    E: Keyed<Left: Receive, Right: Receive>,
    R: Reduction<E>,
{
    fn new(job: &'w Job<'w, 'w>, reduction: &'w R, shared: &'w Shared<'w, R::Tile>, end: End) -> Self {
        let plan = &shared.cut.parts[0];
        let feeds = Feeds::new(job, plan, reduction.chooses(plan.inner));
        let limits = Limits {
            taken: reduction.most_elements(plan.inner),
            gathered: feeds.most_elements(plan),
            holds_shared: feeds.hold_shared(plan),
            size: feeds.bytes_each(),
            across: feeds.run_across(plan),
        };
        let shape = BlockShape::new(plan, limits);
        let (states, across) = (reduction.tile(shared.cut.largest_tile()), limits.across);
        Self { job, reduction, shared, feeds, states, shape, across, end, unlooked: 0 }
    }

    /// Takes tasks until none is left.
    fn work(mut self, ask: &mut GoOn<'_>) {
        let cut = self.shared.cut;
        while let Some(task) = self.shared.take_task(self.end) {
            for number in task.from..task.to {
                let tile = cut.tile(number);
                if !self.fold_tile(&cut.parts[task.part], tile, ask) {
                    return;
                }
                match self.shared.merged(number) {
                    Some(mut whole) => self.reduction.merge(&mut whole, &self.states),
                    None => self.shared.note(store(self.reduction, cut, tile, &self.states)),
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
        let mut base = Odometer::new(&plan.kept, plan.start, tile.outer).at;
        base.iter_mut().zip(plan.across.step).for_each(|(at, step)| *at += step * tile.across_from as isize);
        let mut place = Odometer::new(&plan.reduced, base, 0);
        let whole = match plan.inner {
            Inner::Column | Inner::Window | Inner::Segment => {
                Span { row: 0, rows: plan.rows.len, at: tile.from, len: tile.len }
            }
            Inner::Row if plan.rows.reduced => {
                Span { row: 0, rows: plan.rows.len, at: 0, len: plan.inner_axis.len }
            }
            Inner::Row => Span { row: tile.from, rows: tile.len, at: 0, len: plan.inner_axis.len },
        };
        loop {
            if !self.fold_spans(plan, place.at, whole, tile, ask) {
                return false;
            }
            if !place.advance() {
                return true;
            }
        }
    }

    /// Folds one place of the outer reduced axes, block by block; false if the call was stopped.
    fn fold_spans(&mut self, plan: &Plan, at: Offsets, whole: Span, tile: Tile, ask: &mut GoOn<'_>) -> bool {
        let BlockShape { rows: most_rows, len: most_len, panel } = self.shape;
        let (first_row, first) = if self.across { self.feeds.until_lines(plan, at, whole) } else { (0, 0) };
        for (panel_at, panel_len) in pieces_after(first, whole.len, panel) {
            for (row, rows) in pieces_after(first_row, whole.rows, most_rows) {
                for (piece_at, len) in pieces(panel_len, most_len) {
                    if !self.may_continue(ask) {
                        return false;
                    }
                    let span = Span { row: whole.row + row, rows, at: whole.at + panel_at + piece_at, len };
                    self.unlooked += tile.across * span.rows * span.len * plan.within.len;
                    match self.reduction.patterned() {
                        Some(patterned) if plan.has_pattern() => {
                            self.fold_pattern(patterned, plan, at, span, tile);
                        }
                        _ => self.fold_block(plan, at, span, tile.from),
                    }
                }
            }
        }
        true
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

    /// Hands rows that meet, the windows that begin in a span, or its segments to the reduction.
    fn fold_pattern(
        &mut self,
        patterned: &dyn Patterned<E, Tile = R::Tile>,
        plan: &Plan,
        at: Offsets,
        span: Span,
        tile: Tile,
    ) {
        let places = || span.at - tile.from..span.at - tile.from + span.len;
        if plan.is_paired() {
            for (first, rows) in pieces(tile.across, self.shape.rows) {
                let block = self.feeds.feed_pairs(plan, at, Span { row: first, rows, ..span }, span);
                let meeting =
                    Meeting::All { from: first * tile.len + span.row - tile.from, a: tile.len, b: 1 };
                patterned.fold_pairs(self.job.level, block, meeting, &mut self.states);
            }
        } else if plan.inner == Inner::Window {
            let windows = self.feeds.feed_windows(plan, at, span);
            patterned.fold_windows(self.job.level, windows, places(), &mut self.states);
        } else {
            let each = plan.within.len;
            let whole = Span { at: span.at * each, len: span.len * each, ..span };
            match self.feeds.feed(plan, at, whole) {
                Some(fed) => {
                    patterned.fold_segments(self.job.level, fed.block, places(), &mut self.states);
                }
                None => self.shared.fail(Error::NotANumber),
            }
        }
    }

    /// Hands one block to the reduction.
    fn fold_block(&mut self, plan: &Plan, at: Offsets, span: Span, tile_from: usize) {
        match piece(&mut self.feeds, plan, at, span, tile_from) {
            Some(piece) => self.reduction.fold(self.job.level, piece, &mut self.states),
            None => self.shared.fail(Error::NotANumber),
        }
    }
}

/// The same after a first piece, if that does not make one piece two.
fn pieces_after(first: usize, len: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let first = if len > most { first.min(most) } else { 0 };
    let others = pieces(len - first, most).map(move |(at, len)| (first + at, len));
    (first > 0).then_some((0, first)).into_iter().chain(others)
}

/// The places from 0 to `len`, so many at a time: where each piece begins, and its length.
fn pieces(len: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..len).step_by(most).map(move |at| (at, most.min(len - at)))
}
