//! The ufunc's docstring, whose dtype table is made from the loop table. NumPy puts the signature above it.

use super::table::Family;
use std::fmt::Write;

const BEFORE: &str = "\
The exact absolute difference of two arrays, element by element.

Equivalent to ``np.abs(np.subtract(x1, x2))`` in whole numbers of any size: nothing
wraps, and no temporary is made. Signed integers give the unsigned integer of the
same width, so that ``|-128 - 127|`` is 255.

Parameters
----------
x1, x2 : array_like
    The arrays to be compared. If ``x1.shape != x2.shape``, they must be broadcastable
    to a common shape (which becomes the shape of the output).
out : ndarray, None, or tuple of ndarray and None, optional
    A location into which the result is stored. It may be `x1` or `x2` itself. If it is
    provided, it must have a shape that the inputs broadcast to, and a dtype to which
    the result can be cast (see `casting`). If not, a freshly-allocated array is returned.
where : array_like, optional
    This condition is broadcast over the input. At locations where it is True, the `out`
    array is set to the result; elsewhere it retains its original value.
**kwargs
    For other keyword-only arguments, see NumPy's page on universal functions.

Returns
-------
y : ndarray or scalar
    The absolute difference of `x1` and `x2`. This is a scalar if both are scalars.

    Inputs of different dtypes are first promoted as NumPy promotes them, Python's own
    numbers by NEP 50. Then:

";

const AFTER: &str = "
Raises
------
TypeError
    For text and structured dtypes, for a date with anything but a date, and for
    longdouble where the platform's format is not in the table above.
OverflowError
    When a Python integer does not fit the other input's dtype.

See Also
--------
numpy.subtract : The signed difference, which wraps for integers.
numpy.abs : The magnitude of one array.

Notes
-----
For uint64 and a signed integer NumPy promotes to float64, which would lose bits. Here
the result is the exact uint64. A value that needs 65 bits (a large uint64 and a negative
integer) saturates and counts as floating overflow: a `RuntimeWarning`, or whatever
``np.errstate(over=...)`` makes of it. So does a time difference beyond 64-bit ticks.

NaT gives NaT, and NaN gives NaN. float16 is computed in float32 and rounded once.

A signed `out` is filled by NumPy's casting rules, and ``casting='same_kind'`` lets unsigned
values wrap there. To reuse the memory of a signed `x1`, name its unsigned view:
``out=x1.view(np.uint8)``.

`reduce` and `accumulate` feed differences back in, so the difference must have the dtype
of the input: bool, unsigned integers, floats, durations, objects. For signed integers and
complex numbers they raise a `TypeError`: cast them first, to a wider unsigned or a float dtype.

Large contiguous arrays are shared out among all cores.

Examples
--------
>>> import numpy as np
>>> import abssub as ab
>>> ab.absdiff(np.uint8([10, 200, 0]), np.uint8([20, 100, 255]))
array([ 10, 100, 255], dtype=uint8)
>>> ab.absdiff(np.int8([-128, 127]), np.int8([127, -128]))
array([255, 255], dtype=uint8)
>>> ab.absdiff(np.uint64([2**64 - 1]), np.int64([1]))
array([18446744073709551614], dtype=uint64)
>>> days = np.array(['2024-02-28', '2024-03-01'], 'datetime64[D]')
>>> ab.absdiff.outer(days, days)
array([[0, 2],
       [2, 0]], dtype='timedelta64[D]')

The first input can be the output:

>>> frame = np.uint8([1, 2, 3])
>>> _ = ab.absdiff(frame, np.uint8(2), out=frame)
>>> frame
array([1, 0, 1], dtype=uint8)
";

/// The whole docstring.
pub(super) fn docstring<'f>(families: impl Iterator<Item = &'f Family> + Clone) -> String {
    format!("{BEFORE}{}{AFTER}", dtype_table(families))
}

/// A table in reStructuredText, indented as a part of `Returns`.
fn dtype_table<'f>(families: impl Iterator<Item = &'f Family> + Clone) -> String {
    let lines =
        || std::iter::once(("inputs", "result")).chain(families.clone().map(|f| (f.inputs, f.result)));
    let width = lines().map(|(inputs, _)| inputs.len()).max().unwrap_or_default();
    let result_width = lines().map(|(_, result)| result.len()).max().unwrap_or_default();
    let rule = format!("    {:=<width$}  {:=<result_width$}\n", "", "");
    let mut table = rule.clone();
    for (k, (inputs, result)) in lines().enumerate() {
        writeln!(table, "    {inputs:width$}  {result}").expect("a string takes all");
        if k == 0 {
            table += &rule;
        }
    }
    table + &rule
}
