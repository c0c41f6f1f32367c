//! States that outlive a call: fed block by block, merged, stored as bytes, finished when asked.
#![allow(unsafe_code)]

use super::super::fold::run;
use super::super::job::{GoOn, Progress};
use super::super::measured::Measured;
use super::super::reduction::ResultRun;
use super::super::request::{ForElement, Pairing, Request, row_major};
use super::finish::Output;
use super::measuring::{Finished, Kept, Measuring, Sink};
use super::request::{Asked, Stat, stat_dtype};
use super::tile::{Tile, Wanted};
use crate::Error;
use crate::array::DType;
use crate::plan::{INDEX, Plan};
use crate::reduce::{Specials, Wire};
use std::any::Any;
use std::sync::Mutex;

/// States of several statistics, which blocks are folded into. Integers and floats alike: neither the
/// division into blocks nor the order of merging changes a bit of what they come to.
pub struct Accumulator {
    pairing: Pairing,
    kept: Vec<usize>,
    weighted: bool,
    omits: bool,
    states: Box<dyn Held>,
    /// Whether an update was broken off half-way.
    broken: bool,
}

/// States of any element type.
trait Held: Any + Send + Sync {
    fn merge(&mut self, other: &dyn Held);
    fn store(&self, outputs: &[Output<'_>]) -> Result<Specials, Error>;
    fn put(&self, bytes: &mut Vec<u8>);
    fn copy(&self) -> Box<dyn Held>;
    fn any(&self) -> &dyn Any;
    fn any_mut(&mut self) -> &mut dyn Any;
}

struct States<E: Measured> {
    wanted: Wanted<E>,
    tile: Tile<E>,
}

/// Bytes of states up to which an update is made apart, so that one that fails changes nothing.
const APART_BYTES: usize = 512 << 10;

impl<E: Measured> Held for States<E> {
    fn merge(&mut self, other: &dyn Held) {
        let other = other.any().downcast_ref::<Self>().expect("of one pairing");
        let all = 0..self.tile.number.len();
        self.tile.merge(all.clone(), &other.tile, all);
    }

    fn store(&self, outputs: &[Output<'_>]) -> Result<Specials, Error> {
        let run = ResultRun { first: 0, step: 1, len: self.tile.number.len() };
        Finished(outputs).take(&self.wanted, &self.tile, run)
    }

    fn put(&self, bytes: &mut Vec<u8>) {
        self.tile.put(bytes);
    }

    fn copy(&self) -> Box<dyn Held> {
        Box::new(Self { wanted: self.wanted.clone(), tile: self.tile.clone() })
    }

    fn any(&self) -> &dyn Any {
        self
    }

    fn any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl Clone for Accumulator {
    fn clone(&self) -> Self {
        Self { kept: self.kept.clone(), states: self.states.copy(), ..*self }
    }
}

impl std::fmt::Debug for Accumulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accumulator").field("dtype", &self.dtype()).field("kept", &self.kept).finish()
    }
}

impl Accumulator {
    /// Empty states for what is asked of operands like those of a request.
    pub fn new(request: &Request<'_>, asked: &Asked) -> Self {
        let kept = request.kept_shape();
        let weighted = request.is_weighted();
        let pairing = request.pairing();
        let states =
            pairing.for_element(Make { asked, len: kept.iter().product(), weighted, omits: request.omits() });
        Self { pairing, kept: kept.into_vec(), weighted, omits: request.omits(), states, broken: false }
    }

    /// The shape of the results.
    pub fn kept_shape(&self) -> &[usize] {
        &self.kept
    }

    /// The type that the operands share.
    pub fn dtype(&self) -> DType {
        self.pairing.dtype()
    }

    /// The type that a statistic is stored in.
    pub fn stat_dtype(&self, stat: Stat) -> DType {
        stat_dtype(stat, self.dtype(), self.weighted)
    }

    /// Folds in the pairs of a request. `index_steps` says how the number of an element grows along
    /// each reduced axis, from `index_first` on.
    ///
    /// # Errors
    /// [`Error::States`] if the operands are others than before; [`Error::NotANumber`] or
    /// [`Error::Interrupted`], which leave small states as they were and large ones of no more use.
    pub fn update(
        &mut self,
        request: &Request<'_>,
        index_first: isize,
        index_steps: &[isize],
        go_on: &mut GoOn<'_>,
    ) -> Result<(), Error> {
        self.check_usable()?;
        self.check_like(request.pairing(), &request.kept_shape(), request.is_weighted())?;
        let Some(mut plan) = request.plan(&row_major(&self.kept), Some(index_steps)) else { return Ok(()) };
        plan.start[INDEX] += index_first;
        self.broken = true;
        let states = &mut *self.states;
        let (broken, outcome) = self.pairing.for_element(Update { request, plan, states, go_on });
        self.broken = broken;
        outcome
    }

    /// Takes in the states of another.
    ///
    /// # Errors
    /// [`Error::States`] if they do not belong together; neither is changed then.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.check_usable()?;
        other.check_usable()?;
        self.check_like(other.pairing, &other.kept, other.weighted)?;
        self.states.merge(&*other.states);
        Ok(())
    }

    /// Stores what the states come to so far.
    ///
    /// # Errors
    /// As [`super::Stats::store`].
    ///
    /// # Safety
    /// Each target must be row-major memory for the kept shape (times the bins, for a histogram).
    pub unsafe fn store(&self, outputs: &[Output<'_>]) -> Result<Specials, Error> {
        self.check_usable()?;
        self.states.store(outputs)
    }

    /// All that is known, as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let pairing = Pairing::ALL.iter().position(|&pairing| pairing == self.pairing);
        (pairing.expect("among all") as u8).put(&mut bytes);
        self.kept.iter().map(|&len| len as u64).collect::<Vec<_>>().put(&mut bytes);
        (self.weighted, self.omits, self.broken).put(&mut bytes);
        self.states.put(&mut bytes);
        bytes
    }

    /// The type that the operands shared whose states some bytes are.
    pub fn dtype_in(bytes: &[u8]) -> Option<DType> {
        bytes.first().and_then(|&number| Pairing::ALL.get(usize::from(number))).map(|pairing| pairing.dtype())
    }

    /// What [`Accumulator::to_bytes`] gave, for the same question; none if the bytes are something else.
    pub fn from_bytes(asked: &Asked, mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let &pairing = Pairing::ALL.get(usize::from(u8::take(bytes)?))?;
        let kept = Vec::<u64>::take(bytes)?.into_iter().map(|len| len as usize).collect::<Vec<_>>();
        let (weighted, omits, broken) = Wire::take(bytes)?;
        let len = kept.iter().try_fold(1usize, |all, &len| all.checked_mul(len))?;
        let states = pairing.for_element(Restore { make: Make { asked, len, weighted, omits }, bytes })?;
        bytes.is_empty().then_some(Self { pairing, kept, weighted, omits, states, broken })
    }

    fn check_usable(&self) -> Result<(), Error> {
        let how = || "an update was broken off half-way, which leaves the states incomplete".to_owned();
        if self.broken { Err(Error::States { how: how() }) } else { Ok(()) }
    }

    fn check_like(&self, pairing: Pairing, kept: &[usize], weighted: bool) -> Result<(), Error> {
        let how = if pairing != self.pairing {
            format!("the states are of {} differences, not of {}", self.dtype(), pairing.dtype())
        } else if kept != self.kept {
            format!(
                "the kept axes are of shape {kept:?} where those before were of shape {:?}: \
                 every block has them whole, and only the reduced axes are cut",
                self.kept
            )
        } else if weighted != self.weighted {
            let has = |weighted| if weighted { "with" } else { "without" };
            format!("the states are {} weights, not {}", has(self.weighted), has(weighted))
        } else {
            return Ok(());
        };
        Err(Error::States { how })
    }
}

/// Empty states whose element type is about to be known.
struct Make<'q> {
    asked: &'q Asked,
    len: usize,
    weighted: bool,
    omits: bool,
}

impl Make<'_> {
    fn wanted<E: Measured>(&self) -> Wanted<E> {
        self.asked.wanted(self.weighted, self.omits)
    }
}

impl ForElement for Make<'_> {
    type Output = Box<dyn Held>;

    fn with<E: Measured>(self) -> Box<dyn Held> {
        let wanted = self.wanted::<E>();
        Box::new(States { tile: wanted.tile(self.len), wanted })
    }
}

/// States that are read from bytes.
struct Restore<'q, 'b, 'c> {
    make: Make<'q>,
    bytes: &'b mut &'c [u8],
}

impl ForElement for Restore<'_, '_, '_> {
    type Output = Option<Box<dyn Held>>;

    fn with<E: Measured>(self) -> Option<Box<dyn Held>> {
        let wanted = self.make.wanted::<E>();
        let tile = Tile::take(&wanted, self.make.len, self.bytes)?;
        Some(Box::new(States { wanted, tile }))
    }
}

/// An update whose element type is about to be known.
struct Update<'u, 'm, 'g, 'h> {
    request: &'u Request<'m>,
    plan: Plan,
    states: &'u mut dyn Held,
    go_on: &'g mut GoOn<'h>,
}

impl ForElement for Update<'_, '_, '_, '_> {
    /// Whether the states are incomplete, and how the reading ended.
    type Output = (bool, Result<(), Error>);

    fn with<E: Measured>(self) -> Self::Output {
        let States { wanted, tile } =
            self.states.any_mut().downcast_mut::<States<E>>().expect("of this pairing");
        let len = tile.number.len();
        let job = self.request.job();
        if len * wanted.state_bytes() > APART_BYTES {
            let sink = Kept(Mutex::new(tile));
            let outcome = run::<E, _>(&job, &Measuring { wanted, sink }, self.plan, self.go_on);
            return (outcome.is_err(), outcome.map(|_| ()));
        }
        let mut apart = wanted.tile(len);
        let sink = Kept(Mutex::new(&mut apart));
        let outcome = run::<E, _>(&job, &Measuring { wanted, sink }, self.plan, self.go_on);
        // The last report may be refused too, and nothing is taken in then.
        let outcome = outcome.and_then(|_| {
            let total = self.request.elements();
            if (self.go_on)(Progress { done: total, total }) { Ok(()) } else { Err(Error::Interrupted) }
        });
        if outcome.is_ok() {
            tile.merge(0..len, &apart, 0..len);
        }
        (false, outcome)
    }
}
