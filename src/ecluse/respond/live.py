"""The live watch: a child of ``ecluse serve`` that reads the trace as it grows and opens cases by itself.

One step: ask the safe how much is durable; read that much; let the quick rules look; open cases, place locks, write
alarms down; then, durably, note how far that went. A crash in between repeats the step, and every part of it is done
once all the same: cases know their signals, a lock repeated is the same lock. Whatever goes wrong, the next step tries
again and ``standing`` tells it; neither the safe nor the record waits for anything here.
"""

import logging
import os
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import DatabaseError, close_old_connections

from ecluse.core.errors import BadInputError, EcluseError, Exit
from ecluse.core.home import Home, load
from ecluse.core.processes import Stop
from ecluse.respond import ask, cases, follow, playbooks, standing
from ecluse.respond.children import Deep, Postman
from ecluse.respond.follow import Follower
from ecluse.respond.quick import WARM_S, Quick
from ecluse.respond.standing import Standing
from ecluse.safe.client import SafeClient
from ecluse.safe.policy import load as load_policy
from ecluse.safe.protocol import Status

STEP_S = 0.5
MOST = 5_000
NICE = 5
DAY_S = 86_400.0
log = logging.getLogger(__name__)


class Live:
    """The watch of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        home.watch.mkdir(mode=0o700, exist_ok=True)
        self.books = playbooks.load()
        self.file = home.watch / "cursor.json"
        self.follower = Follower(home.safe, follow.kept(self.file) or follow.start(home.safe))
        self.quick = Quick(load_policy(home.safe / "policy.toml").professions)
        self.day = ask.Day(home.settings.site.time_zone)
        self.safe = SafeClient(home.socket)
        self._warm()

    def _warm(self) -> None:
        """Count again what was counted before a restart, without telling it again."""
        recent = time.time() - WARM_S
        for entry in self.follower.warm(DAY_S):
            self.day.feed(entry)
            if entry.at.timestamp() >= recent:
                self.quick.feed(entry)

    def step(self) -> Standing:
        """Look at what is new; return how the watch then stands.

        Raises:
            SafeUnavailableError: the safe does not answer; nothing was noted as done.
        """
        size = self.safe.call(Status()).size
        entries = self.follower.new(size, MOST)
        for entry in entries:
            self.day.feed(entry)
            for found in self.quick.feed(entry):
                self._respond(found)
        if entries:
            follow.keep(self.home.watch / ask.TODAY, self.day.told())
            follow.keep(self.file, self.follower.ahead)
            self.follower.done()
        self._evening()
        behind = size - self.follower.cursor.sequence
        age = time.time() - entries[-1].at.timestamp() if behind and entries else 0.0
        return Standing(time.time(), self.follower.cursor.sequence, behind, age)

    def _respond(self, found: cases.Signal) -> None:
        taken = cases.take(found)
        if taken.is_new:
            log.warning("case %s: %s (%s)", taken.ref, found.kind.value, found.account)
        try:
            if playbooks.due(taken.ref, found.kind):
                playbooks.run(self.books, taken.ref, found.kind)
        except BadInputError:
            log.exception("The playbook of case %s could not be carried out.", taken.ref)

    def _evening(self) -> None:
        """Ask people about their day, once the hour has come."""
        now = datetime.now(UTC)
        local = now.astimezone(ZoneInfo(self.home.settings.site.time_zone))
        if self.day.date == local.date() and local.hour >= self.home.settings.respond.ask_at:
            ask.evening(self.day, now)


def main() -> int:
    """Watch until told to stop."""
    os.nice(NICE)
    stop, home = Stop(), load()
    live, deep, postman = Live(home), Deep(home), Postman()
    postman.start()
    before = Standing(time.time(), live.follower.cursor.sequence, 0, 0.0)
    while not stop.within(0 if before.lag_entries and not before.error else STEP_S):
        before = _stepped(live, deep, before)
        standing.tell(home, before)
    deep.stop()
    postman.stop()
    return Exit.OK


def _stepped(live: Live, deep: Deep, before: Standing) -> Standing:
    """Make one step; what goes wrong is told in the standing and tried again."""
    deep.look()
    try:
        now = live.step()
        error = deep.error
    except (EcluseError, DatabaseError, OSError) as problem:
        log.exception("The watch could not make a step.")
        now = before
        error = f"{type(problem).__name__}: {problem}"[:300]
    close_old_connections()
    lag = now.lag_s if not error or now is not before else before.lag_s + time.time() - before.at
    return Standing(time.time(), now.sequence, now.lag_entries, lag, deep.at, error)
