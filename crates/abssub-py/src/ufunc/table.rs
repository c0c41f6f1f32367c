//! The table: which loops there are, for which dtypes, and how the documentation words them.
//!
//! The ufunc's loops, the dtype table of its docstring and the contract test all come from these rows.

use super::ffi::{Loop, NO_FLOATING_POINT_ERRORS, REQUIRES_PYTHON};
use super::loops::{differences, differences_signed_first};
use super::object::object_differences;
use abssub::element::{Bool, Complex32, Complex64, Mixed64};
use half::f16;
use std::ffi::{c_int, c_long, c_longlong, c_uint, c_ulong, c_ulonglong};

/// Loops that one line of documentation covers.
pub(super) struct Family {
    /// What the two inputs are, in words.
    pub(super) inputs: &'static str,
    /// What comes out, in words.
    pub(super) result: &'static str,
    pub(super) rows: &'static [Row],
}

/// One loop.
pub(super) struct Row {
    /// NumPy's type characters, as in `np.ufunc.types`: `bb->B`.
    pub(super) types: &'static str,
    pub(super) run: Run,
}

/// What runs for a row.
#[derive(Clone, Copy)]
pub(super) enum Run {
    /// A plain loop over numbers or objects, and `NPY_METH_...` of it.
    Plain(Loop, c_int),
    /// Ticks of time, in a unit that is resolved at each call.
    Ticks,
}

impl Row {
    const fn plain(types: &'static str, run: Loop) -> Row {
        Row { types, run: Run::Plain(run, 0) }
    }

    /// Differences that are never lost, nor raise a flag of the processor: NumPy need not look at them.
    const fn whole(types: &'static str, run: Loop) -> Row {
        Row { types, run: Run::Plain(run, NO_FLOATING_POINT_ERRORS) }
    }

    const fn objects(types: &'static str, run: Loop) -> Row {
        Row { types, run: Run::Plain(run, REQUIRES_PYTHON) }
    }

    const fn ticks(types: &'static str) -> Row {
        Row { types, run: Run::Ticks }
    }

    /// The characters of both inputs and of the output.
    pub(super) const fn characters(&self) -> [char; 3] {
        let &[a, b, b'-', b'>', out] = self.types.as_bytes() else { panic!("two inputs, one output") };
        [a as char, b as char, out as char]
    }
}

/// C's long, and so NumPy's `l` and `L`, is as wide as a long long everywhere but on Windows and 32-bit systems.
const MIXED: &[Row] = &[
    #[cfg(all(not(windows), target_pointer_width = "64"))]
    Row::plain("Ll->L", differences::<Mixed64>),
    #[cfg(all(not(windows), target_pointer_width = "64"))]
    Row::plain("lL->L", differences_signed_first),
    Row::plain("Qq->Q", differences::<Mixed64>),
    Row::plain("qQ->Q", differences_signed_first),
];

/// What NumPy's longdouble is, and the loops over it: none where it is a format that Rust cannot compute with.
#[cfg(all(target_arch = "x86_64", not(windows), not(target_os = "android")))]
mod longdouble {
    use super::{Row, differences};
    use abssub::element::{ComplexExtended, Extended};

    pub(super) const BYTES: usize = 16;
    pub(super) const REAL: &[Row] = &[Row::plain("gg->g", differences::<Extended>)];
    pub(super) const COMPLEX: &[Row] = &[Row::plain("GG->g", differences::<ComplexExtended>)];
}
#[cfg(any(windows, all(target_vendor = "apple", target_arch = "aarch64")))]
mod longdouble {
    use super::{Complex64, Row, differences};

    pub(super) const BYTES: usize = 8;
    pub(super) const REAL: &[Row] = &[Row::plain("gg->g", differences::<f64>)];
    pub(super) const COMPLEX: &[Row] = &[Row::plain("GG->g", differences::<Complex64>)];
}
#[cfg(not(any(
    all(target_arch = "x86_64", not(windows), not(target_os = "android")),
    windows,
    all(target_vendor = "apple", target_arch = "aarch64")
)))]
mod longdouble {
    pub(super) const BYTES: usize = 0;
    pub(super) const REAL: &[super::Row] = &[];
    pub(super) const COMPLEX: &[super::Row] = &[];
}

/// The bytes of the longdouble that the table's loops expect; NumPy's must be the same, or they are left out.
pub(super) const LONGDOUBLE_BYTES: usize = longdouble::BYTES;

/// Every loop. Where NumPy must search for one by safe casts (user dtypes), it takes the first that fits.
pub(super) const FAMILIES: &[Family] = &[
    Family { inputs: "bool", result: "bool", rows: &[Row::whole("??->?", differences::<Bool>)] },
    Family {
        inputs: "unsigned integers",
        result: "the same unsigned integer",
        rows: &[
            Row::whole("BB->B", differences::<u8>),
            Row::whole("HH->H", differences::<u16>),
            Row::whole("II->I", differences::<c_uint>),
            Row::whole("LL->L", differences::<c_ulong>),
            Row::whole("QQ->Q", differences::<c_ulonglong>),
        ],
    },
    Family {
        inputs: "signed integers",
        result: "the unsigned integer of the same width",
        rows: &[
            Row::whole("bb->B", differences::<i8>),
            Row::whole("hh->H", differences::<i16>),
            Row::whole("ii->I", differences::<c_int>),
            Row::whole("ll->L", differences::<c_long>),
            Row::whole("qq->Q", differences::<c_longlong>),
        ],
    },
    Family { inputs: "uint64 with a signed integer", result: "uint64, saturating (see Notes)", rows: MIXED },
    Family {
        inputs: "float16, float32, float64",
        result: "the same float, rounded once",
        rows: &[
            Row::plain("ee->e", differences::<f16>),
            Row::plain("ff->f", differences::<f32>),
            Row::plain("dd->d", differences::<f64>),
        ],
    },
    Family { inputs: "longdouble", result: "longdouble, rounded once", rows: longdouble::REAL },
    Family {
        inputs: "complex64, complex128",
        result: "the real float of its magnitude",
        rows: &[Row::plain("FF->f", differences::<Complex32>), Row::plain("DD->d", differences::<Complex64>)],
    },
    Family { inputs: "clongdouble", result: "longdouble", rows: longdouble::COMPLEX },
    Family { inputs: "datetime64", result: "timedelta64 in the common unit", rows: &[Row::ticks("MM->m")] },
    Family {
        inputs: "timedelta64 (or one of them an integer)",
        result: "timedelta64 in the common unit",
        rows: &[Row::ticks("mm->m")],
    },
    Family {
        inputs: "object",
        result: "``abs(x1 - x2)`` by Python",
        rows: &[Row::objects("OO->O", object_differences)],
    },
];

/// Whether the differences of this type have this type, so that they can be inputs again.
pub(super) fn is_closed(character: char) -> bool {
    FAMILIES.iter().flat_map(|family| family.rows).any(|row| row.characters() == [character; 3])
}
