"""The thief of a replay: holds a live session and reads as fast as answers come, until told to stop."""

import itertools
import threading
import time
from collections.abc import Iterator

import httpx
import msgspec

from ecluse.drill.browser import Browser
from ecluse.drill.theft import Theft


class Answer(msgspec.Struct, frozen=True):
    """One answer the thief got: when it was asked for and had (monotonic seconds), its status."""

    asked: float
    had: float
    status: int


class Reader(threading.Thread):
    """Reads one record after the other, whatever the answer, until told to stop."""

    def __init__(self, theft: Theft, browser: Browser, refs: list[str]) -> None:
        super().__init__(name="thief", daemon=True)
        self.theft, self.browser, self.refs = theft, browser, refs
        self.answers: list[Answer] = []
        self.over = threading.Event()
        self._had: list[str] = []

    def run(self) -> None:
        """Read."""
        for ref in self._wanted():
            if self.over.is_set():
                return
            asked = time.monotonic()
            try:
                answer = self.browser.ask("GET", f"/patient/{ref}/")
            except httpx.HTTPError:
                continue
            self.theft.haul.take(answer.content, "page", [])
            self.answers.append(Answer(asked, time.monotonic(), answer.status_code))
            if answer.is_success:
                self._had.append(ref)

    def end(self) -> None:
        """Stop, and close the browser."""
        self.over.set()
        self.join()
        self.browser.close()

    def _wanted(self) -> Iterator[str]:
        """Yield new records until one is withheld; then, again and again, those it was shown."""
        for ref in self.refs:
            yield ref
            if self.answers and self.answers[-1].status != httpx.codes.OK:
                break
        yield from itertools.cycle(list(dict.fromkeys(self._had)) or self.refs)
