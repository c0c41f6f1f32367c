//! One strip of differences, on all cores where it is long enough to pay.

use crate::element::Element;
use crate::kernel::Level;
use crate::kernel::map::MapStrip;

/// Stores every difference of the strips; true where a value was lost (see [`Element::store`]).
pub fn absdiff_strip<E: Element>(strips: MapStrip<'_, E>) -> bool {
    strips.run(Level::current())
}
