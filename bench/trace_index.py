"""The two questions on a big trace: what an account was shown in a week, who opened a patient in three years.

Usage: python bench/trace_index.py [ENTRIES] [FOLDER]     (10,000,000 entries take 4 GB and a few minutes to make)

A folder that already holds a trace is used as it is.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from safe_trace import ACCOUNTS, PATIENTS, make_trace

from ecluse.record.trace_index import By, Span, find, rebuild
from ecluse.safe.trace_reader import opened_by

TIMES = 50


def main(count: int, home: Path) -> None:
    safe, cache = home / "safe", home / "cache" / "trace"
    if not safe.is_dir():
        make_trace(home, count)
    said: dict[str, object] = {"entries": count}
    began = time.perf_counter()
    made = rebuild(safe, cache)
    said["index_s"] = round(time.perf_counter() - began, 1)
    began = time.perf_counter()
    again = rebuild(safe, cache)
    said |= {
        "rebuild_s": round(time.perf_counter() - began, 1),
        "segments": made.segments,
        "index_mb": made.bytes // 1_000_000,
        "rebuilt_equal": again.same == again.segments and not again.different,
    }
    now = datetime.now(UTC)
    week, years = Span(now - timedelta(days=7)), Span(now - timedelta(days=3 * 365))
    said["account_week_ms"] = measured(lambda n: account(safe, cache, f"account.{n * 97 % ACCOUNTS}", week))
    said["patient_3_years_ms"] = measured(lambda n: patient(safe, cache, f"{n * 3571 % PATIENTS:032x}", years))
    print(json.dumps(said, indent=1))


def account(safe: Path, cache: Path, name: str, span: Span) -> int:
    return len(opened_by(find(safe, cache, By.ACCOUNT, name, span)))


def patient(safe: Path, cache: Path, ref: str, span: Span) -> int:
    return sum(1 for _ in find(safe, cache, By.PATIENT, ref, span))


def measured(ask: Callable[[int], int]) -> dict[str, float]:
    """Ask ``TIMES`` different questions, cold; then the same again, warm."""
    taken: list[list[float]] = [[], []]
    rows = []
    for turn in taken:
        for n in range(TIMES):
            began = time.perf_counter()
            rows.append(ask(n))
            turn.append((time.perf_counter() - began) * 1e3)
    first, warm = taken
    return {
        "rows": round(statistics.mean(rows), 1),
        "first_median": round(statistics.median(first), 1),
        "first_worst": round(max(first), 1),
        "warm_median": round(statistics.median(warm), 1),
        "warm_worst": round(max(warm), 1),
    }


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    if len(sys.argv) > 2:
        main(many, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(many, Path(folder))
