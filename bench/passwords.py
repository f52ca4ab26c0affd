"""Measure the list of known passwords: import (time, peak memory), lookup, false positives. Makes its own list.

    python bench/passwords.py 10000000

The import runs in a process of its own, whose peak resident memory the kernel tells (ru_maxrss).
"""

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ecluse.accounts.breached import Filter, sha1
from ecluse.accounts.breached_import import build

PROBES = 2_000_000
LOOKUPS = 200_000


def make(file: Path, count: int, *, known: int = 1000) -> list[str]:
    """Write ``count`` lines in the order of their hashes: ``known`` of them of passwords we know, the rest chance."""
    passwords = [f"known password {number}" for number in range(known)]
    random = np.random.default_rng(1)
    prefixes = np.sort(random.integers(0, 2**64, count - known, dtype=np.uint64))
    mine = sorted(sha1(one) for one in passwords)
    at = 0
    with file.open("wb") as out:
        for start in range(0, len(prefixes), 100_000):
            lines = []
            for prefix in prefixes[start : start + 100_000].tolist():
                while at < len(mine) and int.from_bytes(mine[at][:8], "big") <= prefix:
                    lines.append(f"{mine[at].hex().upper()}:9\r\n")
                    at += 1
                lines.append(f"{prefix:016X}{prefix:016X}{prefix & 0xFFFFFFFF:08X}:{prefix % 97 + 1}\r\n")
            out.write("".join(lines).encode())
        out.write("".join(f"{one.hex().upper()}:9\r\n" for one in mine[at:]).encode())
    return passwords


def imported(source: Path, target: Path, answer: "multiprocessing.Queue[dict[str, float]]") -> None:
    taken = build(source, target)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.put({"seconds": taken.seconds, "peak_mib": peak, "rejected": sum(taken.rejects.values())})


def in_own_process(source: Path, target: Path) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[dict[str, float]] = context.Queue()
    child = context.Process(target=imported, args=(source, target, answer))
    child.start()
    found = answer.get()
    child.join()
    return found


def lookup_us(known: Filter, words: list[str]) -> float:
    """Return the processor time of one lookup, hash included: neighbours of a busy machine do not count."""
    started = time.process_time()
    for word in words:
        word in known  # noqa: B015
    return (time.process_time() - started) / len(words) * 1e6


def measure(count: int, folder: Path) -> dict[str, object]:
    source, target = folder / "list.txt", folder / "passwords.filter"
    passwords = make(source, count)
    plain = in_own_process(source, target)
    known = Filter(target)
    missed = sum(word not in known for word in passwords)
    never = [f"never leaked {number}" for number in range(LOOKUPS)]
    found = sum(known.holds(int(one)) for one in np.random.default_rng(2).integers(0, 2**64, PROBES, dtype=np.uint64))
    return {
        "lines": count,
        "list_mb": round(source.stat().st_size / 1e6, 1),
        "filter_mb": round(target.stat().st_size / 1e6, 1),
        "import_s": round(plain["seconds"], 2),
        "import_peak_mib": round(plain["peak_mib"], 1),
        "rejected": plain["rejected"],
        "lookup_cpu_us_with_hash": round(min(lookup_us(known, never) for _ in range(3)), 2),
        "missed_of_1000": missed,
        "false_positives_stated": known.about.false_positives,
        "false_positives_measured": found / PROBES,
        "probes": PROBES,
    }


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(measure(wanted, Path(place)), indent=2))
