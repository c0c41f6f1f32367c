//! The inner loops that NumPy calls for numbers: one strip of differences for each element type.
//!
//! NumPy has broadcast, cast, aligned and guarded against overlap by then, and has released the GIL.
#![allow(unsafe_code)]

use abssub::array::Tick;
use abssub::array::strip::Strip;
use abssub::element::{Mixed64, Stored, Time, WideTime};
use abssub::exec::absdiff_strip;
use abssub::kernel::map::MapStrip;
use numpy::npyffi::npy_intp;
use std::ffi::{c_char, c_int, c_void};
use std::hint::black_box;

/// `out = |a - b|` for element type `E`.
///
/// # Safety
/// As NumPy promises its loops: three operands, one length, three steps, all valid for the call.
pub(super) unsafe extern "C" fn differences<E: Stored>(
    _context: *mut c_void,
    operands: *const *mut c_char,
    len: *const npy_intp,
    steps: *const npy_intp,
    _auxiliary: *mut c_void,
) -> c_int {
    // SAFETY: NumPy passes three operands.
    unsafe { run::<E>(operands, len, steps, [0, 1, 2]) };
    0
}

/// `out = |b - a|`: the signed operand comes first, the unsigned second.
///
/// # Safety
/// As [`differences`].
pub(super) unsafe extern "C" fn differences_signed_first(
    _context: *mut c_void,
    operands: *const *mut c_char,
    len: *const npy_intp,
    steps: *const npy_intp,
    _auxiliary: *mut c_void,
) -> c_int {
    // SAFETY: NumPy passes three operands.
    unsafe { run::<Mixed64>(operands, len, steps, [1, 0, 2]) };
    0
}

/// One strip, its operands taken in the given order: left, right, out.
///
/// # Safety
/// There must be three operands and steps, valid for `len` elements of `E`'s types in that order.
#[inline(always)]
pub(super) unsafe fn run<E: Stored>(
    operands: *const *mut c_char,
    len: *const npy_intp,
    steps: *const npy_intp,
    [left, right, out]: [usize; 3],
) {
    // SAFETY: by this function's contract, for every read of the arrays and every strip.
    let strips = unsafe {
        let len = *len as usize;
        MapStrip::<E> {
            a: Strip::new((*operands.add(left)).cast(), *steps.add(left), len),
            b: Strip::new((*operands.add(right)).cast(), *steps.add(right), len),
            out: Strip::new((*operands.add(out)).cast(), *steps.add(out), len),
        }
    };
    if absdiff_strip(strips) {
        raise_overflow();
    }
}

/// Times whose units differ: brought to the output's on the way, in 128 bits.
///
/// # Safety
/// As [`run`], with operands of 64-bit ticks.
pub(super) unsafe fn run_scaled(
    operands: *const *mut c_char,
    len: *const npy_intp,
    steps: *const npy_intp,
    [left, right]: [Tick; 2],
) {
    // SAFETY: by this function's contract, for every read of the arrays and every strip.
    let [a, b, out] = unsafe {
        let len = *len as usize;
        [0, 1, 2].map(|i| Strip::<i64>::new((*operands.add(i)).cast(), *steps.add(i), len))
    };
    let wide = |ticks: i64, tick: Tick| {
        if ticks == Time::NAT { WideTime::NAT } else { tick.scale(ticks.into()) }
    };
    let mut lost = false;
    for i in 0..out.len() {
        out.put(i, WideTime::store(wide(a.get(i), left), wide(b.get(i), right), &mut lost));
    }
    if lost {
        raise_overflow();
    }
}

/// Sets the processor's overflow flag, which NumPy reads after the loop and `np.errstate` governs.
#[cold]
fn raise_overflow() {
    black_box(black_box(f64::MAX) * black_box(f64::MAX));
}
