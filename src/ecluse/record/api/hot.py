"""The hot path: a service reads one resource. One raw statement, one call to the safe, unseal, answer.

The statement finds the token, its account, the patient, the duties that may explain the patient to the account (none
that the account made itself), and the sealed current parts. It trusts nothing: what it found is asked of the gate like
any other access.

Promises:

- **F8** The short way and the ordinary one (``showing.py``) give the same answer to the same caller; a test asks both.
"""

import hashlib
import time
from typing import NamedTuple

from django.http import HttpRequest

from ecluse.accounts.bridge import request_id
from ecluse.core.words import Action, Compartment, DutyKind, Purpose
from ecluse.gate.access import Access, Refusal, Wanted
from ecluse.gate.ask import ask_one
from ecluse.gate.duties import IMPORT
from ecluse.gate.rules import kinds, readable
from ecluse.gate.world import policy
from ecluse.record.api import raw, showing
from ecluse.record.api.caller import Caller, purpose, service, usual
from ecluse.record.api.outcome import ProblemError, absent, bad_token
from ecluse.record.api.refusals import RefusedByGateError
from ecluse.record.api.splice import Shown, opened
from ecluse.record.fhir_types import compartments_of
from ecluse.record.vault import Row
from ecluse.safe.policy import Policy

JOINED = {"sqlite": "group_concat(d.kind)", "postgresql": "string_agg(d.kind, ',')"}

STATEMENT = """
SELECT t.id, t.profession, a.username, p.id, p.salt,
 (SELECT <JOINED> FROM gate_duty d
  WHERE d.patient_id = p.id AND d.until > ? AND d.since <= ?
  AND d.made_by <> a.username AND d.made_by <> '<IMPORT>' || a.username
  AND (d.account_id = a.id OR EXISTS (SELECT 1 FROM accounts_membership m
       WHERE m.account_id = a.id AND m.unit_id = d.unit_id AND m.since <= ? AND (m.until IS NULL OR m.until > ?)))),
 q.n, q.type, q.version, q.compartment, q.updated, q.deleted, q.sealed
FROM accounts_token t JOIN accounts_account a ON a.id = t.account_id
LEFT JOIN record_patient p ON p.ref = ?
LEFT JOIN record_part q ON q.patient_id = p.id AND q.n = ? AND q.current AND q.type = ?
WHERE t.digest = ? AND t.revoked IS NULL AND t.expires > ? AND a.is_active
AND (a.hired IS NULL OR a.hired <= ?) AND (a.ends IS NULL OR a.ends >= ?)"""

SPELLED = {
    vendor: STATEMENT.replace("<JOINED>", joined).replace("<IMPORT>", IMPORT) for vendor, joined in JOINED.items()
}
FIRST_OF_PART = 6
DAY_S = 86_400
WORDS = {word.value: word for word in Compartment}


class Law(NamedTuple):
    """What the policy says of one profession, looked up once."""

    policy: Policy
    readable: frozenset[Compartment]
    kinds: tuple[DutyKind, ...]
    purpose: Purpose


class Found(NamedTuple):
    """What the statement found.

    ``pk`` and ``salt`` are None when there is no such patient, ``duties`` when none may explain it.
    """

    token: int
    profession: str
    username: str
    pk: int | None
    salt: bytes | None
    duties: str | None
    rows: list[Row]


LAWS: dict[str, Law] = {}


def law_of(profession: str) -> Law:
    """Return what the policy says of ``profession``."""
    law, now = LAWS.get(profession), policy()
    if law is None or law.policy is not now:
        law = LAWS[profession] = Law(now, readable(now, profession), kinds(now, profession), usual(profession))
    return law


def find(token: str, ref: str, n: int, kind: str) -> Found:
    """Run the statement.

    Raises:
        ProblemError: 401, the token opens nothing.
    """
    seconds = time.time()
    unix = int(seconds)
    at, today = raw.moment(seconds), raw.day(unix // DAY_S)
    digest = hashlib.sha256(token.encode()).digest()
    rows = raw.fetch(SPELLED[raw.vendor()], (unix, unix, at, at, ref, n, kind, digest, at, today, today))
    if not rows:
        raise bad_token()
    first = rows[0]
    parts = [Row(*row[FIRST_OF_PART:]) for row in rows] if first[FIRST_OF_PART] is not None else []
    return Found._make((*first[:FIRST_OF_PART], parts))


def read(request: HttpRequest, token: str, kind: str, ref: str, n: int) -> Shown:
    """Read resource ``n`` of patient ``ref`` as the holder of ``token``.

    Raises:
        ProblemError: the token opens nothing (401), or there is no such resource and the holder may know it (404).
        RefusedByGateError: the gate says no.
        SafeUnavailableError: nothing may be shown (S6).
    """
    found = find(token, ref, n, kind)
    law = law_of(found.profession)
    who = service(request, found.username, found.profession, found.token)
    caller = Caller(who, purpose(request) or law.purpose, request_id(request))
    duty = foremost(found, law)
    held = [WORDS[row.compartment] for row in found.rows if not row.deleted]
    shown = tuple(word for word in held if word in law.readable) or tuple(held)
    if found.pk is None or found.salt is None or not shown:
        raise nothing_there(caller, found, ref, kind, duty)
    given = ask_one(
        Access(
            who=who,
            action=Action.READ,
            purpose=caller.purpose,
            wanted=(Wanted(found.pk, ref, bytes(found.salt), shown),),
            request_id=caller.request_id,
            duties=looked_up(found.pk, duty, law),
        )
    )
    if isinstance(given, Refusal):
        raise RefusedByGateError(given)
    return opened(given, found.rows)


def foremost(found: Found, law: Law) -> DutyKind | None:
    """Return the duty to tell: the first, in the policy's order, of those found that count for the profession."""
    if not found.duties:
        return None
    there = found.duties.split(",")
    return next((kind for kind in law.kinds if kind in there), None)


def looked_up(pk: int, duty: DutyKind | None, law: Law) -> dict[int, DutyKind] | None:
    """Return what the gate is told of duties.

    A profession that can be on call makes the gate look itself when nothing was found.
    """
    if duty is not None:
        return {pk: duty}
    return None if DutyKind.ON_CALL in law.kinds else {}


def nothing_there(caller: Caller, found: Found, ref: str, kind: str, duty: DutyKind | None) -> ProblemError:
    """Answer about what does not exist: 404 to whom the patient is explained, to the others what anybody would get.

    Raises:
        RefusedByGateError: the gate says no, as it would about any patient without a duty.
    """
    if duty is None:
        patient = showing.patient_of(ref) if found.pk is not None else None
        showing.show(caller, Action.READ, patient, ref, (), compartments_of(kind))
    else:
        showing.note_absent(caller, Action.READ, ref)
    return absent()
