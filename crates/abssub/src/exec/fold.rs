//! Runs a sum of one element type: tasks, tiles, blocks, and the merging of states.
#![allow(unsafe_code)]

use super::feed::{Feed, Rectangle};
use super::pool;
use crate::Error;
use crate::array::{DType, Operand, Receive, Target};
use crate::kernel::{Block, Fold, Into, Level};
use crate::plan::{A, B, Cut, Inner, MASK, OUT, Odometer, Offsets, Plan, Tile};
use crate::reduce::{Initial, Specials, State, Stored, Ticks, TooLarge, finish};
use half::f16;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Bytes of states in a tile: with the buffers of the feeds, a thread stays under 256 KiB.
const TILE_BYTES: usize = 64 << 10;
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

/// A sum that has been validated and planned.
pub(super) struct Job<'j, 'm> {
    pub(super) a: &'j Operand<'m>,
    pub(super) b: &'j Operand<'m>,
    pub(super) mask: Option<&'j Operand<'m>>,
    pub(super) initial: Initial,
    pub(super) target: Target<'m>,
    /// Whether to store, or only to find out whether every result could be stored.
    pub(super) store: bool,
    pub(super) level: Level,
    pub(super) threads: usize,
}

/// What the threads of one call share.
struct Shared<'s, S> {
    cut: &'s Cut,
    next: AtomicUsize,
    stop: AtomicBool,
    /// States of every tile, where a reduced axis is divided.
    merged: Vec<Mutex<Vec<S>>>,
    outcome: Mutex<Result<Specials, Error>>,
}

impl<S> Shared<'_, S> {
    fn fail(&self, error: Error) {
        let mut outcome = self.outcome.lock().expect("no panics under the lock");
        if outcome.is_ok() {
            *outcome = Err(error);
        }
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Runs the job over `plan`; `go_on` is asked now and then, on this thread.
pub(super) fn run<E>(job: &Job<'_, '_>, plan: Plan, go_on: &mut dyn FnMut() -> bool) -> Result<Specials, Error>
where
    E: Fold,
    E::Left: Receive,
    E::Right: Receive,
{
    let bytes_each = size_of::<E::Left>() + size_of::<E::Right>();
    let cut = Cut::new(plan, bytes_each, TILE_BYTES / size_of::<E::State>(), job.threads);
    let divided = cut.parts.len() > 1;
    let merged = (0..if divided { cut.tiles() } else { 0 })
        .map(|i| Mutex::new(vec![E::State::default(); cut.tile(i).len]))
        .collect();
    let shared = Shared {
        cut: &cut,
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        merged,
        outcome: Mutex::new(Ok(Specials::default())),
    };
    let mut asked = Instant::now();
    let mut ask = || {
        let due = asked.elapsed() >= POLL_EVERY;
        asked = if due { Instant::now() } else { asked };
        !due || go_on()
    };
    pool::on_each(
        cut.threads,
        || Worker::<E>::new(job, &shared).work(&mut || true),
        || Worker::<E>::new(job, &shared).work(&mut ask),
    );
    for (i, states) in shared.merged.iter().enumerate() {
        store(job, &shared, cut.tile(i), &states.lock().expect("no panics under the lock"));
    }
    shared.outcome.into_inner().expect("no panics under the lock")
}

/// Finishes the states of a tile and stores what they come to.
fn store<S: State>(job: &Job<'_, '_>, shared: &Shared<'_, S>, tile: Tile, states: &[S]) {
    macro_rules! with {
        ($($dtype:ident => $stored:ty),* $(,)?) => {
            match job.target.dtype() {
                $(DType::$dtype => store_as::<S, $stored>(job, shared, tile, states),)*
                target => shared.fail(Error::Target { target }),
            }
        };
    }
    with! {
        U8 => u8, U16 => u16, U32 => u32, U64 => u64, I8 => i8, I16 => i16, I32 => i32, I64 => i64,
        F16 => f16, F32 => f32, F64 => f64, Time => Ticks,
    }
}

fn store_as<S: State, T: Stored>(job: &Job<'_, '_>, shared: &Shared<'_, S>, tile: Tile, states: &[S]) {
    let plan = &shared.cut.parts[0];
    let step = plan.tiled().map_or(0, |axis| axis.step[OUT]);
    let first = Odometer::new(&plan.kept, plan.start, tile.outer).at[OUT] + step * tile.from as isize;
    let places = job.target.strip::<T>(first, step, states.len());
    let mut met = Specials::default();
    for (i, state) in states.iter().enumerate() {
        match finish::<T>(state.total(), job.initial) {
            Err(TooLarge { bits }) => return shared.fail(Error::Overflow { bits, target: job.target.dtype() }),
            Ok((value, specials)) => {
                met = met.or(specials);
                if job.store {
                    places.put(i, value);
                }
            }
        }
    }
    if met != Specials::default()
        && let Ok(all) = shared.outcome.lock().expect("no panics under the lock").as_mut()
    {
        *all = all.or(met);
    }
}

/// One thread's buffers and states.
struct Worker<'w, E: Fold> {
    job: &'w Job<'w, 'w>,
    shared: &'w Shared<'w, E::State>,
    a: Feed<E::Left>,
    b: Feed<E::Right>,
    mask: Option<Feed<u8>>,
    states: Vec<E::State>,
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

impl<'w, E: Fold> Worker<'w, E>
where
    E::Left: Receive,
    E::Right: Receive,
{
    fn new(job: &'w Job<'w, 'w>, shared: &'w Shared<'w, E::State>) -> Self {
        let step = shared.cut.parts[0].inner_axis.step;
        let masked = job.mask.is_some();
        let promised = "the pair's types were chosen for these operands";
        Self {
            job,
            shared,
            a: Feed::new(job.a, step[A], masked).expect(promised),
            b: Feed::new(job.b, step[B], masked).expect(promised),
            mask: job.mask.map(|mask| Feed::new(mask, step[MASK], true).expect("a mask is boolean")),
            states: vec![E::State::default(); shared.cut.longest_tile()],
            unlooked: 0,
        }
    }

    /// Takes tasks until none is left.
    fn work(mut self, go_on: &mut dyn FnMut() -> bool) {
        let cut = self.shared.cut;
        loop {
            let index = self.shared.next.fetch_add(1, Ordering::Relaxed);
            if index >= cut.tasks() {
                return;
            }
            let task = cut.task(index);
            for number in task.from..task.to {
                let tile = cut.tile(number);
                if !self.fold_tile(&cut.parts[task.part], tile, go_on) {
                    return;
                }
                let states = &self.states[..tile.len];
                match self.shared.merged.get(number) {
                    None => store(self.job, self.shared, tile, states),
                    Some(merged) => {
                        let mut merged = merged.lock().expect("no panics under the lock");
                        merged.iter_mut().zip(states).for_each(|(whole, part)| whole.merge(part));
                    }
                }
            }
        }
    }

    /// Folds all that belongs to a tile into `self.states`; false if the call was stopped.
    fn fold_tile(&mut self, plan: &Plan, tile: Tile, go_on: &mut dyn FnMut() -> bool) -> bool {
        self.states[..tile.len].iter_mut().for_each(State::reset);
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
                    if !self.go_on(go_on) {
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
    fn go_on(&mut self, go_on: &mut dyn FnMut() -> bool) -> bool {
        if self.unlooked >= LOOK_EVERY {
            self.unlooked = 0;
            if !go_on() {
                self.shared.fail(Error::Interrupted);
            }
        }
        !self.shared.stop.load(Ordering::Relaxed)
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
            Inner::Column => (Into::EachColumn, span.at - tile_from..span.at - tile_from + span.len),
            Inner::Row if plan.rows.reduced => (Into::One, 0..1),
            Inner::Row => (Into::EachRow, span.row - tile_from..span.row - tile_from + span.rows),
        };
        // SAFETY (all four): operands vouch for every element that their shape reaches, and the plan
        // visits no others.
        let (a, b) = match (&mut self.mask, self.job.mask) {
            (Some(mask), Some(operand)) => {
                let from = rectangle(operand, MASK);
                let wanted = unsafe { mask.gather(from) };
                unsafe { (self.a.masked_rows(from_a, wanted), self.b.masked_rows(from_b, wanted)) }
            }
            _ => unsafe { (self.a.rows(from_a), self.b.rows(from_b)) },
        };
        Block::<E> { a, b }.fold(self.job.level, into, &mut self.states[states]);
    }
}
