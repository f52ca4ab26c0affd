"""Export: the one way by which records leave in number.

Two people, a purpose, a recipient, a cap, one trace entry a patient.

Promises:

- **X1** (``age.py``) Plain text exists in memory only; what leaves is a file for the recipient that the second person
  saw.
- **X2** What leaves is what was approved: the same patients, recipient and purpose, once, by whoever asked. The gate's
  ticket and the safe each compare it on their own.
- **X3** Each patient is one question to the gate and one entry of the trace, all in one call; a patient refused is
  named in the file by its reference, with nothing of it.

What waits is kept in ``HOME/exports/SEQUENCE.json``: references and the recipient's key, nothing readable about
anybody. Order of an export: ask the gate (the safe takes the approval away with its first entry), claim the request
(rename), use the ticket, seal for the recipient, answer. A crash after any of them leaves an export that cannot be
tried again and must be proposed anew.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Decision, Purpose
from ecluse.gate import exports
from ecluse.gate.access import Access, Pass, Refusal, Wanted
from ecluse.gate.ask import ask
from ecluse.gate.rules import readable
from ecluse.gate.world import home, policy
from ecluse.record import age, store, vault
from ecluse.record.models import Part, Patient
from ecluse.safe.files import write_new
from ecluse.safe.protocol import Ruled, Who

OWN_EYES = 0o600


class StepUpError(RefusedError):
    """A fresher proof of identity is needed first; the export still waits."""


class Request(msgspec.Struct, frozen=True):
    """An export that waits, or waited, for its second person. ``refs`` are the patients' references."""

    sequence: int
    account: str
    refs: tuple[str, ...]
    recipient: str
    purpose: Purpose
    made: dt.datetime

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the recipient's key."""
        return age.fingerprint(self.recipient)


def folder() -> Path:
    """Return the folder of the requests."""
    return home().path / "exports"


def propose(who: Who, refs: Sequence[str], recipient: str, purpose: Purpose, request_id: str) -> Ruled:
    """Ask for an export. The answer's ``sequence`` names it once allowed to wait.

    A crash between the proposal and its file leaves a proposal that nothing can use.

    Raises:
        BadInputError: the recipient's key is not one, or a patient does not exist.
    """
    public = recipient.strip()
    print_ = age.fingerprint(public)
    chosen = tuple(sorted(set(refs)))
    if Patient.objects.filter(ref__in=chosen).count() != len(chosen):
        raise BadInputError("One of these patients does not exist.", "Choose them from your list again.")
    ruled = exports.propose_export(who, chosen, print_, purpose, request_id)
    if ruled.decision is Decision.ALLOW:
        made = dt.datetime.now(dt.UTC)
        request = Request(ruled.sequence, who.account, chosen, public, purpose, made)
        folder().mkdir(mode=0o700, exist_ok=True)
        write_new(folder() / f"{ruled.sequence}.json", msgspec.json.encode(request), OWN_EYES)
    return ruled


def waiting(account: str) -> list[Request]:
    """Return the exports that ``account`` asked for, has not taken, and may still take, newest first."""
    found = [msgspec.json.decode(file.read_bytes(), type=Request) for file in folder().glob("*.json")]
    oldest = dt.datetime.now(dt.UTC) - 2 * dt.timedelta(hours=policy().approvals.hours)
    return sorted((one for one in found if one.account == account and one.made > oldest), key=lambda one: -one.sequence)


def request_of(account: str, sequence: int) -> Request:
    """Return one of them.

    Raises:
        RefusedError: there is none, or it is somebody else's.
    """
    for one in waiting(account):
        if one.sequence == sequence:
            return one
    raise RefusedError("There is no such export of yours, or it was taken already.", "Propose it again.")


def export(who: Who, request: Request, request_id: str) -> bytes:
    """Return the approved export ``request`` as an age file of FHIR resources, one a line (NDJSON). Once.

    Raises:
        RefusedError: not approved, not the same, too many, taken already; nothing has left.
        SafeUnavailableError: nothing may leave (S6).
    """
    if len(request.refs) > policy().export.max_patients:
        raise RefusedError("These are more patients than one export may hold.", "Ask for fewer.")
    ticket = exports.check_ticket(who, request.sequence, request.refs, request.fingerprint, request.purpose)
    patients = {patient.ref: patient for patient in Patient.objects.filter(ref__in=request.refs)}
    access = Access(
        who=who,
        action=Action.EXPORT,
        purpose=request.purpose,
        wanted=tuple(wanted(who, patients[ref]) for ref in request.refs if ref in patients),
        request_id=request_id,
        approval=request.sequence,
        duties={},
    )
    answers = ask(access)
    if not any(isinstance(given, Pass) for given in answers):
        raise refused(answers)
    claim(request)
    exports.use(ticket)
    return age.encrypt(b"".join(lines(request, answers)), request.recipient)


def claim(request: Request) -> None:
    """Take the request away, once: of two that try, one fails.

    Raises:
        RefusedError: somebody was faster.
    """
    file = folder() / f"{request.sequence}.json"
    try:
        file.rename(file.with_suffix(".taken"))
    except FileNotFoundError:
        raise RefusedError("This export was taken already.", "Propose it again.") from None


def wanted(who: Who, patient: Patient) -> Wanted:
    """Return what is asked for of one patient: all that is held and the profession may read."""
    allowed = readable(policy(), who.profession)
    held = store.compartments_held(patient.pk)
    shown = tuple(where for where in held if where in allowed) or held
    count = Part.objects.filter(patient_id=patient.pk, current=True, deleted=False).values("n").distinct().count()
    return store.wanted(patient, shown, count)


def lines(request: Request, answers: Sequence[Pass | Refusal]) -> Iterator[bytes]:
    """Yield the lines of the export: a heading, then each patient's resources, or the reference of one refused."""
    shown = sum(isinstance(given, Pass) for given in answers)
    yield line(heading(request, shown))
    for given in answers:
        if isinstance(given, Pass):
            for resource in store.read_all(given):
                yield line(resource)
        elif given.wanted is not None:
            yield line(left_out(given.wanted.ref))


def line(resource: dict[str, object]) -> bytes:
    """Return a resource as one line."""
    return vault.encode(resource) + b"\n"


def heading(request: Request, shown: int) -> dict[str, object]:
    """Say what this file is: a Parameters resource, the first line."""
    said = {
        "export": str(request.sequence),
        "purpose": request.purpose.value,
        "recipient": request.fingerprint,
        "patients": str(shown),
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    return {
        "resourceType": "Parameters",
        "id": f"export-{request.sequence}",
        "parameter": [{"name": name, "valueString": value} for name, value in said.items()],
    }


def left_out(ref: str) -> dict[str, object]:
    """Say that a patient of the list was refused."""
    details = {"text": "Refused; the trace says by which rule."}
    issue = {"severity": "warning", "code": "forbidden", "details": details, "expression": [f"Patient/{ref}"]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def refused(answers: Sequence[Pass | Refusal]) -> RefusedError:
    """Return the error that tells why nothing leaves."""
    rules = {given.rule: given.decision for given in answers if isinstance(given, Refusal)}
    if Decision.STEP_UP in rules.values():
        return StepUpError("Prove your identity again, then take the export.")
    if Decision.SECOND_PERSON in rules.values():
        return RefusedError("A second person has not approved this export yet.", "They find it under approvals.")
    return RefusedError(f"Nothing may leave ({', '.join(sorted(rules)) or 'no patient'}).", "Ask the DPO.")
