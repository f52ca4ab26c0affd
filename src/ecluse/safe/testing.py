"""A real safe for the tests of other parts: own process, real keys, real fsync."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ecluse.core.errors import BrokenWorldError
from ecluse.safe import opening
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.protocol import Enrol, Status, Who

START_SECONDS = 30.0
SETUP = Who(account="setup", profession="", session="setup")


def start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start ``ecluse safe serve`` on the home folder ``folder``; it stops when this process ends."""
    environment = {**os.environ, "ECLUSE_HOME": str(folder)}
    command = [sys.executable, "-m", "ecluse.safe", "serve", "--leash", *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)


def wait_for(folder: Path, process: "subprocess.Popen[bytes]", seconds: float = START_SECONDS) -> SafeClient:
    """Return a client once the safe answers.

    Raises:
        BrokenWorldError: it ended, or did not answer in time.
    """
    client = SafeClient(folder / "run" / "safe.sock")
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            client.call(Status())
        except SafeUnavailableError:
            time.sleep(0.01)
        else:
            return client
    raise BrokenWorldError(f"The safe did not start (exit code {process.poll()}).", "Read what it printed.")


def stop(process: "subprocess.Popen[bytes]") -> int:
    """Stop a safe in good order; return its exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    code = process.wait(START_SECONDS)
    if process.stdin:
        process.stdin.close()
    return code


@contextmanager
def running_safe(
    folder: Path, *, policy: str | None = None, accounts: Mapping[str, tuple[str, ...]]
) -> Iterator[SafeClient]:
    """Make a safe in the home folder ``folder`` (unless there is one), serve it, enrol ``accounts`` (name to professions).

    The socket is ``folder/run/safe.sock``; ``policy`` is the text of a policy file (default: the shipped one).
    """
    if not (folder / "safe" / "master.key").exists():
        opening.make(folder / "safe", policy_text=policy or "")
    process = start(folder)
    try:
        client = wait_for(folder, process)
        if accounts:
            client.call(Enrol(who=SETUP, accounts=dict(accounts), request="enrol"))
        yield client
        client.close()
    finally:
        stop(process)
