//! Runs a plan: blocks, packing, pool, interruption.

mod feed;
mod fenv;
mod fold;
mod job;
mod map;
mod pool;
mod reduction;
mod steps;
mod strip;
mod sum;
mod summing;
mod threads;

pub(crate) use map::absdiff_all;
pub use strip::absdiff_strip;
pub use sum::Sum;
pub use threads::{ignored_num_threads, num_threads, set_num_threads};
