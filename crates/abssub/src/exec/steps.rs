//! How far an operand moves along each axis of the shape that the operands share.

use crate::array::{Operand, PerAxis};
use crate::plan::{View, broadcast_strides};

/// The operand's strides in bytes over `shape`, zero where it is stretched; none if it does not fit.
pub(super) fn steps(operand: &Operand<'_>, shape: &[usize]) -> Option<PerAxis<isize>> {
    broadcast_strides(View { shape: &operand.shape, strides: &operand.strides }, shape)
}
