"""How pages ask the gate: who, for which purpose, for which compartments. Nothing here opens anything.

1. A page asks for what it shows and no more: the summary at first, contact and coverage when they are opened.
2. Under a broken glass a page asks for no more than the glass opens.
"""

from collections.abc import Iterable

from django.http import Http404, HttpRequest

from ecluse.accounts.bridge import note, request_id
from ecluse.accounts.who import who_of
from ecluse.core.words import Action, Compartment, Decision, DutyKind, Profession, Purpose
from ecluse.gate import duties
from ecluse.gate.access import Access, Pass, Refusal
from ecluse.gate.ask import ask_one, worker_for
from ecluse.gate.rules import readable
from ecluse.gate.said import NOTHING, said
from ecluse.gate.world import policy
from ecluse.record import store
from ecluse.record.models import Patient
from ecluse.safe.protocol import Who

SUMMARY = (Compartment.IDENTITY, Compartment.CARE, Compartment.CLINICAL)
ON_CLICK = (Compartment.CONTACT, Compartment.COVERAGE)
PURPOSES = {
    Profession.BILLING: Purpose.PAYMENT,
    Profession.DIM_PHYSICIAN: Purpose.OPERATIONS,
    Profession.DIM_CODER: Purpose.OPERATIONS,
}


def purpose_of(profession: str) -> Purpose:
    """Return why somebody of ``profession`` opens records in the ordinary course of work."""
    return PURPOSES.get(profession, Purpose.TREATMENT)  # type: ignore[call-overload, no-any-return]


def the_patient(request: HttpRequest, ref: str) -> Patient:
    """Return the patient of a reference. One that is nobody's is traced as a refusal: whoever guesses is locked out.

    Raises:
        Http404: there is none.
        SafeUnavailableError: nor could that be traced.
    """
    found = store.patient_by_ref(ref)
    if found is None:
        note(who_of(request), Action.READ, "absent", request, decision=Decision.REFUSE, patient=ref)
        raise Http404
    return found


def within_reach(who: Who, patient: Patient, wished: Iterable[Compartment]) -> tuple[Compartment, ...]:
    """Return which of ``wished`` the profession reads and this patient has data in (identity always)."""
    read = readable(policy(), who.profession)
    held = {Compartment.IDENTITY, *store.compartments_held(patient.pk)}
    return tuple(one for one in wished if one in read and one in held)


def duties_of(who: Who, patient: Patient) -> dict[int, DutyKind]:
    """Return the duty that explains this patient to ``who``, if any."""
    worker = worker_for(who)
    return duties.explaining(worker, [patient.pk]) if worker else {}


def ask(
    request: HttpRequest,
    patient: Patient,
    wished: Iterable[Compartment],
    action: Action = Action.READ,
) -> Pass | Refusal:
    """Ask the gate to open ``wished`` of ``patient`` to whoever makes this request; to write is asked as it stands."""
    who = who_of(request)
    found = duties_of(who, patient)
    compartments = tuple(wished)
    purpose = purpose_of(who.profession)
    if action is not Action.WRITE:
        compartments = within_reach(who, patient, compartments)
    words = NOTHING if found else said(who, [patient.pk]).get(patient.pk, NOTHING)
    if words.glass is not None:
        compartments = tuple(one for one in compartments if one in words.glass)
        purpose = Purpose.BREAK_GLASS
    return ask_one(
        Access(
            who=who,
            action=action,
            purpose=purpose,
            wanted=(store.wanted(patient, compartments or (Compartment.IDENTITY,)),),
            request_id=request_id(request),
            duties=found,
        )
    )
