//! The keys of one block, in a small buffer that is used again for the next.

use crate::element::{Key, Keyed};
use crate::kernel::keys::WriteKeys;
use crate::kernel::{Block, Level};

/// A buffer for the keys of one block.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys<K> {
    keys: Vec<K>,
}

impl<K: Key> Keys<K> {
    /// Keys that a block has at most: 16 KiB of them stay in the first cache.
    pub(super) const MOST: usize = (16 << 10) / size_of::<K>();

    /// Room for so many keys, from the start of a cache line on: no vector of them lies in two.
    pub(super) fn room(&mut self, len: usize) -> &mut [K] {
        const LINE_BYTES: usize = 64;
        let more = len + LINE_BYTES / size_of::<K>();
        if self.keys.len() < more {
            self.keys.resize(more, K::default());
        }
        let skipped = self.keys.as_ptr().align_offset(LINE_BYTES).min(more - len);
        &mut self.keys[skipped..skipped + len]
    }

    /// The keys of a block, one row after the other.
    pub(super) fn of<E: Keyed<Key = K>>(&mut self, level: Level, block: Block<'_, E>) -> &mut [K] {
        let keys = self.room(block.a.count() * block.a.row_len());
        level.run(WriteKeys { block, keys });
        keys
    }
}
