//! How many threads a call may use.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What `set_num_threads` asked for; 0 while it has not been called.
static CHOSEN: AtomicUsize = AtomicUsize::new(0);

/// The threads that a call uses unless it says otherwise: those of [`set_num_threads`], else of
/// `ABSSUB_NUM_THREADS`, else the smaller of `OMP_NUM_THREADS` and `RAYON_NUM_THREADS`, else the
/// machine's.
pub fn num_threads() -> usize {
    match CHOSEN.load(Ordering::Relaxed) {
        0 => from_environment(),
        chosen => chosen,
    }
}

/// Sets what [`num_threads`] answers from now on; `None` goes back to the environment's answer.
///
/// # Panics
/// If `threads` is zero.
pub fn set_num_threads(threads: Option<usize>) {
    assert_ne!(threads, Some(0), "at least one thread");
    CHOSEN.store(threads.unwrap_or(0), Ordering::Relaxed);
}

/// What `ABSSUB_NUM_THREADS` says, if that is no number of threads and is therefore ignored.
pub fn ignored_num_threads() -> Option<String> {
    let text = std::env::var("ABSSUB_NUM_THREADS").ok()?;
    (!matches!(text.trim().parse::<usize>(), Ok(1..))).then_some(text)
}

fn from_environment() -> usize {
    static FOUND: OnceLock<usize> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let machine = || std::thread::available_parallelism().map_or(1, usize::from);
        chosen_by(|name| std::env::var(name).ok()).unwrap_or_else(machine)
    })
}

fn chosen_by(variable: impl Fn(&str) -> Option<String>) -> Option<usize> {
    // OpenMP allows a list, one number for each level of nesting: the first is ours.
    let number = |name| {
        let text = variable(name)?;
        text.split(',').next()?.trim().parse().ok().filter(|&threads: &usize| threads > 0)
    };
    let others = [number("OMP_NUM_THREADS"), number("RAYON_NUM_THREADS")];
    number("ABSSUB_NUM_THREADS").or(others.into_iter().flatten().min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_asked_in_order() {
        let ask = |set: &[(&str, &str)]| {
            chosen_by(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string()))
        };
        assert_eq!(ask(&[]), None);
        assert_eq!(ask(&[("ABSSUB_NUM_THREADS", "7"), ("OMP_NUM_THREADS", "2")]), Some(7));
        assert_eq!(ask(&[("OMP_NUM_THREADS", "4,2"), ("RAYON_NUM_THREADS", "3")]), Some(3));
        assert_eq!(ask(&[("RAYON_NUM_THREADS", "3")]), Some(3));
        assert_eq!(ask(&[("ABSSUB_NUM_THREADS", "many"), ("OMP_NUM_THREADS", "0")]), None);
    }
}
