//! Quantiles without the differences: short results are collected and sorted, long ones are found by
//! counting, some bits of the keys at a time.

mod collect;
mod order;
mod refine;
mod request;

pub use request::Quantiles;
