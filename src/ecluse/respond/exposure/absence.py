"""The proof of what was *not* opened.

What it rests on: every entry is a leaf of the tree under the signed head; the whole tree was recomputed from the lines
and equals the head; and every one of those lines was read. So the number of entries that opened this patient between
these times is exactly what reading them gives. A stranger repeats it with a copy of the trace, the signed head and the
public key (``ecluse trace verify``); with the head alone they can check that a later copy is the same trace. What it
cannot say: that nothing was seen by a way that asks the safe for no key (a photograph, paper, another system).
"""

import re
from datetime import datetime
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError, NotProvenError, RefusedError
from ecluse.record.trace_index import By, Span, find
from ecluse.respond.exposure.heads import Signed, signed_head, written
from ecluse.safe.entry import Entry, decode
from ecluse.safe.proof import Hashes
from ecluse.safe.trace_reader import opens
from ecluse.safe.verify import verify

REFERENCE = re.compile(r"[0-9a-f]{32}")
MEANING = (
    "All entries under this head were recomputed and read; none of them, between these times, released a key of this "
    "patient to the accounts named (to anybody, when none is named). Repeat it with a copy of the trace: "
    "ecluse trace verify --key KEY, then ecluse exposure absent."
)


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """The statement that a patient was not opened, and what it was found from. ``attempts`` were refused.

    ``covered_until`` is the time of the last entry under the head: of what came later nothing is said.
    """

    patient: str
    since: datetime | None
    until: datetime | None
    accounts: tuple[str, ...]
    opened: int
    attempts: int
    read: int
    signed: Signed
    covered_until: datetime
    meaning: str = MEANING


def absent(safe: Path, patient: str, span: Span, accounts: tuple[str, ...] = ()) -> Absence:
    """Return the statement that no key of ``patient`` was released in ``span``, to ``accounts`` or to anybody.

    Raises:
        BadInputError: this is no reference: a slip of the pen must not read as "not opened".
        RefusedError: one was: the statement would be false.
        NotProvenError: the trace is not as it was signed: nothing can be stated.
        BrokenWorldError: entries are not covered by a signed head, and none came.
    """
    if not REFERENCE.fullmatch(patient):
        raise BadInputError(f"{patient!r} is not the reference of a patient.", "It has 32 hex digits.")
    signed = signed_head(safe, written(safe))
    report = verify(safe)
    if not report.ok or report.entries < signed.size:
        raise NotProvenError("The trace is not as it was signed: nothing can be stated.", "Run `ecluse trace verify`.")
    if report.entries == signed.size and report.root != signed.root:
        raise NotProvenError("The trace was verified under another head.", "Ask again.")
    found = [entry for entry in find(safe, None, By.PATIENT, patient, span) if counts(entry, signed.size, accounts)]
    opened = sum(map(opens, found))
    if opened:
        raise RefusedError(f"This patient was opened {opened} times.", "See `ecluse exposure list`.")
    return Absence(
        patient=patient,
        since=span.since,
        until=span.until,
        accounts=accounts,
        opened=0,
        attempts=len(found),
        read=signed.size,
        signed=signed,
        covered_until=decode(Hashes(safe).line(signed.size - 1)).at,
    )


def counts(entry: Entry, size: int, accounts: tuple[str, ...]) -> bool:
    """Tell whether an entry under the head concerns the question."""
    return entry.seq < size and (not accounts or entry.account in accounts)
