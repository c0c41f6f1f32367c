//! The door to instruction sets: one generic kernel, compiled once for each level.
#![allow(unsafe_code)]

use super::arch::{self, Simd};
use super::level::{Level, Set};

/// Work over plain memory that is compiled for each level.
///
/// `run` must be `#[inline(always)]`, and so must whatever it calls that should be recompiled:
/// only then does its body become part of the function that enables the instructions.
pub(crate) trait Kernel: Sized {
    /// Whether it has any use for vector operations. Plain loops, which the compiler alone makes vectors of, are the
    /// same for all levels whose instructions are.
    const VECTORS: bool = true;
    /// What it answers.
    type Output;
    /// Does the work with the vector operations of one level.
    fn run<S: Simd>(self, simd: S) -> Self::Output;

    // What each level compiles. The compiler makes a unit of code for each module, and these belong to that of the
    // kernel: as functions of this module they would all be one unit, which one core would compile alone.

    /// What every processor of the target has. A function of its own, so that the other levels need not its stack.
    #[inline(never)]
    fn anywhere<S: Simd>(self, simd: S) -> Self::Output {
        self.run(simd)
    }

    /// # Safety
    /// The processor must have the features.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    unsafe fn avx2(self) -> Self::Output {
        // SAFETY: this function runs only where its features are enabled.
        self.run(unsafe { arch::Avx2::assume() })
    }

    /// # Safety
    /// The processor must have the features.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl,avx512dq")]
    unsafe fn avx512(self) -> Self::Output {
        // SAFETY: as above.
        self.run(unsafe { arch::Avx512::assume() })
    }
}

impl Level {
    /// Runs `kernel` as compiled for this level. Not marked for inlining: every unit of the compiler that
    /// uses a kernel would have copies of its own.
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Portable if !K::VECTORS => kernel.anywhere(arch::Sse2::baseline()),
            Set::Portable => kernel.anywhere(arch::Portable),
            #[cfg(test)]
            Set::Wide => kernel.anywhere(arch::Twice(arch::Twice(arch::Portable))),
            #[cfg(target_arch = "aarch64")]
            Set::Neon => kernel.anywhere(arch::Portable),
            #[cfg(target_arch = "x86_64")]
            Set::Sse2 => kernel.anywhere(arch::Sse2::baseline()),
            // SAFETY: a Level of this set is made only where detection found its instructions.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { kernel.avx2() },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { kernel.avx512() },
        }
    }
}
