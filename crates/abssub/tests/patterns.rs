//! The patterns of a plan at every level: rows that meet rows, rows that share an operand, strips of
//! columns, windows. Each against a plain loop, at lengths that leave tails.

mod levels;

use abssub::AbsDiff;
use levels::at_every_level;
use ndarray::{Array1, Array2, Array3, ArrayView2, ArrayView3, Axis, s};

/// Numbers without a pattern, extremes among them.
fn noise(len: usize, seed: u64) -> impl Iterator<Item = i64> {
    (0..len as u64).map(move |i| match i % 7 {
        0 => i64::MIN,
        1 => i64::MAX,
        _ => ((i + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) >> 3) as i64,
    })
}

macro_rules! with_integers {
    ($($module:ident: $t:ty, $wide:ty;)*) => {$(
        mod $module {
            use super::*;

            fn rows(rows: usize, len: usize, seed: u64) -> Array2<$t> {
                let values = noise(rows * len, seed).map(|x| x as $t).collect();
                Array2::from_shape_vec((rows, len), values).unwrap()
            }

            fn sum(a: impl IntoIterator<Item = $t>, b: impl IntoIterator<Item = $t>) -> u64 {
                a.into_iter().zip(b).map(|(a, b)| (a as $wide).abs_diff(b as $wide) as u64).sum()
            }

            fn every_pair(x: ArrayView2<$t>, y: ArrayView2<$t>) -> Array2<u64> {
                Array2::from_shape_fn((x.nrows(), y.nrows()), |(i, j)| {
                    sum(x.row(i).iter().copied(), y.row(j).iter().copied())
                })
            }

            #[test]
            fn rows_that_meet_rows() {
                at_every_level(|level| {
                    for (n, m, len) in [(2, 2, 1), (3, 5, 17), (9, 4, 63), (4, 9, 64), (70, 11, 65), (5, 130, 200), (6, 37, 2061), (195, 66, 9)] {
                        let (x, y) = (rows(n, len, 1), rows(m, len, 2));
                        let (a, b) = (x.view().insert_axis(Axis(1)), y.view().insert_axis(Axis(0)));
                        let expected = every_pair(x.view(), y.view());
                        for threads in [1, 3] {
                            let sums = AbsDiff::new(a, b).unwrap().threads(threads).sum(&[Axis(2)]).unwrap();
                            assert_eq!(sums, expected.clone().into_dyn(), "{n} {m} {len} at {level}");
                            let sums = AbsDiff::new(b, a).unwrap().threads(threads).sum(&[Axis(2)]).unwrap();
                            assert_eq!(sums, expected.clone().into_dyn(), "{n} {m} {len} turned, at {level}");
                        }
                    }
                });
            }

            #[test]
            fn one_element_in_so_many() {
                at_every_level(|level| {
                    for (every, n, len) in [(2, 3, 1), (2, 9, 131), (3, 4, 200), (4, 10, 700), (2, 2, 70_001)] {
                        let (x, y) = (rows(n, len, 21), rows(n, len, 22));
                        let (x, y) = (x.slice(s![.., ..;every]), y.slice(s![.., ..;every]));
                        let each = |y: ArrayView2<$t>| -> Array1<u64> {
                            x.rows().into_iter().zip(y.rows()).map(|(x, y)| sum(x.iter().copied(), y.iter().copied())).collect()
                        };
                        let sums = AbsDiff::new(x, y).unwrap().sum(&[Axis(1)]).unwrap();
                        assert_eq!(sums, each(y).into_dyn(), "{every} {n} {len} at {level}");
                        assert_eq!(AbsDiff::new(x, y).unwrap().sum_all().unwrap(), each(y).sum(), "{every} {n} {len}");
                        let shared = y.row(0);
                        let sums = AbsDiff::new(x, shared).unwrap().sum(&[Axis(1)]).unwrap();
                        let same = shared.broadcast(x.dim()).unwrap();
                        assert_eq!(sums, each(same).into_dyn(), "{every} {n} {len} shared, at {level}");
                    }
                });
            }

            #[test]
            fn rows_under_masks() {
                at_every_level(|level| {
                    for (n, len) in [(1, 1), (3, 65), (8, 700), (13, 129), (2, 20_000)] {
                        let (x, y) = (rows(n, len, 23), rows(1, len, 24));
                        let mask = Array2::from_shape_fn((n, len), |(i, j)| (i * 31 + j * j) % 3 == 0);
                        let row = |i: usize| {
                            let taken = mask.row(i);
                            let pairs = x.row(i).into_iter().zip(y.row(0)).zip(taken).filter(|&(_, &taken)| taken);
                            let (a, b): (Vec<$t>, Vec<$t>) = pairs.map(|((&a, &b), _)| (a, b)).unzip();
                            sum(a, b)
                        };
                        let each: Array1<u64> = (0..n).map(row).collect();
                        let masked = || AbsDiff::new(x.view(), y.row(0)).unwrap().masked(mask.view()).unwrap();
                        assert_eq!(masked().sum(&[Axis(1)]).unwrap(), each.clone().into_dyn(), "{n} {len} at {level}");
                        assert_eq!(masked().sum_all().unwrap(), each.sum(), "{n} {len} in one, at {level}");
                    }
                });
            }

            #[test]
            fn rows_that_are_longer_than_a_block() {
                let (x, y) = (rows(5, 9001, 3), rows(6, 9001, 4));
                let expected = every_pair(x.view(), y.view());
                at_every_level(|level| {
                    let (a, b) = (x.view().insert_axis(Axis(1)), y.view().insert_axis(Axis(0)));
                    let sums = AbsDiff::new(a, b).unwrap().sum(&[Axis(2)]).unwrap();
                    assert_eq!(sums, expected.clone().into_dyn(), "at {level}");
                });
            }

            #[test]
            fn rows_that_must_be_gathered() {
                let (x, y) = (rows(20, 301, 5), rows(7, 602, 6));
                let (x, y) = (x.slice(s![.., ..;-1]), y.slice(s![.., ..;2]));
                let expected = every_pair(x, y);
                at_every_level(|level| {
                    let (a, b) = (x.insert_axis(Axis(1)), y.insert_axis(Axis(0)));
                    let sums = AbsDiff::new(a, b).unwrap().sum(&[Axis(2)]).unwrap();
                    assert_eq!(sums, expected.clone().into_dyn(), "at {level}");
                });
            }

            #[test]
            fn many_against_one() {
                at_every_level(|level| {
                    for (n, len) in [(2, 5000), (7, 700), (8, 511), (9, 1300), (33, 129)] {
                        let (x, y) = (rows(n, len, 7), rows(1, len, 8));
                        let (a, b) = (x.view(), y.row(0));
                        let each: Array1<u64> = every_pair(a, y.view()).remove_axis(Axis(1));
                        let sums = AbsDiff::new(a, b).unwrap().sum(&[Axis(1)]).unwrap();
                        assert_eq!(sums, each.clone().into_dyn(), "{n} {len} at {level}");
                        let sums = AbsDiff::new(b, a).unwrap().sum(&[Axis(1)]).unwrap();
                        assert_eq!(sums, each.clone().into_dyn(), "{n} {len} turned, at {level}");
                        let all = AbsDiff::new(a, b).unwrap().sum_all().unwrap();
                        assert_eq!(all, each.sum(), "{n} {len} in one, at {level}");
                    }
                });
            }

            #[test]
            fn frames_over_time_and_across() {
                let frames = rows(11, 13 * 400, 9).into_shape_with_order((11, 13, 400)).unwrap();
                let frame = rows(13, 400, 10);
                let line = |frames: ArrayView3<$t>, y: usize| {
                    (0..11).map(|t| sum(frames.slice(s![t, y, ..]).iter().copied(), frame.row(y).iter().copied())).sum()
                };
                let lines: Array1<u64> = (0..13).map(|y| line(frames.view(), y)).collect();
                at_every_level(|level| {
                    let sums = AbsDiff::new(frames.view(), frame.view()).unwrap().sum(&[Axis(0), Axis(2)]).unwrap();
                    assert_eq!(sums, lines.clone().into_dyn(), "at {level}");
                });
            }

            #[test]
            fn columns_of_many_rows() {
                at_every_level(|level| {
                    for (n, len) in [(2, 3000), (7, 65), (8, 64), (17, 9000), (259, 130), (515, 3)] {
                        let (x, y) = (rows(n, len, 11), rows(n, len, 12));
                        let column = |j: usize, y: ArrayView2<$t>| sum(x.column(j).iter().copied(), y.column(j).iter().copied());
                        let both: Array1<u64> = (0..len).map(|j| column(j, y.view())).collect();
                        let sums = AbsDiff::new(x.view(), y.view()).unwrap().sum(&[Axis(0)]).unwrap();
                        assert_eq!(sums, both.into_dyn(), "{n} {len} at {level}");
                        let same = y.row(0).broadcast((n, len)).unwrap().to_owned();
                        let shared: Array1<u64> = (0..len).map(|j| column(j, same.view())).collect();
                        let sums = AbsDiff::new(x.view(), y.row(0)).unwrap().sum(&[Axis(0)]).unwrap();
                        assert_eq!(sums, shared.into_dyn(), "{n} {len} shared, at {level}");
                    }
                });
            }

            #[test]
            fn windows() {
                let image = rows(23, 150, 13);
                for (height, width) in [(1, 1), (3, 5), (8, 16), (5, 70)] {
                    let template = rows(height, width, 14);
                    let windows = image.windows((height, width));
                    let shape = (23 - height + 1, 150 - width + 1);
                    let sums = windows.into_iter().map(|w| sum(w.iter().copied(), template.iter().copied()));
                    let expected = Array2::from_shape_vec(shape, sums.collect()).unwrap();
                    at_every_level(|level| {
                        let view = overlapping(&image, (height, width));
                        let found = AbsDiff::new(view, template.view()).unwrap().sum(&[Axis(2), Axis(3)]).unwrap();
                        assert_eq!(found, expected.clone().into_dyn(), "{height} {width} at {level}");
                    });
                }
            }

            /// Every window of an image, as axes that walk the same memory.
            #[allow(unsafe_code)]
            fn overlapping(image: &Array2<$t>, (height, width): (usize, usize)) -> ndarray::ArrayView4<'_, $t> {
                use ndarray::ShapeBuilder;
                let (rows, columns) = image.dim();
                let shape = (rows - height + 1, columns - width + 1, height, width);
                // SAFETY: every window lies within the image, which is in row-major order.
                unsafe { ndarray::ArrayView4::from_shape_ptr(shape.strides((columns, 1, columns, 1)), image.as_ptr()) }
            }
        }
    )*};
}
with_integers! {
    unsigned_bytes: u8, i64;
    signed_bytes: i8, i64;
    unsigned_words: u16, i64;
    signed_words: i16, i64;
    unsigned_double_words: u32, i64;
    signed_double_words: i32, i64;
}

#[test]
fn squares_and_floats_meet_too() {
    let bytes = |seed| Array3::from_shape_fn((9, 1, 300), |(i, _, k)| (i * 37 + k * k + seed) as u8);
    let (x, y) = (bytes(3), bytes(4).permuted_axes([1, 0, 2]));
    let squares = Array2::from_shape_fn((9, 9), |(i, j)| {
        let pairs = x.slice(s![i, 0, ..]).into_iter().zip(y.slice(s![0, j, ..]));
        pairs.map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum::<u64>()
    });
    at_every_level(|level| {
        let found = AbsDiff::new(x.view(), y.view()).unwrap().sum_of_squares(&[Axis(2)]).unwrap();
        assert_eq!(found, squares.clone().into_dyn(), "at {level}");
        let (x, y) = (x.mapv(f32::from), y.mapv(f32::from));
        let found = AbsDiff::new(x.view(), y.view()).unwrap().sum_of_squares(&[Axis(2)]).unwrap();
        assert_eq!(found, squares.mapv(|sum| sum as f64).into_dyn(), "floats at {level}");
    });
}
