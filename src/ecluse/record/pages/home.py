"""The first page: my patients, for whoever has patients; my duties of control, for whoever has none.

A page of the list shows at most twenty patients and is one call to the gate; each name on it counts like any reading.
"""

from typing import Any, NamedTuple

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import request_id
from ecluse.accounts.models import Unit
from ecluse.accounts.who import who_of
from ecluse.core.words import Action, Compartment, Decision, DutyKind
from ecluse.gate import duties
from ecluse.gate.access import Access, Pass, Refusal
from ecluse.gate.ask import ask, worker_for
from ecluse.gate.http import refuse
from ecluse.gate.rules import may
from ecluse.gate.world import policy
from ecluse.record import store, vault
from ecluse.record.models import Part, Patient
from ecluse.record.pages.asking import purpose_of
from ecluse.record.pages.identity import Identity, identity
from ecluse.record.vault import Row
from ecluse.safe.protocol import Who

PAGE = 20
LONGEST = 200


class Line(NamedTuple):
    """One patient of a list: who, and why they are on it."""

    who: Identity
    why: str


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page of this profession."""
    who = who_of(request)
    if not may(policy(), who.profession, Action.LIST):
        return render(request, "record/office.html")
    worker = worker_for(who)
    if worker is None:
        return render(request, "record/office.html")
    unit = chosen_unit(request, (*worker.units, *worker.on_call))
    found = duties.patients_of(worker, limit=LONGEST, unit=unit)
    number = page_number(request)
    shown = dict(list(found.items())[(number - 1) * PAGE : number * PAGE])
    answers = list_of(request, who, shown)
    refusal = next((answer for answer in answers if isinstance(answer, Refusal)), None)
    lines = open_lines([answer for answer in answers if isinstance(answer, Pass)])
    if refusal is not None and not lines:
        return refuse(request, refusal)
    return render(
        request,
        "record/home.html",
        {
            "lines": lines,
            "units": Unit.objects.filter(pk__in=(*worker.units, *worker.on_call)),
            "unit": unit,
            "total": len(found),
            "first": (number - 1) * PAGE + 1,
            "last": (number - 1) * PAGE + len(shown),
            "page": number,
            "next_page": number + 1 if len(found) > number * PAGE else None,
            "prove_again": refusal is not None and refusal.decision is Decision.STEP_UP,
            "hidden": len(shown) - len(lines),
        },
    )


def chosen_unit(request: HttpRequest, own: tuple[int, ...]) -> int | None:
    """Return the unit asked for, when it is one of this person's."""
    word = request.GET.get("unit", "")
    return int(word) if word.isascii() and word.isdigit() and int(word) in own else None


def page_number(request: HttpRequest) -> int:
    """Return which page of the list is asked for.

    Raises:
        BadRequest: it is no page of such a list.
    """
    word = request.GET.get("page", "1")
    if not (word.isascii() and word.isdigit()) or not 1 <= int(word) <= LONGEST // PAGE:
        raise BadRequest
    return int(word)


def list_of(request: HttpRequest, who: Who, shown: dict[int, DutyKind]) -> list[Pass | Refusal]:
    """Ask the gate for the identity of each patient of one page, in one call."""
    patients = {patient.pk: patient for patient in Patient.objects.filter(pk__in=shown)}
    return ask(
        Access(
            who=who,
            action=Action.LIST,
            purpose=purpose_of(who.profession),
            wanted=tuple(store.wanted(patients[pk], (Compartment.IDENTITY,)) for pk in shown if pk in patients),
            request_id=request_id(request),
            duties=shown,
        )
    )


def open_lines(granted: list[Pass]) -> list[Line]:
    """Open the identity of each, with one statement for all."""
    rows: dict[int, list[Row]] = {}
    found = Part.objects.filter(patient_id__in=[one.wanted.pk for one in granted], n=0, current=True)
    for patient, *columns in found.values_list("patient_id", *vault.COLUMNS):
        rows.setdefault(patient, []).append(Row(*columns))
    return [
        Line(identity(resource), why(one.duty))
        for one in granted
        for resource in vault.open_parts(one, rows.get(one.wanted.pk, []))
    ]


def why(duty: DutyKind | None) -> str:
    """Say in words why a patient is one's own."""
    words: dict[Any, str] = {
        DutyKind.ENCOUNTER_IN_UNIT: _("In my unit"),
        DutyKind.APPOINTMENT: _("Appointment"),
        DutyKind.TREATING_DOCTOR: _("Treating doctor"),
        DutyKind.CARE_TEAM: _("Care team"),
        DutyKind.ORDER: _("Order"),
        DutyKind.ON_CALL: _("On call"),
        DutyKind.CODING: _("To code"),
        DutyKind.ADMISSION: _("Admission"),
        DutyKind.BILLING: _("To bill"),
        DutyKind.DELEGATION: _("Delegated to me"),
        DutyKind.FEED: _("From another system"),
    }
    return words.get(duty, "")
