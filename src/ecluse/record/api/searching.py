"""Searching: one patient's resources by type, patients by who they are, and everything of one patient.

Promises:

- **F9** A search never pages: at most 20 patients, or the resources of one patient; there is no next page, and nothing
  to page by.
- **F10** No name, number or date of birth stands in an address, where logs would keep it: patients are searched by POST
  alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from ecluse.core.words import Action, Compartment
from ecluse.record import search, store
from ecluse.record.api import bundles, params
from ecluse.record.api.caller import Caller
from ecluse.record.api.outcome import ProblemError, absent, answer, bad, outcome
from ecluse.record.api.reading import located, offered
from ecluse.record.api.refusals import RefusedByGateError
from ecluse.record.api.reply import base
from ecluse.record.api.showing import show
from ecluse.record.fhir_types import PATIENT_TYPES, Resource, compartments_of
from ecluse.record.models import Part, Patient

MOST_PATIENTS = 20
MOST_RESOURCES = 1_000
POST_ONLY = "Search patients by POST to Patient/_search, so that no name stands in an address."
MORE = "There are more. Give more of the name, the date of birth or an identifier: a search shows 20 patients at most."
PROVE = "If you expected somebody, prove your identity again on the site, then repeat this search."

Given = Mapping[str, Sequence[str]]


def by_address(request: HttpRequest, caller: Caller, kind: str) -> HttpResponse:
    """Search by GET: the resources of one patient, or one patient by reference.

    Raises:
        ProblemError: 400, a patient searched by who they are (F10), or an unknown parameter.
    """
    offered(kind, "search-type")
    given = lists(request.GET)
    if kind == "Patient":
        if set(given) & set(params.PATIENT_WORDS) or "_id" not in given:
            raise ProblemError(400, POST_ONLY, "post-search", issue="security")
        params.known(kind, given, ("_id",))
        return one_patient(request, caller, given)
    return of_patient(request, caller, kind, given)


def by_body(request: HttpRequest, caller: Caller, kind: str) -> HttpResponse:
    """Search by POST (3.1.1.5.1): the parameters are in the body, and nowhere else.

    Raises:
        ProblemError: 400, parameters in the address too; 415, not a form.
    """
    offered(kind, "search-type")
    if request.content_type != "application/x-www-form-urlencoded":
        raise ProblemError(415, "Send the parameters as application/x-www-form-urlencoded.", "form")
    if request.GET.keys() - {"_format"}:
        raise bad("Send all parameters in the body.", "post-search")
    given = lists(request.POST)
    given.pop("csrfmiddlewaretoken", None)
    if kind != "Patient":
        return of_patient(request, caller, kind, given)
    if "_id" in given:
        params.known(kind, given, ("_id",))
        return one_patient(request, caller, given)
    return patients(request, caller, given)


def lists(query: QueryDict) -> dict[str, list[str]]:
    """Return the parameters with all their values."""
    return {name: [str(value) for value in values] for name, values in query.lists()}


def patients(request: HttpRequest, caller: Caller, given: Given) -> HttpResponse:
    """Search patients by who they are.

    Raises:
        ProblemError: 400, unknown or repeated parameters, or nothing precise enough to search by.
        RefusedByGateError: the gate or the safe says no.
    """
    params.known("Patient", given, params.PATIENT_WORDS)
    words = {name: values[0] for name, values in given.items() if name in params.PATIENT_WORDS and values[0].strip()}
    if not words or any(len(values) > 1 for values in given.values()):
        raise bad(f"Give one or more of {', '.join(params.PATIENT_WORDS)}, each once.", "nothing-to-search")
    most = params.limit(given, MOST_PATIENTS)
    found = search.run(search.of_params(**words), caller.who, caller.purpose, caller.request_id)
    if found.refusal is not None:
        raise RefusedByGateError(found.refusal)
    shown = [one.resource for one in found.found][:MOST_PATIENTS]
    notes = [outcome("too-costly", MORE, "more", "information")] if found.more or most < len(shown) else []
    notes += [outcome("login", PROVE, "stale-proof", "information")] if found.stale else []
    return answer(bundles.searchset(base(request), shown[:most], notes))


def one_patient(request: HttpRequest, caller: Caller, given: Given) -> HttpResponse:
    """Search one patient by reference: a read, answered as a bundle."""
    if len(given["_id"]) != 1 or "," in given["_id"][0]:
        raise bad("One _id at a time.", "one-patient")
    patient, ref, n = located(given["_id"][0])
    if n:
        raise absent()
    found = resources_of(caller, Action.READ, patient, ref, "Patient", MOST_RESOURCES)
    return answer(bundles.searchset(base(request), found))


def of_patient(request: HttpRequest, caller: Caller, kind: str, given: Given) -> HttpResponse:
    """Search the resources of one type of one patient, filtered once they are open.

    Raises:
        ProblemError: 400, unknown parameters, or not exactly one patient.
        RefusedByGateError: the gate says no.
    """
    params.known(kind, given)
    keep = params.keeps(kind, given)
    most = params.limit(given, MOST_RESOURCES)
    named = given.get("patient", ())
    if len(named) != 1 or "," in named[0]:
        raise bad("Give patient=…, one patient at a time.", "one-patient")
    patient, ref, n = located(named[0].removeprefix("Patient/"))
    if n:
        raise absent()
    found = resources_of(caller, Action.READ, patient, ref, kind, most, keep)
    return answer(bundles.searchset(base(request), found))


def resources_of(
    caller: Caller,
    action: Action,
    patient: Patient | None,
    ref: str,
    kind: str,
    most: int,
    keep: Callable[[Mapping[str, Any]], bool] = lambda _resource: True,
) -> list[Resource]:
    """Return the resources of one type of one patient, newest last.

    Raises:
        RefusedByGateError: the gate says no.
    """
    parts = (
        Part.objects.filter(patient_id=patient.pk, type=kind, current=True, deleted=False)
        if patient
        else Part.objects.none()
    )
    places = list(parts.values_list("compartment", "n"))
    held = tuple(Compartment(word) for word in sorted({word for word, _ in places}))
    count = len({n for _, n in places}) or 1
    given = show(caller, action, patient, ref, held, compartments_of(kind), count)
    if given is None:
        return []
    return [resource for resource in store.read_all(given, types=(kind,)) if keep(resource)][:most]


def everything(request: HttpRequest, caller: Caller, id_: str) -> HttpResponse:
    """Give all of one patient that the profession may read (``Patient/$everything``), traced as one access.

    Raises:
        ProblemError: 404, or 400 for any parameter.
        RefusedByGateError: the gate says no.
    """
    if request.GET.keys() - {"_format"}:
        raise bad("This operation takes no parameter here.", "unknown-parameter")
    patient, ref, n = located(id_)
    if n:
        raise absent()
    held = store.compartments_held(patient.pk) if patient else ()
    count = (
        Part.objects.filter(patient_id=patient.pk, current=True, deleted=False).values("n").distinct().count()
        if patient
        else 1
    )
    usual = {where for kind in PATIENT_TYPES for where in compartments_of(kind)}
    given = show(caller, Action.EVERYTHING, patient, ref, held, tuple(sorted(usual)), count)
    if given is None:
        raise absent()
    return answer(bundles.searchset(base(request), store.read_all(given)))
