//! The widest `psadbw` alone: independent chains in registers, no memory and no additions; and with the
//! addition that each needs where it is part of a sum.

/// Runs `steps` rounds, with additions or without, and gives how many pairs of bytes they compared; 0 off x86-64.
pub(crate) fn run(steps: u64, added: bool) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        let (chains, bytes) = if is_x86_feature_detected!("avx512bw") {
            // SAFETY: the instructions are there.
            unsafe { if added { avx512_added(steps) } else { avx512(steps) } }
        } else if is_x86_feature_detected!("avx2") {
            // SAFETY: the instructions are there.
            unsafe { if added { avx2_added(steps) } else { avx2(steps) } }
        } else if added {
            sse2_added(steps)
        } else {
            sse2(steps)
        };
        steps * chains * bytes
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (steps, added);
        0
    }
}

/// A loop of instructions, each with the register that it changes, counted down to nothing.
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
fn avx512(steps: u64) -> (u64, u64) {
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
    (16, 64)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(steps: u64) -> (u64, u64) {
    chains!(steps;
        "vpsadbw ymm0, ymm0, ymm15" "ymm0", "vpsadbw ymm1, ymm1, ymm15" "ymm1",
        "vpsadbw ymm2, ymm2, ymm15" "ymm2", "vpsadbw ymm3, ymm3, ymm15" "ymm3",
        "vpsadbw ymm4, ymm4, ymm15" "ymm4", "vpsadbw ymm5, ymm5, ymm15" "ymm5",
        "vpsadbw ymm6, ymm6, ymm15" "ymm6", "vpsadbw ymm7, ymm7, ymm15" "ymm7",
        "vpsadbw ymm8, ymm8, ymm15" "ymm8", "vpsadbw ymm9, ymm9, ymm15" "ymm9",
        "vpsadbw ymm10, ymm10, ymm15" "ymm10", "vpsadbw ymm11, ymm11, ymm15" "ymm11"
    );
    (12, 32)
}

#[cfg(target_arch = "x86_64")]
fn sse2(steps: u64) -> (u64, u64) {
    chains!(steps;
        "psadbw xmm0, xmm15" "xmm0", "psadbw xmm1, xmm15" "xmm1",
        "psadbw xmm2, xmm15" "xmm2", "psadbw xmm3, xmm15" "xmm3",
        "psadbw xmm4, xmm15" "xmm4", "psadbw xmm5, xmm15" "xmm5",
        "psadbw xmm6, xmm15" "xmm6", "psadbw xmm7, xmm15" "xmm7",
        "psadbw xmm8, xmm15" "xmm8", "psadbw xmm9, xmm15" "xmm9",
        "psadbw xmm10, xmm15" "xmm10", "psadbw xmm11, xmm15" "xmm11"
    );
    (12, 16)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw")]
fn avx512_added(steps: u64) -> (u64, u64) {
    chains!(steps;
        "vpsadbw zmm14, zmm28, zmm29" "zmm14", "vpaddq zmm0, zmm0, zmm14" "zmm0",
        "vpsadbw zmm15, zmm28, zmm29" "zmm15", "vpaddq zmm1, zmm1, zmm15" "zmm1",
        "vpsadbw zmm16, zmm28, zmm29" "zmm16", "vpaddq zmm2, zmm2, zmm16" "zmm2",
        "vpsadbw zmm17, zmm28, zmm29" "zmm17", "vpaddq zmm3, zmm3, zmm17" "zmm3",
        "vpsadbw zmm18, zmm28, zmm29" "zmm18", "vpaddq zmm4, zmm4, zmm18" "zmm4",
        "vpsadbw zmm19, zmm28, zmm29" "zmm19", "vpaddq zmm5, zmm5, zmm19" "zmm5",
        "vpsadbw zmm20, zmm28, zmm29" "zmm20", "vpaddq zmm6, zmm6, zmm20" "zmm6",
        "vpsadbw zmm21, zmm28, zmm29" "zmm21", "vpaddq zmm7, zmm7, zmm21" "zmm7",
        "vpsadbw zmm22, zmm28, zmm29" "zmm22", "vpaddq zmm8, zmm8, zmm22" "zmm8",
        "vpsadbw zmm23, zmm28, zmm29" "zmm23", "vpaddq zmm9, zmm9, zmm23" "zmm9",
        "vpsadbw zmm24, zmm28, zmm29" "zmm24", "vpaddq zmm10, zmm10, zmm24" "zmm10",
        "vpsadbw zmm25, zmm28, zmm29" "zmm25", "vpaddq zmm11, zmm11, zmm25" "zmm11",
        "vpsadbw zmm26, zmm28, zmm29" "zmm26", "vpaddq zmm12, zmm12, zmm26" "zmm12",
        "vpsadbw zmm27, zmm28, zmm29" "zmm27", "vpaddq zmm13, zmm13, zmm27" "zmm13"
    );
    (14, 64)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2_added(steps: u64) -> (u64, u64) {
    chains!(steps;
        "vpsadbw ymm7, ymm14, ymm15" "ymm7", "vpaddq ymm0, ymm0, ymm7" "ymm0",
        "vpsadbw ymm8, ymm14, ymm15" "ymm8", "vpaddq ymm1, ymm1, ymm8" "ymm1",
        "vpsadbw ymm9, ymm14, ymm15" "ymm9", "vpaddq ymm2, ymm2, ymm9" "ymm2",
        "vpsadbw ymm10, ymm14, ymm15" "ymm10", "vpaddq ymm3, ymm3, ymm10" "ymm3",
        "vpsadbw ymm11, ymm14, ymm15" "ymm11", "vpaddq ymm4, ymm4, ymm11" "ymm4",
        "vpsadbw ymm12, ymm14, ymm15" "ymm12", "vpaddq ymm5, ymm5, ymm12" "ymm5",
        "vpsadbw ymm13, ymm14, ymm15" "ymm13", "vpaddq ymm6, ymm6, ymm13" "ymm6"
    );
    (7, 32)
}

#[cfg(target_arch = "x86_64")]
fn sse2_added(steps: u64) -> (u64, u64) {
    chains!(steps;
        "psadbw xmm7, xmm14" "xmm7", "paddq xmm0, xmm7" "xmm0",
        "psadbw xmm8, xmm14" "xmm8", "paddq xmm1, xmm8" "xmm1",
        "psadbw xmm9, xmm14" "xmm9", "paddq xmm2, xmm9" "xmm2",
        "psadbw xmm10, xmm14" "xmm10", "paddq xmm3, xmm10" "xmm3",
        "psadbw xmm11, xmm14" "xmm11", "paddq xmm4, xmm11" "xmm4",
        "psadbw xmm12, xmm14" "xmm12", "paddq xmm5, xmm12" "xmm5",
        "psadbw xmm13, xmm14" "xmm13", "paddq xmm6, xmm13" "xmm6"
    );
    (7, 16)
}
