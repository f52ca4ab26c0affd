"""Health of the trace, and a read-only explorer of it: by account, patient (pseudonym) or session, with proofs."""

import re
from collections import Counter
from datetime import timedelta
from itertools import islice
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import the_home, the_safe
from ecluse.accounts.labels import label
from ecluse.accounts.models import Account
from ecluse.core.words import Ground
from ecluse.record.trace_index import By, Span, find
from ecluse.respond.words import DATA, ROUTES
from ecluse.safe.entry import Entry
from ecluse.safe.proof import prove
from ecluse.safe.protocol import Status
from ecluse.safe.trace_reader import opens
from ecluse.web.console import pictures
from ecluse.web.console.looking import look
from ecluse.web.console.now import head
from ecluse.web.console.tail import holding
from ecluse.web.console.words import DECISIONS, language

HEX = re.compile(r"[0-9a-f]{16,64}")
OUTSIDE = re.compile(r"(console|system):[a-z_][a-z0-9_-]{0,31}")
MOST = 200
HOURS = 24
UNEXPLAINED = tuple(f'"ground":"{word.value}"'.encode() for word in (Ground.UNEXPLAINED, Ground.EMERGENCY))
FOUND_BY = [(By.ACCOUNT.value, _("Account")), (By.PATIENT.value, _("Patient")), (By.SESSION.value, _("Session"))]


class AskForm(forms.Form):
    """What entries are asked for."""

    by = forms.ChoiceField(label=_("Find by"), choices=FOUND_BY)
    value = forms.CharField(label=_("As the trace writes it"), max_length=128)
    days = forms.IntegerField(label=_("Days back"), min_value=1, max_value=1100, initial=7)

    def clean(self) -> dict[str, Any]:
        """Refuse what names nothing: what is asked is an entry for ever, so a patient's name must not slip into it."""
        data = super().clean() or {}
        by, value = data.get("by"), data.get("value", "")
        if by and value and not known(By(by), value):
            raise forms.ValidationError(_("The trace names nobody so."))
        return data


def known(by: By, value: str) -> bool:
    """Tell whether ``value`` is an account, or has the form of a reference or of a session's keyed hash."""
    if by is By.ACCOUNT:
        return bool(OUTSIDE.fullmatch(value)) or Account.objects.filter(username=value).exists()
    return bool(HEX.fullmatch(value))


@require_GET
def trace(request: HttpRequest) -> HttpResponse:
    """Show the head, the hospital's accesses without a link of care by the hour, and the entries asked for."""
    form = AskForm(request.GET if "value" in request.GET else None)
    found: list[Entry] = []
    if form.is_bound and form.is_valid():
        by, value = By(form.cleaned_data["by"]), form.cleaned_data["value"]
        about = {"patient": value} if by is By.PATIENT else {"detail": f"{by.value} {value}"}
        look(request, "trace-read", **about)
        found = newest(by, value, form.cleaned_data["days"])
    state = the_safe().call(Status())
    home = the_home()
    shown = {
        "form": form,
        "asked": form.is_bound and form.is_valid(),
        "lines": [in_words(one) for one in found[:MOST]],
        "more": len(found) > MOST,
        "size": state.size,
        "head": head(state),
        "key": (home.safe / "key.vkey").read_text(encoding="utf-8").strip(),
        "hours": unexplained(),
    }
    return render(request, "console/trace.html", shown)


def newest(by: By, value: str, days: int) -> list[Entry]:
    """Return the newest entries, one more than are shown when there are more."""
    home = the_home()
    found = list(find(home.safe, home.trace_index, by, value, Span(timezone.now() - timedelta(days=days))))
    return list(islice(reversed(found), MOST + 1))


def unexplained() -> pictures.Picture | None:
    """Draw how many records were opened without a link of care, by everybody, in each of the last hours."""
    here = timezone.localtime().replace(minute=0, second=0, microsecond=0)
    hours = [here - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    counts = Counter(
        timezone.localtime(one.at).replace(minute=0, second=0, microsecond=0)
        for one in holding(the_home().safe, UNEXPLAINED, hours[0])
        if opens(one)
    )
    return pictures.bars([(hour.strftime("%H:00"), counts[hour], False) for hour in hours])


def in_words(one: Entry) -> dict[str, Any]:
    """Put an entry in words."""
    here = language()
    route = ROUTES.get(one.action)
    return {
        "entry": one,
        "profession": label(one.profession),
        "act": route.to(here) if route else one.action.value,
        "decision": DECISIONS[one.decision],
        "data": ", ".join(DATA[word].to(here).partition(" (")[0] for word in one.compartments),
    }


@require_GET
def proof(request: HttpRequest, sequence: int) -> HttpResponse:
    """Give the proof that an entry is under the signed head (C2SP tlog-proof): checked with the public key alone."""
    look(request, "proof-read", str(sequence))
    answer = HttpResponse(prove(the_home().safe, sequence), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="entry-{sequence}.tlog-proof"'
    return answer
