"""Write a prescription, with allergies and what is already prescribed in sight."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from ecluse.accounts.bridge import request_id
from ecluse.accounts.models import Account
from ecluse.accounts.who import who_of
from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Compartment
from ecluse.gate.access import Refusal
from ecluse.gate.http import refuse
from ecluse.record import store, writing
from ecluse.record.pages.asking import ask, the_patient
from ecluse.record.pages.entries import entries
from ecluse.record.pages.identity import identity
from ecluse.record.people import ACCOUNT_SYSTEM

RPPS = "urn:oid:1.2.250.1.71.4.2.1"
BESIDE = (Compartment.IDENTITY, Compartment.CLINICAL)


class Prescription(forms.Form):
    """One line of an ordonnance."""

    drug = forms.CharField(label=gettext_lazy("Drug, strength and form"), max_length=200)
    dose = forms.CharField(label=gettext_lazy("Dose and times"), max_length=300)
    days = forms.IntegerField(label=gettext_lazy("Duration (days)"), min_value=1, max_value=365, required=False)
    note = forms.CharField(
        label=gettext_lazy("Remark"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def resource(self, prescriber: Account) -> dict[str, Any]:
        """Return it as a FHIR MedicationRequest signed by ``prescriber``."""
        said = self.cleaned_data
        dose: dict[str, Any] = {"text": said["dose"]}
        if said["days"]:
            dose["timing"] = {"repeat": {"boundsDuration": {"value": said["days"], "unit": "d", "code": "d"}}}
            dose["timing"]["repeat"]["boundsDuration"]["system"] = "http://unitsofmeasure.org"
            lasting = ngettext("%(count)s day", "%(count)s days", said["days"]) % {"count": said["days"]}
            dose["text"] = f"{said['dose']} – {lasting}"
        made = {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": said["drug"]},
            "authoredOn": timezone.now().replace(microsecond=0).isoformat(),
            "requester": {"identifier": badge(prescriber), "display": prescriber.display_name},
            "dosageInstruction": [dose],
        }
        return made | ({"note": [{"text": said["note"]}]} if said["note"] else {})


def badge(account: Account) -> dict[str, str]:
    """Return the identifier by which a resource names somebody of the staff."""
    return (
        {"system": RPPS, "value": account.rpps}
        if account.rpps
        else {"system": ACCOUNT_SYSTEM, "value": account.username}
    )


@require_http_methods(["GET", "POST"])
def patient_prescribe(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the form beside the allergies; write what it says."""
    found = the_patient(request, ref)
    form = Prescription(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = ask(request, found, (Compartment.CLINICAL,), Action.WRITE)
        if isinstance(answer, Refusal):
            return refuse(request, answer)
        account = Account.objects.get(username=who_of(request).account)
        try:
            writing.create(answer, form.resource(account), who_of(request), request_id(request))
        except BadInputError:
            form.add_error(None, gettext("The record did not take this prescription. Check each line."))
        else:
            messages.success(request, gettext("The prescription is written in the record."))
            return redirect("patient", ref=ref)
    beside = ask(request, found, BESIDE)
    if isinstance(beside, Refusal):
        return refuse(request, beside)
    resources = store.read_all(beside)
    listed = entries(resources, {})
    body = next((one for one in resources if one["resourceType"] == "Patient"), {})
    return render(
        request,
        "record/prescribe.html",
        {
            "ref": ref,
            "form": form,
            "who": identity(body),
            "allergies": [entry for entry in listed["AllergyIntolerance"] if entry.active],
            "current": [entry for entry in listed["MedicationRequest"] if entry.active],
        },
        status=400 if form.errors else 200,
    )
