"""Change how a patient is reached.

The form carries the version it was made from: what somebody changed meanwhile is never overwritten.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from ecluse.accounts.bridge import request_id
from ecluse.accounts.who import who_of
from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Compartment
from ecluse.gate.access import Pass, Refusal
from ecluse.gate.http import refuse
from ecluse.record import store, writing
from ecluse.record.fhir_types import PATIENT_CONTACT, Resource
from ecluse.record.pages.asking import ask, the_patient
from ecluse.record.stored import NotFoundError, StaleError

CONFLICT = 409
LINES = {"mobile": ("phone", "mobile"), "phone": ("phone", "home"), "email": ("email", "")}


class ContactsForm(forms.Form):
    """Numbers and address. An emptied field takes its entry away; entries that are not on the form stay as they are."""

    mobile = forms.RegexField(r"^[0-9+(). -]{0,25}\Z", label=gettext_lazy("Mobile"), required=False)
    phone = forms.RegexField(r"^[0-9+(). -]{0,25}\Z", label=gettext_lazy("Telephone"), required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    line = forms.CharField(label=gettext_lazy("Number and street"), max_length=200, required=False)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("Town"), max_length=100, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def applied_to(self, resource: Resource) -> Resource:
        """Return the contact part of a Patient with what the form says."""
        said = self.cleaned_data
        kept = {name: value for name, value in resource.items() if name.lstrip("_") in PATIENT_CONTACT}
        telecom = list(kept.get("telecom") or [])
        for name, (system, use) in LINES.items():
            telecom = with_line(telecom, system, use, said[name])
        address = with_address(list(kept.get("address") or []), said)
        kept |= {"resourceType": "Patient", "telecom": telecom, "address": address}
        return {name: value for name, value in kept.items() if value}


def place_of(telecom: list[Resource], system: str, use: str) -> int | None:
    """Return where a kind of line stands."""
    for place, one in enumerate(telecom):
        is_mobile = one.get("use") == "mobile"
        if one.get("system") == system and is_mobile == (use == "mobile"):
            return place
    return None


def with_line(telecom: list[Resource], system: str, use: str, value: str) -> list[Resource]:
    """Set, add or take away one kind of line."""
    place = place_of(telecom, system, use)
    if place is None:
        made = {"system": system, "value": value} | ({"use": use} if use else {})
        return [*telecom, made] if value else telecom
    changed = [{**telecom[place], "value": value}] if value else []
    return [*telecom[:place], *changed, *telecom[place + 1 :]]


def with_address(addresses: list[Resource], said: dict[str, Any]) -> list[Resource]:
    """Set the first address."""
    first = {name: value for name, value in (addresses[0] if addresses else {"use": "home"}).items() if name != "text"}
    first |= {"line": said["line"].splitlines() or [], "postalCode": said["postcode"], "city": said["city"]}
    first = {name: value for name, value in first.items() if value}
    return [first, *addresses[1:]] if first.keys() & {"line", "postalCode", "city"} else addresses[1:]


def initial(resource: Resource) -> dict[str, Any]:
    """Return what the form shows at first."""
    telecom, addresses = resource.get("telecom") or [], resource.get("address") or [{}]
    found = {
        name: telecom[place].get("value", "")
        for name, (system, use) in LINES.items()
        if (place := place_of(telecom, system, use)) is not None
    }
    first = addresses[0]
    return found | {
        "line": ", ".join(first.get("line", [])),
        "postcode": first.get("postalCode", ""),
        "city": first.get("city", ""),
        "version": resource.get("meta", {}).get("versionId", "1"),
    }


@require_http_methods(["GET", "POST"])
def patient_contacts(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the contacts as a form; write what it says."""
    found = the_patient(request, ref)
    answer = ask(request, found, (Compartment.CONTACT,), Action.WRITE if request.method == "POST" else Action.READ)
    if isinstance(answer, Refusal):
        return refuse(request, answer)
    before = as_it_is(answer)
    form = ContactsForm(request.POST or None, initial=initial(before))
    stale = False
    if request.method == "POST" and form.is_valid():
        try:
            after = form.applied_to(before)
            writing.update(answer, 0, after, form.cleaned_data["version"], who_of(request), request_id(request))
        except StaleError:
            stale, form = True, ContactsForm(initial=initial(before))
        except BadInputError:
            form.add_error(None, gettext("The record did not take these contacts. Check each line."))
        else:
            messages.success(request, gettext("The contacts are changed."))
            return redirect("patient_part", ref=ref, part=Compartment.CONTACT)
    status = CONFLICT if stale else 400 if form.errors else 200
    return render(request, "record/contacts_form.html", {"ref": ref, "form": form, "stale": stale}, status=status)


def as_it_is(granted: Pass) -> Resource:
    """Return the contact part of the Patient as it is now; nothing of it yet is an empty one."""
    try:
        return store.read(granted, 0)
    except NotFoundError:
        rows = store.current_parts(granted.wanted.pk, n=0)
        newest = max((row.version for row in rows), default=1)
        return {"resourceType": "Patient", "meta": {"versionId": str(newest)}}
