//! Loops over rows written out, so that what each row has stays in registers.

/// Does something for one row after the other, up to eight: a loop over rows would be kept as a
/// loop. The function is told its row as the last of its constants, and does nothing if there are not so many;
/// with twice as many rows, it does another one too.
macro_rules! each_row {
    ($row:ident::<$($t:ident),*> $arguments:tt) => {
        $row::<$($t,)* 0> $arguments;
        $row::<$($t,)* 1> $arguments;
        $row::<$($t,)* 2> $arguments;
        $row::<$($t,)* 3> $arguments;
        $row::<$($t,)* 4> $arguments;
        $row::<$($t,)* 5> $arguments;
        $row::<$($t,)* 6> $arguments;
        $row::<$($t,)* 7> $arguments;
    };
}

pub(super) use each_row;
