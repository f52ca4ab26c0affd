"""Health of the trace, and a read-only explorer of it: by account, patient (pseudonym), session, act and time."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import the_home, the_safe
from ecluse.accounts.labels import label
from ecluse.accounts.models import Account
from ecluse.core.words import Action, Ground
from ecluse.record.trace_index import By, Span, find
from ecluse.respond.words import data_said
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Status
from ecluse.safe.trace_reader import entries_from, opens
from ecluse.web.console import pictures
from ecluse.web.console.fields import LOCAL
from ecluse.web.console.looking import look, look_at_patient
from ecluse.web.console.now import head
from ecluse.web.console.tail import holding, sequence_at
from ecluse.web.console.words import DECISIONS, act_said, language

HEX = re.compile(r"[0-9a-f]{16,64}")
OUTSIDE = re.compile(r"(console|system):[a-z_][a-z0-9_-]{0,31}")
MOST = 200
HOURS = 24
UNEXPLAINED = tuple(f'"ground":"{word.value}"'.encode() for word in (Ground.UNEXPLAINED, Ground.EMERGENCY))
EVERYBODY = "all"
FOUND_BY = [
    (By.ACCOUNT.value, _("Account")),
    (By.PATIENT.value, _("Patient")),
    (By.SESSION.value, _("Session")),
    (EVERYBODY, _("Everybody")),
]


class Wanted(msgspec.Struct, frozen=True):
    """What entries are asked for. ``by`` None: everybody's. ``act`` None: of every kind."""

    by: By | None
    value: str
    act: Action | None
    since: datetime
    until: datetime

    def holds(self, one: Entry) -> bool:
        """Tell whether an entry is of the act and the time asked for."""
        return self.since <= one.at < self.until and self.act in {None, one.action}


class AskForm(forms.Form):
    """What entries are asked for."""

    by = forms.ChoiceField(label=_("Find by"), choices=FOUND_BY)
    value = forms.CharField(label=_("As the trace writes it"), max_length=128, required=False)
    act = forms.ChoiceField(label=_("Act"), required=False)
    days = forms.IntegerField(label=_("Days back"), min_value=1, max_value=1100, initial=7)
    until = forms.DateTimeField(label=_("Until (empty: now)"), widget=LOCAL, required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        acts = sorted(((word.value, act_said(word)) for word in Action), key=lambda one: one[1])
        self.fields["act"].choices = [("", _("Every act")), *acts]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse what names nothing: what is asked is an entry for ever, so a patient's name must not slip into it."""
        data = super().clean() or {}
        by, value = data.get("by"), data.get("value", "")
        if by and (value if by == EVERYBODY else not known(By(by), value)):
            raise forms.ValidationError(_("The trace names nobody so."))
        return data

    def asked(self) -> Wanted:
        """Return what a valid form asks for."""
        data = self.cleaned_data
        by = None if data["by"] == EVERYBODY else By(data["by"])
        until = data["until"] or timezone.now()
        word = Action(data["act"]) if data["act"] else None
        return Wanted(by, data["value"], word, until - timedelta(days=data["days"]), until)


def known(by: By, value: str) -> bool:
    """Tell whether ``value`` is an account, or has the form of a reference or of a session's keyed hash."""
    if by is By.ACCOUNT:
        return bool(OUTSIDE.fullmatch(value)) or Account.objects.filter(username=value).exists()
    return bool(HEX.fullmatch(value))


@require_GET
def trace(request: HttpRequest) -> HttpResponse:
    """Show the head, the hospital's accesses without a link of care by the hour, and the entries asked for."""
    form = AskForm(request.GET if "days" in request.GET else None)
    wanted = form.asked() if form.is_bound and form.is_valid() else None
    found: list[Entry] = []
    if wanted is not None:
        traced(request, wanted)
        found = newest(wanted)
    state = the_safe().call(Status())
    shown = {
        "form": form,
        "asked": wanted is not None,
        "lines": [in_words(one) for one in found[:MOST]],
        "more": len(found) > MOST,
        "size": state.size,
        "head": head(state),
        "key": (the_home().safe / "key.vkey").read_text(encoding="utf-8").strip(),
        "hours": unexplained(),
    }
    return render(request, "console/trace.html", shown)


def traced(request: HttpRequest, wanted: Wanted) -> None:
    """Write that entries are asked for, before any is shown."""
    word = f" {wanted.act.value}" if wanted.act else ""
    if wanted.by is By.PATIENT:
        look_at_patient(request, "trace-read", wanted.value, detail=word.strip())
    else:
        look(request, "trace-read", detail=f"{wanted.by or EVERYBODY} {wanted.value}".strip() + word)


def newest(wanted: Wanted) -> list[Entry]:
    """Return the newest entries, one more than are shown when there are more."""
    home = the_home()
    if wanted.by is None:
        return list(islice(filter(wanted.holds, of_everybody(wanted)), MOST + 1))
    found = list(find(home.safe, home.trace_index, wanted.by, wanted.value, Span(wanted.since, wanted.until)))
    return list(islice(filter(wanted.holds, reversed(found)), MOST + 1))


def of_everybody(wanted: Wanted) -> Iterator[Entry]:
    """Yield everybody's entries, newest first: those of one act by their word, else the last before ``until``."""
    safe = the_home().safe
    if wanted.act is not None:
        return holding(safe, (f'"action":"{wanted.act.value}"'.encode(),), wanted.since, wanted.until)
    last = sequence_at(safe, wanted.until)
    return reversed(list(entries_from(safe, max(0, last - MOST - 1), last)))


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
    return {
        "entry": one,
        "profession": label(one.profession),
        "act": act_said(one.action),
        "decision": DECISIONS[one.decision],
        "data": ", ".join(data_said(word, here) for word in one.compartments),
    }
