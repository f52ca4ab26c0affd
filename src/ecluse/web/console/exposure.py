"""What a case exposed: patient by patient (pseudonyms), which data, by which route; and the proven list to keep.

The page reads the index, which is a cache; the files read the trace itself, and the ZIP carries a proof of each line.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import note, the_home
from ecluse.accounts.who import who_of
from ecluse.core.words import Action, Decision, DutyKind
from ecluse.gate.models import Duty
from ecluse.record.models import Patient
from ecluse.record.trace_index import By, find
from ecluse.respond.audit_out.site import site_of
from ecluse.respond.exposure import bundle, paper
from ecluse.respond.exposure.finding import Exposed, Exposure, by_patient, expose
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.exposure.table import as_csv
from ecluse.respond.models import Case
from ecluse.respond.queue import seen
from ecluse.respond.words import ROUTES, data_said
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import opens
from ecluse.web.console import pictures
from ecluse.web.console.case_page import case_days
from ecluse.web.console.fields import LOCAL, LOCAL_FORM
from ecluse.web.console.looking import look, the_case
from ecluse.web.console.words import language

SHOWN = 500
AT_ONCE = 500
FILES = {"zip": "application/zip", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


class SpanForm(forms.Form):
    """From when to when, by the establishment's clock."""

    since = forms.DateTimeField(label=gettext_lazy("From"), widget=LOCAL)
    until = forms.DateTimeField(label=gettext_lazy("Until (empty: now)"), widget=LOCAL, required=False)


def first_day(case: Case) -> datetime:
    """Return the midnight before the earliest day that a case speaks of."""
    told = seen(case)
    day = min((*case_days(told), timezone.localdate(case.opened)))
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def scope_of(case: Case, form: SpanForm) -> Scope:
    """Return whose accesses of which time are asked for; a form that is wrong asks for the case's own days."""
    accounts = seen(case).accounts
    if not form.is_valid():
        return Scope(accounts=accounts, since=first_day(case))
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    return Scope(accounts=accounts, since=since, until=until if until and until > since else None)


def asked(request: HttpRequest, case: Case) -> SpanForm:
    """Return the form, filled with what was asked or with the days of the case."""
    first = {"since": timezone.localtime(first_day(case)).strftime(LOCAL_FORM), "until": ""}
    given = {name: request.GET.get(name, "") for name in first}
    return SpanForm(given if given["since"] else first)


@require_GET
def exposure(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what was exposed."""
    case = the_case(request, ref)
    form = asked(request, case)
    scope = scope_of(case, form)
    look(request, "exposure-read", ref)
    found = entries_of(scope)
    certain = [one for one in found if opens(one)]
    patients = by_patient(certain)
    page = {
        "case": seen(case),
        "form": form,
        "query": request.GET.urlencode(),
        "patients": [in_words(one) for one in patients[:SHOWN]],
        "hidden": max(0, len(patients) - SHOWN),
        "total": len(patients),
        "accesses": len(certain),
        "attempts": sum(bool(one.patient) and one.decision is not Decision.ALLOW for one in found),
        "wards": pictures.shares(wards([one.patient for one in patients])),
        "data": pictures.shares(data(patients)),
    }
    return render(request, "console/exposure.html", page)


def entries_of(scope: Scope) -> list[Entry]:
    """Return the entries of the accounts of ``scope``, by the index."""
    home = the_home()
    return [one for name in scope.accounts for one in find(home.safe, home.trace_index, By.ACCOUNT, name, scope.span)]


def in_words(one: Exposed) -> dict[str, object]:
    """Put a patient's exposure in words."""
    here = language()
    return {
        "patient": one.patient,
        "data": [data_said(word, here) for word in one.compartments],
        "times": one.times,
        "first": one.first,
        "last": one.last,
        "routes": [ROUTES[word].to(here) if word in ROUTES else word.value for word in one.routes],
    }


def data(patients: Iterable[Exposed]) -> dict[str, int]:
    """Count patients by category of data."""
    here = language()
    return Counter(data_said(word, here) for one in patients for word in one.compartments)


def wards(refs: list[str]) -> dict[str, int]:
    """Count patients by the ward of their stay; those without one stand apart. One patient counts once a ward."""
    found: Counter[str] = Counter()
    for first in range(0, len(refs), AT_ONCE):
        part = refs[first : first + AT_ONCE]
        numbers = dict(Patient.objects.filter(ref__in=part).values_list("pk", "ref"))
        stays = Duty.objects.filter(kind=DutyKind.ENCOUNTER_IN_UNIT, patient_id__in=numbers).exclude(unit=None)
        pairs = set(stays.values_list("patient_id", "unit__name"))
        found.update(unit for _patient, unit in pairs)
        if alone := len(part) - len({patient for patient, _unit in pairs}):
            found[_("no stay")] += alone
    return found


@require_GET
def exposure_file(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Give the list, read from the trace itself. That it was made, with its digest, is an entry before it leaves."""
    if kind not in FILES:
        raise Http404
    case = the_case(request, ref)
    home = the_home()
    found = expose(home.safe, scope_of(case, asked(request, case)))
    content = made(request, found, kind)
    answer = HttpResponse(content, content_type=FILES[kind])
    answer["Content-Disposition"] = f'attachment; filename="exposure-{case.ref}.{kind}"'
    return answer


def made(request: HttpRequest, found: Exposure, kind: str) -> bytes:
    """Return the file of one kind."""
    home = the_home()
    printed = partial(paper.as_pdf, found, language(), home.settings.site.time_zone, home.settings.site.name)
    if kind == "zip":
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "exposure.zip"
            bundle.write(file, home.safe, found, site_of(home), {"exposure.pdf": printed()}, partial(told, request))
            return file.read_bytes()
    content = as_csv(found).encode() if kind == "csv" else printed(datetime.now(UTC))
    told(request, hashlib.sha256(content).hexdigest())
    return content


def told(request: HttpRequest, digest: str) -> int:
    """Trace that a list leaves, with its digest."""
    return note(who_of(request), Action.NOTICE, bundle.RULE, request, detail=digest)
