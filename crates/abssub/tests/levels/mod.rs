//! Running a test at every level.

use abssub::Level;
use std::sync::Mutex;

/// Runs `test` at every level. The level is the process's: tests that set it take turns.
pub(crate) fn at_every_level(mut test: impl FnMut(Level)) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for &level in Level::available() {
        level.make_current();
        test(level);
    }
    Level::best().make_current();
}
