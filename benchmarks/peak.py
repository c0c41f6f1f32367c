"""Peak extra memory of one call, read from the kernel. Linux only; None elsewhere.

The process that measures must be fresh and must have touched its inputs: pages that the process
has never held would count as the call's. docs/memory.md tells why each step is there.
"""

import gc
from collections.abc import Callable
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
RESET_HIGH_WATER_MARK = "5"


def _status_bytes(field: str) -> int:
    for line in STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise LookupError(f"the kernel reports no {field}")


def extra_bytes(call: Callable[[], object]) -> int | None:
    """How far above its standing memory the process rises during `call`, the result included."""
    if not (STATUS.exists() and CLEAR_REFS.exists()):
        return None
    # The warm-up imports, starts threads and maps code; none of that is the call's own.
    call()
    gc.collect()
    CLEAR_REFS.write_text(RESET_HIGH_WATER_MARK)
    before = _status_bytes("VmRSS")
    result = call()
    peak = _status_bytes("VmHWM")
    del result
    return max(0, peak - before)
