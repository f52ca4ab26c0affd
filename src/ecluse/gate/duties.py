"""Why *this* patient: which duty, if any, explains that a worker has to do with a patient.

Reading side; :mod:`ecluse.gate.feeds` writes.

Promises:

- **G3** A duty made by the account that uses it explains nothing, whoever signs in with it and however old the row is.
- **G4** No profession has patients by itself: without a row there is no duty.

A row names an account or a unit. A unit's row explains to those who work there now; an encounter of a unit also
explains to those who are on call for it now (`on-call`). Which kinds explain to which profession is the policy's, and
so is which one is told first.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

import msgspec
from django.db import connection
from msgspec.structs import replace

from ecluse.core.words import DutyKind

IMPORT = "import:"
NOBODY = -1


class Worker(msgspec.Struct, frozen=True):
    """Somebody at work: their account, the units they work in now, those they are on call for now.

    ``kinds`` are the duties their profession accepts, the one to tell first in front.
    """

    account: int
    username: str
    kinds: tuple[DutyKind, ...]
    units: tuple[int, ...] = ()
    on_call: tuple[int, ...] = ()


def worker(username: str, kinds: Sequence[DutyKind], now: datetime | None = None) -> Worker | None:
    """Find the account ``username`` and its units at ``now``; None when there is no such account."""
    moment = connection.ops.adapt_datetimefield_value(now or datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute(UNITS, [moment, moment, moment, moment, username])
        rows = cursor.fetchall()
    if not rows:
        return None
    units = tuple(unit for _, unit, call in rows if unit is not None and not call)
    return Worker(rows[0][0], username, tuple(kinds), units, tuple(unit for _, unit, call in rows if call))


def explaining(who: Worker, patients: Iterable[int], now: int | None = None) -> dict[int, DutyKind]:
    """Tell which of ``patients`` (numbers) are explained to ``who``, each by its foremost duty.

    One statement whatever their number.
    """
    wanted = list(patients)
    if not wanted or not who.kinds:
        return {}
    moment = seconds(now)
    units = list({*who.units, *who.on_call})
    mine = (who.username, IMPORT + who.username)
    with connection.cursor() as cursor:
        cursor.execute(sql(OF_PATIENTS), (array(wanted), moment, moment, *mine, who.account, array(units)))
        rows = cursor.fetchall()
    return foremost(who, rows)


def patients_of(
    who: Worker,
    now: int | None = None,
    *,
    kinds: Iterable[DutyKind] | None = None,
    unit: int | None = None,
    limit: int = 200,
) -> dict[int, DutyKind]:
    """Give the work list of ``who``: at most ``limit`` patients, latest duties first, each with its foremost duty.

    ``kinds`` narrows to some duties (a coder's list), ``unit`` to one unit of theirs.
    """
    chosen = narrowed(who, kinds, unit)
    if not chosen.kinds:
        return {}
    moment = seconds(now)
    called = {DutyKind.ENCOUNTER_IN_UNIT} if DutyKind.ON_CALL in chosen.kinds else set()
    stored = called.union(chosen.kinds)
    common = (moment, moment, who.username, IMPORT + who.username, text_array(stored))
    units = array({*chosen.units, *chosen.on_call})
    with connection.cursor() as cursor:
        cursor.execute(sql(OF_WORKER), (chosen.account, *common, units, *common, limit * OVERSAMPLE))
        rows = cursor.fetchall()
    return dict(islice(foremost(chosen, rows).items(), limit))


def narrowed(who: Worker, kinds: Iterable[DutyKind] | None, unit: int | None) -> Worker:
    """Return ``who`` with some duties only, or in one of their units only (and nothing of their own name then)."""
    chosen = who
    if kinds is not None:
        wanted = frozenset(kinds)
        chosen = replace(chosen, kinds=tuple(kind for kind in who.kinds if kind in wanted))
    if unit is not None:
        units, on_call = (tuple({unit}.intersection(those)) for those in (who.units, who.on_call))
        chosen = replace(chosen, account=NOBODY, units=units, on_call=on_call)
    return chosen


def foremost(who: Worker, rows: Iterable[tuple[int, str, int | None, int | None]]) -> dict[int, DutyKind]:
    """Keep for each patient of ``rows``, in their order, the duty that comes first in ``who.kinds``.

    ``rows``: patient, stored kind, account, unit.
    """
    rank = {kind: place for place, kind in enumerate(who.kinds)}
    best: dict[int, DutyKind] = {}
    for patient, stored, account, unit in rows:
        for kind in readings(who, DutyKind(stored), account, unit):
            place = rank.get(kind)
            if place is not None and (patient not in best or place < rank[best[patient]]):
                best[patient] = kind
    return best


def readings(who: Worker, stored: DutyKind, account: int | None, unit: int | None) -> list[DutyKind]:
    """Say as what a row that names ``who`` or a unit of theirs can be relied on (none, one or two duties)."""
    own = [stored] if account == who.account or unit in who.units else []
    called = stored is DutyKind.ENCOUNTER_IN_UNIT and unit in who.on_call
    return [*own, DutyKind.ON_CALL] if called else own


def seconds(now: int | None = None) -> int:
    """Return ``now``, or the present, in whole Unix seconds."""
    return int(datetime.now(UTC).timestamp()) if now is None else now


def array(numbers: Iterable[int]) -> list[int] | str:
    """Bind many numbers as one parameter, so that the statement stays prepared for a page of any length."""
    return list(numbers) if connection.vendor == "postgresql" else json.dumps(list(numbers))


def text_array(words: Iterable[str]) -> list[str] | str:
    """Bind many words as one parameter."""
    listed = sorted(str(word) for word in words)
    return listed if connection.vendor == "postgresql" else json.dumps(listed)


def sql(statement: str) -> str:
    """Spell the lists of a statement in the dialect of the database in use."""
    for mark, spelling in DIALECT[connection.vendor].items():
        statement = statement.replace(mark, spelling)
    return statement


DIALECT: Mapping[str, Mapping[str, str]] = {
    "postgresql": {"<NUMBERS>": "= ANY(%s::bigint[])", "<WORDS>": "= ANY(%s::text[])"},
    "sqlite": {
        "<NUMBERS>": "IN (SELECT value FROM json_each(%s))",
        "<WORDS>": "IN (SELECT value FROM json_each(%s))",
    },
}

OVERSAMPLE = 4
"""How many rows a work list reads for each patient it shows: some patients have several duties."""

UNITS = """
SELECT a.id, w.unit_id, w.called FROM accounts_account a LEFT JOIN (
    SELECT account_id, unit_id, 0 AS called FROM accounts_membership WHERE since <= %s AND (until IS NULL OR until > %s)
    UNION ALL
    SELECT account_id, unit_id, 1 AS called FROM accounts_oncall WHERE since <= %s AND until > %s
) w ON w.account_id = a.id WHERE a.username = %s"""

OF_PATIENTS = """
SELECT patient_id, kind, account_id, unit_id FROM gate_duty
WHERE patient_id <NUMBERS> AND until > %s AND since <= %s AND made_by <> %s AND made_by <> %s
AND (account_id = %s OR unit_id <NUMBERS>)"""

OF_WORKER = """
SELECT patient_id, kind, account_id, unit_id FROM (
    SELECT patient_id, kind, account_id, unit_id, since FROM gate_duty
    WHERE account_id = %s AND until > %s AND since <= %s AND made_by <> %s AND made_by <> %s AND kind <WORDS>
    UNION ALL
    SELECT patient_id, kind, account_id, unit_id, since FROM gate_duty
    WHERE unit_id <NUMBERS> AND until > %s AND since <= %s AND made_by <> %s AND made_by <> %s AND kind <WORDS>
) found ORDER BY since DESC, patient_id LIMIT %s"""


def duty_sql(kinds: Sequence[DutyKind], *, patient: str, account: str, username: str, now: str, moment: str) -> str:
    """Spell a scalar sub-select that yields the stored kind of one duty explaining ``patient`` to ``account``, or NULL.

    For callers that fetch everything in one raw statement. ``patient``, ``account``, ``username`` are SQL expressions
    of the outer statement; ``now`` (whole Unix seconds) and ``moment`` (a time, as
    ``connection.ops.adapt_datetimefield_value`` gives it; used twice) are SQL expressions too, usually named
    parameters. ``kinds`` come from the policy. On-call duties are not looked at.
    """
    words = ", ".join(f"'{DutyKind(kind).value}'" for kind in kinds) or "''"
    units = (
        f"SELECT m.unit_id FROM accounts_membership m WHERE m.account_id = {account}"  # noqa: S608 - expressions of our own
        f" AND m.since <= {moment} AND (m.until IS NULL OR m.until > {moment})"
    )
    return (
        f"(SELECT d.kind FROM gate_duty d WHERE d.patient_id = {patient}"  # noqa: S608 - expressions of our own
        f" AND d.until > {now} AND d.since <= {now}"
        f" AND d.made_by <> {username} AND d.made_by <> '{IMPORT}' || {username} AND d.kind IN ({words})"
        f" AND (d.account_id = {account} OR d.unit_id IN ({units})) LIMIT 1)"
    )
