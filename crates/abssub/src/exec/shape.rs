//! How large the blocks are in which a tile's elements are read.

use crate::array::run::LINE;
use crate::plan::{A, B, Inner, Plan};

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
    /// Whether what rows share is gathered: it stays in its buffer while they pass.
    pub(super) holds_shared: bool,
    /// The bytes of an element.
    pub(super) size: usize,
    /// Whether those of a row lie far apart and those of a column do not.
    pub(super) across: bool,
}

/// Elements that the kernel is given at a time, so that a call can be stopped between. Memory stands still where
/// a block ends, so they are many.
const BLOCK: usize = 1 << 20;
/// Elements of a row that are gathered from far apart: so few that columns hold a cache line or more.
const ACROSS_LEN: usize = 128;
/// The same where rows are folded into one state, and can be shorter.
const JOINED_LEN: usize = 64;
/// At least so many bytes: the other operand is read along rows, and long pieces of them share few lines.
const ACROSS_BYTES: usize = 256;
/// Rows of a block that share an operand: as many as kernels read side by side, so that pieces follow one
/// another in memory.
const SHARED_ROWS: usize = 8;
/// Elements of a shared row that are read again for every few of the others, from the caches.
const SHARED_PANEL: usize = 1 << 20;
/// Bytes of a row where few of a block have to hold several rows, so that columns are not folded element by element,
/// nor their states met for every few rows.
const COLUMN_BYTES: usize = 1 << 10;
/// Columns that are folded over many rows at a time: long pieces of several rows read as streams do.
const COLUMNS: usize = 20 << 10;
/// Their rows.
const COLUMN_ROWS: usize = 1 << 8;
/// Windows that are folded at a time, and elements of each.
const WINDOWS: usize = 1 << 12;
/// Elements of rows that meet rows: a few of each stay in the first cache.
const PAIRED_LEN: usize = 1 << 12;
/// Rows of each operand that are gathered to meet.
const GATHERED_ROWS: usize = 64;

/// The elements, of so many bytes, that a row has where few have to hold several.
fn column_len(size: usize) -> usize {
    (COLUMN_BYTES / size).clamp(1 << 8, 1 << 9)
}

/// Whether rows lie between one another's elements, as the channels of an image do: each cache line has some of all.
fn lie_close(plan: &Plan) -> bool {
    [A, B].iter().all(|&i| (1..LINE).contains(&plan.rows.step[i].unsigned_abs()))
}

impl BlockShape {
    /// For the blocks of `plan`.
    pub(super) fn new(plan: &Plan, limits: Limits) -> Self {
        let limit = limits.gathered.unwrap_or(BLOCK).min(limits.taken).min(BLOCK);
        let is_free = limits.gathered.is_none() && limits.taken >= BLOCK;
        let within = |most: usize, len: usize| {
            let len = len.min(plan.inner_axis.len).max(1);
            Self { rows: (most / len).max(1), len, panel: len }
        };
        let joined = plan.inner == Inner::Row && plan.rows.reduced;
        match (plan.inner, limits.across) {
            (Inner::Row, _) if plan.is_paired() => Self::paired(plan, limits),
            (Inner::Window, _) => Self::windows(limits),
            (Inner::Segment, _) => {
                let len = (limit / SHARED_ROWS / plan.within.len).max(1);
                Self { rows: SHARED_ROWS, len, panel: usize::MAX }
            }
            (_, true) => {
                within(limit, (ACROSS_BYTES / limits.size).max(if joined { JOINED_LEN } else { ACROSS_LEN }))
            }
            (Inner::Column, false) if is_free => {
                let shape = within(limit, COLUMNS);
                Self { rows: shape.rows.max(COLUMN_ROWS), ..shape }
            }
            (Inner::Column, false) if limits.gathered.is_none() => within(limit, column_len(limits.size)),
            (Inner::Column, false) => {
                within(limit, column_len(limits.size).max(limit / plan.rows.len.max(1)))
            }
            (Inner::Row, false) if lie_close(plan) => within(limit, limit),
            (Inner::Row, false) if plan.shares_rows() => {
                let len = if limits.gathered.is_none() { limit / SHARED_ROWS } else { limit };
                let panel = if limits.holds_shared { len } else { SHARED_PANEL };
                let shared = within(limit, len);
                Self { panel: panel.max(shared.len), ..shared }
            }
            _ => Self { panel: usize::MAX, ..within(limit, limit) },
        }
    }

    /// For windows: a buffer holds one that begins at each of as many places as it has elements.
    fn windows(limits: Limits) -> Self {
        let each = limits.gathered.map_or(WINDOWS, |most| most / 2).min(WINDOWS);
        Self { rows: each, len: each, panel: usize::MAX }
    }

    /// For rows that meet rows: buffers hold some of each operand.
    fn paired(plan: &Plan, limits: Limits) -> Self {
        let (rows, most) = match limits.gathered {
            Some(most) => (GATHERED_ROWS, PAIRED_LEN.min(most / GATHERED_ROWS)),
            None => (usize::MAX, PAIRED_LEN),
        };
        let len = most.min(plan.inner_axis.len).max(1);
        Self { rows, len, panel: usize::MAX }
    }
}
