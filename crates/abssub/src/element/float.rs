//! Single and double precision: one subtraction, one rounding.

use super::{Element, Stored};

macro_rules! floats {
    ($($t:ty),*) => {$(
        impl Element for $t {
            type Left = $t;
            type Right = $t;
            type Diff = $t;

            #[inline(always)]
            fn absdiff(a: $t, b: $t) -> $t {
                (a - b).abs()
            }
        }

        impl Stored for $t {
            type Out = $t;

            // Overflow and invalid are the processor's own flags here; nothing is lost unseen.
            #[inline(always)]
            fn store(a: $t, b: $t, _lost: &mut bool) -> $t {
                Self::absdiff(a, b)
            }
        }
    )*};
}
floats!(f32, f64);
