"""One cell of the memory column: a process of its own loads the inputs and measures one way.

`python -m benchmarks.demo.cell KEY FOLDER` prints the bytes, or "n/a" where no /proc tells them.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.peak import extra_bytes

from . import inputs
from .ways import BY_KEY

REPOSITORY = Path(__file__).resolve().parents[2]
NOT_AVAILABLE = "n/a"


def measure(key: str, folder: Path) -> int | None:
    """Peak extra bytes of the way named `key` on the inputs saved in `folder`; None if unknown."""
    command = [sys.executable, "-m", "benchmarks.demo.cell", key, str(folder)]
    child = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=False)
    answer = child.stdout.strip()
    if child.returncode != 0 or answer == NOT_AVAILABLE:
        return None
    return int(answer)


def main() -> None:
    key, folder = sys.argv[1:]
    loaded = inputs.load(Path(folder))
    bytes_ = extra_bytes(lambda: BY_KEY[key].run(loaded.a, loaded.b))
    print(NOT_AVAILABLE if bytes_ is None else bytes_)


if __name__ == "__main__":
    main()
