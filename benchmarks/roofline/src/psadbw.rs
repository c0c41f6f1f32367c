//! The widest `psadbw` alone: sixteen independent chains in registers, no memory and no additions.

/// Runs `steps` rounds and gives how many pairs of bytes they compared; 0 off x86-64.
pub(crate) fn run(steps: u64) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw") {
            // SAFETY: the instructions are there.
            unsafe { avx512(steps) };
            return steps * 16 * 64;
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the instructions are there.
            unsafe { avx2(steps) };
            return steps * 12 * 32;
        }
        sse2(steps);
        steps * 12 * 16
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = steps;
        0
    }
}

/// A loop of one instruction on each of the registers, counted down to nothing.
#[cfg(target_arch = "x86_64")]
macro_rules! chains {
    ($steps:ident; $($instruction:literal $register:tt),*) => {
        if $steps > 0 {
            // SAFETY: registers alone are touched, and each is named as lost.
            unsafe {
                std::arch::asm!(
                    "2:",
                    $($instruction,)*
                    "dec {steps}",
                    "jnz 2b",
                    steps = inout(reg) $steps => _,
                    $(out($register) _,)*
                    options(nostack, nomem),
                );
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw")]
fn avx512(steps: u64) {
    chains!(steps;
        "vpsadbw zmm0, zmm0, zmm16" "zmm0", "vpsadbw zmm1, zmm1, zmm16" "zmm1",
        "vpsadbw zmm2, zmm2, zmm16" "zmm2", "vpsadbw zmm3, zmm3, zmm16" "zmm3",
        "vpsadbw zmm4, zmm4, zmm16" "zmm4", "vpsadbw zmm5, zmm5, zmm16" "zmm5",
        "vpsadbw zmm6, zmm6, zmm16" "zmm6", "vpsadbw zmm7, zmm7, zmm16" "zmm7",
        "vpsadbw zmm8, zmm8, zmm16" "zmm8", "vpsadbw zmm9, zmm9, zmm16" "zmm9",
        "vpsadbw zmm10, zmm10, zmm16" "zmm10", "vpsadbw zmm11, zmm11, zmm16" "zmm11",
        "vpsadbw zmm12, zmm12, zmm16" "zmm12", "vpsadbw zmm13, zmm13, zmm16" "zmm13",
        "vpsadbw zmm14, zmm14, zmm16" "zmm14", "vpsadbw zmm15, zmm15, zmm16" "zmm15"
    );
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(steps: u64) {
    chains!(steps;
        "vpsadbw ymm0, ymm0, ymm15" "ymm0", "vpsadbw ymm1, ymm1, ymm15" "ymm1",
        "vpsadbw ymm2, ymm2, ymm15" "ymm2", "vpsadbw ymm3, ymm3, ymm15" "ymm3",
        "vpsadbw ymm4, ymm4, ymm15" "ymm4", "vpsadbw ymm5, ymm5, ymm15" "ymm5",
        "vpsadbw ymm6, ymm6, ymm15" "ymm6", "vpsadbw ymm7, ymm7, ymm15" "ymm7",
        "vpsadbw ymm8, ymm8, ymm15" "ymm8", "vpsadbw ymm9, ymm9, ymm15" "ymm9",
        "vpsadbw ymm10, ymm10, ymm15" "ymm10", "vpsadbw ymm11, ymm11, ymm15" "ymm11"
    );
}

#[cfg(target_arch = "x86_64")]
fn sse2(steps: u64) {
    chains!(steps;
        "psadbw xmm0, xmm15" "xmm0", "psadbw xmm1, xmm15" "xmm1",
        "psadbw xmm2, xmm15" "xmm2", "psadbw xmm3, xmm15" "xmm3",
        "psadbw xmm4, xmm15" "xmm4", "psadbw xmm5, xmm15" "xmm5",
        "psadbw xmm6, xmm15" "xmm6", "psadbw xmm7, xmm15" "xmm7",
        "psadbw xmm8, xmm15" "xmm8", "psadbw xmm9, xmm15" "xmm9",
        "psadbw xmm10, xmm15" "xmm10", "psadbw xmm11, xmm15" "xmm11"
    );
}
