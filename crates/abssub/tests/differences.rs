//! Element-wise differences at every level against wider arithmetic, over lengths, steps and overlaps.
#![allow(unsafe_code)]

use abssub::array::run::Pod;
use abssub::array::strip::Strip;
use abssub::element::{Bool, Element, Mixed64, Stored, Time};
use abssub::kernel::map::MapStrip;
use abssub::{Level, absdiff};
use ndarray::{Array1, Array2, array};

/// A strip over a slice, from `from` on, `len` elements, `step` elements apart.
fn strip<T: Pod>(memory: &mut [T], from: usize, step: isize, len: usize) -> Strip<'_, T> {
    let last = from as isize + step * (len.max(1) as isize - 1);
    assert!((0..memory.len() as isize).contains(&last) && from < memory.len());
    let size = size_of::<T>() as isize;
    // SAFETY: the first and the last element lie in the slice, which is borrowed for as long.
    unsafe { Strip::new(memory.as_mut_ptr().cast::<u8>().offset(from as isize * size), step * size, len) }
}

fn noise(seed: u64) -> impl Iterator<Item = u64> {
    (0u64..).map(move |i| match i % 5 {
        0 => 0,
        1 => u64::MAX,
        2 => 1 << 63,
        _ => {
            (i + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(27).wrapping_mul(0xd6e8_feb8_6659_fd93)
        }
    })
}

fn check<E: Stored>(left: impl Fn(u64) -> E::Left, right: impl Fn(u64) -> E::Right)
where
    E::Out: PartialEq + std::fmt::Debug,
{
    const MOST: usize = 300;
    let mut a: Vec<E::Left> = noise(1).take(4 * MOST).map(left).collect();
    let mut b: Vec<E::Right> = noise(7).skip(3).take(4 * MOST).map(right).collect();
    for &level in Level::available() {
        for (a_step, b_step, out_step) in
            [(1, 1, 1), (1, 0, 1), (0, 1, 1), (2, -1, 1), (-3, 2, -2), (1, 1, 3)]
        {
            for len in (0..MOST).step_by(if (a_step, b_step, out_step) == (1, 1, 1) { 1 } else { 13 }) {
                let at = |step: isize| if step < 0 { 3 * MOST } else { len % 3 };
                let mut out = vec![E::Out::ZERO; 4 * MOST];
                let strips = MapStrip::<E> {
                    a: strip(&mut a, at(a_step), a_step, len),
                    b: strip(&mut b, at(b_step), b_step, len),
                    out: strip(&mut out, at(out_step), out_step, len),
                };
                let lost = strips.run(level);
                let mut expected_lost = false;
                for i in 0..len as isize {
                    let pick = |step: isize| (at(step) as isize + step * i) as usize;
                    let expected = E::store(a[pick(a_step)], b[pick(b_step)], &mut expected_lost);
                    assert_eq!(out[pick(out_step)], expected, "{level} {len} {i}");
                }
                assert_eq!(lost, expected_lost);
            }
        }
    }
}

#[test]
fn every_element_type_is_its_scalar_definition() {
    check::<u8>(|x| x as u8, |x| x as u8);
    check::<i8>(|x| x as i8, |x| x as i8);
    check::<u16>(|x| x as u16, |x| x as u16);
    check::<i16>(|x| x as i16, |x| x as i16);
    check::<u32>(|x| x as u32, |x| x as u32);
    check::<i32>(|x| x as i32, |x| x as i32);
    check::<u64>(|x| x, |x| x);
    check::<i64>(|x| x as i64, |x| x as i64);
    check::<f32>(|x| x as f32, |x| (x >> 7) as f32);
    check::<f64>(|x| x as f64, |x| (x >> 7) as f64);
    check::<half::f16>(
        |x| half::f16::from_bits(x as u16 & 0x7bff),
        |x| half::f16::from_bits((x >> 3) as u16 & 0xfbff),
    );
    check::<Bool>(|x| Bool(x as u8), |x| Bool((x >> 5) as u8));
    check::<Mixed64>(|x| x, |x| x as i64);
    check::<Time>(|x| x as i64, |x| x as i64);
}

#[test]
fn scalar_definitions_are_wider_arithmetic() {
    for (x, y) in noise(3).zip(noise(11).skip(2)).take(4000) {
        let (a, b) = (x as i64, y as i64);
        assert_eq!(
            u128::from(<i64 as Element>::absdiff(a, b)),
            (i128::from(a) - i128::from(b)).unsigned_abs()
        );
        assert_eq!(Mixed64::absdiff(x, b), (i128::from(x) - i128::from(b)).unsigned_abs());
        let mut lost = false;
        let stored = Mixed64::store(x, b, &mut lost);
        let exact = Mixed64::absdiff(x, b);
        assert_eq!((u128::from(stored), lost), (exact.min(u64::MAX.into()), exact > u64::MAX.into()));
    }
    for a in i8::MIN..=i8::MAX {
        for b in i8::MIN..=i8::MAX {
            assert_eq!(
                u16::from(<i8 as Element>::absdiff(a, b)),
                (i16::from(a) - i16::from(b)).unsigned_abs()
            );
        }
    }
}

#[test]
fn an_output_may_be_an_input_or_overlap_it() {
    for &level in Level::available() {
        for shift in [0isize, 1, 5, 64, 100] {
            let original: Vec<u8> = noise(5).take(1000).map(|x| x as u8).collect();
            let mut memory = original.clone();
            let other: Vec<u8> = noise(6).take(500).map(|x| x as u8).collect();
            let start = memory.as_mut_ptr();
            // SAFETY: 500 elements from the start and from `shift` lie within the 1000.
            let strips = unsafe {
                MapStrip::<u8> {
                    a: Strip::new(start, 1, 500),
                    b: Strip::new(other.as_ptr().cast_mut(), 1, 500),
                    out: Strip::new(start.offset(shift), 1, 500),
                }
            };
            assert_eq!(strips.is_independent(), shift == 0);
            strips.run(level);
            // One after the other, each reading what is there by then.
            let mut expected = original;
            for i in 0..500 {
                expected[i + shift as usize] = expected[i].abs_diff(other[i]);
            }
            assert_eq!(memory, expected, "{level} {shift}");
        }
    }
}

#[test]
fn arrays_broadcast() {
    let a = Array2::from_shape_fn((40, 70), |(i, j)| (i * 7 + j) as i16 - 200);
    let b = Array1::from_shape_fn(70, |j| 300 - j as i16);
    let expected = Array2::from_shape_fn((40, 70), |(i, j)| a[[i, j]].abs_diff(b[j]));
    assert_eq!(absdiff(&a, &b).unwrap(), expected);
    assert_eq!(absdiff(&a.t(), &b.view().insert_axis(ndarray::Axis(1))).unwrap(), expected.t());
    let empty = Array2::<i16>::zeros((0, 70));
    assert_eq!(absdiff(&empty, &b).unwrap().shape(), [0, 70]);
    assert_eq!(absdiff(&array![true, false], &array![true, true]).unwrap(), array![false, true]);
}
