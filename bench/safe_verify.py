"""How fast `ecluse trace verify` goes. Run: python bench/safe_verify.py [ENTRIES]; prints JSON. Goal.

>= 300,000 entries/s.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec
from safe_trace import make_trace

from ecluse.safe.verify import verify


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    home = Path(tempfile.mkdtemp(prefix="ecluse-bench-"))
    try:
        make_trace(home, entries)
        report = msgspec.to_builtins(verify(home / "safe"))
        print(json.dumps(report))
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
