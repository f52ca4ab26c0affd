"""How long the safe takes to start on a long trace: everything recomputed, and from a signed snapshot.

Run: python bench/safe_start.py [ENTRIES]      prints JSON. Goals: 10 million entries <= 45 s, <= 6 s.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from safe_trace import make_trace

from ecluse.safe import snapshot
from ecluse.safe.opening import open_desk


def start(home: Path, *, save: bool) -> dict[str, float]:
    """Open the safe once; report seconds and the peak of this process's memory."""
    begin = time.perf_counter()
    desk = open_desk(home / "safe")
    seconds = time.perf_counter() - begin
    if save:
        snapshot.save(desk.trace, desk.state)
    desk.trace.close()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = round(sum(u.ru_utime + u.ru_stime for u in used), 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "entries": desk.trace.size,
        "seconds": round(seconds, 2),
        "cpu_seconds": cpu,
        "load": os.getloadavg()[0],
        "peak_mib": peak,
    }


def main() -> None:
    if sys.argv[1:2] == ["--start"]:
        print(json.dumps(start(Path(sys.argv[2]), save=sys.argv[3] == "save")))
        return
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    home = Path(tempfile.mkdtemp(prefix="ecluse-bench-"))
    try:
        begin = time.perf_counter()
        make_trace(home, entries)
        made = round(time.perf_counter() - begin, 1)
        rows = {}
        for name in ("recomputed", "snapshot"):
            done = subprocess.run(
                [sys.executable, __file__, "--start", str(home), "save" if name == "recomputed" else "keep"],
                check=True,
                capture_output=True,
            )
            rows[name] = json.loads(done.stdout)
        print(json.dumps({"entries": entries, "made_in_s": made, **rows}))
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
