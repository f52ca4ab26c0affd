"""Facts of care from HL7 v2: ADT (stays, movements, treating doctors) and SIU (appointments), as files.

MLLP-framed, separated by blank lines, or simply one after the other. Cancelled stays and appointments explain nothing.
The French movement segment (ZBE) is read where it stands: its unit is the one that cares.
"""

from collections.abc import Iterator
from pathlib import Path

from ecluse.core.events import Event, PatientFacts
from ecluse.sources import care_hl7_facts as facts
from ecluse.sources.base import Context, Story, Tally
from ecluse.sources.care_ledger import Ledger
from ecluse.sources.clean import short
from ecluse.sources.hl7 import BEGIN, BadMessageError, Message, moment, pieces
from ecluse.sources.opening import stream

STORY = Story(
    name="care_hl7",
    title="Care facts in HL7 v2",
    reads="ADT and SIU messages in files, MLLP-framed or one after the other.",
    shows=(
        "stays and movements by unit, with their doctors, and who entered them",
        "appointments by unit and person, and who made them",
        "treating doctors; what relates patients to staff (kept only as keyed hashes)",
    ),
    blind=("messages that are missing from the file: a stay without its discharge stays open",),
)
SURE = 90
OPENS = frozenset({"A01", "A02", "A04", "A05", "A06", "A07", "A08", "A10", "A14", "A15", "A21", "A22", "A54", "Z99"})
ENDS = frozenset({"A03"})
REOPENS = frozenset({"A13"})
CANCELS = frozenset({"A11", "A27", "A38", "A23"})
ABOUT_PATIENT = frozenset({"A28", "A31"})
BOOKS = frozenset({"S12", "S13", "S14", "S16", "S18", "S19", "S20", "S21"})
UNBOOKS = frozenset({"S15", "S17", "S26"})
MOST_KNOWN = 200_000


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - the interface of readers
    """Say how surely ``head`` is HL7 v2."""
    start = head.lstrip(b"\x0b\r\n\xef\xbb\xbf \t")
    if start.startswith((b"MSH|", b"FHS|", b"BHS|")) or (start.startswith(b"MSH") and BEGIN.search(head)):
        return SURE
    return 0


def read(path: Path, tally: Tally, context: Context) -> Iterator[Event]:  # noqa: ARG001 - the interface of readers
    """Yield the facts of ``path``; those of stays and appointments when they end, or at the end of the file."""
    desk = _Desk()
    with stream(path) as file:
        for number, piece in enumerate(pieces(file), 1):
            tally.lines += 1
            try:
                told = desk.take(Message(piece))
                if isinstance(told, str):
                    tally.skip(told)
                else:
                    yield from told
            except BadMessageError as error:
                tally.reject(path, number, str(error))
    yield from desk.ledger.rest()


class _Desk:
    """Takes one message after the other."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._known: dict[str, PatientFacts] = {}

    def take(self, message: Message) -> Iterator[Event] | str:
        """Return what ``message`` makes sure, or why it is left out.

        Raises:
            BadMessageError: it lacks its patient or its time.
        """
        kind = message.get("MSH", 9) or "?"
        trigger = message.get("MSH", 9, 2) or message.get("EVN", 1)
        if kind == "ADT":
            return self._admission(message, trigger)
        if kind == "SIU":
            return self._schedule(message, trigger)
        return f"a message of another kind: {short(kind)[:10]}"

    def _admission(self, message: Message, trigger: str) -> Iterator[Event] | str:
        patient = facts.patient(message)
        key = facts.visit(message, patient)
        about: list[Event] = [*self._about(message, patient), *facts.treating(message, patient)]
        if trigger in CANCELS:
            return iter(about) if self.ledger.take_back(key) or about else "a cancellation of what is not known"
        if trigger in ENDS:
            opened = [] if self.ledger.holds(key) else [*self.ledger.put(key, facts.stay(message, patient))]
            at = moment(message.get("PV1", 45)) or facts.when(message)
            return iter((*about, *opened, *self.ledger.end(key, at)))
        if trigger in OPENS | REOPENS and message.all("PV1"):
            return iter((*about, *self.ledger.put(key, facts.stay(message, patient))))
        if trigger in ABOUT_PATIENT | OPENS:
            return iter(about)
        return f"a trigger that opens or ends nothing: {short(trigger)[:10]}"

    def _schedule(self, message: Message, trigger: str) -> Iterator[Event] | str:
        patient = facts.patient(message)
        key = ("siu", message.get("SCH", 2) or message.get("SCH", 1) or patient)
        if trigger in UNBOOKS:
            return iter(()) if self.ledger.take_back(key) else "a cancellation of what is not known"
        if trigger in BOOKS:
            about: list[Event] = [*self._about(message, patient)]
            self.ledger.take_back(key)  # what it says now stands in the place of what it said before
            return iter((*about, *self.ledger.put(key, facts.appointment(message, patient))))
        return f"a trigger that opens or ends nothing: {short(trigger)[:10]}"

    def _about(self, message: Message, patient: str) -> list[PatientFacts]:
        """Return what relates ``patient`` to staff, when it is new."""
        found = facts.about(message, patient)
        if not found.family or self._known.get(patient) == found:
            return []
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[patient] = found
        return [found]
