//! The request for several statistics: validated, then run in one reading.
#![allow(unsafe_code)]

use super::super::fold::run;
use super::super::job::GoOn;
use super::super::measured::Measured;
use super::super::request::{ForElement, Request, row_major};
use super::bound::{Bound, Comparison, KeyRange, first_from_edge, last_to_edge};
use super::finish::Output;
use super::measuring::{Finished, Measuring};
use super::tile::Wanted;
use crate::Error;
use crate::array::DType;
use crate::element::Key;
use crate::kernel::bins::Bins;
use crate::plan::Plan;
use crate::reduce::Specials;

/// A statistic of the differences that are reduced into one result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stat {
    /// Their sum.
    Sum,
    /// The sum of their squares.
    SquareSum,
    /// Their mean.
    Mean,
    /// The mean of their squares.
    MeanSquare,
    /// Its root.
    RootMeanSquare,
    /// Their variance.
    Variance {
        /// Degrees of freedom taken off.
        ddof: f64,
    },
    /// Its root.
    Deviation {
        /// Degrees of freedom taken off.
        ddof: f64,
    },
    /// The greatest.
    Max,
    /// The least.
    Min,
    /// The lowest number of an element with the greatest difference.
    ArgMax,
    /// The lowest number of an element with the least difference.
    ArgMin,
    /// How many satisfy a comparison, by its place in [`Asked::comparisons`].
    Count(usize),
    /// The share of those that do.
    Share(usize),
    /// Whether any does.
    Any(usize),
    /// Whether all do.
    All(usize),
    /// How many took part.
    Number,
    /// How many lie in each bin.
    Histogram,
}

/// What a difference has to be in order to be counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Counted {
    /// Anything but zero.
    Different,
    /// What satisfies a comparison.
    If(Comparison, Bound),
    /// What does not satisfy it, what is not a number included.
    Unless(Comparison, Bound),
}

/// What is asked of one reading.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The statistics.
    pub stats: Vec<Stat>,
    /// What counts count.
    pub comparisons: Vec<Counted>,
    /// The ascending edges of a histogram's bins: all but the last are half open.
    pub edges: Vec<Bound>,
    /// Whether the caller goes on from extremes of its own: an extreme of nothing is zero then, and no error.
    pub begun: bool,
}

impl Asked {
    fn has(&self, matches: impl Fn(&Stat) -> bool) -> bool {
        self.stats.iter().any(matches)
    }

    fn sums(&self) -> bool {
        self.has(|stat| {
            matches!(stat, Stat::Sum | Stat::Mean | Stat::Variance { .. } | Stat::Deviation { .. })
        })
    }

    fn squares(&self) -> bool {
        use Stat::*;
        self.has(|stat| {
            matches!(stat, SquareSum | MeanSquare | RootMeanSquare | Variance { .. } | Deviation { .. })
        })
    }

    /// Whether a result depends on the numbers of the elements.
    pub fn locates(&self) -> bool {
        self.has(|stat| matches!(stat, Stat::ArgMax | Stat::ArgMin))
    }

    /// The states that this takes.
    pub(super) fn wanted<E: Measured>(&self, weighted: bool, omits: bool) -> Wanted<E> {
        let best = |value: Stat, place: Stat| {
            let located = self.has(|&stat| stat == place);
            (located || self.has(|&stat| stat == value)).then_some(located)
        };
        let ranges: Vec<_> = self
            .comparisons
            .iter()
            .map(|comparison| match *comparison {
                Counted::Different => KeyRange::nonzero::<E>(),
                Counted::If(comparison, bound) => KeyRange::new::<E>(comparison, bound),
                Counted::Unless(comparison, bound) => KeyRange::new::<E>(comparison, bound).inverted(),
            })
            .collect();
        let narrow = |(low, high): (u128, u128)| (E::Key::narrow(low), E::Key::narrow(high - low));
        Wanted {
            sum: self.sums(),
            squares: self.squares(),
            omits,
            begun: self.begun,
            weighted,
            high: best(Stat::Max, Stat::ArgMax),
            low: best(Stat::Min, Stat::ArgMin),
            spans: ranges.iter().map(|range| range.range.map(narrow)).collect(),
            ranges,
            bins: self.has(|stat| matches!(stat, Stat::Histogram)).then(|| self.bins::<E>()),
        }
    }

    fn bins<E: Measured>(&self) -> Bins<E::Key> {
        let count = self.edges.len().saturating_sub(1);
        let starts = self.edges[..count].iter().map_while(|&edge| first_from_edge::<E>(edge));
        let last = self.edges.last().and_then(|&edge| last_to_edge::<E>(edge));
        Bins::new(starts.map(E::Key::narrow).collect(), last.map(E::Key::narrow), count)
    }
}

/// Several statistics of one difference, ready to run.
#[derive(Clone, Debug)]
pub struct Stats<'m> {
    request: Request<'m>,
    asked: Asked,
}

impl<'m> Stats<'m> {
    /// The statistics that are asked of a request.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for squares of times, and for what has no weighted form.
    pub fn new(request: Request<'m>, asked: Asked) -> Result<Self, Error> {
        let dtype = request.dtype();
        if dtype == DType::Time && asked.squares() {
            return Err(Error::Unsupported { name: "a square", dtype });
        }
        use Stat::*;
        let has_weights =
            |stat: &Stat| matches!(stat, Sum | SquareSum | Mean | MeanSquare | RootMeanSquare | Number);
        if request.is_weighted() && !asked.stats.iter().all(has_weights) {
            return Err(Error::Unsupported { name: "what is asked, with weights,", dtype });
        }
        Ok(Self { request, asked })
    }

    /// What is asked of what.
    pub fn request(&self) -> &Request<'m> {
        &self.request
    }

    /// The type that a statistic is stored in.
    pub fn dtype(&self, stat: Stat) -> DType {
        stat_dtype(stat, self.request.dtype(), self.request.is_weighted())
    }

    /// Reads the operands once and stores each output. `go_on` is asked every few milliseconds.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Empty`], [`Error::AllOmitted`], [`Error::NotANumber`] or
    /// [`Error::Interrupted`]; some results may be stored then.
    ///
    /// # Safety
    /// Each target must be row-major memory for the kept shape (times the bins, for a histogram).
    pub unsafe fn store(&self, outputs: &[Output<'m>], go_on: &mut GoOn<'_>) -> Result<Specials, Error> {
        let out = row_major(&self.request.kept_shape());
        let index = self.asked.locates().then(|| row_major(&self.request.reduced_shape()));
        let Some(plan) = self.request.plan(&out, index.as_deref()) else { return self.of_no_result() };
        self.request.for_element(RunStats { stats: self, outputs, plan, go_on })
    }

    /// What is met where nothing is kept: NumPy complains of an empty axis even then, but for means of
    /// what is left.
    fn of_no_result(&self) -> Result<Specials, Error> {
        let mut met = Specials::default();
        let (depth, omits) = (self.request.depth() as f64, self.request.omits());
        for stat in &self.asked.stats {
            match *stat {
                Stat::Max | Stat::Min if self.asked.begun => {}
                Stat::Max if depth == 0.0 => return Err(Error::Empty { name: "max" }),
                Stat::Min if depth == 0.0 => return Err(Error::Empty { name: "min" }),
                Stat::ArgMax if depth == 0.0 => return Err(Error::Empty { name: "argmax" }),
                Stat::ArgMin if depth == 0.0 => return Err(Error::Empty { name: "argmin" }),
                Stat::Mean | Stat::MeanSquare | Stat::RootMeanSquare | Stat::Share(_) => {
                    met.empty |= depth == 0.0 && !omits
                }
                Stat::Variance { ddof } | Stat::Deviation { ddof } => met.free |= depth <= ddof && !omits,
                _ => {}
            }
        }
        Ok(met)
    }
}

/// The type that a statistic of differences of a common type is stored in.
pub(in crate::exec) fn stat_dtype(stat: Stat, common: DType, weighted: bool) -> DType {
    use DType::*;
    match (stat, common) {
        (Stat::Sum | Stat::SquareSum, _) if weighted => F64,
        (Stat::Sum | Stat::Mean, Time) => Time,
        (Stat::Sum | Stat::SquareSum, dtype) if dtype.is_integer() => U64,
        (Stat::Max | Stat::Min, dtype) => dtype.of_difference(),
        (Stat::ArgMax | Stat::ArgMin | Stat::Count(_) | Stat::Number | Stat::Histogram, _) => I64,
        (Stat::Any(_) | Stat::All(_), _) => Bool,
        _ => F64,
    }
}

/// Statistics whose element type is about to be known.
struct RunStats<'s, 'm, 'g, 'h> {
    stats: &'s Stats<'m>,
    outputs: &'s [Output<'m>],
    plan: Plan,
    go_on: &'g mut GoOn<'h>,
}

impl ForElement for RunStats<'_, '_, '_, '_> {
    type Output = Result<Specials, Error>;

    fn with<E: Measured>(self) -> Result<Specials, Error> {
        let Stats { request, asked } = self.stats;
        let wanted = asked.wanted::<E>(request.is_weighted(), request.omits());
        let sink = Finished(self.outputs);
        run::<E, _>(&request.job(), &Measuring { wanted: &wanted, sink }, self.plan, self.go_on)
    }
}
