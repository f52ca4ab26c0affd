"""The register of breaches (RGPD art. 33(5)): every breach, its facts, what was written of effects and remedies."""

from datetime import UTC, datetime

import msgspec

from ecluse.gate.world import home
from ecluse.respond.notices import clocks
from ecluse.respond.notices.base import Facts
from ecluse.respond.notices.catalogue import NOTICES
from ecluse.respond.notices.clocks import Reading
from ecluse.respond.notices.drafting import said_of
from ecluse.respond.notices.facts import facts_of
from ecluse.respond.notices.models import Breach


class Sent(msgspec.Struct, frozen=True):
    """A notice that was finished."""

    notice: str
    at: datetime
    by: str
    late: bool
    digest: str
    sequence: int


class Line(msgspec.Struct, frozen=True):
    """One breach of the register. ``clocks``: those that still run, by notice."""

    breach: str
    aware: datetime
    opened: datetime
    by: str
    facts: Facts
    effects: str
    remedies: str
    sent: tuple[Sent, ...]
    clocks: dict[str, Reading]


def register(language: str) -> list[Line]:
    """Return every breach, newest first; its figures are counted from the trace now."""
    return [line(breach, language) for breach in Breach.objects.order_by("-pk")]


def line(breach: Breach, language: str) -> Line:
    """Return one breach."""
    facts = facts_of(home(), breach, datetime.now(UTC))
    said = said_of(breach, "register")
    sent = tuple(
        Sent(row.notice, row.at, row.by, row.late, row.digest, row.sequence) for row in breach.finished.order_by("pk")
    )
    return Line(
        breach=breach.name,
        aware=breach.aware,
        opened=breach.opened,
        by=breach.by,
        facts=facts,
        effects=said.get("effects", ""),
        remedies=said.get("remedies", ""),
        sent=sent,
        clocks=running(facts, {one.notice for one in sent}, language),
    )


def running(facts: Facts, done: set[str], language: str) -> dict[str, Reading]:
    """Return the clocks of notices that are not finished: the controller's only where we are its processor."""
    left = [one for name, one in NOTICES.items() if name not in done]
    return {
        one.name: clocks.read(one.clock, facts, language)
        for one in left
        if facts.settings.processor or one.name != "controller"
    }
