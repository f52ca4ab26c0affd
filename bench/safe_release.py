"""Releases a second at 1, 8 and 64 clients, durability included, beside the raw fdatasyncs of this disk.

Run: python bench/safe_release.py [SECONDS]; prints JSON. Goals (facts): >= 1.5 x the raw rate at 8, >= 4 x at 64
clients; p50 at 1 client <= 2 x the raw p50. Clients are Python threads in two processes on the same cores: they cost
more than the safe.
"""

import json
import os
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from safe_trace import WIDE

from ecluse.safe import codec
from ecluse.safe.testing import opening, running_safe, who

CLIENTS = (1, 8, 64)
ACCOUNTS = 64


def raw(folder: Path, seconds: float) -> dict[str, float]:
    """Append 300 bytes and sync, again and again."""
    fd = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    data, times, until = b"x" * 300, [], time.perf_counter() + seconds
    while (now := time.perf_counter()) < until:
        os.write(fd, data)
        os.fdatasync(fd)
        times.append(time.perf_counter() - now)
    os.close(fd)
    return figures(times, seconds)


def figures(times: list[float], seconds: float) -> dict[str, float]:
    times.sort()
    return {
        "per_s": round(len(times) / seconds),
        "p50_us": round(statistics.median(times) * 1e6),
        "p99_us": round(times[len(times) * 99 // 100] * 1e6),
    }


def load(path: str, clients: int, offset: int, seconds: float, patients: int) -> None:
    """A closed loop over ``clients`` sockets in one process; print the times as JSON."""
    frames = []
    for i in range(200):
        wanted = [f"{(i * patients + j) % 150:032x}" for j in range(patients)]
        by = who(
            f"account.{(i + offset) % ACCOUNTS}",
            acr="aal2",
            amr=("pwd", "hwk"),
            workstation="ward-3",
            address="10.0.0.1",
        )
        frames.append(codec.frame(opening(wanted, by=by)))
    poll, socks, begun, inbox = select.epoll(), {}, {}, {}
    turn, times = 0, []
    for _ in range(clients):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(path)
        socks[sock.fileno()] = sock
        poll.register(sock, select.EPOLLIN)
    until = time.perf_counter() + seconds
    for fd, sock in socks.items():
        begun[fd], inbox[fd] = time.perf_counter(), b""
        sock.sendall(frames[fd % len(frames)])
    while time.perf_counter() < until:
        for fd, _ in poll.poll():
            inbox[fd] += socks[fd].recv(1 << 18)
            if len(inbox[fd]) < 4 or len(inbox[fd]) < 4 + codec.length(inbox[fd][:4]):
                continue
            now = time.perf_counter()
            times.append(now - begun[fd])
            turn += 1
            begun[fd], inbox[fd] = now, b""
            socks[fd].sendall(frames[turn % len(frames)])
    print(json.dumps(times))


def measure(home: Path, clients: int, seconds: float, patients: int = 1) -> dict[str, float]:
    parts = [clients] if clients == 1 else [clients // 2, clients // 2]
    path = str(home / "run" / "safe.sock")
    workers = [
        subprocess.Popen(
            [sys.executable, __file__, "--load", path, str(part), str(i * 7), str(seconds), str(patients)],
            stdout=subprocess.PIPE,
        )
        for i, part in enumerate(parts)
    ]
    times = [t for worker in workers for t in json.loads(worker.communicate()[0])]
    return {"clients": clients, "patients": patients, **figures(times, seconds)}


def main() -> None:
    if sys.argv[1:2] == ["--load"]:
        load(sys.argv[2], *map(int, sys.argv[3:5]), float(sys.argv[5]), int(sys.argv[6]))
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    home = Path(tempfile.mkdtemp(prefix="ecluse-bench-", dir=Path.home()))
    try:
        rows = []
        with running_safe(home, policy=WIDE, accounts={f"account.{i}": ("nurse",) for i in range(ACCOUNTS)}):
            for clients, patients in [*((n, 1) for n in CLIENTS), (8, 20)]:
                disk = raw(home, seconds / 2)
                row = measure(home, clients, seconds, patients)
                row["raw_syncs_per_s"], row["raw_p50_us"] = disk["per_s"], disk["p50_us"]
                row["ratio"] = round(row["per_s"] / disk["per_s"], 2)
                rows.append(row)
        print(json.dumps({"rows": rows}))
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
