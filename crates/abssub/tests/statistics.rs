//! The reductions beside the sum, at every level, against plain loops over the scalar definition.

mod levels;

use abssub::exec::stats::{Bound, Comparison};
use abssub::{AbsDiff, Error, Missing};
use levels::at_every_level;
use ndarray::{Array2, ArrayView2, Axis, array, s};

fn noise(i: usize) -> u64 {
    match i % 11 {
        0 => 0,
        1 => u64::MAX,
        _ => (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31),
    }
}

macro_rules! integers {
    ($($name:ident: $t:ty;)*) => {$(
        #[test]
        fn $name() {
            at_every_level(|level| {
                for (rows, columns) in [(1, 1), (3, 5), (7, 64), (2, 300), (41, 129), (2, 1500), (300, 3)] {
                    let a = Array2::from_shape_fn((rows, columns), |(y, x)| noise(y * columns + x) as $t);
                    let b = Array2::from_shape_fn((rows, columns), |(y, x)| noise(7 * x + y) as $t);
                    for (a, b) in [(a.view(), b.view()), (a.slice(s![.., ..;-1]), b.slice(s![..;-1, ..]))] {
                        for axis in [0, 1] {
                            check(a, b, Axis(axis), &format!("{level} {rows} {columns} {axis}"));
                        }
                    }
                }
            });

            fn check(a: ArrayView2<$t>, b: ArrayView2<$t>, axis: Axis, case: &str) {
                let difference = AbsDiff::new(a, b).unwrap();
                let lanes: Vec<Vec<u128>> = a
                    .lanes(axis)
                    .into_iter()
                    .zip(b.lanes(axis))
                    .map(|(a, b)| a.iter().zip(b).map(|(&a, &b)| u128::from(a.abs_diff(b))).collect())
                    .collect();
                let all = |f: &dyn Fn(&[u128]) -> u128| lanes.iter().map(|lane| f(lane)).collect::<Vec<_>>();
                let greatest = all(&|lane| *lane.iter().max().unwrap());
                let least = all(&|lane| *lane.iter().min().unwrap());
                let wide = |x: Vec<_>| x.into_iter().map(u128::from).collect::<Vec<_>>();
                let axes = &[axis];
                assert_eq!(wide(difference.max(axes).unwrap().into_iter().collect()), greatest, "{case}");
                assert_eq!(wide(difference.min(axes).unwrap().into_iter().collect()), least, "{case}");
                let first = |of: &[u128]| {
                    let place = |(lane, x): (&Vec<u128>, &u128)| lane.iter().position(|y| y == x).unwrap();
                    lanes.iter().zip(of).map(place).collect::<Vec<_>>()
                };
                assert_eq!(difference.argmax(axes).unwrap().into_iter().collect::<Vec<_>>(), first(&greatest), "{case}");
                assert_eq!(difference.argmin(axes).unwrap().into_iter().collect::<Vec<_>>(), first(&least), "{case}");
                let bound = lanes[0][0];
                let more = all(&|lane| lane.iter().filter(|&&x| x > bound).count() as u128);
                let counts = difference.count(axes, Comparison::Greater, Bound::Integer(bound as i128)).unwrap();
                assert_eq!(counts.into_iter().map(|n| n as u128).collect::<Vec<_>>(), more, "{case}");
                let edges = [0, bound as i128, i128::MAX].map(Bound::Integer);
                let bins = difference.histogram(axes, &edges).unwrap();
                for (bins, lane) in bins.rows().into_iter().zip(&lanes) {
                    let last = lane.iter().filter(|&&x| x >= bound).count();
                    assert_eq!(bins.to_vec(), [lane.iter().filter(|&&x| x < bound).count(), last], "{case}");
                }
                let ours = difference.sum_of_squares(axes);
                for (i, lane) in lanes.iter().enumerate() {
                    let squares = lane.iter().map(|&x| x.checked_mul(x)).try_fold(0u128, |sum, x| sum.checked_add(x?));
                    match (squares.and_then(|sum| u64::try_from(sum).ok()), &ours) {
                        (Some(sum), Ok(ours)) => assert_eq!(ours.iter().nth(i), Some(&sum), "{case}"),
                        _ => assert!(matches!(ours, Err(Error::Overflow { .. })), "{case}"),
                    }
                }
            }
        }
    )*};
}
integers! {
    statistics_of_u8: u8;
    statistics_of_i8: i8;
    statistics_of_u16: u16;
    statistics_of_i16: i16;
    statistics_of_u32: u32;
    statistics_of_i32: i32;
    statistics_of_u64: u64;
    statistics_of_i64: i64;
}

#[test]
fn floats_and_what_is_no_number() {
    at_every_level(|level| {
        let a = array![[1.0, f64::NAN, 4.0, -8.0], [0.5, 2.0, 2.0, f64::INFINITY]];
        let zero = array![0.0];
        let difference = AbsDiff::new(a.view(), zero.view()).unwrap();
        let axes = &[Axis(1)];
        assert!(difference.max(axes).unwrap()[0].is_nan(), "{level}");
        assert_eq!(difference.argmax(axes).unwrap().as_slice(), Some(&[1, 3][..]));
        assert_eq!(difference.argmin(axes).unwrap().as_slice(), Some(&[1, 0][..]));
        let some = difference.clone().missing(Missing::Omit);
        assert_eq!(some.max(axes).unwrap().as_slice(), Some(&[8.0, f64::INFINITY][..]));
        assert_eq!(some.argmin(axes).unwrap().as_slice(), Some(&[0, 0][..]));
        assert_eq!(some.mean(axes).unwrap()[0], 13.0 / 3.0);
        assert_eq!(some.mean_square(axes).unwrap()[0], 27.0);
        assert_eq!(some.root_mean_square(axes).unwrap()[0], 27f64.sqrt());
        assert_eq!(difference.missing(Missing::Refuse).max(axes), Err(Error::NotANumber));
    });
}

#[test]
fn masks_weights_and_nothing() {
    at_every_level(|level| {
        let (a, b) = (array![[1u8, 5, 9], [2, 2, 8]], array![4u8]);
        let mask = array![[true, false, true], [false, false, false]];
        let difference = AbsDiff::new(a.view(), b.view()).unwrap();
        let masked = difference.clone().masked(mask.view()).unwrap();
        assert!(masked.mean(&[Axis(1)]).unwrap()[1].is_nan(), "{level}");
        assert_eq!(masked.mean(&[Axis(1)]).unwrap()[0], 4.0);
        assert_eq!(masked.min(&[Axis(1)]), Err(Error::Empty { name: "min" }));
        assert_eq!(masked.argmin(&[Axis(0), Axis(1)]).unwrap().first(), Some(&0));
        let weights = array![1.0, 0.0, 3.0];
        let weighted = difference.weighted(weights.view()).unwrap();
        assert_eq!(weighted.mean(&[Axis(1)]).unwrap().as_slice(), Some(&[4.5, 3.5][..]));
        assert!(matches!(weighted.max(&[Axis(1)]), Err(Error::Unsupported { .. })));
        assert!(matches!(weighted.sum(&[Axis(1)]), Err(Error::Target { .. })));
    });
}

#[test]
fn quantiles_short_and_long() {
    at_every_level(|level| {
        for len in [1, 2, 9, 30_001] {
            let a =
                Array2::from_shape_fn((2, len), |(y, x)| (noise(x + y) >> 11) as f64 / (1u64 << 40) as f64);
            let zero = array![0.0];
            let difference = AbsDiff::new(a.view(), zero.view()).unwrap().threads(2);
            let ours = difference.quantiles(&[Axis(1)], &[0.0, 0.5, 1.0]).unwrap();
            for (row, values) in a.rows().into_iter().enumerate() {
                let mut sorted = values.to_vec();
                sorted.sort_unstable_by(f64::total_cmp);
                let middle = (sorted[(len - 1) / 2], sorted[len / 2]);
                let median = middle.1 - (middle.1 - middle.0) * 0.5;
                let expected = [sorted[0], median, sorted[len - 1]];
                assert_eq!([0, 1, 2].map(|q| ours[[q, row]]), expected, "{level} {len}");
            }
        }
    });
}

#[test]
fn a_variance_far_from_zero_does_not_cancel() {
    let a = Array2::from_shape_fn((1, 1000), |(_, x)| 1e8 + (x % 2) as f64);
    let zero = array![0.0];
    let difference = AbsDiff::new(a.view(), zero.view()).unwrap();
    assert_eq!(difference.var(&[Axis(1)], 0.0).unwrap()[0], 0.25);
    assert_eq!(difference.std(&[Axis(0), Axis(1)], 0.0).unwrap().first(), Some(&0.5));
}
