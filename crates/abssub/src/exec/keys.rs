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

    /// The keys of a block, one row after the other.
    pub(super) fn of<E: Keyed<Key = K>>(&mut self, level: Level, block: Block<'_, E>) -> &mut [K] {
        let elements = block.a.count() * block.a.row_len();
        if self.keys.len() < elements {
            self.keys.resize(elements, K::default());
        }
        let keys = &mut self.keys[..elements];
        level.run(WriteKeys { block, keys });
        keys
    }
}
