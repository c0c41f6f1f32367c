//! What Rust users call: `absdiff` and `AbsDiff`, over `ndarray` views.
#![allow(unsafe_code)]

mod statistics;

pub use statistics::Measure;

use crate::Error;
use crate::array::{Operand, PerAxis, Scalar, SumWith, Target};
use crate::exec::{Missing, Request, Sum, absdiff_all};
use crate::plan::broadcast_shapes;
use ndarray::{Array, ArrayD, ArrayRef, ArrayView, Axis, DimMax, Dimension, IxDyn};
use std::marker::PhantomData;

/// |a - b|, element by element, exactly.
///
/// Arrays and views will both do. The shapes broadcast to each other as NumPy's do. Signed integers give the unsigned type of the
/// same width, so that nothing wraps; floats are rounded once; complex numbers give the magnitude.
///
/// # Errors
/// [`Error::Broadcast`] if the shapes do not fit.
///
/// ```
/// use ndarray::{array, Array1};
///
/// let a: Array1<i8> = array![-128, 127, 5];
/// let b: Array1<i8> = array![127, -128, 7];
/// assert_eq!(abssub::absdiff(&a, &b)?, array![255u8, 255, 2]);
/// # Ok::<(), abssub::Error>(())
/// ```
pub fn absdiff<T, D1, D2>(
    a: &ArrayRef<T, D1>,
    b: &ArrayRef<T, D2>,
) -> Result<Array<T::Diff, <D1 as DimMax<D2>>::Output>, Error>
where
    T: Scalar,
    D1: Dimension + DimMax<D2>,
    D2: Dimension,
{
    let shape = broadcast_shapes(a.shape(), b.shape())?;
    let mut result = Array::<T::Diff, IxDyn>::uninit(IxDyn(&shape));
    let (a, b) = (Operand::from(a.view()), Operand::from(b.view()));
    // SAFETY: the operands broadcast to `shape`, hold `T`, and the result is fresh row-major memory.
    unsafe { absdiff_all::<T::Element>(&a, &b, &shape, result.as_mut_ptr().cast()) };
    // SAFETY: every place of the shape was just written with a valid `Diff`.
    let result = unsafe { result.assume_init() };
    Ok(result.into_dimensionality().expect("broadcasting gives the larger dimension"))
}

/// The difference |a - b| of two arrays that is never stored: what its reductions read from.
///
/// ```
/// use abssub::AbsDiff;
/// use ndarray::{Array2, Array3, Axis};
///
/// let frames = Array3::from_shape_fn((4, 3, 5), |(t, y, x)| (t * 60 + y * 5 + x) as u8);
/// let first: Array2<u8> = frames.index_axis(Axis(0), 0).to_owned();
///
/// let difference = AbsDiff::new(frames.view(), first.view())?;
/// let sad = difference.sum(&[Axis(1), Axis(2)])?;
/// assert_eq!(sad.as_slice(), Some(&[0u64, 900, 1800, 2700][..]));
/// assert_eq!(difference.sum_all()?, 5400);
/// # Ok::<(), abssub::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AbsDiff<'m, A, B = A> {
    a: Operand<'m>,
    b: Operand<'m>,
    mask: Option<Operand<'m>>,
    weights: Option<Operand<'m>>,
    missing: Missing,
    threads: Option<usize>,
    shape: PerAxis<usize>,
    elements: PhantomData<(&'m A, &'m B)>,
}

/// The type of a sum of differences of `A` and `B`: `u64` for integers, else `f64`.
pub type SumOf<A, B> = <<A as Scalar>::Class as SumWith<<B as Scalar>::Class>>::Sum;

impl<'m, A: Scalar, B: Scalar> AbsDiff<'m, A, B>
where
    A::Class: SumWith<B::Class>,
{
    /// The difference of two views whose shapes broadcast to each other. The element types may
    /// differ; they meet as NumPy's promotion has it, and uint64 meets signed integers exactly.
    ///
    /// # Errors
    /// [`Error::Broadcast`] if the shapes do not fit.
    pub fn new<D1: Dimension, D2: Dimension>(
        a: ArrayView<'m, A, D1>,
        b: ArrayView<'m, B, D2>,
    ) -> Result<Self, Error> {
        let shape = broadcast_shapes(a.shape(), b.shape())?;
        let (a, b) = (Operand::from(a), Operand::from(b));
        let (mask, weights, missing, threads) = (None, None, Missing::Keep, None);
        Ok(Self { a, b, mask, weights, missing, threads, shape, elements: PhantomData })
    }

    /// Only where `mask`, which broadcasts to this shape, is true.
    ///
    /// # Errors
    /// [`Error::Mask`] if its shape does not fit.
    pub fn masked<D: Dimension>(mut self, mask: ArrayView<'m, bool, D>) -> Result<Self, Error> {
        let mask = Operand::from(mask);
        self.mask = Some(mask.clone());
        Request::new(self.a.clone(), self.b.clone(), None)?.with_mask(mask)?;
        Ok(self)
    }

    /// Each mean and mean of squares weighted by `weights`, which broadcast to this shape.
    ///
    /// # Errors
    /// [`Error::Weights`] if their shape does not fit. Reductions that have no weighted form answer
    /// [`Error::Unsupported`].
    pub fn weighted<D: Dimension>(mut self, weights: ArrayView<'m, f64, D>) -> Result<Self, Error> {
        let weights = Operand::from(weights);
        self.weights = Some(weights.clone());
        Request::new(self.a.clone(), self.b.clone(), None)?.with_weights(weights)?;
        Ok(self)
    }

    /// Leaving out (or refusing) differences that are not a number.
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// On at most `threads` threads, instead of [`crate::num_threads`].
    ///
    /// # Panics
    /// If `threads` is zero.
    pub fn threads(mut self, threads: usize) -> Self {
        assert_ne!(threads, 0, "at least one thread");
        self.threads = Some(threads);
        self
    }

    /// The common shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The sum over some axes. Integers are exact, or an error; a float sum is the exact sum of the
    /// elements, rounded once.
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::RepeatedAxis`]; [`Error::Overflow`] if a sum passes 2^64.
    pub fn sum(&self, axes: &[Axis]) -> Result<ArrayD<SumOf<A, B>>, Error> {
        self.store_sum(&Sum::new(self.request(Some(axes))?))
    }

    /// The sum over all axes.
    ///
    /// # Errors
    /// [`Error::Overflow`] if it passes 2^64.
    pub fn sum_all(&self) -> Result<SumOf<A, B>, Error> {
        Ok(*self.store_sum(&Sum::new(self.request(None)?))?.first().expect("one sum"))
    }

    fn request(&self, axes: Option<&[Axis]>) -> Result<Request<'m>, Error> {
        let axes: Option<PerAxis<usize>> = axes.map(|axes| axes.iter().map(|axis| axis.index()).collect());
        let mut request = Request::new(self.a.clone(), self.b.clone(), axes.as_deref())?;
        if let Some(mask) = &self.mask {
            request = request.with_mask(mask.clone())?;
        }
        if let Some(weights) = &self.weights {
            request = request.with_weights(weights.clone())?;
        }
        if let Some(threads) = self.threads {
            request = request.with_threads(threads);
        }
        Ok(request.with_missing(self.missing))
    }

    fn store_sum(&self, sum: &Sum<'m>) -> Result<ArrayD<SumOf<A, B>>, Error> {
        let dtype = <A::Class as SumWith<B::Class>>::DTYPE;
        if sum.dtype() != dtype {
            // A weighted sum of integers is a float, which this type of sum is not.
            return Err(Error::Target { target: sum.dtype() });
        }
        let mut result = ArrayD::<SumOf<A, B>>::uninit(&sum.request().kept_shape()[..]);
        let size = size_of::<SumOf<A, B>>() as isize;
        let strides: PerAxis<isize> = result.strides().iter().map(|&step| step * size).collect();
        // SAFETY: the result is fresh memory of that type and shape, and nobody else's.
        unsafe {
            sum.store(Target::new(result.as_mut_ptr().cast(), dtype), &strides, &mut |_| true)?;
            Ok(result.assume_init())
        }
    }
}
