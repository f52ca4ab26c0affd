"""Pages of exports: ask, wait for the second person (who finds it under approvals), take it once.

The file is made when it is taken and goes straight into the answer: there is none on this machine before or after.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecluse.accounts.bridge import request_id
from ecluse.accounts.models import Unit
from ecluse.accounts.pages import prove_again
from ecluse.accounts.reasons import reason
from ecluse.accounts.who import who_of
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Decision, Purpose
from ecluse.gate import duties
from ecluse.gate.ask import worker_for
from ecluse.gate.reasons import words
from ecluse.gate.rules import may, rights_of
from ecluse.gate.world import policy, safe
from ecluse.record import age, export
from ecluse.record.export_forms import PURPOSES, ExportForm
from ecluse.record.models import Patient
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.protocol import Pending, Who

AGE = "application/octet-stream"


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Show what this person asked for, and what waits."""
    who = who_of(request)
    waits = pending(who)
    asked = [
        {
            "sequence": one.sequence,
            "count": len(one.refs),
            "purpose": PURPOSES.get(one.purpose, one.purpose.value),
            "fingerprint": age.grouped(one.fingerprint),
            "made": one.made,
            "waits": one.sequence in waits,
        }
        for one in export.waiting(who.account)
    ]
    return render(
        request, "record/export_list.html", {"asked": asked, "may_ask": may(policy(), who.profession, Action.EXPORT)}
    )


def pending(who: Who) -> set[int]:
    """Return which proposals still wait for a second person."""
    try:
        told = safe().call(Pending(who=who))
    except SafeUnavailableError as error:
        if error.code != "refused":
            raise
        return set()
    return {wait.sequence for wait in told.waits}


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for an export."""
    who = who_of(request)
    form = ExportForm(request.POST or None, units=units_of(who), purposes=purposes_of(who))
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["refs"] or of_unit(who, form.cleaned_data["unit"])
        if propose(request, who, chosen, form):
            return redirect("export_list")
    status = 422 if form.errors else 200
    shown = {"form": form, "most": policy().export.max_patients}
    return render(request, "record/export_new.html", shown, status=status)


def propose(request: HttpRequest, who: Who, refs: list[str], form: ExportForm) -> bool:
    """File the proposal; tell the person what came of it. True when it waits now."""
    data = form.cleaned_data
    try:
        ruled = export.propose(who, refs, data["recipient"], Purpose(data["purpose"]), request_id(request))
    except BadInputError as error:
        form.add_error(None, str(error))
        return False
    if ruled.decision is Decision.ALLOW:
        messages.success(request, _("It waits for a second person, four hours at most."))
        return True
    form.add_error(None, str(words(ruled.rule)) if ruled.rule != "malformed" else reason(ruled.rule))
    return False


@require_POST
def download(request: HttpRequest, sequence: int) -> HttpResponse:
    """Make an approved export and hand it over, once."""
    who = who_of(request)
    try:
        sealed = export.export(who, export.request_of(who.account, sequence), request_id(request))
    except export.StepUpError:
        return prove_again(request, request.path)
    except RefusedError as error:
        told = words(error.message) if error.message == "approval" else error
        messages.error(request, str(told))
        return redirect("export_list")
    response = HttpResponse(sealed, content_type=AGE)
    response["Content-Disposition"] = f'attachment; filename="export-{sequence}.ndjson.age"'
    response["Cache-Control"] = "no-store"
    return response


def units_of(who: Who) -> list[tuple[int, str]]:
    """Return the units whose work list this person has."""
    worker = worker_for(who)
    return list(Unit.objects.filter(pk__in=worker.units).values_list("pk", "name")) if worker else []


def of_unit(who: Who, unit: int) -> list[str]:
    """Return the references of the patients of this person's work list in one unit."""
    worker = worker_for(who)
    if worker is None or unit not in worker.units:
        return []
    found = duties.patients_of(worker, unit=unit, limit=policy().export.max_patients + 1)
    return list(Patient.objects.filter(pk__in=list(found)).values_list("ref", flat=True))


def purposes_of(who: Who) -> list[Purpose]:
    """Return the purposes that this person's profession has."""
    rights = rights_of(policy(), who.profession)
    return sorted(rights.purposes) if rights else []
