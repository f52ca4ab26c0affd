"""What patients ask and complain of, and what is answered: kept, sealed, traced before (R62)."""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.words import Action
from ecluse.gate.world import note
from ecluse.respond import sealing
from ecluse.respond.patients.models import Answer, Ask
from ecluse.safe.protocol import Who

LONGEST = 4000


class Kind(StrEnum):
    """What is asked."""

    OPENINGS = "openings"
    NAMES = "names"
    QUESTION = "question"
    COMPLAINT = "complaint"


class Answered(msgspec.Struct, frozen=True):
    """One answer."""

    text: str
    by: str
    at: datetime
    closes: bool


class Asked(msgspec.Struct, frozen=True):
    """One ask with its answers; ``open`` until an answer closes it."""

    number: int
    patient: str
    kind: Kind
    text: str
    by: str
    at: datetime
    open: bool
    answers: tuple[Answered, ...]


def ask(who: Who, ref: str, kind: Kind, text: str, request_id: str) -> int:
    """Keep what a patient asks; return its number. ``who`` writes it down for them.

    Raises:
        BadInputError: the text is too long.
    """
    said = checked(text)
    sequence = note(who, Action.NOTICE, "patient-asked", request_id, patient=ref, detail=kind.value)
    row = Ask.objects.create(
        patient=ref,
        kind=kind.value,
        text=sealing.seal(said.encode(), f"ask/{ref}/{sequence}"),
        by=who.account,
        at=datetime.now(UTC),
        sequence=sequence,
    )
    return row.pk


def answer(who: Who, number: int, text: str, request_id: str, *, closes: bool) -> None:
    """Keep what was answered to an ask.

    Raises:
        BadInputError: there is no such ask, it is closed, or the text is empty or too long.
    """
    row = Ask.objects.filter(pk=number).first()
    if row is None or row.answers.filter(closes=True).exists():
        raise BadInputError(f"There is no open ask {number}.", "List the open ones.")
    said = checked(text)
    if not said:
        raise BadInputError("An answer says something.", "Write it.")
    sequence = note(who, Action.NOTICE, "patient-answered", request_id, patient=row.patient, detail=str(number))
    Answer.objects.create(
        ask=row,
        text=sealing.seal(said.encode(), f"answer/{number}/{sequence}"),
        closes=closes,
        by=who.account,
        at=datetime.now(UTC),
        sequence=sequence,
    )


def checked(text: str) -> str:
    """Return the text without blanks around.

    Raises:
        BadInputError: it is too long.
    """
    if len(text) > LONGEST:
        raise BadInputError(f"Write {LONGEST} characters at most.", "Shorten the text.")
    return text.strip()


def asks(*, ref: str = "", only_open: bool = False) -> list[Asked]:
    """Return what was asked, oldest first, of one patient or of all."""
    rows = Ask.objects.order_by("pk").prefetch_related("answers")
    found = [told(row) for row in (rows.filter(patient=ref) if ref else rows)]
    return [one for one in found if one.open or not only_open]


def told(row: Ask) -> Asked:
    """Return one ask with its answers."""
    answers = tuple(
        Answered(
            sealing.unseal(bytes(one.text), f"answer/{row.pk}/{one.sequence}").decode(), one.by, one.at, one.closes
        )
        for one in sorted(row.answers.all(), key=lambda one: one.pk)
    )
    text = sealing.unseal(bytes(row.text), f"ask/{row.patient}/{row.sequence}").decode()
    is_open = not any(one.closes for one in answers)
    return Asked(row.pk, row.patient, Kind(row.kind), text, row.by, row.at, is_open, answers)
