//! The request for quantiles: in parts if there are many results, and in as many readings as it takes.
#![allow(unsafe_code)]

use super::super::fold::run;
use super::super::job::{GoOn, Progress};
use super::super::measured::Measured;
use super::super::request::{ForElement, Request, row_major};
use super::collect::Collecting;
use super::refine::{Refining, Search};
use crate::Error;
use crate::array::Target;
use crate::plan::Plan;
use crate::reduce::{Landing, Specials};
use std::sync::{Mutex, PoisonError};

/// Bytes of the values of one result that are collected: a few results fit a thread's states.
const COLLECTED_BYTES: u128 = 24 << 10;
/// Bytes of searches that are kept between two readings.
const SEARCH_BYTES: usize = 256 << 10;
/// Bytes of a search for each quantile: two windows before a reading, two after it, and their prefixes.
const SEARCH_BYTES_EACH: usize = 224;

/// Quantiles of |a - b|, ready to run.
#[derive(Clone, Debug)]
pub struct Quantiles<'m> {
    request: Request<'m>,
    quantiles: Vec<f64>,
    is_median: bool,
}

/// Where quantiles go: row-major doubles, a block of all results for each quantile.
pub(super) struct Landed<'l, 'm> {
    quantiles: &'l [f64],
    target: Target<'m>,
    /// Results of a block.
    results: usize,
    /// The first result's place in the block.
    first: usize,
    omits: bool,
    /// Whether the middle two are averaged, as `np.median` does it.
    pub(super) is_median: bool,
}

impl Landed<'_, '_> {
    /// Stores each quantile of one result, or NaN where there was no value.
    pub(super) fn put(
        &self,
        place: isize,
        is_empty: bool,
        mut value: impl FnMut(f64, &mut Specials) -> f64,
    ) -> Specials {
        let mut met = Specials::default();
        met.empty |= is_empty && !self.omits;
        met.left_out |= is_empty && self.omits;
        let size = size_of::<f64>() as isize;
        let landing = Landing {
            target: self.target,
            first: (self.first as isize + place) * size,
            step: self.results as isize * size,
            len: self.quantiles.len(),
            store: true,
        };
        let stored = landing.reals(|i| if is_empty { f64::NAN } else { value(self.quantiles[i], &mut met) });
        debug_assert!(stored.is_ok(), "quantiles are doubles");
        met
    }
}

impl<'m> Quantiles<'m> {
    /// Quantiles, each from 0 to 1.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for weights.
    pub fn new(request: Request<'m>, quantiles: Vec<f64>) -> Result<Self, Error> {
        if request.is_weighted() {
            return Err(Error::Unsupported { name: "a weighted quantile", dtype: request.dtype() });
        }
        Ok(Self { request, quantiles, is_median: false })
    }

    /// The median, as the mean of the middle two.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for weights.
    pub fn median(request: Request<'m>) -> Result<Self, Error> {
        Ok(Self { is_median: true, ..Self::new(request, vec![0.5])? })
    }

    /// Stores all results of the first quantile, then of the second, and so on.
    ///
    /// # Errors
    /// [`Error::NotANumber`] or [`Error::Interrupted`].
    ///
    /// # Safety
    /// The target must be row-major memory of doubles for as many of the kept shape as there are quantiles.
    pub unsafe fn store(&self, target: Target<'m>, go_on: &mut GoOn<'_>) -> Result<Specials, Error> {
        let results = self.request.kept_shape().iter().product();
        let most = (SEARCH_BYTES / (SEARCH_BYTES_EACH * (self.quantiles.len() + 1))).max(1);
        let is_short = self.request.depth() * self.request.for_element(KeyBytes) <= COLLECTED_BYTES;
        let mut met = Specials::default();
        let mut parts = vec![(self.request.clone(), 0)];
        while let Some((request, first)) = parts.pop() {
            let places: usize = request.kept_shape().iter().product();
            if !is_short && places > most {
                let (head, tail, results) = request.halves();
                parts.extend([(head, first), (tail, first + results)]);
                continue;
            }
            let Some(plan) = request.plan(&row_major(&request.kept_shape()), None) else { continue };
            let quantiles = &self.quantiles;
            let (omits, is_median) = (request.omits(), self.is_median);
            let landed = Landed { quantiles, target, results, first, omits, is_median };
            let work = RunQuantiles {
                request: &request,
                landed: &landed,
                plan,
                places,
                is_short,
                go_on: &mut *go_on,
            };
            met = met.or(request.for_element(work)?);
        }
        Ok(met)
    }
}

/// Bytes of a key.
struct KeyBytes;

impl ForElement for KeyBytes {
    type Output = u128;

    fn with<E: Measured>(self) -> u128 {
        size_of::<E::Key>() as u128
    }
}

/// Quantiles whose element type is about to be known.
struct RunQuantiles<'q, 'm, 'g, 'h> {
    request: &'q Request<'m>,
    landed: &'q Landed<'q, 'm>,
    plan: Plan,
    places: usize,
    is_short: bool,
    go_on: &'g mut GoOn<'h>,
}

impl ForElement for RunQuantiles<'_, '_, '_, '_> {
    type Output = Result<Specials, Error>;

    fn with<E: Measured>(self) -> Result<Specials, Error> {
        let Self { request, landed, plan, places, is_short, go_on } = self;
        let job = request.job();
        if is_short {
            let depth = request.depth() as usize;
            return run::<E, _>(&job, &Collecting { depth, landed }, plan, go_on);
        }
        let mut before = vec![Search::<E::Key>::new(); places];
        let mut readings = 0;
        while !before.iter().all(Search::is_done) {
            let searches = Mutex::new(before.clone());
            let refining = Refining::new(landed.quantiles, &searches, &before);
            let all = readings + refining.readings_left();
            // Of several readings each is a part of the way.
            let mut go_on = |at: Progress| {
                let done = at.done.saturating_add(at.total.saturating_mul(readings));
                go_on(Progress { done, total: at.total.saturating_mul(all) })
            };
            run::<E, _>(&job, &refining, plan.clone(), &mut go_on)?;
            readings += 1;
            before = searches.into_inner().unwrap_or_else(PoisonError::into_inner);
        }
        let land = |(place, search): (usize, &Search<E::Key>)| search.land::<E>(place as isize, landed);
        Ok(before.iter().enumerate().map(land).fold(Specials::default(), Specials::or))
    }
}
