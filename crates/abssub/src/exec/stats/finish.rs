//! What states come to: each statistic of a tile finished and stored.

use super::super::measured::Measured;
use super::super::reduction::ResultRun;
use super::request::Stat;
use super::tile::{Tile, Wanted};
use crate::Error;
use crate::array::{DType, Target};
use crate::element::{Bool, Key};
use crate::kernel::Fold;
use crate::reduce::{ExactSum, Landing, Moment, Specials, State, mean, plain_mean, quotient, variance};

/// Where one statistic's results go: row-major memory of the kept shape (a histogram's has the bins behind it).
#[derive(Clone, Copy, Debug)]
pub struct Output<'m> {
    /// Which statistic.
    pub stat: Stat,
    /// The memory, of the type that [`super::Stats::dtype`] says.
    pub target: Target<'m>,
}

/// Stores one statistic of the first results of a tile.
pub(super) fn store<E: Measured>(
    output: &Output<'_>,
    wanted: &Wanted<E>,
    tile: &Tile<E>,
    run: ResultRun,
) -> Result<Specials, Error> {
    let size = output.target.dtype().size() as isize;
    let (first, step) = (run.first * size, run.step * size);
    let landing = Landing { target: output.target, first, step, len: run.len, store: true };
    let met = tile.met;
    let stored = match output.stat {
        Stat::Sum if wanted.weighted => ExactSum::store(&tile.weighted_sum, 0.0, &landing),
        Stat::SquareSum if wanted.weighted => ExactSum::store(&tile.weighted_squares, 0.0, &landing),
        Stat::Sum => E::State::store(&tile.sum, no_start::<E::State>(), &landing),
        Stat::SquareSum => <E::Square as Fold>::State::store(
            &tile.squares,
            no_start::<<E::Square as Fold>::State>(),
            &landing,
        ),
        Stat::Mean if wanted.weighted => averages(&landing, &tile.weighted_sum, &tile.weight, false),
        Stat::MeanSquare if wanted.weighted => {
            averages(&landing, &tile.weighted_squares, &tile.weight, false)
        }
        Stat::RootMeanSquare if wanted.weighted => {
            averages(&landing, &tile.weighted_squares, &tile.weight, true)
        }
        Stat::Mean if output.target.dtype() == DType::Time => mean_times(&landing, tile),
        Stat::Mean => means(&landing, &tile.sum, &tile.number, false),
        Stat::MeanSquare => means(&landing, &tile.squares, &tile.number, false),
        Stat::RootMeanSquare => means(&landing, &tile.squares, &tile.number, true),
        Stat::Variance { ddof } => spreads(&landing, tile, ddof, false),
        Stat::Deviation { ddof } => spreads(&landing, tile, ddof, true),
        Stat::Max => extremes(&landing, wanted, tile, false),
        Stat::Min => extremes(&landing, wanted, tile, true),
        Stat::Share(i) => shares(&landing, wanted, tile, i),
        _ => store_numbers(output.stat, &landing, wanted, tile).map(|()| Specials::default()),
    };
    stored.map(|own| own.or(met))
}

/// Statistics that are places, counts or truths, of which nothing needs to be said.
fn store_numbers<E: Measured>(
    stat: Stat,
    landing: &Landing<'_>,
    wanted: &Wanted<E>,
    tile: &Tile<E>,
) -> Result<(), Error> {
    match stat {
        Stat::ArgMin => places(landing, tile, true),
        Stat::ArgMax => places(landing, tile, false),
        Stat::Count(i) => landing.fill(|k| Ok(within(wanted, tile, i, k) as i64)),
        Stat::Any(i) => landing.fill(|k| Ok(Bool((within(wanted, tile, i, k) > 0) as u8))),
        Stat::All(i) => landing.fill(|k| Ok(Bool((within(wanted, tile, i, k) == tile.number[k]) as u8))),
        Stat::Histogram => histograms(landing, wanted, tile),
        Stat::Number => landing.fill(|k| Ok(tile.number[k] as i64)),
        _ => unreachable!("stored above"),
    }
}

fn extremes<E: Measured>(
    landing: &Landing<'_>,
    wanted: &Wanted<E>,
    tile: &Tile<E>,
    least: bool,
) -> Result<Specials, Error> {
    let mut met = Specials::default();
    landing.fill(|i| {
        let key = if wanted.begun && tile.number[i] == 0 {
            E::Key::default()
        } else if let Some(key) = best(tile, least, i)? {
            key
        } else {
            met.left_out = true;
            E::LAST.plus(E::Key::ONE)
        };
        let bits = u128::BITS - key.wide().leading_zeros();
        E::unkey(key).ok_or_else(|| landing.overflow_of(bits))
    })?;
    Ok(met)
}

/// The key of the extreme; none if all was left out.
fn best<E: Measured>(tile: &Tile<E>, least: bool, i: usize) -> Result<Option<E::Key>, Error> {
    let best = if least { &tile.low } else { &tile.high };
    let key = best.as_ref().expect("it was wanted").keys[i];
    match tile.number[i] {
        0 if was_offered(tile, i) => Ok(None),
        0 => Err(Error::Empty { name: if least { "min" } else { "max" } }),
        _ => Ok(Some(if least { E::LAST.less(key) } else { key })),
    }
}

fn places<E: Measured>(landing: &Landing<'_>, tile: &Tile<E>, least: bool) -> Result<(), Error> {
    let best = if least { &tile.low } else { &tile.high };
    let at = best.as_ref().and_then(|best| best.at.as_ref()).expect("it was wanted");
    landing.fill(|i| match tile.number[i] {
        0 if was_offered(tile, i) => Err(Error::AllOmitted),
        0 => Err(Error::Empty { name: if least { "argmin" } else { "argmax" } }),
        _ => Ok(at[i]),
    })
}

/// Whether a result that has no element would have some if nothing had been left out.
fn was_offered<E: Measured>(tile: &Tile<E>, i: usize) -> bool {
    tile.offered.get(i).is_some_and(|&offered| offered > 0)
}

fn no_start<S: State>() -> S::Start {
    S::start(None).expect("every sum can start from nothing")
}

fn means<M: Moment>(
    landing: &Landing<'_>,
    totals: &[M],
    numbers: &[u64],
    root: bool,
) -> Result<Specials, Error> {
    let mut met = Specials::default();
    landing.reals(|i| {
        let (total, number) = (&totals[i], numbers[i]);
        if number != 0
            && let Some(mean) = plain_mean(total, number as f64, root)
        {
            return mean;
        }
        let own = total.specials();
        met = met.or(own);
        met.empty |= number == 0;
        match own.total() {
            _ if number == 0 => f64::NAN,
            Some(special) => special,
            None => {
                let value = mean(total, number as f64, root);
                met.overflow |= value.is_infinite();
                value
            }
        }
    })?;
    Ok(met)
}

/// Means of durations are cut off to whole ticks, as NumPy's are.
fn mean_times<E: Measured>(landing: &Landing<'_>, tile: &Tile<E>) -> Result<Specials, Error> {
    let mut met = Specials::default();
    landing.fill(|i| {
        met.empty |= tile.number[i] == 0;
        if tile.number[i] == 0 || tile.sum[i].specials().nan {
            return Ok(i64::MIN);
        }
        let ticks = tile.sum[i].whole().over_whole(tile.number[i]);
        i64::try_from(ticks).map_err(|_| landing.overflow_of(u128::BITS - ticks.leading_zeros()))
    })?;
    Ok(met)
}

fn averages(
    landing: &Landing<'_>,
    sums: &[ExactSum],
    weights: &[ExactSum],
    root: bool,
) -> Result<Specials, Error> {
    let mut met = Specials::default();
    landing.reals(|i| {
        let (sum, weight) = (&sums[i], &weights[i]);
        met = met.or(sum.specials()).or(weight.specials());
        let special = (sum.specials().total(), weight.specials().total());
        met.weightless |= special.1.is_none() && weight.long().is_zero();
        if special != (None, None) {
            let rounded = |special: Option<f64>, sum: &ExactSum| special.unwrap_or_else(|| sum.to_f64());
            let quotient = rounded(special.0, sum) / rounded(special.1, weight);
            return if root { quotient.sqrt() } else { quotient };
        }
        let value = quotient(sum, weight, root);
        met.overflow |= value.is_infinite();
        value
    })?;
    Ok(met)
}

fn spreads<E: Measured>(
    landing: &Landing<'_>,
    tile: &Tile<E>,
    ddof: f64,
    root: bool,
) -> Result<Specials, Error> {
    let mut met = Specials::default();
    landing.reals(|i| {
        let (number, own) = (tile.number[i], tile.sum[i].specials());
        let free = number as f64 - ddof;
        met = met.or(own);
        met.free |= free <= 0.0;
        // An infinite difference is infinitely far from a mean that is infinite too: no number.
        met.invalid |= own.infinite && !own.nan;
        if own.nan || own.infinite || number == 0 {
            return f64::NAN;
        }
        let value = variance(
            number,
            if ddof > number as f64 { number as f64 } else { ddof },
            &tile.sum[i],
            &tile.squares[i],
            root,
        );
        met.overflow |= value.is_infinite() && free > 0.0;
        value
    })?;
    Ok(met)
}

/// How many elements of a result satisfy a comparison.
fn within<E: Measured>(wanted: &Wanted<E>, tile: &Tile<E>, range: usize, i: usize) -> u64 {
    let keys = wanted.ranges[range];
    let inside = tile.within[range][i];
    if keys.outside { tile.number[i] - inside } else { inside }
}

/// Which part of the elements of a result satisfy a comparison.
fn shares<E: Measured>(
    landing: &Landing<'_>,
    wanted: &Wanted<E>,
    tile: &Tile<E>,
    range: usize,
) -> Result<Specials, Error> {
    let mut met = Specials::default();
    landing.reals(|i| {
        met.empty |= tile.number[i] == 0;
        within(wanted, tile, range, i) as f64 / tile.number[i] as f64
    })?;
    Ok(met)
}

fn histograms<E: Measured>(landing: &Landing<'_>, wanted: &Wanted<E>, tile: &Tile<E>) -> Result<(), Error> {
    let bins = wanted.bins.as_ref().map_or(0, |bins| bins.count());
    for i in 0..landing.len {
        let size = size_of::<i64>() as isize;
        let first = (landing.first + landing.step * i as isize) * bins as isize;
        let counts = Landing { first, step: size, len: bins, ..*landing };
        counts.fill(|k| Ok(tile.histogram[i * bins + k] as i64))?;
    }
    Ok(())
}
