//! Which pairs of a block take part, and the operands without the difference of those that do not.

use super::feed::Feed;
use super::job::{Job, Missing};
use crate::array::Receive;
use crate::array::run::{Lockstep, Pod, Run};
use crate::element::{Bool, Keyed};
use crate::kernel::{AHEAD_BYTES, Block, Kernel, Rows, Simd};

/// Pairs of elements that are handled together: what the compiler turns into vectors.
const LANES: usize = 64;

/// The flags of one thread's blocks, and what is read in place of a pair without one.
pub(super) struct Partial<'w, E: Keyed> {
    job: &'w Job<'w, 'w>,
    flags: Vec<u8>,
    /// What the mask lets pass, where other pairs are left out too.
    offered: Vec<u8>,
    a: Vec<E::Left>,
    /// Empty if the left operand alone can make every difference nothing.
    b: Vec<E::Right>,
}

/// Which elements of a block take part: a byte for each, and the same before any were omitted.
#[derive(Clone, Copy)]
pub(super) struct Flags<'b> {
    pub(super) taken: &'b [u8],
    pub(super) offered: Option<&'b [u8]>,
}

impl<'w, E: Keyed<Left: Receive, Right: Receive>> Partial<'w, E> {
    pub(super) fn new(job: &'w Job<'w, 'w>) -> Self {
        let (most, alike) = (Self::capacity(), E::like(E::Right::ZERO).is_some());
        let omits = job.looks_at_pairs();
        Self {
            job,
            flags: vec![1; most],
            offered: vec![0; if omits && job.mask.is_some() { most } else { 0 }],
            a: vec![E::Left::ZERO; most],
            b: vec![E::Right::ZERO; if alike { 0 } else { most }],
        }
    }

    /// Elements that a block may have.
    pub(super) fn capacity() -> usize {
        Feed::<E::Left>::capacity().min(Feed::<E::Right>::capacity())
    }

    /// Chooses the pairs of a block that take part, of those that a mask lets pass; none if a pair is
    /// missing that must not be.
    pub(super) fn choose<'b>(
        &'b mut self,
        block: Block<'b, E>,
        mask: Option<Rows<'_, Bool>>,
    ) -> Option<(Block<'b, E>, Flags<'b>)> {
        let (len, level, right) = (block.a.row_len(), self.job.level, block.b);
        let elements = block.a.count() * len;
        let flags = &mut self.flags[..elements];
        // Rows that go on in one another are one: what is written is, whatever was read.
        let (block, mask) = seamless(block, mask).unwrap_or((block, mask));
        let (same, omit) = (self.job.without_same, self.job.missing == Missing::Omit);
        if let Some(mask) = mask.filter(|_| !self.job.looks_at_pairs() && self.b.is_empty()) {
            level.run(Mask { block, mask, flags, a: &mut self.a[..elements] });
            let flags = &self.flags[..elements];
            let block = Block { a: Rows::of(&self.a[..elements], len), b: right };
            return Some((block, Flags { taken: flags, offered: Some(flags) }));
        }
        match mask {
            Some(mask) => level.run(SetFlags { mask, flags }),
            None => flags.fill(1),
        }
        if self.job.looks_at_pairs() {
            if mask.is_some() {
                self.offered[..elements].copy_from_slice(flags);
            }
            let missing = level.run(Present { block, same, omit, flags });
            if missing && self.job.missing == Missing::Refuse {
                return None;
            }
        }
        let blanked = elements.min(self.b.len());
        level.run(Blank { block, flags, a: &mut self.a[..elements], b: &mut self.b[..blanked] });
        let b = if self.b.is_empty() { right } else { Rows::of(&self.b[..elements], len) };
        let taken = &self.flags[..elements];
        let offered = if self.offered.is_empty() { taken } else { &self.offered[..elements] };
        let offered = mask.is_some().then_some(offered);
        Some((Block { a: Rows::of(&self.a[..elements], len), b }, Flags { taken, offered }))
    }
}

/// All rows of a block and of its mask as one, if each goes on in the next.
fn seamless<'b, 'm, E: Keyed>(
    block: Block<'b, E>,
    mask: Option<Rows<'m, Bool>>,
) -> Option<(Block<'b, E>, Option<Rows<'m, Bool>>)> {
    let joined = Block { a: block.a.joined()?, b: block.b.joined()? };
    match mask {
        None => Some((joined, None)),
        Some(mask) => Some((joined, Some(mask.joined()?))),
    }
}

/// How far ahead the bytes of a masked block and of its mask are asked for: the kernel that follows works in the
/// first cache, and memory should not wait for it.
const MASKED_AHEAD_BYTES: usize = 4 << 10;

/// Brings a mask to ones and zeros and copies a block's left elements, but for those that it rules out: they
/// come to differ by nothing. The most common case in one pass.
struct Mask<'b, 'f, E: Keyed> {
    block: Block<'b, E>,
    mask: Rows<'b, Bool>,
    flags: &'f mut [u8],
    a: &'f mut [E::Left],
}

impl<E: Keyed<Left: Pod, Right: Pod>> Kernel for Mask<'_, '_, E> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Block { a, b } = self.block;
        let len = a.row_len();
        let one = |mask: Bool, a, b| {
            let nothing = E::like(b).unwrap_or(E::Left::ZERO);
            if mask.0 != 0 { a } else { nothing }
        };
        for (i, (flags, out)) in
            self.flags.chunks_exact_mut(len).zip(self.a.chunks_exact_mut(len)).enumerate()
        {
            let (a, b, mask) = (a.row(i), b.row(i), self.mask.row(i));
            let ((flags, last_flags), (out, last_out)) =
                (flags.as_chunks_mut::<LANES>(), out.as_chunks_mut::<LANES>());
            let whole = flags.len() * LANES;
            let reads = Lockstep::new([a], LANES).zip(Lockstep::new([b], LANES));
            let reads = reads.zip(Lockstep::new([mask], LANES));
            for ((flags, out), (([a], [b]), [mask])) in flags.iter_mut().zip(out).zip(reads) {
                a.prefetch_ahead(MASKED_AHEAD_BYTES);
                mask.prefetch_ahead(MASKED_AHEAD_BYTES);
                let (a, b, mask) = (a.block::<LANES>(0), b.block::<LANES>(0), mask.block::<LANES>(0));
                // Both apart from memory first: a store between would have the compiler keep copies of all three.
                let (mut taken, mut chosen) = ([0; LANES], [E::Left::ZERO; LANES]);
                for k in 0..LANES {
                    taken[k] = (mask[k].0 != 0) as u8;
                    chosen[k] = one(mask[k], a[k], b[k]);
                }
                (*flags, *out) = (taken, chosen);
            }
            for (k, (flag, out)) in last_flags.iter_mut().zip(last_out).enumerate() {
                let (a, b, mask) = (a.get(whole + k), b.get(whole + k), mask.get(whole + k));
                *flag = (mask.0 != 0) as u8;
                *out = one(mask, a, b);
            }
        }
    }
}

/// Brings a mask to ones and zeros: any byte but zero is true.
struct SetFlags<'b> {
    mask: Rows<'b, Bool>,
    flags: &'b mut [u8],
}

impl Kernel for SetFlags<'_> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let mask = self.mask;
        for (i, flags) in self.flags.chunks_exact_mut(mask.row_len()).enumerate() {
            let (mut blocks, rest) = mask.row(i).blocks::<LANES>();
            let (places, last) = flags.as_chunks_mut::<LANES>();
            for (flags, mask) in places.iter_mut().zip(blocks.ahead::<AHEAD_BYTES>()) {
                *flags = mask.map(|one| (one.0 != 0) as u8);
            }
            last.iter_mut().zip(rest.iter()).for_each(|(flag, mask)| *flag = (mask.0 != 0) as u8);
        }
    }
}

/// Clears the flags of pairs that are the same, and of those whose difference is not a number; true if
/// there was one of the latter.
struct Present<'b, 'f, E: Keyed> {
    block: Block<'b, E>,
    same: bool,
    omit: bool,
    flags: &'f mut [u8],
}

impl<E: Keyed> Kernel for Present<'_, '_, E> {
    const VECTORS: bool = false;
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        let Block { a, b } = self.block;
        let mut missing = 0;
        for (i, flags) in self.flags.chunks_exact_mut(a.row_len()).enumerate() {
            for (flag, (a, b)) in flags.iter_mut().zip(a.row(i).iter().zip(b.row(i).iter())) {
                let absent = E::key(a, b) > E::LAST;
                let same = self.same && absent && E::is_same(a, b);
                missing |= *flag & (absent && !same) as u8;
                *flag &= !(same || (self.omit && absent)) as u8;
            }
        }
        missing != 0
    }
}

/// Copies a block, but for the pairs without a flag: those come to differ by nothing. Where that is done
/// by the left operand alone, the right one is not copied.
struct Blank<'b, 'f, E: Keyed> {
    block: Block<'b, E>,
    flags: &'f [u8],
    a: &'f mut [E::Left],
    b: &'f mut [E::Right],
}

impl<E: Keyed<Left: Pod, Right: Pod>> Kernel for Blank<'_, '_, E> {
    const VECTORS: bool = false;
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Block { a, b } = self.block;
        let len = a.row_len();
        for (i, (flags, blanked)) in
            self.flags.chunks_exact(len).zip(self.a.chunks_exact_mut(len)).enumerate()
        {
            let nothing = |b: E::Right| E::like(b).unwrap_or(E::Left::ZERO);
            blank(a.row(i), b.row(i), flags, blanked, |flag, a, b| if flag != 0 { a } else { nothing(b) });
            if let Some(blanked) = self.b.get_mut(i * len..(i + 1) * len) {
                blank(
                    a.row(i),
                    b.row(i),
                    flags,
                    blanked,
                    |flag, _, b| {
                        if flag != 0 { b } else { E::Right::ZERO }
                    },
                );
            }
        }
    }
}

#[inline(always)]
fn blank<A: Pod, B: Pod, T>(a: Run<A>, b: Run<B>, flags: &[u8], out: &mut [T], one: impl Fn(u8, A, B) -> T) {
    let ((mut a, a_rest), (b, b_rest)) = (a.blocks::<LANES>(), b.blocks::<LANES>());
    let ((flags, last_flags), (out, last)) = (flags.as_chunks::<LANES>(), out.as_chunks_mut::<LANES>());
    for (((out, flags), b), a) in out.iter_mut().zip(flags).zip(b).zip(a.ahead::<AHEAD_BYTES>()) {
        let flags = *flags;
        *out = std::array::from_fn(|i| one(flags[i], a[i], b[i]));
    }
    let rest = last_flags.iter().zip(a_rest.iter().zip(b_rest.iter()));
    last.iter_mut().zip(rest).for_each(|(out, (&flag, (a, b)))| *out = one(flag, a, b));
}
