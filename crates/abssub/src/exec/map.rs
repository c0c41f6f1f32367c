//! All differences of two operands of one type, strip by strip.
#![allow(unsafe_code)]

use super::steps::steps;
use super::strip::absdiff_strip;
use crate::array::strip::Strip;
use crate::array::{Operand, PerAxis};
use crate::element::Stored;
use crate::kernel::map::MapStrip;
use crate::plan::{A, Axis, B, OUT, Odometer, Plan};

/// Stores |a - b| over `shape` in row-major memory at `out`; true where a value was lost.
///
/// # Safety
/// The operands broadcast to `shape` and hold elements of `E`'s types in native order; `out` is
/// writable for as many results as `shape` has places, and does not touch the operands.
pub(crate) unsafe fn absdiff_all<E: Stored>(
    a: &Operand<'_>,
    b: &Operand<'_>,
    shape: &[usize],
    out: *mut E::Out,
) -> bool {
    if shape.contains(&0) {
        return false;
    }
    let over = |operand: &Operand<'_>| steps(operand, shape).expect("the caller broadcast them");
    let (a_steps, b_steps) = (over(a), over(b));
    let mut out_step = size_of::<E::Out>() as isize;
    let mut axes: PerAxis<Axis> = (0..shape.len())
        .rev()
        .map(|i| {
            let step = [a_steps[i], b_steps[i], 0, 0, out_step, 0];
            let axis = Axis { len: shape[i], step, reduced: false };
            out_step *= shape[i] as isize;
            axis
        })
        .collect();
    axes.reverse();
    let plan = Plan::new(axes, size_of::<E::Left>(), size_of::<E::Right>());
    let (len, step) = (plan.inner_axis.len, plan.inner_axis.step);
    let mut place = Odometer::new(&plan.kept, plan.start, 0);
    let mut lost = false;
    loop {
        let (at_a, at_b, at_out) = (place.at[A], place.at[B], place.at[OUT]);
        // SAFETY: the plan visits each place of `shape` once, which the caller vouched for.
        lost |= absdiff_strip(unsafe {
            MapStrip::<E> {
                a: Strip::new(a.start.wrapping_offset(at_a).cast_mut(), step[A], len),
                b: Strip::new(b.start.wrapping_offset(at_b).cast_mut(), step[B], len),
                out: Strip::new(out.cast::<u8>().wrapping_offset(at_out), step[OUT], len),
            }
        });
        if !place.advance() {
            return lost;
        }
    }
}
