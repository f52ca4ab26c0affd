"""The record of one patient: what is needed at once, contact and coverage when opened, and the same on paper."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import request_id
from ecluse.accounts.who import who_of
from ecluse.core.words import Action, Compartment, Ground
from ecluse.gate import tickets
from ecluse.gate.access import Pass, Refusal
from ecluse.gate.http import refuse
from ecluse.gate.rules import may, readable, writable
from ecluse.gate.world import policy
from ecluse.record import store
from ecluse.record.models import Patient
from ecluse.record.pages.asking import ON_CLICK, SUMMARY, ask, the_patient, within_reach
from ecluse.record.pages.directory_names import names_for
from ecluse.record.pages.entries import entries
from ecluse.record.pages.home import why
from ecluse.record.pages.identity import contacts, covers, identity, treating_doctors
from ecluse.safe.protocol import Who

TYPES = {
    Compartment.CONTACT: ("Patient", "RelatedPerson"),
    Compartment.COVERAGE: ("Coverage",),
}


@require_GET
def patient(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the record."""
    found = the_patient(request, ref)
    answer = ask(request, found, SUMMARY)
    if isinstance(answer, Refusal):
        return refuse(request, answer)
    return render(request, "record/patient.html", page(request, found, answer))


@require_GET
def patient_part(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """Open contact or coverage: inside the page when htmx asks, as the whole record otherwise."""
    found, compartment = the_patient(request, ref), closed_part(part)
    inside = request.headers.get("HX-Request") == "true"
    answer = ask(request, found, (compartment,) if inside else (*SUMMARY, compartment))
    if isinstance(answer, Refusal):
        return refuse(request, answer)
    if compartment not in answer.keys:
        raise Http404
    opened = part_of(request, answer, compartment)
    if inside:
        return render(request, f"record/{compartment}.html", opened)
    return render(request, "record/patient.html", page(request, found, answer) | opened | {"opened": compartment})


@require_GET
def patient_print(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the record as it goes on paper: printing is an act of its own, traced as such."""
    found = the_patient(request, ref)
    answer = ask(request, found, SUMMARY, Action.PRINT)
    if isinstance(answer, Refusal):
        return refuse(request, answer)
    return render(request, "record/print.html", page(request, found, answer))


def closed_part(word: str) -> Compartment:
    """Return the compartment that opens on click under that name.

    Raises:
        Http404: there is none.
    """
    if word not in ON_CLICK:
        raise Http404
    return Compartment(word)


def page(request: HttpRequest, found: Patient, granted: Pass) -> dict[str, Any]:
    """Return what the page of a record shows: resources opened, and what else may be asked from here."""
    who = who_of(request)
    resources = store.read_all(granted)
    names = names_for(resources, who, request_id(request))
    body = next((one for one in resources if one["resourceType"] == "Patient"), {})
    listed = entries(resources, names)
    return {
        "ref": found.ref,
        "who": identity(body),
        "doctors": treating_doctors(body, names),
        "entries": listed,
        "allergies": [entry for entry in listed["AllergyIntolerance"] if entry.active],
        "shown": [compartment.value for compartment in granted.keys],
        "closed": [one.value for one in within_reach(who, found, ON_CLICK)],
        "why": why(granted.duty),
        "glass": granted.ground is Ground.EMERGENCY or (granted.ground is Ground.APPROVED and granted.duty is None),
        "unexplained": granted.ground is Ground.UNEXPLAINED,
        "acts": acts(who),
        "give": tickets.about(request, found.pk, found.ref, request.path) if granted.duty else "",
    }


def acts(who: Who) -> dict[str, bool]:
    """Return which buttons the profession has. The gate asks again at each."""
    law = policy()
    write = may(law, who.profession, Action.WRITE)
    can_write = writable(law, who.profession)
    return {
        "print": may(law, who.profession, Action.PRINT),
        "contacts": write and Compartment.CONTACT in can_write and Compartment.CONTACT in readable(law, who.profession),
    }


def part_of(request: HttpRequest, granted: Pass, compartment: Compartment) -> dict[str, Any]:
    """Return what one compartment opened on click shows."""
    who = who_of(request)
    resources = store.read_all(granted, TYPES[compartment], (compartment,))
    if compartment is Compartment.COVERAGE:
        names = names_for(resources, who, request_id(request))
        return {"ref": granted.wanted.ref, "covers": covers(resources, names)}
    body = next((one for one in resources if one["resourceType"] == "Patient"), {})
    relatives = [one for one in resources if one["resourceType"] == "RelatedPerson"]
    return {"ref": granted.wanted.ref, "contacts": contacts(body, relatives), "acts": acts(who)}
