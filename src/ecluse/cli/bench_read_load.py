"""The load of ``ecluse bench read``: ``wrk``, or plain Python without it, and the raw speed of the disk."""

import contextlib
import http.client
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from ecluse.core.errors import BrokenWorldError

THREADS_ABOVE = 4
ENTRY_BYTES = 300
DISK_SYNCS = 400
WAKE_TIMEOUT_S = 60

SCRIPT = """
local requests, count = {}, 0
function init(args)
  math.randomseed(tonumber(args[2]) + os.time())
  for line in io.lines(args[1]) do
    local token, path = line:match("^(%S+) (%S+)$")
    count = count + 1
    requests[count] = wrk.format("GET", path, {["Authorization"] = "Bearer " .. token})
  end
end
function request() return requests[math.random(count)] end
function done(summary, latency, _)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\\nRESULT {"requests":%d,"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f,"errors":%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, bad))
end
"""


class Round(msgspec.Struct, frozen=True):
    """What one round showed. A round with errors is no measure."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int

    @property
    def rps(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


class Visit(NamedTuple):
    """One request of the load: a bearer token and the path it reads."""

    token: str
    path: str


def generator() -> str:
    """Name the load generator that will be used."""
    return "wrk" if shutil.which("wrk") else "python"


def run(port: int, visits: Sequence[Visit], connections: int, seconds: int) -> Round:
    """Read ``visits`` at random, closed loop, over ``connections`` kept connections.

    Raises:
        BrokenWorldError: a request was not answered with 200.
    """
    load = with_wrk if shutil.which("wrk") else with_python
    found = load(port, visits, connections, seconds)
    if found.errors or not found.requests:
        raise BrokenWorldError(
            f"{found.errors} of {found.requests} requests failed.", "Look at the server's words above."
        )
    return found


def wake(port: int, visit: Visit, times: int = 32) -> None:
    """Ask a few times, one after the other, so that every worker has loaded its code before anything is measured."""
    for _ in range(times):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=WAKE_TIMEOUT_S)) as line:
            line.request("GET", visit.path, headers={"Authorization": f"Bearer {visit.token}"})
            line.getresponse().read()


def with_wrk(port: int, visits: Sequence[Visit], connections: int, seconds: int) -> Round:
    """Run wrk with a Lua script that has every request ready before it starts."""
    with tempfile.TemporaryDirectory(prefix="ecluse-load-") as folder:
        script, listed = Path(folder, "load.lua"), Path(folder, "visits")
        script.write_text(SCRIPT, encoding="ascii")
        listed.write_text("".join(f"{visit.token} {visit.path}\n" for visit in visits), encoding="ascii")
        threads = 1 if connections <= THREADS_ABOVE else 2
        command = ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "-s", str(script)]
        command += [f"http://127.0.0.1:{port}", "--", str(listed), str(connections)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not lines:
        raise BrokenWorldError(
            f"wrk failed: {(done.stderr or done.stdout)[-300:]}",
            "Run it by hand, or remove it: Python then makes the load.",
        )
    return msgspec.json.decode(lines[0].removeprefix("RESULT "), type=Round)


def with_python(port: int, visits: Sequence[Visit], connections: int, seconds: int) -> Round:
    """Make the load with threads: slower than the server, so ratios come out nearer to one than they are."""
    taken: list[float] = []
    errors: list[int] = []
    end = time.perf_counter() + seconds

    def client(first: int) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as line:
            at = first
            while (began := time.perf_counter()) < end:
                visit = visits[at % len(visits)]
                at += 7919
                line.request("GET", visit.path, headers={"Authorization": f"Bearer {visit.token}"})
                answer = line.getresponse()
                answer.read()
                taken.append(time.perf_counter() - began)
                if answer.status != http.client.OK:
                    errors.append(answer.status)

    threads = [threading.Thread(target=client, args=(n * 104_729,)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else [0.0] * 99
    return Round(len(taken), float(seconds), cuts[49] * 1e3, cuts[98] * 1e3, len(errors))


def disk_p50_ms(folder: Path) -> float:
    """Measure the raw disk: append an entry's worth of bytes and fdatasync; the median in milliseconds."""
    taken = []
    file = folder / "disk-speed"
    with file.open("wb", buffering=0) as opened:
        for _ in range(DISK_SYNCS):
            began = time.perf_counter()
            opened.write(b"x" * ENTRY_BYTES)
            os.fdatasync(opened.fileno())
            taken.append(time.perf_counter() - began)
    file.unlink()
    return statistics.median(taken) * 1e3
