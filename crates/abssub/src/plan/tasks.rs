//! The cut: how a plan is divided among threads, and how a task finds its place.

use super::pattern::{Inner, Plan};

/// Bytes of input that make a task worth handing over: some microseconds of reading.
const TASK_BYTES: u128 = 256 << 10;
/// Below this the whole call stays on its caller's thread: handing over costs as much as the work.
const PARALLEL_FROM_BYTES: u128 = 1 << 20;
/// Tasks for each thread, so that one that is late holds up the others by little.
const TASKS_A_THREAD: usize = 4;
/// Columns that are not divided further: shorter strips cost more in rows than they save in waiting.
const SHORTEST_STRIP: usize = 4096;
/// The same for rows that meet rows: shorter runs read the others too often.
const SHORTEST_PAIRED: usize = 64;
/// Places across of a tile: the others are arranged anew for each tile, and meet as many.
const MOST_ACROSS: usize = 192;

/// A plan divided into tasks: kept places first, and parts of a reduced axis where those are too few.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    /// The longest tile of results whose states fit a thread's budget.
    tile: usize,
    /// The places across of a tile.
    tile_across: usize,
    /// Tiles along the tiled axis.
    tiles_each: usize,
    /// Tiles across.
    tiles_across: usize,
    /// All tiles.
    tiles: usize,
    /// Tiles in a task.
    tiles_a_task: usize,
    /// The plan of each part of the reduced axis; one if it is not divided.
    pub(crate) parts: Vec<Plan>,
    /// The threads that have work.
    pub(crate) threads: usize,
}

/// One task: a range of tiles, over one part of the reduced elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// Which of `Cut::parts`.
    pub(crate) part: usize,
    /// The first tile.
    pub(crate) from: usize,
    /// One after the last.
    pub(crate) to: usize,
}

/// A run of neighbouring results, or several where rows meet rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tile {
    /// The place among the outer kept axes.
    pub(crate) outer: usize,
    /// Its first place across.
    pub(crate) across_from: usize,
    /// Its places across: runs of results.
    pub(crate) across: usize,
    /// Its first place along the tiled axis.
    pub(crate) from: usize,
    /// Its places along the tiled axis.
    pub(crate) len: usize,
}

impl Tile {
    /// How many results it has.
    pub(crate) fn results(self) -> usize {
        self.across * self.len
    }
}

impl Cut {
    /// Divides `plan` for at most `threads` threads, with at most `states` states a tile.
    pub(crate) fn new(plan: Plan, bytes_each: usize, states: usize, threads: usize) -> Self {
        let along = plan.tiled().map_or(1, |axis| axis.len);
        let outer = plan.outer_kept();
        let across = plan.across.len;
        let total = plan.depth() * (along as u128) * ((outer * across) as u128) * bytes_each as u128;
        let threads = if total < PARALLEL_FROM_BYTES { 1 } else { threads.max(1) };
        let wanted = if threads == 1 { 1 } else { TASKS_A_THREAD * threads };
        let tile_across = across.min(MOST_ACROSS).min(states).max(1);
        let tiles_across = across.div_ceil(tile_across);
        let most = most_along(&plan, states / tile_across);
        let tile = tile_len(&plan, along, wanted.div_ceil(outer * tiles_across)).min(most);
        let tiles_each = along.div_ceil(tile);
        let tiles = tiles_each * tiles_across * outer;
        let tile_bytes = (plan.depth() * (tile * tile_across) as u128 * bytes_each as u128).max(1);
        let tiles_a_task = (TASK_BYTES / tile_bytes).clamp(1, (tiles / wanted).max(1) as u128) as usize;
        // Merging costs states for every tile: only where there are not even tiles for every thread.
        let parts = if tiles < threads { wanted.div_ceil(tiles.max(1)) } else { 1 };
        let worthwhile = (tile_bytes / TASK_BYTES).clamp(1, parts as u128) as usize;
        // As many for each thread, or one would have to do more than its share.
        let even = if worthwhile < threads { worthwhile } else { worthwhile / threads * threads };
        let parts = divided(plan, even);
        let mut cut =
            Self { tile, tile_across, tiles_each, tiles_across, tiles, tiles_a_task, parts, threads };
        cut.threads = threads.min(cut.tasks()).max(1);
        cut
    }

    /// How many tasks there are.
    pub(crate) fn tasks(&self) -> usize {
        self.tiles.div_ceil(self.tiles_a_task) * self.parts.len()
    }

    /// How many pairs of elements there are.
    pub(crate) fn elements(&self) -> u64 {
        let results = (self.parts[0].results() * self.parts[0].outer_kept()) as u128;
        let depth: u128 = self.parts.iter().map(Plan::depth).sum();
        u64::try_from(results * depth).unwrap_or(u64::MAX)
    }

    /// How many tiles there are.
    pub(crate) fn tiles(&self) -> usize {
        self.tiles
    }

    /// Task number `index`.
    pub(crate) fn task(&self, index: usize) -> Task {
        let groups = self.tiles.div_ceil(self.tiles_a_task);
        let from = index % groups * self.tiles_a_task;
        Task { part: index / groups, from, to: (from + self.tiles_a_task).min(self.tiles) }
    }

    /// Tile number `index`.
    pub(crate) fn tile(&self, index: usize) -> Tile {
        let plan = &self.parts[0];
        let along = plan.tiled().map_or(1, |axis| axis.len);
        let from = index % self.tiles_each * self.tile;
        let rest = index / self.tiles_each;
        let across_from = rest % self.tiles_across * self.tile_across;
        let across = self.tile_across.min(plan.across.len - across_from);
        Tile { outer: rest / self.tiles_across, across_from, across, from, len: self.tile.min(along - from) }
    }

    /// The most results in a tile.
    pub(crate) fn largest_tile(&self) -> usize {
        self.tile * self.tile_across
    }
}

/// The length of a tile that makes `wanted` tiles of an axis, if they are long enough to be worth it.
fn tile_len(plan: &Plan, along: usize, wanted: usize) -> usize {
    let shortest = match plan.inner {
        Inner::Row if plan.is_paired() => SHORTEST_PAIRED,
        Inner::Row => 1,
        Inner::Column | Inner::Window => SHORTEST_STRIP,
        Inner::Segment => (SHORTEST_STRIP / plan.within.len).max(1),
    };
    along.div_ceil(wanted).max(shortest).min(along)
}

/// The longest tile, where so many states are left for each of its runs: rows that meet rows are taken in panels,
/// and none should be begun that is not filled.
fn most_along(plan: &Plan, states: usize) -> usize {
    let whole = states / SHORTEST_PAIRED * SHORTEST_PAIRED;
    if plan.is_paired() && whole > 0 { whole } else { states.max(1) }
}

fn divided(plan: Plan, parts: usize) -> Vec<Plan> {
    match plan.longest_reduced() {
        Some((place, len)) if parts > 1 => {
            let each = len.div_ceil(parts);
            (0..len).step_by(each).map(|from| plan.narrowed(place, from, each.min(len - from))).collect()
        }
        _ => vec![plan],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::axes::Axis;
    use smallvec::smallvec;

    fn axis(len: usize, a: isize, reduced: bool) -> Axis {
        Axis { len, step: [a, a, 0, 0, a, 0], reduced }
    }

    #[test]
    fn tasks_cover_every_tile_once() {
        for (kept, reduced, threads) in [(64, 2_073_600, 2), (1, 10_000_000, 8), (5_000_000, 3, 5), (7, 1, 3)]
        {
            let axes = smallvec![axis(kept, reduced as isize, false), axis(reduced, 1, true)];
            let cut = Cut::new(Plan::new(axes, 1, 1), 2, 256, threads);
            let mut seen = vec![0; cut.tiles()];
            (0..cut.tasks()).map(|i| cut.task(i)).for_each(|task| {
                (task.from..task.to).for_each(|tile| seen[tile] += 1);
            });
            assert!(seen.iter().all(|&times| times == cut.parts.len()), "{kept} {reduced}");
            let results: usize = (0..cut.tiles()).map(|i| cut.tile(i).results()).sum();
            assert_eq!(results, kept);
            let depth: u128 = cut.parts.iter().map(Plan::depth).sum();
            assert_eq!(depth, reduced as u128);
        }
    }
}
