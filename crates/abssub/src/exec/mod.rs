//! Runs a plan: blocks, packing, pool, progress, cancellation.

mod strip;

pub use strip::absdiff_strip;
