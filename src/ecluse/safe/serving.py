"""Serving a safe from start to stop, without the command line.

1. Hourly, or every half million entries, a child process writes a snapshot; the safe goes on answering meanwhile.
   It holds the folder as the safe does, so it must not outlive it: the next safe could not start.
"""

import gc
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from ecluse.core.processes import end_with
from ecluse.core.words import Action, Decision
from ecluse.safe import snapshot
from ecluse.safe.desk import Desk
from ecluse.safe.entry import SAFE
from ecluse.safe.opening import open_desk, take
from ecluse.safe.server import Server

SNAPSHOT_SECONDS = 3600.0
SNAPSHOT_ENTRIES = 500_000


class Snapshots:
    """When the next snapshot is due, and the child that writes it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._size = desk.trace.size
        self._at = time.monotonic()
        self._child = 0

    def if_due(self) -> None:
        """Start a snapshot when it is time and the last one is done."""
        grown = self.desk.trace.durable_size - self._size
        if grown < SNAPSHOT_ENTRIES and (grown == 0 or time.monotonic() < self._at + SNAPSHOT_SECONDS):
            return
        if self._child and os.waitpid(self._child, os.WNOHANG) == (0, 0):
            return
        self._size, self._at = self.desk.trace.durable_size, time.monotonic()
        safe = os.getpid()
        self._child = os.fork()
        if self._child == 0:
            code = 1
            try:
                end_with(safe, signal.SIGKILL)
                snapshot.save(self.desk.trace, self.desk.state)
                code = 0
            finally:
                os._exit(code)

    def wait(self) -> None:
        """Wait for the child, if there is one."""
        if self._child:
            with suppress(ChildProcessError):
                os.waitpid(self._child, 0)


def serve(folder: Path, socket_path: Path, *, passphrase: bytes | None = None, leash: bool = False) -> None:
    """Serve the safe in ``folder`` on ``socket_path`` until told to stop.

    With ``leash``, the end of standard input is a stop too: a supervisor that dies takes the safe with it.

    Raises:
        BrokenWorldError: another process serves it.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not write keys to a file
    owner = take(folder)
    desk = open_desk(folder, passphrase)
    gc.freeze()
    snapshots = Snapshots(desk)
    server = Server(desk, socket_path, snapshots.if_due, sys.stdin.fileno() if leash else None)
    try:
        server.run()
        snapshots.wait()
        _stop(desk)
    finally:
        desk.trace.close()
        os.close(owner)


def _stop(desk: Desk) -> None:
    """Last entry, last head, snapshot. If the trace cannot be written, the next start repairs."""
    try:
        if desk.trace.broken:
            desk.trace.commit()
        desk.tick(time.time())
        desk.write(Action.STOP, Decision.ALLOW, "stop", account=SAFE)
        desk.trace.commit()
        desk.trace.sign_if_due(now=True)
        desk.trace.trim()
        snapshot.save(desk.trace, desk.state)
    except OSError as error:
        sys.stderr.write(f"Stopped without a last entry or snapshot: {error}.\n")
