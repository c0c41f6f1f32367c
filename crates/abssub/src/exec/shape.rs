//! How large the blocks are in which a tile's elements are read.

use crate::plan::{Inner, Plan};

/// A block has at most so many rows and elements of each; blocks follow one another along the elements of
/// a panel, then row by row, then panel by panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockShape {
    pub(super) rows: usize,
    pub(super) len: usize,
    pub(super) panel: usize,
}

/// What limits the blocks of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Elements that the reduction takes at a time.
    pub(super) taken: usize,
    /// Elements that fit the buffers, where an operand is gathered.
    pub(super) gathered: Option<usize>,
    /// Whether gathered elements lie so far apart that each costs a cache line.
    pub(super) scattered: bool,
}

/// Elements that the kernel is given at a time, so that a call can be stopped between.
const BLOCK: usize = 1 << 16;
/// Rows of a block whose elements lie far apart: neighbours in memory are read while they are cached.
const SCATTERED_LEN: usize = 128;
/// Elements of a row that all rows of a block share: it stays in the first cache while they pass.
const SHARED_LEN: usize = 1 << 13;
/// Elements of a shared row that are read again for every few of the others, from the caches.
const SHARED_PANEL: usize = 1 << 20;
/// Elements of a row where few of a block have to hold several rows, so that columns are not folded
/// element by element.
const COLUMN_LEN: usize = 1 << 9;
/// Columns that are folded over many rows at a time: long pieces of several rows read as streams do.
const COLUMNS: usize = 1 << 13;
/// Their rows.
const COLUMN_ROWS: usize = 1 << 8;
/// Windows that are folded at a time, and elements of each.
const WINDOWS: usize = 1 << 12;
/// Elements of rows that meet rows: a few of each stay in the first cache.
const PAIRED_LEN: usize = 1 << 12;

impl BlockShape {
    /// For the blocks of `plan`.
    pub(super) fn new(plan: &Plan, limits: Limits) -> Self {
        let limit = limits.gathered.unwrap_or(BLOCK).min(limits.taken).min(BLOCK);
        let is_free = limits.gathered.is_none() && limits.taken >= BLOCK;
        let within = |most: usize, len: usize| {
            let len = len.min(plan.inner_axis.len).max(1);
            Self { rows: (most / len).max(1), len, panel: len }
        };
        match plan.inner {
            _ if limits.scattered && plan.rows.len > 1 => within(limit, SCATTERED_LEN),
            Inner::Row if plan.is_paired() => Self::paired(plan, limits),
            Inner::Window => Self::windows(limits),
            Inner::Column if is_free => Self { rows: COLUMN_ROWS, ..within(limit, COLUMNS) },
            Inner::Column if limits.taken < BLOCK => within(limit, COLUMN_LEN.min(limit)),
            Inner::Row if plan.shares_rows() && is_free => {
                Self { panel: SHARED_PANEL, ..within(limit, SHARED_LEN) }
            }
            Inner::Row if plan.shares_rows() => within(limit, SHARED_LEN.min(limit)),
            _ => Self { panel: usize::MAX, ..within(limit, limit) },
        }
    }

    /// For windows: a buffer holds one that begins at each of as many places as it has elements.
    fn windows(limits: Limits) -> Self {
        let each = limits.gathered.map_or(WINDOWS, |most| most / 2).min(WINDOWS);
        Self { rows: each, len: each, panel: usize::MAX }
    }

    /// For rows that meet rows: the buffers hold those of the longer side of a tile.
    fn paired(plan: &Plan, limits: Limits) -> Self {
        let most = limits.gathered.unwrap_or(usize::MAX);
        let rows = MOST_PAIRED;
        let len = PAIRED_LEN.min(most / rows).min(plan.inner_axis.len).max(1);
        Self { rows, len, panel: usize::MAX }
    }
}

/// Rows of each operand that meet at a time.
pub(super) const MOST_PAIRED: usize = 64;
