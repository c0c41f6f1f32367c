//! Sums at every level and several thread counts against the scalar definition, on awkward layouts.

mod levels;

use abssub::{AbsDiff, Error};
use levels::at_every_level;
use ndarray::{Array, Array2, Array3, ArrayD, ArrayViewD, Axis, Dimension, IxDyn, SliceInfoElem};
use proptest::prelude::*;

/// Shewchuk's expansion ("Adaptive Precision Floating-Point Arithmetic", 1997), rounded as Python's
/// `math.fsum` rounds it: the definition of a float sum.
fn fsum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut partials: Vec<f64> = Vec::new();
    for mut x in terms {
        let mut kept = 0;
        for j in 0..partials.len() {
            let mut y = partials[j];
            if x.abs() < y.abs() {
                (x, y) = (y, x);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        partials.push(x);
    }
    let Some(mut high) = partials.pop() else { return 0.0 };
    let mut low = 0.0;
    while let Some(y) = partials.pop() {
        let x = high;
        high = x + y;
        low = y - (high - x);
        if low != 0.0 {
            break;
        }
    }
    // Half-way cases round by the sign of what is left.
    if let Some(&next) = partials.last()
        && (low < 0.0) == (next < 0.0)
        && low != 0.0
    {
        let doubled = low * 2.0;
        if high + doubled - high == doubled {
            high += doubled;
        }
    }
    high
}

macro_rules! integer_rows {
    ($($name:ident: $t:ty;)*) => {$(
        #[test]
        fn $name() {
            let values: Vec<$t> = extremes_and_noise(1 << 12).map(|x| x as $t).collect();
            at_every_level(|level| {
                for len in (0..300).chain([511, 512, 1000, 2047]) {
                    for offset in [0, 1, 3, 64] {
                        let (a, b) = (&values[offset..offset + len], &values[2048 - offset..2048 - offset + len]);
                        let expected: u128 = a.iter().zip(b).map(|(&a, &b)| u128::from(a.abs_diff(b))).sum();
                        let (a, b) = (ndarray::aview1(a), ndarray::aview1(b));
                        let sum = AbsDiff::new(a, b).unwrap().sum_all();
                        match u64::try_from(expected) {
                            Ok(expected) => assert_eq!(sum, Ok(expected), "{level} {len} {offset}"),
                            Err(_) => assert!(matches!(sum, Err(Error::Overflow { .. })), "{level} {len}"),
                        }
                    }
                }
            });
        }
    )*};
}
integer_rows! {
    rows_of_u8: u8;
    rows_of_i8: i8;
    rows_of_u16: u16;
    rows_of_i16: i16;
    rows_of_u32: u32;
    rows_of_i32: i32;
    rows_of_u64: u64;
    rows_of_i64: i64;
}

/// 64-bit patterns: runs of the extremes of every width, then noise.
fn extremes_and_noise(len: u64) -> impl Iterator<Item = u64> {
    (0..len).map(|i| match i % 7 {
        0 => 0,
        1 => u64::MAX,
        2 => 0x8000_8080_8000_8080,
        3 => 0x7fff_ffff_7fff_7f7f,
        _ => (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31).wrapping_mul(0xd6e8_feb8_6659_fd93),
    })
}

#[test]
fn accumulators_are_flushed_in_time() {
    at_every_level(|level| {
        // The widest difference everywhere, around each partial sum's limit.
        for rows in [255, 256, 257, 258, 515] {
            let (low, high) = (Array2::<u8>::zeros((rows, 70)), Array2::<u8>::from_elem((rows, 70), 255));
            let columns = AbsDiff::new(low.view(), high.view()).unwrap().sum(&[Axis(0)]).unwrap();
            assert!(columns.iter().all(|&sum| sum == 255 * rows as u64), "{level} {rows}");
        }
        for len in [(1 << 16) - 1, (1 << 16) + 65, (1 << 22) + 1] {
            let (low, high) = (vec![i16::MIN; len], vec![i16::MAX; len]);
            let sum = AbsDiff::new(ndarray::aview1(&low), ndarray::aview1(&high)).unwrap().sum_all();
            assert_eq!(sum, Ok(65535 * len as u64), "{level} {len}");
            let (no, yes) = (vec![false; len], vec![true; len]);
            let sum = AbsDiff::new(ndarray::aview1(&no), ndarray::aview1(&yes)).unwrap().sum_all();
            assert_eq!(sum, Ok(len as u64), "{level} {len}");
        }
        for rows in [65536, 65538] {
            let (low, high) = (Array2::<u16>::zeros((rows, 3)), Array2::<u16>::from_elem((rows, 3), 65535));
            let columns = AbsDiff::new(low.view(), high.view()).unwrap().sum(&[Axis(0)]).unwrap();
            assert!(columns.iter().all(|&sum| sum == 65535 * rows as u64), "{level} {rows}");
        }
    });
}

#[test]
fn float_sums_are_fsum_at_every_length() {
    let pattern = |scale: i32| move |x: u64| (x >> 11) as f64 * 2f64.powi(scale);
    let grid: Vec<f64> = extremes_and_noise(12000).map(|x| (x % 65536) as f64 / 256.0).collect();
    let wide: Vec<f64> =
        extremes_and_noise(12000).enumerate().map(|(i, x)| pattern(i as i32 % 1900 - 1050)(x)).collect();
    let near: Vec<f64> = extremes_and_noise(12000).map(|x| pattern((x % 60) as i32 - 80)(x)).collect();
    at_every_level(|level| {
        for values in [&grid, &wide, &near] {
            for len in (0..140).chain([4095, 4096, 4097, 5000]) {
                let (a, b) = (&values[..len], &values[6000..6000 + len]);
                let expected = fsum(a.iter().zip(b).map(|(a, b)| (a - b).abs()));
                let sum = AbsDiff::new(ndarray::aview1(a), ndarray::aview1(b)).unwrap().sum_all().unwrap();
                assert_eq!(sum.to_bits(), expected.to_bits(), "{level} {len}");
            }
        }
    });
}

#[test]
fn float_columns_are_fsum_in_every_tier() {
    let (rows, columns) = (600, 150);
    let a = Array2::from_shape_fn((rows, columns), |(i, j)| {
        let x = (i * columns + j + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        // Neighbouring columns need different tiers.
        x as f64 * 2f64.powi([0, (i % 50) as i32, (i % 1500) as i32 - 900][j % 3])
    });
    let b = a.slice(ndarray::s![..;-1, ..]).to_owned();
    at_every_level(|level| {
        for threads in [1, 2, 5] {
            let sums = AbsDiff::new(a.view(), b.view()).unwrap().threads(threads).sum(&[Axis(0)]).unwrap();
            for (j, sum) in sums.iter().enumerate() {
                let terms = a.column(j).into_iter().zip(b.column(j)).map(|(a, b)| (a - b).abs());
                assert_eq!(sum.to_bits(), fsum(terms).to_bits(), "{level} {threads} {j}");
            }
        }
    });
}

/// A view with steps of ±1, ±2 and 0 (an axis of length 1, stretched), over values that fill a type.
#[derive(Clone, Debug)]
struct Layout {
    shape: Vec<usize>,
    steps: Vec<isize>,
    stretched: Vec<bool>,
    reduced: Vec<bool>,
    threads: usize,
}

fn layouts() -> impl Strategy<Value = Layout> {
    let axis = (1usize..40, prop::sample::select(vec![1isize, -1, 2, -3]), any::<bool>(), any::<bool>());
    (prop::collection::vec(axis, 0..4), prop::sample::select(vec![1usize, 2, 5])).prop_map(
        |(axes, threads)| Layout {
            shape: axes.iter().map(|axis| axis.0).collect(),
            steps: axes.iter().map(|axis| axis.1).collect(),
            stretched: axes.iter().map(|axis| axis.2 && axis.3).collect(),
            reduced: axes.iter().map(|axis| axis.2 != axis.3).collect(),
            threads,
        },
    )
}

fn view<'a, T>(base: &'a ArrayD<T>, layout: &Layout) -> ArrayViewD<'a, T> {
    let info: Vec<SliceInfoElem> =
        layout.steps.iter().map(|&step| SliceInfoElem::Slice { start: 0, end: None, step }).collect();
    base.slice(&info[..])
}

fn base<T>(layout: &Layout, stretched: bool, make: impl Fn(u64) -> T) -> ArrayD<T> {
    let lens = layout.shape.iter().zip(&layout.steps).zip(&layout.stretched);
    let shape: Vec<usize> = lens
        .map(|((&len, &step), &one)| if one && stretched { 1 } else { (len - 1) * step.unsigned_abs() + 1 })
        .collect();
    let len = shape.iter().product::<usize>() as u64;
    Array::from_shape_vec(IxDyn(&shape), extremes_and_noise(len + 7).skip(7).map(make).collect()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_layout_and_axes(layout in layouts()) {
        let (a, b) = (base(&layout, false, |x| x as u8), base(&layout, true, |x| (x >> 9) as i16));
        let mask = base(&layout, false, |x| x % 3 != 1);
        let (a, b, mask) = (view(&a, &layout), view(&b, &layout), view(&mask, &layout));
        let axes: Vec<Axis> = (0..layout.shape.len()).filter(|&i| layout.reduced[i]).map(Axis).collect();
        let stretched = b.broadcast(a.raw_dim()).unwrap();
        at_every_level(|level| {
            let mut expected = a.mapv(i64::from);
            expected.zip_mut_with(&stretched, |a, &b| *a = (*a - i64::from(b)).abs());
            let mut selected = expected.clone();
            selected.zip_mut_with(&mask, |value, &wanted| *value *= i64::from(wanted));
            for axis in axes.iter().rev() {
                expected = expected.sum_axis(*axis);
                selected = selected.sum_axis(*axis);
            }
            let difference = AbsDiff::new(a.clone(), b.clone()).unwrap().threads(layout.threads);
            assert_eq!(difference.sum(&axes).unwrap(), expected.mapv(|sum| sum as u64), "{level}");
            let masked = difference.masked(mask.clone()).unwrap();
            assert_eq!(masked.sum(&axes).unwrap(), selected.mapv(|sum| sum as u64), "{level}");
        });
    }
}

#[test]
fn large_work_is_the_same_on_any_number_of_threads() {
    let stack = Array3::from_shape_fn((40, 200, 300), |(t, y, x)| (t * 31 + y * 7 + x * 3) as u8);
    let frame = Array2::from_shape_fn((200, 300), |(y, x)| (y * 5 + x) as u8);
    let floats = stack.mapv(|x| f64::from(x) * 1.1);
    let difference = AbsDiff::new(stack.view(), frame.view()).unwrap();
    let real = AbsDiff::new(floats.view(), frame.view()).unwrap();
    for axes in [&[0, 1, 2][..], &[1, 2], &[0], &[0, 2], &[1], &[2], &[]] {
        let axes: Vec<Axis> = axes.iter().map(|&axis| Axis(axis)).collect();
        let (one, one_real) = (difference.clone().threads(1), real.clone().threads(1));
        let (expected, expected_real) = (one.sum(&axes).unwrap(), one_real.sum(&axes).unwrap());
        for threads in [2, 3, 8] {
            assert_eq!(
                difference.clone().threads(threads).sum(&axes).unwrap(),
                expected,
                "{axes:?} {threads}"
            );
            assert_eq!(
                real.clone().threads(threads).sum(&axes).unwrap(),
                expected_real,
                "{axes:?} {threads}"
            );
        }
    }
}

#[test]
fn refusals_hold_their_values() {
    let (a, b) = (Array2::<u8>::zeros((2, 3)), Array2::<u8>::zeros((2, 4)));
    let error = AbsDiff::new(a.view(), b.view()).unwrap_err();
    assert_eq!(error, Error::Broadcast { left: vec![2, 3], right: vec![2, 4] });
    let difference = AbsDiff::new(a.view(), a.view()).unwrap();
    assert_eq!(difference.sum(&[Axis(2)]).unwrap_err(), Error::Axis { axis: 2, ndim: 2 });
    assert_eq!(difference.sum(&[Axis(1), Axis(1)]).unwrap_err(), Error::RepeatedAxis { axis: 1 });
    let mask = Array::from_elem(2, true);
    assert!(matches!(difference.clone().masked(mask.view()), Err(Error::Mask { .. })));
    assert_eq!(difference.shape(), a.raw_dim().slice());
    let large = ndarray::aview1(&[u64::MAX, u64::MAX]).to_owned();
    let overflow =
        AbsDiff::new(large.view(), Array::from_elem(1, 0i8).view()).unwrap().sum_all().unwrap_err();
    assert_eq!(overflow, Error::Overflow { bits: 65, negative: false, target: abssub::array::DType::U64 });
}
