"""Why somebody opens a record, and what that looks like: which compartments, how many screens, what is done there."""

from enum import IntEnum
from typing import NamedTuple

from ecluse.core.events import Deed
from ecluse.core.words import Compartment, DutyKind


class Why(IntEnum):
    """The care task, or the human weakness, behind an access."""

    ROUND = 0
    DOCTOR = 1
    ON_CALL = 2
    CONSULTATION = 3
    PREPARE = 4
    LETTER = 5
    PHONE = 6
    ADMISSION = 7
    SWEEP = 8
    ORDER = 9
    CODING = 10
    BILLING = 11
    SOCIAL = 12
    TICKET = 13
    AUDIT = 14
    FEED = 15
    BATCH = 16
    EMERGENCY = 17
    WRONG = 18
    CURIOUS = 19
    OWN = 20
    HANDOVER = 21
    EXTRACT = 22


class Look(NamedTuple):
    """``screens``: mean number of views; ``seconds``: mean time on one; ``search``: how often it begins with a search.

    ``deeds``: what the views after the first one do, each in so many of ten cases. ``duty`` is the gate's word, empty
    when no duty stands behind it.
    """

    duty: str
    compartments: tuple[Compartment, ...]
    screens: float
    seconds: float
    search: float
    deeds: tuple[tuple[Deed, int], ...]


_READ, _WRITE, _PRINT, _HISTORY = Deed.READ, Deed.WRITE, Deed.PRINT, Deed.HISTORY
_CLINIC = (Compartment.IDENTITY, Compartment.CARE, Compartment.CLINICAL)
_OFFICE = (Compartment.IDENTITY, Compartment.CONTACT, Compartment.COVERAGE)
_LOOKS_ON = ((_READ, 10),)
_CARES = ((_READ, 6), (_WRITE, 4))
_CODES = ((_READ, 6), (_HISTORY, 2), (_WRITE, 2))

LOOKS = {
    Why.ROUND: Look(DutyKind.ENCOUNTER_IN_UNIT, _CLINIC, 1.7, 45, 0.02, _CARES),
    Why.DOCTOR: Look(DutyKind.ENCOUNTER_IN_UNIT, _CLINIC, 2.6, 50, 0.05, ((_READ, 7), (_WRITE, 2), (_HISTORY, 1))),
    Why.ON_CALL: Look(DutyKind.ON_CALL, _CLINIC, 2.5, 60, 0.3, _CARES),
    Why.CONSULTATION: Look(DutyKind.APPOINTMENT, _CLINIC, 4.0, 90, 0.1, ((_READ, 6), (_WRITE, 3), (_PRINT, 1))),
    Why.PREPARE: Look(
        DutyKind.APPOINTMENT,
        (Compartment.IDENTITY, Compartment.CONTACT, Compartment.CARE),
        1.3,
        30,
        0.1,
        ((_READ, 8), (_PRINT, 2)),
    ),
    Why.LETTER: Look(
        DutyKind.APPOINTMENT,
        (Compartment.IDENTITY, Compartment.CONTACT, Compartment.CARE),
        2.2,
        120,
        0.3,
        ((_WRITE, 6), (_PRINT, 4)),
    ),
    Why.PHONE: Look("", (Compartment.IDENTITY, Compartment.CONTACT, Compartment.CARE), 1.5, 60, 0.95, _LOOKS_ON),
    Why.ADMISSION: Look(DutyKind.ADMISSION, _OFFICE, 2.2, 45, 0.7, ((_READ, 4), (_WRITE, 5), (_PRINT, 1))),
    Why.SWEEP: Look(DutyKind.ADMISSION, _OFFICE, 1.2, 25, 0.0, ((_READ, 8), (_WRITE, 2))),
    Why.ORDER: Look(DutyKind.ORDER, _CLINIC, 1.8, 60, 0.15, ((_READ, 5), (_WRITE, 5))),
    Why.CODING: Look(DutyKind.CODING, _CLINIC, 4.5, 45, 0.05, _CODES),
    Why.BILLING: Look(DutyKind.BILLING, _OFFICE, 1.9, 40, 0.2, ((_READ, 6), (_WRITE, 4))),
    Why.SOCIAL: Look(
        DutyKind.ORDER,
        (Compartment.IDENTITY, Compartment.CONTACT, Compartment.COVERAGE, Compartment.CARE),
        2.5,
        120,
        0.3,
        _CARES,
    ),
    Why.TICKET: Look("", (Compartment.IDENTITY,), 1.5, 60, 0.9, _LOOKS_ON),
    Why.AUDIT: Look("", (Compartment.IDENTITY, Compartment.CARE), 2.5, 90, 0.8, ((_READ, 5), (_HISTORY, 5))),
    Why.FEED: Look(DutyKind.FEED, (Compartment.CLINICAL,), 1.0, 1, 0.0, ((_WRITE, 10),)),
    Why.BATCH: Look(DutyKind.FEED, (Compartment.IDENTITY, Compartment.CARE), 1.0, 1, 0.0, _LOOKS_ON),
    Why.EMERGENCY: Look("", _CLINIC, 3.0, 45, 0.9, _CARES),
    Why.WRONG: Look("", (Compartment.IDENTITY,), 1.0, 8, 0.0, _LOOKS_ON),
    Why.CURIOUS: Look("", _CLINIC, 2.0, 60, 0.9, _LOOKS_ON),
    Why.OWN: Look("", _CLINIC, 2.5, 60, 0.9, _LOOKS_ON),
    Why.HANDOVER: Look(DutyKind.ENCOUNTER_IN_UNIT, (Compartment.IDENTITY, Compartment.CARE), 1.0, 30, 0.0, _LOOKS_ON),
    Why.EXTRACT: Look(DutyKind.BILLING, _OFFICE, 1.0, 30, 0.0, _LOOKS_ON),
}
SCREENS = {
    Deed.READ: "record",
    Deed.WRITE: "entry",
    Deed.PRINT: "print",
    Deed.HISTORY: "history",
    Deed.SEARCH: "search",
    Deed.LIST: "ward-list",
    Deed.EXPORT: "export",
    Deed.REPORT: "report",
    Deed.BREAK_GLASS: "emergency",
    Deed.CREATE: "new",
    Deed.EVERYTHING: "everything",
    Deed.DELETE: "delete",
}
