"""Did the machine stand still? A laptop that sleeps, a paused virtual machine: time goes on, people and servers do not.

What was measured meanwhile is void: requests run out of time at both ends, and nobody refused them.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ecluse.core.errors import BrokenWorldError

BEAT_S = 0.5
STOOD_STILL_S = 20.0


class Pulse:
    """Beats while it is awake; ``longest``: the longest time without a beat, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            self.felt(time.monotonic())

    def felt(self, now: float) -> None:
        """Note a beat."""
        self.longest = max(self.longest, now - self._last)
        self._last = now

    def end(self) -> None:
        """Stop beating; the time since the last beat counts too."""
        self._ended.set()
        self._thread.join()
        self.felt(time.monotonic())


@contextmanager
def awake() -> Iterator[Pulse]:
    """Watch over the block.

    Raises:
        BrokenWorldError: the machine stood still for more than ``STOOD_STILL_S``; nothing may be concluded.
    """
    pulse = Pulse()
    try:
        yield pulse
    finally:
        pulse.end()
    if pulse.longest > STOOD_STILL_S:
        raise BrokenWorldError(
            f"The machine stood still for {pulse.longest:.0f} s.", "Run it again on a machine that is awake."
        )
