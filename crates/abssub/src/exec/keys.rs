//! The keys of one block, in a small buffer that is used again for the next.

use crate::element::{Key, Keyed};
use crate::kernel::keys::WriteKeys;
use crate::kernel::narrow::{Room, rows_together};
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
        Self::write(level, block, keys);
        keys
    }

    /// The same, with zeros behind them up to the end of a block of so many.
    pub(super) fn in_blocks<E: Keyed<Key = K>, const BLOCK: usize>(
        &mut self,
        level: Level,
        block: Block<'_, E>,
    ) -> &mut [K] {
        let len = block.a.count() * block.a.row_len();
        let keys = self.room(len.next_multiple_of(BLOCK));
        Self::write(level, block, &mut keys[..len]);
        keys[len..].fill(K::default());
        keys
    }

    fn write<E: Keyed<Key = K>>(level: Level, block: Block<'_, E>, keys: &mut [K]) {
        let is_narrow = rows_together(block.a.row_len()) > 1;
        let mut room = is_narrow.then_some(Room::EMPTY);
        let blocks = room.as_mut().and_then(|room| block.widened(room));
        match blocks {
            None => level.run(WriteKeys { block, keys }),
            Some([wide, rest]) => {
                let (first, last) = keys.split_at_mut(wide.a.count() * wide.a.row_len());
                level.run(WriteKeys { block: wide, keys: first });
                level.run(WriteKeys { block: rest, keys: last });
            }
        }
    }
}
