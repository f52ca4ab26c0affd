"""Processes that know when to end: when they are asked to, and when the one that started them is gone."""

import ctypes
import os
import select
import signal
from types import FrameType

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class StoppedError(Exception):
    """SIGTERM or SIGINT has come: what was under way is left."""


class Stop:
    """Set by SIGTERM and SIGINT, for good. To be made in the main thread.

    A pipe and no lock: a signal may come while the very wait for it begins.
    """

    def __init__(self) -> None:
        self._asked, self._told = os.pipe()
        os.set_blocking(self._told, False)
        signal.signal(signal.SIGTERM, self)
        signal.signal(signal.SIGINT, self)

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if not self.within(0):
            os.write(self._told, b".")

    def within(self, seconds: float) -> bool:
        """Wait; say whether it is time to stop."""
        return bool(select.select([self._asked], [], [], seconds)[0])

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppedError: it is time to stop.
        """
        if self.within(seconds):
            raise StoppedError


def end_with(parent: int, number: int = signal.SIGTERM) -> None:
    """Let the kernel send this process ``number`` when ``parent`` ends, however that happens; end now if it has.

    To be called in the child, with the parent's process id as the parent knew it: between the fork and this call it may
    have died, and the kernel tells only of deaths to come. The wish outlives an exec, but not a fork. Linux, prctl(2).
    """
    LIBC.prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)
