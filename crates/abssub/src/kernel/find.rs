//! Where a key is in a row of pairs, straight from the operands: no key is written.

use super::arch::Simd;
use super::dispatch::Kernel;
use crate::array::run::Run;
use crate::element::Keyed;

/// Pairs that are compared side by side.
const LANES: usize = 64;

/// The place of the first pair, or the last, that has the key and takes part; none if there is none.
pub(crate) struct FindPair<'m, 'l, E: Keyed> {
    pub(crate) a: Run<'m, E::Left>,
    pub(crate) b: Run<'m, E::Right>,
    /// Pairs whose flag is zero take no part.
    pub(crate) flags: Option<&'l [u8]>,
    pub(crate) wanted: E::Key,
    pub(crate) last: bool,
}

impl<E: Keyed> FindPair<'_, '_, E> {
    /// Whether any of the block from `at` on has the key: a loop without a branch, which vectors do.
    #[inline(always)]
    fn any(&self, at: usize) -> bool {
        let (a, b) = (self.a.block::<LANES>(at), self.b.block::<LANES>(at));
        let mut found = false;
        for i in 0..LANES {
            found |= E::key(a[i], b[i]) == self.wanted;
        }
        found
    }

    /// The place among `len` pairs from `at` on.
    fn among(&self, at: usize, len: usize) -> Option<usize> {
        let takes_part = |i: usize| self.flags.is_none_or(|flags| flags[i] != 0);
        let is_it = |i: &usize| E::key(self.a.get(*i), self.b.get(*i)) == self.wanted && takes_part(*i);
        let mut places = at..at + len;
        if self.last { places.rfind(is_it) } else { places.find(is_it) }
    }
}

impl<E: Keyed> Kernel for FindPair<'_, '_, E> {
    const VECTORS: bool = false;
    type Output = Option<usize>;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> Option<usize> {
        let len = self.a.len();
        let (blocks, rest) = (len / LANES, len % LANES);
        let beyond = || self.among(len - rest, rest);
        if self.last
            && let Some(found) = beyond()
        {
            return Some(found);
        }
        for k in 0..blocks {
            let at = LANES * if self.last { blocks - 1 - k } else { k };
            if self.any(at)
                && let Some(found) = self.among(at, LANES)
            {
                return Some(found);
            }
        }
        if self.last { None } else { beyond() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    #[test]
    fn every_level_finds_what_a_plain_loop_finds() {
        for &level in Level::available() {
            for len in [0, 1, 5, 63, 64, 65, 200, 20_000] {
                let a: Vec<i16> = (0..len).map(|i| (i * 7919 % 251) as i16).collect();
                let b: Vec<i16> = (0..len).map(|i| (i * i % 17 - 9) as i16).collect();
                let flags: Vec<u8> = (0..len).map(|i| u8::from(i % 7 != 3 && i % 64 > 9)).collect();
                let keys: Vec<u16> = a.iter().zip(&b).map(|(&a, &b)| i16::key(a, b)).collect();
                let greatest = keys.iter().copied().max().unwrap_or(0);
                for (wanted, flags) in
                    [greatest, 7, 9999].into_iter().flat_map(|key| [(key, None), (key, Some(&flags[..]))])
                {
                    let is_it = |i: &usize| keys[*i] == wanted && flags.is_none_or(|flags| flags[*i] != 0);
                    let (a, b) = (Run::of(&a), Run::of(&b));
                    let find = |last| level.run(FindPair::<i16> { a, b, flags, wanted, last });
                    assert_eq!(find(false), (0..keys.len()).find(is_it));
                    assert_eq!(find(true), (0..keys.len()).rfind(is_it));
                }
            }
        }
    }

    #[test]
    fn flags_are_heeded() {
        let (keys, zeros, flags) = ([5u16, 5, 1, 5], [0; 4], [0, 1, 1, 0]);
        for &level in Level::available() {
            let (a, b, flags) = (Run::of(&keys), Run::of(&zeros), Some(&flags[..]));
            let find = |last| level.run(FindPair::<u16> { a, b, flags, wanted: 5, last });
            assert_eq!((find(false), find(true)), (Some(1), Some(1)));
        }
    }
}
