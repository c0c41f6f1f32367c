//! The exact absolute difference of two arrays, and every reduction of it, fused.
//!
//! `sum(|a - b|)` over any axes of any two arrays that broadcast, read once, without a temporary, on
//! all cores. Unsigned subtraction wraps and casting first costs several times the memory; here
//! integers are exact (or an error says why not) and a float sum is the exact sum of its elements,
//! rounded once, so the bits are the same whatever the instruction set, the threads or the layout.
//!
//! ```
//! use abssub::AbsDiff;
//! use ndarray::{Array2, Array3, Axis};
//!
//! let stack = Array3::<u8>::from_elem((64, 108, 192), 3);
//! let frame = Array2::<u8>::from_elem((108, 192), 255);
//!
//! let sad = AbsDiff::new(stack.view(), frame.view())?.sum(&[Axis(1), Axis(2)])?;
//! assert_eq!(sad.shape(), [64]);
//! assert!(sad.iter().all(|&sum| sum == 252 * 108 * 192));
//! # Ok::<(), abssub::Error>(())
//! ```
//!
//! [`AbsDiff`] has the other reductions too: means, squares, variance, extremes and their places, counts,
//! histograms, quantiles. [`absdiff`] gives the differences themselves. The modules below are for those who
//! bind the core to another language: operands of a type known at run time ([`array::Operand`]), what is
//! asked of them ([`exec::Request`]), sums ([`exec::Sum`]), several statistics from one reading and states
//! that outlive it ([`exec::stats`]), one strip of a ufunc ([`exec::absdiff_strip`]), and the scalar definitions
//! ([`element`]) that everything is tested against.

pub mod array;
mod difference;
pub mod element;
mod error;
pub mod exec;
pub mod kernel;
mod plan;
pub mod reduce;

pub use difference::{AbsDiff, Measure, SumOf, absdiff};
pub use error::Error;
pub use exec::{Missing, num_threads, set_num_threads};
pub use kernel::{Level, UnknownLevel};
