//! Why a call was refused. Errors hold values; the edge of each language words them.

use crate::array::DType;
use std::fmt;

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The operands' shapes do not broadcast.
    Broadcast {
        /// The first operand's shape.
        left: Vec<usize>,
        /// The second operand's.
        right: Vec<usize>,
    },
    /// More places than can be counted.
    TooLarge {
        /// The operands' common shape.
        shape: Vec<usize>,
    },
    /// A mask's shape does not broadcast to the operands'.
    Mask {
        /// The mask's shape.
        mask: Vec<usize>,
        /// What it had to broadcast to.
        shape: Vec<usize>,
    },
    /// An axis that the operands do not have.
    Axis {
        /// The axis.
        axis: usize,
        /// How many there are.
        ndim: usize,
    },
    /// An axis named twice.
    RepeatedAxis {
        /// The axis.
        axis: usize,
    },
    /// Two types that cannot be subtracted.
    Types {
        /// The first operand's type.
        left: DType,
        /// The second operand's.
        right: DType,
    },
    /// A result type that such a sum is never stored in.
    Target {
        /// The type asked for.
        target: DType,
    },
    /// An exact value that the result type cannot hold.
    Overflow {
        /// The bits of the value, its sign not counted.
        bits: u32,
        /// Whether it is negative.
        negative: bool,
        /// The result type.
        target: DType,
    },
    /// A difference that is not a number, where none may be.
    NotANumber,
    /// Weights that do not broadcast to the operands.
    Weights {
        /// The weights' shape.
        weights: Vec<usize>,
        /// What it had to broadcast to.
        shape: Vec<usize>,
    },
    /// A reduction that this type of difference does not have.
    Unsupported {
        /// The reduction.
        name: &'static str,
        /// The type that the operands share.
        dtype: DType,
    },
    /// No element, where a reduction needs one.
    Empty {
        /// The reduction.
        name: &'static str,
    },
    /// Nothing left, where a reduction needs something.
    AllOmitted,
    /// States that do not belong together.
    States {
        /// How they differ.
        how: String,
    },
    /// The caller asked for an end.
    Interrupted,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Broadcast { left, right } => write!(
                f,
                "operands could not be broadcast together with shapes {} {}",
                Shape(left),
                Shape(right)
            ),
            Error::TooLarge { shape } => write!(f, "shape {} is too large", Shape(shape)),
            Error::Mask { mask, shape } => {
                write!(f, "a mask of shape {} does not broadcast to {}", Shape(mask), Shape(shape))
            }
            Error::Axis { axis, ndim } => {
                write!(f, "axis {axis} is out of bounds for array of dimension {ndim}")
            }
            Error::RepeatedAxis { axis } => write!(f, "duplicate value in 'axis': {axis}"),
            Error::Types { left, right } => write!(f, "{left} and {right} have no difference"),
            Error::Target { target } => write!(f, "the result cannot be stored as {target}"),
            Error::Overflow { bits, negative, target } => {
                let sign = if *negative { " and is negative" } else { "" };
                write!(f, "the exact value has {bits} bits{sign}: {target} cannot hold it exactly")
            }
            Error::NotANumber => f.write_str("a difference is not a number"),
            Error::Weights { weights, shape } => {
                write!(f, "weights of shape {} do not broadcast to {}", Shape(weights), Shape(shape))
            }
            Error::Unsupported { name, dtype } => {
                write!(f, "{name} is not defined for differences of {dtype}")
            }
            Error::Empty { name } => write!(f, "{name} of nothing"),
            Error::AllOmitted => f.write_str("everything is left out, and nothing has no extreme"),
            Error::States { how } => f.write_str(how),
            Error::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Error {}

/// A shape in NumPy's notation: `()`, `(3,)`, `(2,3)`.
struct Shape<'a>(&'a [usize]);

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, len) in self.0.iter().enumerate() {
            write!(f, "{}{len}", if i == 0 { "" } else { "," })?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}
