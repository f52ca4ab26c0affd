"""What the live watch does beside its steps: sends alarms in a thread, runs all detectors in a process."""

import logging
import os
import subprocess
import sys
import threading
import time

from django.db import DatabaseError, close_old_connections

from ecluse.core.home import Home
from ecluse.respond.alarms import outbox

SEND_EVERY_S = 2.0
STOPS_WITHIN_S = 10.0
log = logging.getLogger(__name__)


class Postman(threading.Thread):
    """Sends what is due, apart from the steps: a receiver that does not answer delays nothing else."""

    def __init__(self) -> None:
        super().__init__(name="postman", daemon=True)
        self._over = threading.Event()

    def run(self) -> None:
        """Send until told to stop."""
        while not self._over.wait(SEND_EVERY_S):
            try:
                outbox.deliver()
            except DatabaseError:
                log.exception("The outbox cannot be read.")
            close_old_connections()

    def stop(self) -> None:
        """Finish the message under way."""
        self._over.set()
        self.join(STOPS_WITHIN_S)


class Deep:
    """Runs all detectors every ``deep_minutes``, one run at a time."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._every = home.settings.respond.deep_minutes * 60
        self._next = time.monotonic() + self._every
        self._child: subprocess.Popen[bytes] | None = None
        self.at = 0.0
        self.error = ""

    def look(self) -> None:
        """Start it when it is due; note how the last one ended."""
        if self._child is not None and (status := self._child.poll()) is not None:
            self._child, self._next = None, time.monotonic() + self._every
            self.at = time.time()
            self.error = f"The detectors ended with status {status}." if status else ""
        if self._child is None and self._every and time.monotonic() >= self._next:
            command = [sys.executable, "-m", "ecluse.respond", "deep", str(os.getpid())]
            environment = {**os.environ, "ECLUSE_HOME": str(self._home.path)}
            self._child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)

    def stop(self) -> None:
        """End it; what it had not finished, the next run does."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait()
