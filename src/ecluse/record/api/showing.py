"""One patient, one question to the gate, and what to do when there is nothing to show.

- **F3** (see ``refusals.py``) Somebody without a reason to see a patient gets the same refusal whether the patient, or
  the resource, exists or not; the attempt is traced all the same, so that guessing references is seen and locks the
  guesser out.
"""

import secrets
from collections.abc import Iterable

import msgspec

from ecluse.core.words import Action, Compartment, Decision
from ecluse.gate.access import Access, Pass, Refusal, Wanted
from ecluse.gate.ask import ask_one, explained
from ecluse.gate.rules import CHANGING, readable, writable
from ecluse.gate.world import policy, safe
from ecluse.record import store
from ecluse.record.api.caller import Caller
from ecluse.record.api.refusals import RefusedByGateError
from ecluse.record.models import Patient
from ecluse.safe.protocol import Note

NOWHERE = 0
"""Number of a patient that does not exist: no duty, reason or glass ever names it."""

SALT_BYTES = 32


def show(
    caller: Caller,
    action: Action,
    patient: Patient | None,
    ref: str,
    held: Iterable[Compartment],
    usual: Iterable[Compartment],
    count: int = 1,
) -> Pass | None:
    """Ask for what is held of a patient and may be seen; None when there is nothing, and the caller may know it.

    ``held`` are the compartments in which what is asked for exists; ``usual`` those in which it would.

    Raises:
        RefusedByGateError: the gate says no, or not yet.
        SafeUnavailableError: nothing may be shown (S6).
    """
    found, there = wanted(caller, action, patient, ref, held, usual, count)
    access = Access(
        who=caller.who, action=action, purpose=caller.purpose, wanted=(found,), request_id=caller.request_id
    )
    duties = explained(access) if patient is not None else {}
    if not there and found.pk in duties:
        note_absent(caller, action, ref)
        return None
    given = ask_one(msgspec.structs.replace(access, duties=duties))
    if isinstance(given, Refusal):
        raise RefusedByGateError(given)
    return given if there else None


def patient_of(ref: str) -> Patient | None:
    """Return the patient of a reference, or None."""
    return store.patient_by_ref(ref)


def wanted(
    caller: Caller,
    action: Action,
    patient: Patient | None,
    ref: str,
    held: Iterable[Compartment],
    usual: Iterable[Compartment],
    count: int,
) -> tuple[Wanted, bool]:
    """Return what to ask for, and whether it exists.

    What is held but not for this profession is left out; if that leaves

    nothing, all of it is asked for, so that the gate refuses and the trace tells.
    """
    allowed = (writable if action in CHANGING else readable)(policy(), caller.who.profession)
    present, expected = tuple(held), tuple(usual)
    shown = tuple(word for word in present if word in allowed) or present
    there = patient is not None and bool(shown)
    if not there:
        shown = tuple(word for word in expected if word in allowed) or expected
    pk, salt = (patient.pk, bytes(patient.salt)) if patient is not None else (NOWHERE, secrets.token_bytes(SALT_BYTES))
    return Wanted(pk, ref, salt, shown, count), there


def note_absent(caller: Caller, action: Action, ref: str) -> None:
    """Trace that a patient's record was asked for something that is not in it: nothing is released."""
    safe().call(
        Note(
            who=caller.who,
            action=action,
            decision=Decision.ALLOW,
            rule="absent",
            request=caller.request_id,
            patient=ref,
            purpose=caller.purpose,
        )
    )
