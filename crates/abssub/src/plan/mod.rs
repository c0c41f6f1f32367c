//! Pure arithmetic on shapes and strides: what is read in which order.
//!
//! **Architecture invariant**: nothing here ever reads an element; there is no pointer in this folder.

mod arrange;
mod axes;
mod broadcast;
mod odometer;
mod pattern;
mod tasks;

pub(crate) use axes::{A, Axis, B, INDEX, MASK, OUT, Offsets, WEIGHT};
pub(crate) use broadcast::{View, broadcast_shapes, broadcast_strides, kept_shape, reduced_set};
pub(crate) use odometer::Odometer;
pub(crate) use pattern::{Inner, Plan};
pub(crate) use tasks::{Cut, Task, Tile};
