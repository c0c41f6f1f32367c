//! The instruction set in use, proved by detection.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

/// An instruction set that this processor has.
///
/// The field is private: a value exists only because detection found the instructions, so holding
/// one is the proof that kernels compiled for it may run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(pub(super) Set);

/// The sets, from the lowest to the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Set {
    Portable,
    /// What no processor needs: vectors of 64 bytes for tests, out of portable ones.
    #[cfg(test)]
    Wide,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(target_arch = "x86_64")]
    Sse2,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Set {
    const ALL: &[Set] = &[
        Set::Portable,
        #[cfg(test)]
        Set::Wide,
        #[cfg(target_arch = "aarch64")]
        Set::Neon,
        #[cfg(target_arch = "x86_64")]
        Set::Sse2,
        #[cfg(target_arch = "x86_64")]
        Set::Avx2,
        #[cfg(target_arch = "x86_64")]
        Set::Avx512,
    ];

    fn name(self) -> &'static str {
        match self {
            Set::Portable => "portable",
            #[cfg(test)]
            Set::Wide => "wide",
            #[cfg(target_arch = "aarch64")]
            Set::Neon => "neon",
            #[cfg(target_arch = "x86_64")]
            Set::Sse2 => "sse2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }

    /// The features here are those that `dispatch` enables, no fewer.
    fn is_present(self) -> bool {
        match self {
            Set::Portable => true,
            #[cfg(test)]
            Set::Wide => true,
            #[cfg(target_arch = "aarch64")]
            Set::Neon => true,
            #[cfg(target_arch = "x86_64")]
            Set::Sse2 => true,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
            }
        }
    }
}

/// A level that is unknown, or that this processor lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLevel {
    /// The name that was asked for.
    pub name: String,
}

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = Level::available().iter().map(|level| level.name()).collect();
        write!(f, "no level {:?} on this processor; it has {}", self.name, known.join(", "))
    }
}

impl std::error::Error for UnknownLevel {}

/// One more than the index in `Set::ALL` of the level in use, which only a `Level` is stored in; 0 until it is
/// first asked for.
static CURRENT: AtomicU8 = AtomicU8::new(0);

impl Level {
    /// Every level that this processor has, the lowest first.
    pub fn available() -> &'static [Level] {
        static FOUND: OnceLock<Vec<Level>> = OnceLock::new();
        FOUND.get_or_init(|| Set::ALL.iter().filter(|set| set.is_present()).map(|&set| Level(set)).collect())
    }

    /// The highest level that this processor has.
    pub fn best() -> Level {
        *Level::available().last().expect("portable is always there")
    }

    /// The level of that name.
    pub fn named(name: &str) -> Result<Level, UnknownLevel> {
        let found = Level::available().iter().find(|level| level.name() == name);
        found.copied().ok_or_else(|| UnknownLevel { name: name.to_owned() })
    }

    /// Its name: `avx512`, `avx2`, `sse2`, `neon` or `portable`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The level that calls use: the best one, unless `ABSSUB_LEVEL` or [`Level::make_current`] lowered it.
    #[inline]
    pub fn current() -> Level {
        match CURRENT.load(Ordering::Relaxed) {
            0 => Level::first_use(),
            index => Level(Set::ALL[usize::from(index) - 1]),
        }
    }

    #[cold]
    fn first_use() -> Level {
        let level = Level::from_environment().ok().flatten().unwrap_or(Level::best());
        level.make_current();
        level
    }

    /// The level that `ABSSUB_LEVEL` asks for; none if it is not set.
    ///
    /// # Errors
    /// If it names none that this processor has. Calls then use the best one.
    pub fn from_environment() -> Result<Option<Level>, UnknownLevel> {
        std::env::var("ABSSUB_LEVEL").ok().map(|name| Level::named(&name)).transpose()
    }

    /// Makes this the level that calls use from now on, in the whole process.
    pub fn make_current(self) {
        let index = Set::ALL.iter().position(|&set| set == self.0).expect("all sets are there");
        CURRENT.store(index as u8 + 1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
