//! Shapes: broadcasting, and which axes are kept.

use crate::Error;
use crate::array::PerAxis;

/// An array's shape and strides in bytes.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) shape: &'a [usize],
    pub(crate) strides: &'a [isize],
}

/// The common shape of two operands, by NumPy's rule.
pub(crate) fn broadcast_shapes(left: &[usize], right: &[usize]) -> Result<PerAxis<usize>, Error> {
    let (longer, shorter) = if left.len() < right.len() { (right, left) } else { (left, right) };
    let mut shape = PerAxis::from_slice(longer);
    let missing = longer.len() - shorter.len();
    for (place, &len) in shape[missing..].iter_mut().zip(shorter) {
        match (*place, len) {
            (own, other) if own == other => {}
            (1, other) => *place = other,
            (_, 1) => {}
            _ => return Err(Error::Broadcast { left: left.to_vec(), right: right.to_vec() }),
        }
    }
    // Counted as addresses are: no sum of lengths and steps along the way can wrap then.
    let places = shape.iter().try_fold(1isize, |all, &len| all.checked_mul(isize::try_from(len).ok()?));
    if places.is_none() && !shape.contains(&0) {
        return Err(Error::TooLarge { shape: shape.to_vec() });
    }
    Ok(shape)
}

/// The strides of `view` over `shape`, zero where it is stretched; none where it does not fit.
pub(crate) fn broadcast_strides(view: View<'_>, shape: &[usize]) -> Option<PerAxis<isize>> {
    let missing = shape.len().checked_sub(view.shape.len())?;
    let mut strides = PerAxis::from_elem(0, shape.len());
    for (i, (&len, &stride)) in view.shape.iter().zip(view.strides).enumerate() {
        match len {
            1 => {}
            _ if len == shape[missing + i] => strides[missing + i] = stride,
            _ => return None,
        }
    }
    Some(strides)
}

/// The axes to reduce as a set of flags; no axes named means all of them.
pub(crate) fn reduced_set(axes: Option<&[usize]>, ndim: usize) -> Result<PerAxis<bool>, Error> {
    let Some(axes) = axes else { return Ok(PerAxis::from_elem(true, ndim)) };
    let mut reduced = PerAxis::from_elem(false, ndim);
    for &axis in axes {
        match reduced.get_mut(axis) {
            None => return Err(Error::Axis { axis, ndim }),
            Some(true) => return Err(Error::RepeatedAxis { axis }),
            Some(flag) => *flag = true,
        }
    }
    Ok(reduced)
}

/// The shape of what is left.
pub(crate) fn kept_shape(shape: &[usize], reduced: &[bool]) -> PerAxis<usize> {
    shape.iter().zip(reduced).filter(|&(_, &gone)| !gone).map(|(&len, _)| len).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting() {
        assert_eq!(broadcast_shapes(&[2, 3], &[3]), Ok(PerAxis::from_slice(&[2, 3])));
        assert_eq!(broadcast_shapes(&[], &[4]), Ok(PerAxis::from_slice(&[4])));
        assert_eq!(broadcast_shapes(&[5, 1, 7], &[6, 1]), Ok(PerAxis::from_slice(&[5, 6, 7])));
        assert_eq!(broadcast_shapes(&[0], &[1]), Ok(PerAxis::from_slice(&[0])));
        assert!(matches!(broadcast_shapes(&[1 << 40, 1], &[1 << 40]), Err(Error::TooLarge { .. })));
        assert_eq!(
            broadcast_shapes(&[1 << 40, 1, 0], &[1 << 40, 1]),
            Ok(PerAxis::from_slice(&[1 << 40, 1 << 40, 0]))
        );
        let error = broadcast_shapes(&[2, 3], &[2, 4]).unwrap_err();
        assert_eq!(error.to_string(), "operands could not be broadcast together with shapes (2,3) (2,4)");
    }

    #[test]
    fn stretched_axes_have_no_stride() {
        let view = View { shape: &[1, 3], strides: &[99, 8] };
        assert_eq!(broadcast_strides(view, &[4, 2, 3]), Some(PerAxis::from_slice(&[0, 0, 8])));
        assert_eq!(broadcast_strides(view, &[4, 2, 4]), None);
        assert_eq!(broadcast_strides(view, &[3]), None);
    }

    #[test]
    fn axis_sets() {
        assert_eq!(reduced_set(None, 2), Ok(PerAxis::from_slice(&[true, true])));
        assert_eq!(reduced_set(Some(&[1]), 2), Ok(PerAxis::from_slice(&[false, true])));
        assert_eq!(reduced_set(Some(&[2]), 2), Err(Error::Axis { axis: 2, ndim: 2 }));
        assert_eq!(reduced_set(Some(&[0, 0]), 2), Err(Error::RepeatedAxis { axis: 0 }));
    }
}
