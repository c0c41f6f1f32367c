//! The exact absolute difference of two arrays, and its reductions.

pub mod array;
pub mod element;
pub mod exec;
pub mod kernel;
