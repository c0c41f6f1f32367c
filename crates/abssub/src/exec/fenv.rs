//! The processor's floating-point flags, which belong to each thread.
#![allow(unsafe_code)]

use std::ffi::c_int;

// The C library's, which Rust's standard library links already. The bits differ among processors;
// inexact, which nobody asks about, is among them and does no harm.
unsafe extern "C" {
    fn fetestexcept(flags: c_int) -> c_int;
    fn feclearexcept(flags: c_int) -> c_int;
    fn feraiseexcept(flags: c_int) -> c_int;
}

/// The flags that C's `FE_ALL_EXCEPT` names on the processors we know.
const ALL: c_int = if cfg!(all(target_arch = "x86_64", not(windows))) { 0x3d } else { 0x1f };

/// The flags that are raised on this thread.
pub(super) fn raised() -> usize {
    // SAFETY: reads a register.
    unsafe { fetestexcept(ALL) as usize }
}

/// Raises flags, as [`raised`] gave them, on this thread.
pub(super) fn raise(flags: usize) {
    if flags != 0 {
        // SAFETY: sets bits of a register; traps are not enabled in Rust programs.
        unsafe { feraiseexcept(flags as c_int) };
    }
}

/// Clears this thread's flags; returns those that were raised.
pub(super) fn clear() -> usize {
    let before = raised();
    // SAFETY: clears bits of a register.
    unsafe { feclearexcept(ALL) };
    before
}
