//! NumPy's dtypes and the core's.

use abssub::array::DType;
use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::prelude::*;

/// The core's type for a dtype of either byte order; none where the core has no such type.
pub(super) fn to_core(dtype: &Bound<'_, PyArrayDescr>) -> Option<DType> {
    // A built-in type has a fixed number; user types, whose kinds mean nothing, have numbers from 256 on.
    if dtype.num() >= 256 {
        return None;
    }
    Some(match (dtype.kind(), dtype.itemsize()) {
        (b'b', 1) => DType::Bool,
        (b'u', 1) => DType::U8,
        (b'u', 2) => DType::U16,
        (b'u', 4) => DType::U32,
        (b'u', 8) => DType::U64,
        (b'i', 1) => DType::I8,
        (b'i', 2) => DType::I16,
        (b'i', 4) => DType::I32,
        (b'i', 8) => DType::I64,
        (b'f', 2) => DType::F16,
        (b'f', 4) => DType::F32,
        (b'f', 8) => DType::F64,
        (b'f', 16) if cfg!(target_arch = "x86_64") => DType::Extended,
        (b'c', 8) => DType::Complex32,
        (b'c', 16) => DType::Complex64,
        (b'c', 32) if cfg!(target_arch = "x86_64") => DType::ComplexExtended,
        (b'm' | b'M', 8) => DType::Time,
        _ => return None,
    })
}

/// Whether a sum of type `sums` can be stored in memory of `dtype` as it is.
pub(super) fn is_target(dtype: &Bound<'_, PyArrayDescr>, sums: DType) -> bool {
    let storable = |core: DType| match core {
        DType::Time => sums == DType::Time,
        DType::F16 | DType::F32 | DType::F64 | DType::Extended => sums != DType::Time,
        _ => core.is_integer() && core != DType::Bool && sums == DType::U64,
    };
    dtype.is_native_byteorder() != Some(false) && to_core(dtype).is_some_and(storable)
}
