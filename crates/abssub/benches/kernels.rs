//! The kernels at every level, beside the plain loop compiled for the same instructions.
//!
//! A row `row/u8/avx512` is abssub; `row/u8/plain-avx512` is what the compiler makes of
//! `sum(|a - b|)` by itself. Each checks its answer before it is timed. An intrinsic in
//! `kernel/arch` must win here, or go.
#![allow(unsafe_code)]

use abssub::array::Scalar;
use abssub::{AbsDiff, Level};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{Array1, Array2, Axis};
use std::hint::black_box;
use std::time::Duration;

/// Elements of a row: both operands lie in the second cache, where the kernel, not memory, is the limit.
const LEN: usize = 1 << 17;
/// Rows of a stack that is reduced over its first axis.
const ROWS: usize = 64;

/// Numbers without a pattern, the same in every run.
fn noise(len: usize) -> impl Iterator<Item = u64> {
    (0..len as u64).map(|i| {
        (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 7
    })
}

macro_rules! plain {
    ($($name:ident: $features:literal;)*) => {$(
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $name<T: Copy>(a: &[T], b: &[T], diff: impl Fn(T, T) -> u64) -> u64 {
            a.iter().zip(b).map(|(&a, &b)| diff(a, b)).sum()
        }
    )*};
}
plain! {
    plain_sse2: "sse2";
    plain_avx2: "avx2";
    plain_avx512: "avx2,avx512f,avx512bw,avx512vl,avx512dq";
}

/// The plain loop at a level that this processor has.
fn plain<T: Copy>(level: Level, a: &[T], b: &[T], diff: impl Fn(T, T) -> u64) -> u64 {
    match level.name() {
        // SAFETY: a level exists only where its instructions do.
        #[cfg(target_arch = "x86_64")]
        "avx512" => unsafe { plain_avx512(a, b, diff) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        "avx2" => unsafe { plain_avx2(a, b, diff) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        "sse2" => unsafe { plain_sse2(a, b, diff) },
        _ => a.iter().zip(b).map(|(&a, &b)| diff(a, b)).sum(),
    }
}

fn rows<T: Scalar>(
    criterion: &mut Criterion,
    name: &str,
    make: impl Fn(u64) -> T,
    diff: impl Fn(T, T) -> u64 + Copy,
) where
    T::Class: abssub::array::SumWith<T::Class, Sum: Into<Exact>>,
{
    let a: Array1<T> = noise(LEN).map(&make).collect();
    let b: Array1<T> = noise(2 * LEN).skip(LEN).map(&make).collect();
    let expected: u64 = a.iter().zip(&b).map(|(&a, &b)| diff(a, b)).sum();
    let mut group = criterion.benchmark_group(format!("row/{name}"));
    group.throughput(Throughput::Bytes(2 * (LEN * size_of::<T>()) as u64));
    for &level in Level::available() {
        level.make_current();
        let difference = AbsDiff::new(a.view(), b.view()).expect("one shape").threads(1);
        let sum = || difference.sum_all().expect("it fits").into();
        assert_eq!(sum(), Exact(expected as f64), "{name} at {level}");
        group.bench_function(BenchmarkId::from_parameter(level), |bencher| bencher.iter(|| black_box(sum())));
        let (a, b) = (a.as_slice().expect("one axis"), b.as_slice().expect("one axis"));
        assert_eq!(plain(level, a, b, diff), expected);
        group.bench_function(format!("plain-{level}"), |bencher| {
            bencher.iter(|| black_box(plain(level, black_box(a), black_box(b), diff)))
        });
    }
    Level::best().make_current();
}

/// A sum as a double, which every sum here is exactly.
#[derive(Debug, PartialEq)]
struct Exact(f64);

impl From<u64> for Exact {
    fn from(sum: u64) -> Self {
        Self(sum as f64)
    }
}

impl From<f64> for Exact {
    fn from(sum: f64) -> Self {
        Self(sum)
    }
}

fn columns<T: Scalar>(criterion: &mut Criterion, name: &str, make: impl Fn(u64) -> T)
where
    T::Class: abssub::array::SumWith<T::Class>,
{
    let len = LEN / ROWS;
    let a: Array2<T> =
        Array2::from_shape_vec((ROWS, len), noise(LEN).map(&make).collect()).expect("the length");
    let b: Array1<T> = noise(len).map(&make).collect();
    let mut group = criterion.benchmark_group(format!("column/{name}"));
    group.throughput(Throughput::Bytes((LEN * size_of::<T>()) as u64));
    for &level in Level::available() {
        level.make_current();
        let difference = AbsDiff::new(a.view(), b.view()).expect("they broadcast").threads(1);
        group.bench_function(BenchmarkId::from_parameter(level), |bencher| {
            bencher.iter(|| black_box(difference.sum(&[Axis(0)]).expect("it fits")))
        });
    }
    Level::best().make_current();
}

/// Every row of a table with every row of another, by broadcasting.
fn pairs(criterion: &mut Criterion) {
    const ROWS: usize = 64;
    const LEN: usize = 784;
    let table = |seed: usize| {
        let bytes = noise(2 * ROWS * LEN).skip(seed).take(ROWS * LEN).map(|x| x as u8).collect();
        Array2::<u8>::from_shape_vec((ROWS, LEN), bytes).expect("the length")
    };
    let (x, y) = (table(0), table(ROWS * LEN));
    let (a, b) = (x.view().insert_axis(Axis(1)), y.view().insert_axis(Axis(0)));
    let mut group = criterion.benchmark_group("pair/u8");
    group.throughput(Throughput::Bytes((ROWS * ROWS * LEN) as u64));
    for &level in Level::available() {
        level.make_current();
        let difference = AbsDiff::new(a, b).expect("they broadcast").threads(1);
        group.bench_function(BenchmarkId::from_parameter(level), |bencher| {
            bencher.iter(|| black_box(difference.sum(&[Axis(2)]).expect("it fits")))
        });
    }
    Level::best().make_current();
}

/// A double between 0 and 255 on a grid of 2^-8: what an image scaled to floats is like.
fn grid(x: u64) -> f64 {
    (x % 65536) as f64 / 256.0
}

fn kernels(criterion: &mut Criterion) {
    let whole = |diff: f64| diff as u64;
    rows::<u8>(criterion, "u8", |x| x as u8, |a, b| a.abs_diff(b).into());
    rows::<i8>(criterion, "i8", |x| x as i8, |a, b| a.abs_diff(b).into());
    rows::<u16>(criterion, "u16", |x| x as u16, |a, b| a.abs_diff(b).into());
    rows::<i16>(criterion, "i16", |x| x as i16, |a, b| a.abs_diff(b).into());
    rows::<u32>(criterion, "u32", |x| x as u32, |a, b| a.abs_diff(b).into());
    rows::<u64>(criterion, "u64", |x| x >> 20, |a, b| a.abs_diff(b));
    rows::<f32>(criterion, "f32", |x| (x % 256) as f32, |a, b| whole((a - b).abs().into()));
    rows::<f64>(criterion, "f64", |x| (x % 256) as f64, |a, b| whole((a - b).abs()));
    columns::<u8>(criterion, "u8", |x| x as u8);
    pairs(criterion);
    columns::<u16>(criterion, "u16", |x| x as u16);
    columns::<u32>(criterion, "u32", |x| x as u32);
    columns::<f32>(criterion, "f32", |x| grid(x) as f32);
    columns::<f64>(criterion, "f64", grid);
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600));
    targets = kernels
}
criterion_main!(benches);
