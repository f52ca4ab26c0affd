"""What somebody has already said about a patient: a reason given in this session, a glass still broken."""

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime

import msgspec
from django.db import connection

from ecluse.core.words import Compartment
from ecluse.gate.duties import array, sql
from ecluse.safe.protocol import Who


class Said(msgspec.Struct, frozen=True):
    """What was said about one patient.

    ``approval`` names the executed proposal of a glass broken with a second person.
    """

    justified: bool = False
    glass: frozenset[Compartment] | None = None
    approval: int | None = None


NOTHING = Said()


def session_digest(session: str) -> str:
    """Name a session without keeping it."""
    return hashlib.sha256(session.encode()).hexdigest()


def said(who: Who, patients: Collection[int], now: datetime | None = None) -> dict[int, Said]:
    """Find what still holds of what ``who`` said about ``patients``. One statement; nothing for who has no session."""
    if not patients or not who.session:
        return {}
    moment = connection.ops.adapt_datetimefield_value(now or datetime.now(UTC))
    listed = array(patients)
    with connection.cursor() as cursor:
        cursor.execute(
            sql(SAID),
            [who.account, listed, session_digest(who.session), moment, moment, who.account, listed, moment, moment],
        )
        rows = cursor.fetchall()
    found: dict[int, Said] = {}
    for patient, compartments, approval in rows:
        found[patient] = merge(found.get(patient, NOTHING), compartments, approval)
    return found


def merge(before: Said, compartments: str | None, approval: int | None) -> Said:
    """Add one row to what is known: one without compartments is a reason; a seconded glass comes first."""
    if compartments is None:
        return msgspec.structs.replace(before, justified=True)
    if before.approval is not None and approval is None:
        return before
    opened = frozenset(Compartment(word) for word in compartments.split())
    return Said(before.justified, opened, approval)


SAID = """
SELECT patient_id, NULL AS compartments, NULL AS approval FROM gate_justification
WHERE account_id = (SELECT id FROM accounts_account WHERE username = %s) AND patient_id <NUMBERS>
AND session = %s AND since <= %s AND until > %s
UNION ALL
SELECT patient_id, compartments, approval FROM gate_glass
WHERE account_id = (SELECT id FROM accounts_account WHERE username = %s) AND patient_id <NUMBERS>
AND since <= %s AND until > %s"""
