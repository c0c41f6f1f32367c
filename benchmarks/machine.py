"""What ran: the processor, its caches, and the versions of packages."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
SUFFIXES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def cpu_name() -> str:
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    return os.cpu_count() or 1


def installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def caches() -> dict[str, int]:
    """Bytes of each data cache that one core sees, such as L1; empty where the system does not tell."""
    found = {}
    for place in sorted(CACHES.glob("index*")):
        if (place / "type").read_text().strip() == "Instruction":
            continue
        size = (place / "size").read_text().strip()
        found[f"L{(place / 'level').read_text().strip()}"] = int(size[:-1]) * SUFFIXES[size[-1]]
    return found


def load() -> float | None:
    """How many processes wanted to run in the last minute, for each core; None where unknown."""
    try:
        return os.getloadavg()[0] / cores()
    except OSError:
        return None
