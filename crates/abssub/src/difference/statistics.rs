//! Every reduction but the sum, for `ndarray` users: one reading each, exact sums underneath.
#![allow(unsafe_code)]

use super::{AbsDiff, SumOf};
use crate::Error;
use crate::array::{DType, Scalar, SumWith, Target};
use crate::exec::stats::{Asked, Bound, Comparison, Counted, Output, Stat, Stats};
use crate::exec::{Quantiles, Sum};
use ndarray::{ArrayD, Axis, IxDyn};

impl<A: Scalar, B: Scalar> AbsDiff<'_, A, B>
where
    A::Class: SumWith<B::Class>,
{
    /// The sum of squares over some axes (SSD): exact for integers; for floats the exact sum of the
    /// exact squares, rounded once.
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::RepeatedAxis`]; [`Error::Overflow`] if a sum passes 2^64.
    pub fn sum_of_squares(&self, axes: &[Axis]) -> Result<ArrayD<SumOf<A, B>>, Error> {
        self.store_sum(&Sum::of_squares(self.request(Some(axes))?)?)
    }

    /// The mean over some axes (MAE), from the exact sum; NaN of nothing.
    ///
    /// ```
    /// use abssub::AbsDiff;
    /// use ndarray::{array, Axis};
    ///
    /// let a = array![[0u8, 4], [255, 1]];
    /// let b = array![2u8, 1];
    /// let mean = AbsDiff::new(a.view(), b.view())?.mean(&[Axis(1)])?;
    /// assert_eq!(mean.as_slice(), Some(&[2.5, 126.5][..]));
    /// # Ok::<(), abssub::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::RepeatedAxis`].
    pub fn mean(&self, axes: &[Axis]) -> Result<ArrayD<f64>, Error> {
        self.measured(axes, Stat::Mean, Asked::default())
    }

    /// The mean of the squares over some axes (MSE); NaN of nothing.
    ///
    /// # Errors
    /// As [`AbsDiff::mean`].
    pub fn mean_square(&self, axes: &[Axis]) -> Result<ArrayD<f64>, Error> {
        self.measured(axes, Stat::MeanSquare, Asked::default())
    }

    /// The root of the mean of the squares over some axes (RMSE), which neither over- nor underflows on
    /// the way; NaN of nothing.
    ///
    /// # Errors
    /// As [`AbsDiff::mean`].
    pub fn root_mean_square(&self, axes: &[Axis]) -> Result<ArrayD<f64>, Error> {
        self.measured(axes, Stat::RootMeanSquare, Asked::default())
    }

    /// The variance over some axes with `ddof` degrees of freedom taken off, from exact sums: nothing
    /// cancels, however far the mean is from zero.
    ///
    /// # Errors
    /// As [`AbsDiff::mean`].
    pub fn var(&self, axes: &[Axis], ddof: f64) -> Result<ArrayD<f64>, Error> {
        self.measured(axes, Stat::Variance { ddof }, Asked::default())
    }

    /// The root of [`AbsDiff::var`].
    ///
    /// # Errors
    /// As [`AbsDiff::mean`].
    pub fn std(&self, axes: &[Axis], ddof: f64) -> Result<ArrayD<f64>, Error> {
        self.measured(axes, Stat::Deviation { ddof }, Asked::default())
    }

    /// The number, in row-major order over the reduced axes, of the first greatest difference; NaN counts
    /// as greater than all.
    ///
    /// # Errors
    /// As [`AbsDiff::mean`]; [`Error::Empty`] of nothing.
    pub fn argmax(&self, axes: &[Axis]) -> Result<ArrayD<usize>, Error> {
        self.places(axes, Stat::ArgMax)
    }

    /// The number of the first least difference; NaN counts as less than all.
    ///
    /// # Errors
    /// As [`AbsDiff::argmax`].
    pub fn argmin(&self, axes: &[Axis]) -> Result<ArrayD<usize>, Error> {
        self.places(axes, Stat::ArgMin)
    }

    /// How many differences over some axes satisfy a comparison.
    ///
    /// ```
    /// use abssub::AbsDiff;
    /// use abssub::exec::stats::{Bound, Comparison};
    /// use ndarray::{array, Axis};
    ///
    /// let (a, b) = (array![1u8, 9, 200], array![3u8]);
    /// let difference = AbsDiff::new(a.view(), b.view())?;
    /// let many = difference.count(&[Axis(0)], Comparison::Greater, Bound::Float(5.5))?;
    /// assert_eq!(many.first(), Some(&2));
    /// # Ok::<(), abssub::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`AbsDiff::mean`].
    pub fn count(&self, axes: &[Axis], comparison: Comparison, bound: Bound) -> Result<ArrayD<usize>, Error> {
        let comparisons = vec![Counted::If(comparison, bound)];
        let counts = self.measured::<i64>(axes, Stat::Count(0), Asked { comparisons, ..Asked::default() })?;
        Ok(counts.mapv(|count| count as usize))
    }

    /// How many differences lie in each bin between ascending `edges`; the last bin holds its upper edge.
    /// The bins are the last axis of the result.
    ///
    /// # Errors
    /// As [`AbsDiff::mean`].
    pub fn histogram(&self, axes: &[Axis], edges: &[Bound]) -> Result<ArrayD<usize>, Error> {
        let asked = Asked { edges: edges.to_vec(), ..Asked::default() };
        Ok(self.measured::<i64>(axes, Stat::Histogram, asked)?.mapv(|count| count as usize))
    }

    /// Quantiles, each from 0 to 1, interpolated linearly: the first axis of the result. Exact, and no
    /// array of the differences is made.
    ///
    /// # Errors
    /// As [`AbsDiff::mean`].
    ///
    /// # Panics
    /// If a quantile is not from 0 to 1.
    pub fn quantiles(&self, axes: &[Axis], quantiles: &[f64]) -> Result<ArrayD<f64>, Error> {
        assert!(quantiles.iter().all(|q| (0.0..=1.0).contains(q)), "quantiles are from 0 to 1");
        let request = self.request(Some(axes))?;
        let mut shape = vec![quantiles.len()];
        shape.extend(request.kept_shape());
        let quantiles = Quantiles::new(request, quantiles.to_vec())?;
        let mut result = ArrayD::<f64>::uninit(IxDyn(&shape));
        let target = result.as_mut_ptr().cast();
        // SAFETY: the result is fresh row-major memory of doubles, of that shape, and nobody else's.
        unsafe {
            quantiles.store(Target::new(target, DType::F64), &mut |_| true)?;
            Ok(result.assume_init())
        }
    }

    fn places(&self, axes: &[Axis], stat: Stat) -> Result<ArrayD<usize>, Error> {
        Ok(self.measured::<i64>(axes, stat, Asked::default())?.mapv(|place| place as usize))
    }

    /// One statistic, whose values are of type `T`.
    fn measured<T: Measure>(&self, axes: &[Axis], stat: Stat, mut asked: Asked) -> Result<ArrayD<T>, Error> {
        asked.stats = vec![stat];
        let request = self.request(Some(axes))?;
        let mut shape = request.kept_shape();
        if stat == Stat::Histogram {
            shape.push(asked.edges.len().saturating_sub(1));
        }
        let stats = Stats::new(request, asked)?;
        let dtype = stats.dtype(stat);
        assert!(T::holds(dtype), "{dtype} is not the type of this statistic");
        let mut result = ArrayD::<T>::uninit(IxDyn(&shape));
        let target = result.as_mut_ptr().cast();
        // SAFETY: the result is fresh row-major memory of that type and shape, and nobody else's.
        unsafe {
            stats.store(&[Output { stat, target: Target::new(target, dtype) }], &mut |_| true)?;
            Ok(result.assume_init())
        }
    }
}

impl<A: Scalar> AbsDiff<'_, A>
where
    A::Class: SumWith<A::Class>,
    A::Diff: Measure,
{
    /// The greatest difference over some axes; NaN if there is one.
    ///
    /// ```
    /// use abssub::AbsDiff;
    /// use ndarray::{array, Axis};
    ///
    /// let (a, b) = (array![[-128i8, 3], [5, 9]], array![127i8, 4]);
    /// let greatest = AbsDiff::new(a.view(), b.view())?.max(&[Axis(0)])?;
    /// assert_eq!(greatest.as_slice(), Some(&[255u8, 5][..]));
    /// # Ok::<(), abssub::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::RepeatedAxis`]; [`Error::Empty`] of nothing.
    pub fn max(&self, axes: &[Axis]) -> Result<ArrayD<A::Diff>, Error> {
        self.measured(axes, Stat::Max, Asked::default())
    }

    /// The least difference over some axes; NaN if there is one.
    ///
    /// # Errors
    /// As [`AbsDiff::max`].
    pub fn min(&self, axes: &[Axis]) -> Result<ArrayD<A::Diff>, Error> {
        self.measured(axes, Stat::Min, Asked::default())
    }
}

/// A type that results of statistics are read as.
pub trait Measure: Copy {
    /// Whether memory of `dtype` that the core wrote holds valid values of this type.
    fn holds(dtype: DType) -> bool;
}

macro_rules! measures {
    ($($t:ty: $dtype:ident),*) => {$(
        impl Measure for $t {
            fn holds(dtype: DType) -> bool {
                dtype == DType::$dtype
            }
        }
    )*};
}
measures!(bool: Bool, u8: U8, u16: U16, u32: U32, u64: U64, i64: I64, half::f16: F16, f32: F32, f64: F64);
