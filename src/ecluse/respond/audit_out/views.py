"""``GET /fhir/AuditEvent``: the trace for auditors, as FHIR (IHE ITI-81). Closed to all but those whose work it is."""

from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from ecluse.core.words import Action, Decision, Profession
from ecluse.gate.world import home, note
from ecluse.record.api.caller import Caller
from ecluse.record.api.door import called, not_offered
from ecluse.record.api.outcome import ProblemError, answer
from ecluse.record.api.reply import base
from ecluse.respond.audit_out import allowance
from ecluse.respond.audit_out.asking import Asked, answers, asked_of
from ecluse.respond.audit_out.balp import audit_event
from ecluse.respond.audit_out.site import site_of
from ecluse.safe.entry import Entry

AUDITORS = frozenset({Profession.SECURITY_OFFICER, Profession.DPO})
READING = frozenset({"GET", "HEAD"})


@called
def audit_events(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Answer a search of the trace, oldest first.

    Raises:
        ProblemError: 403, not for this caller (the attempt is traced); 429, enough for an hour; 405; 400.
    """
    if request.method not in READING:
        raise not_offered("GET")
    if not may_audit(caller):
        note(caller.who, Action.LIST, "audit-not-granted", caller.request_id, Decision.REFUSE, target=allowance.TARGET)
        raise ProblemError(403, "The trace is for the security officer and the data protection officer.", "not-granted")
    asked = asked_of({name: [str(value) for value in values] for name, values in request.GET.lists()})
    here = home()
    found = list(islice(answers(here.safe, here.trace_index, asked), asked.count + 1))
    take(caller, asked, len(found[: asked.count]))
    return answer(bundle(request, asked, found))


def take(caller: Caller, asked: Asked, number: int) -> None:
    """Trace that ``number`` entries are given, before they are.

    Raises:
        ProblemError: 429, this caller was given enough for an hour; that is traced too.
    """
    here, who, request = home(), caller.who, caller.request_id
    where, about = allowance.TARGET, asked.patient
    if allowance.given(here.safe, here.trace_index, who.account) + number > allowance.most(who):
        note(who, Action.LIST, allowance.FULL, request, Decision.REFUSE, target=where, patient=about)
        raise allowance.too_many(who)
    note(who, Action.LIST, allowance.READ, request, target=where, patient=about, detail=str(number))


def may_audit(caller: Caller) -> bool:
    """Tell whether this caller may read the trace: an auditor, or a service that the settings name."""
    who = caller.who
    named = who.profession == Profession.INTERFACE_SERVICE and who.account in home().settings.audit.readers
    return named or who.profession in AUDITORS


def bundle(request: HttpRequest, asked: Asked, found: list[Entry]) -> dict[str, Any]:
    """Return a page as a searchset, with the address of the next where there is one."""
    shown, site = found[: asked.count], site_of(home())
    here = f"{base(request)}/AuditEvent"
    links = [{"relation": "self", "url": f"{here}?{request.GET.urlencode()}"}]
    if len(found) > asked.count:
        given = [(name, value) for name, values in request.GET.lists() for value in values if name != "_after"]
        links.append({"relation": "next", "url": f"{here}?{urlencode([*given, ('_after', shown[-1].seq)])}"})
    entries = [
        {"fullUrl": f"{here}/entry-{entry.seq}", "resource": audit_event(entry, site), "search": {"mode": "match"}}
        for entry in shown
    ]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
