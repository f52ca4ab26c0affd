"""Who opened this record: the trace, read for one patient.

Carers who may read care see profession and unit, which tell of it. The data protection officer and the security officer
see names too, and what was refused, but never whose record it is: their pages show the pseudonym that stands in the
trace, and their reading is an entry of it.
"""

from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import note
from ecluse.accounts.labels import label
from ecluse.accounts.who import who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Compartment, Decision, Profession
from ecluse.gate.access import Refusal
from ecluse.gate.http import refuse
from ecluse.gate.rules import readable
from ecluse.gate.world import policy
from ecluse.record import store
from ecluse.record.looks import may_ask
from ecluse.record.opened import Opening, of_patient
from ecluse.record.pages.asking import ask, the_patient
from ecluse.record.pages.home import why
from ecluse.record.pages.identity import identity
from ecluse.record.pages.words import clock

CONTROL = frozenset({Profession.DPO, Profession.SECURITY_OFFICER})
MOST = 200


class Line(NamedTuple):
    """One opening in words."""

    at: str
    who: str
    profession: str
    unit: str
    act: str
    data: str
    why: str
    glass: bool
    allowed: bool
    sequence: int


@require_GET
def patient_opened(request: HttpRequest, ref: str) -> HttpResponse:
    """List the openings, newest first."""
    who = who_of(request)
    control = who.profession in CONTROL
    found = the_patient(request, ref)
    named: dict[str, Any] = {}
    if control:
        asked(request, ref)
    elif Compartment.CARE not in readable(policy(), who.profession):
        raise PermissionDenied  # units and professions tell of care
    else:
        answer = ask(request, found, (Compartment.IDENTITY, Compartment.CARE))
        if isinstance(answer, Refusal):
            return refuse(request, answer)
        named = {"who": identity(store.read(answer, 0))}
    lines = [line(one) for one in of_patient(ref, named=control, refused=control, most=MOST)]
    return render(request, "record/opened.html", {"ref": ref, "lines": lines, "control": control} | named)


def asked(request: HttpRequest, ref: str) -> None:
    """Trace that somebody who watches asks about a patient; past the hour's number that is all they get.

    Raises:
        RefusedError: they have asked about too many; the try is traced too.
    """
    who = who_of(request)
    if not may_ask(who.account, ref):
        note(who, Action.LIST, "asked-too-many", request, decision=Decision.REFUSE, patient=ref)
        raise RefusedError("You have asked about many patients this hour.", "Wait, or ask a colleague.")
    note(who, Action.LIST, "trace-read", request, patient=ref)


def line(one: Opening) -> Line:
    """Put one opening in words."""
    return Line(
        at=clock(one.at.isoformat()),
        who=one.who,
        profession=str(label(one.profession)),
        unit=one.unit,
        act=act(one.action),
        data=", ".join(data(compartment) for compartment in one.compartments),
        why=_("Glass broken") if one.glass else why(one.duty),
        glass=one.glass,
        allowed=one.allowed,
        sequence=one.sequence,
    )


def act(action: Action) -> str:
    """Say what was done."""
    words = {
        Action.READ: _("Read"),
        Action.HISTORY: _("Earlier versions"),
        Action.SEARCH: _("Found by search"),
        Action.LIST: _("Shown in a list"),
        Action.PRINT: _("Printed"),
        Action.EVERYTHING: _("Whole record"),
        Action.WRITE: _("Changed"),
        Action.CREATE: _("Created"),
        Action.EXPORT: _("Exported"),
        Action.BREAK_GLASS: _("Glass broken"),
    }
    return words.get(action, action.value)


def data(compartment: Compartment) -> str:
    """Say which data."""
    return {
        Compartment.IDENTITY: _("identity"),
        Compartment.CONTACT: _("contacts"),
        Compartment.COVERAGE: _("coverage"),
        Compartment.CARE: _("stays and care team"),
        Compartment.CLINICAL: _("medical data"),
    }[compartment]
