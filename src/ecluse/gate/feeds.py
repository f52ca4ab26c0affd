"""Where duties come from: facts of the record turned into rows. Plain values in, rows out; writers put rows in place.

Promises:

- **G3** Every row says who caused it (``made_by``). What account X writes, on a page or over FHIR, has ``made_by`` X;
  what an import run as X brings has ``import:X``. Neither ever explains anything to X.
- **G9** No duty lasts longer than the work it stands for: each kind has its grace, and what is already over makes no
  row.

An importer takes :func:`rows` of many facts and copies them in itself, in the order of :data:`COLUMNS`.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

import msgspec
from django.db import transaction

from ecluse.accounts.models import Account, Unit
from ecluse.core.words import DutyKind
from ecluse.gate.models import FOREVER, Duty

HOUR = 3600
DAY = 24 * HOUR

PREPARE = DAY
"""A patient is prepared for from the day before: the file is read on the eve of a planned stay."""

AFTER_STAY = 7 * DAY
"""The ward writes the discharge letter and answers the first calls. Later questions are justified one by one."""

AFTER_APPOINTMENT = 3 * DAY
"""The report of a consultation is written within days."""

AFTER_ORDER = 7 * DAY
"""A laboratory or imaging result is completed and commented."""

ORDER_LASTS = 30 * DAY
"""An order whose end is not told is not open for ever."""

AT_THE_DESK = 2 * DAY
"""Admissions completes the file around arrival and around departure, not during the stay."""

CODING_WITHIN = 60 * DAY
"""A stay is coded after it ends, and corrected once."""

BILLING_WITHIN = 90 * DAY
"""An invoice is made after the stay ends, and follows one rejection."""


class Row(NamedTuple):
    """One row of ``gate_duty``, without its number. Times are whole Unix seconds."""

    kind: str
    patient_id: int
    account_id: int | None
    unit_id: int | None
    since: int
    until: int
    made_by: str
    made_at: int
    source: str


COLUMNS = Row._fields
TABLE = "gate_duty"


class Maker(msgspec.Struct, frozen=True):
    """Who causes rows, and when.

    ``desks``: units (numbers) of admissions, coding and billing, by the kind of duty they get.
    """

    made_by: str
    now: int
    desks: dict[DutyKind, tuple[int, ...]] = {}


def spans(start: int, end: int | None, before: int, after: int) -> tuple[int, int]:
    """Widen ``start``–``end`` by the time before and after. No end = :data:`FOREVER`."""
    return start - before, FOREVER if end is None else max(end, start) + after


class Fact(NamedTuple):
    """What a row says, before its times: kind, patient, for whom, derived from what."""

    kind: DutyKind
    patient: int
    source: str
    account: int | None = None
    unit: int | None = None


def row(maker: Maker, fact: Fact, span: tuple[int, int]) -> list[Row]:
    """Make the row, or none when it is over already, has no length or names nobody."""
    since, until = span
    if until <= maker.now or until <= since or (fact.account is None and fact.unit is None):
        return []
    who = (fact.account, fact.unit)
    return [Row(fact.kind.value, fact.patient, *who, since, until, maker.made_by, maker.now, fact.source)]


def of_encounter(maker: Maker, patient: int, unit: int | None, start: int, end: int | None, source: str) -> list[Row]:
    """Rows of a stay: the ward's; admissions' around both ends; those of coding and billing after the end."""
    ward = Fact(DutyKind.ENCOUNTER_IN_UNIT, patient, source, unit=unit)
    made = row(maker, ward, spans(start, end, PREPARE, AFTER_STAY))
    desk_times = [(DutyKind.ADMISSION, span) for span in at_the_desk(start, end)]
    if end is not None:
        desk_times += [(DutyKind.CODING, (end, end + CODING_WITHIN)), (DutyKind.BILLING, (end, end + BILLING_WITHIN))]
    for kind, span in desk_times:
        for desk in maker.desks.get(kind, ()):
            made += row(maker, Fact(kind, patient, source, unit=desk), span)
    return made


def at_the_desk(start: int, end: int | None) -> list[tuple[int, int]]:
    """Say when admissions has to do with a stay: around its start and its end, in one go when they are close."""
    if end is None or end - start <= 2 * AT_THE_DESK:
        return [spans(start, start if end is None else end, AT_THE_DESK, AT_THE_DESK)]
    return [spans(moment, moment, AT_THE_DESK, AT_THE_DESK) for moment in (start, end)]


def of_appointment(
    maker: Maker,
    patient: int,
    start: int,
    end: int | None,
    source: str,
    *,
    account: int | None = None,
    unit: int | None = None,
) -> list[Row]:
    """Rows of an appointment with a person (``account``), in a consultation (``unit``), or both; never open-ended."""
    span = spans(start, start + HOUR if end is None else end, PREPARE, AFTER_APPOINTMENT)
    mine = row(maker, Fact(DutyKind.APPOINTMENT, patient, source, account=account), span)
    return mine + row(maker, Fact(DutyKind.APPOINTMENT, patient, source, unit=unit), span)


def of_treating_doctor(maker: Maker, patient: int, account: int | None, since: int, source: str) -> list[Row]:
    """Row of the treating doctor, from when they were named until somebody else is (``put`` replaces it)."""
    return row(maker, Fact(DutyKind.TREATING_DOCTOR, patient, source, account=account), (since, FOREVER))


def of_order(maker: Maker, patient: int, department: int | None, at: int, done: int | None, source: str) -> list[Row]:
    """Row of an order to a department (laboratory, imaging, pharmacy): a month when its end is not told."""
    span = (at - HOUR, (at + ORDER_LASTS) if done is None else (max(done, at) + AFTER_ORDER))
    return row(maker, Fact(DutyKind.ORDER, patient, source, unit=department), span)


def of_care_team(
    maker: Maker, patient: int, members: Iterable[int], units: Iterable[int], start: int, end: int | None, source: str
) -> list[Row]:
    """Rows of a care team: one for each member (account) and each unit."""
    span = spans(start, end, 0, 0)
    facts = [Fact(DutyKind.CARE_TEAM, patient, source, account=member) for member in members]
    facts += [Fact(DutyKind.CARE_TEAM, patient, source, unit=unit) for unit in units]
    return [made for fact in facts for made in row(maker, fact, span)]


def of_list(
    maker: Maker, kind: DutyKind, patients: Iterable[int], unit: int, start: int, end: int, source: str
) -> list[Row]:
    """Rows of a work list given to a desk (``coding``, ``billing``, ``admission``) or to an interface (``feed``)."""
    return [made for patient in patients for made in row(maker, Fact(kind, patient, source, unit=unit), (start, end))]


def put(rows: Sequence[Row], *, patient: int, source: str) -> None:
    """Put ``rows`` in the place of what ``source`` had given ``patient`` (none = withdraw).

    For one resource written or ended; see :func:`settled` for who is then said to have made them.
    """
    with transaction.atomic():
        before = Duty.objects.filter(patient_id=patient, source=source)
        known = [Row(*values) for values in before.values_list(*COLUMNS)]
        before.delete()
        Duty.objects.bulk_create(Duty(**one._asdict()) for one in settled(known, rows))


def settled(known: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """Merge what a resource says now (``rows``) with what it said before: who said a thing first, made it (G3).

    What stays as it was keeps its maker, so that a colleague who amends an encounter neither loses their own duty by it
    nor lends their name to one that its author forged. Only what goes beyond is the work of whoever wrote last.
    """
    kept: dict[Row, None] = {}
    for row_now in rows:
        same = [old for old in known if same_fact(old, row_now) and old.made_by != row_now.made_by]
        for old in same:
            since, until = max(old.since, row_now.since), min(old.until, row_now.until)
            if since < until:
                kept[old._replace(since=since, until=until)] = None
        if not any(old.since <= row_now.since and row_now.until <= old.until for old in same):
            kept[row_now] = None
    return list(kept)


def same_fact(one: Row, other: Row) -> bool:
    """Tell whether two rows say the same of the same people."""
    return (one.kind, one.account_id, one.unit_id) == (other.kind, other.account_id, other.unit_id)


def add(rows: Sequence[Row]) -> None:
    """Add many rows (importers with their own COPY or executemany do not need it)."""
    Duty.objects.bulk_create((Duty(**one._asdict()) for one in rows), batch_size=500)


DESKS = {"admissions": DutyKind.ADMISSION, "coding": DutyKind.CODING, "billing": DutyKind.BILLING}
"""``Unit.kind`` of the desks that get duties from every encounter."""


class Places(msgspec.Struct):
    """Units and people by the names that records use: unit code, RPPS number, account name.

    Read once, for a bulk import.
    """

    units: dict[str, int] = {}
    rpps: dict[str, int] = {}
    accounts: dict[str, int] = {}
    desks: dict[DutyKind, tuple[int, ...]] = {}

    @classmethod
    def read(cls) -> Self:
        """Read units and accounts from the database."""
        units = list(Unit.objects.values_list("code", "pk", "kind"))
        people = list(Account.objects.values_list("username", "pk", "rpps"))
        desks = {duty: tuple(pk for _, pk, kind in units if kind == word) for word, duty in DESKS.items()}
        return cls(
            {code: pk for code, pk, _ in units},
            {rpps: pk for _, pk, rpps in people if rpps},
            {name: pk for name, pk, _ in people},
            desks,
        )

    def maker(self, made_by: str, now: int) -> Maker:
        """Return the maker for rows caused by ``made_by`` (an account name, or ``import:NAME``)."""
        return Maker(made_by, now, self.desks)
