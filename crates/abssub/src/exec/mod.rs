//! Runs a plan: blocks, packing, pool, interruption.

mod feed;
mod feeds;
mod fenv;
mod fold;
mod job;
mod keys;
mod line;
mod map;
mod measured;
mod partial;
mod pool;
mod quantiles;
mod reduction;
mod request;
mod seat;
mod shape;
pub mod stats;
mod steps;
mod strip;
mod sum;
mod summing;
mod threads;
mod weigh;

pub use job::{GoOn, Missing, Progress};
pub use line::Line;
pub(crate) use map::absdiff_all;
pub use quantiles::Quantiles;
pub use request::{Request, row_major};
pub use strip::absdiff_strip;
pub use sum::Sum;
pub use threads::{ignored_num_threads, num_threads, set_num_threads};
