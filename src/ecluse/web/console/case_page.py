"""Cases: the queue, one case with its timeline and picture, and what people do about it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from ecluse.accounts.bridge import request_id, the_home
from ecluse.accounts.labels import label
from ecluse.accounts.models import Account
from ecluse.accounts.pages import prove_to_lock, taken_up
from ecluse.accounts.reasons import reason
from ecluse.accounts.who import who_of
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Decision, Grade, TargetKind
from ecluse.record.trace_index import lately
from ecluse.respond import cases, containment
from ecluse.respond.containment import Asked
from ecluse.respond.kinds import EventKind, Verdict
from ecluse.respond.models import Case
from ecluse.respond.queue import Seen, queue, seen
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import opens
from ecluse.web.console import pictures
from ecluse.web.console.looking import look, stale, the_case
from ecluse.web.console.now import line, not_about
from ecluse.web.console.timeline import happened
from ecluse.web.console.words import GRADES, VERDICTS, choices, kind, language

DAYS = 30
CLOSED_SHOWN = 30
HOUR_S = 3600
LONGEST_HOURS = 720


class ContainForm(forms.Form):
    """A lock because of a case; what it names is the case's own."""

    target = forms.ChoiceField(label=gettext_lazy("What to lock"))
    grade = forms.ChoiceField(label=gettext_lazy("How much"), choices=choices(GRADES), initial=Grade.EVERYTHING)
    hours = forms.IntegerField(
        label=gettext_lazy("Hours (0 = until two people lift it)"), min_value=0, max_value=LONGEST_HOURS, initial=0
    )
    message = forms.CharField(label=gettext_lazy("Message to whoever is stopped"), required=False, max_length=200)

    def __init__(self, case: Seen, data: QueryDict | None = None, draft: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=draft)
        self.names = targets(case)
        named = [(word, f"{label(word)} · {name[:24]}") for word, name in self.names.items()]
        self.fields["target"].choices = named  # type: ignore[attr-defined]


def targets(case: Seen) -> dict[str, str]:
    """Return what of a case can be locked: kind → name."""
    found = {
        TargetKind.ACCOUNT: case.account,
        TargetKind.SESSION: case.session,
        TargetKind.WORKSTATION: case.workstation,
    }
    return {word.value: name for word, name in found.items() if name}


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """List what is to be read, gravest first, then what was concluded lately."""
    who = look(request, "cases-read")
    told = queue()
    rows = Case.objects.filter(events__kind=EventKind.DECIDED).distinct().prefetch_related("events")
    done = [seen(one) for one in rows.order_by("-pk")[:CLOSED_SHOWN]]
    shown = {
        "cases": [line(one) for one in not_about(who.account, told)],
        "left_out": told.left_out,
        "a_day": told.a_day,
        "done": [
            line(one) | {"verdict": VERDICTS[one.verdict]}
            for one in done
            if one.verdict is not None and who.account not in one.accounts
        ],
    }
    return render(request, "console/cases.html", shown)


@require_GET
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one case."""
    found = the_case(request, ref)
    look(request, "case-read", ref)
    return shown(request, found, ContainForm(seen(found), draft=taken_up(request, contain_form(found))))


def shown(request: HttpRequest, found: Case, form: ContainForm, status: int = 200) -> HttpResponse:
    """Render a case."""
    told = seen(found)
    entries = [one for one in of_account(told.account) if opens(one)]
    days = case_days(told)
    french = language() == "fr"
    page = {
        "case": told,
        "kinds": [kind(word) for word in told.kinds],
        "profession": label(told.profession),
        "events": [happened(one) for one in found.events.all()],
        "reasons": [fr if french else en for en, fr in told.reasons],
        "verdict": VERDICTS[told.verdict] if told.verdict else "",
        "verdicts": choices(VERDICTS),
        "form": form,
        "habit": pictures.habit(a_day(entries), timezone.localdate(), DAYS, days),
        "minutes": around(entries, found),
    }
    return render(request, "console/case.html", page, status=status)


def of_account(account: str) -> list[Entry]:
    """Return the entries of an account of :data:`DAYS` days, by the index."""
    home = the_home()
    return list(lately(home.safe, home.trace_index, account, timedelta(days=DAYS)))


def case_days(told: Seen) -> frozenset[date]:
    """Return the days that the signals of a case speak of."""
    named = {date.fromisoformat(day) for body in told.told for day in body.get("days", ())}
    at = {timezone.localdate(datetime.fromisoformat(str(body["at"]))) for body in told.told if "at" in body}
    return frozenset(named | at)


def a_day(entries: Iterable[Entry]) -> dict[date, int]:
    """Count distinct patients a day, by the establishment's clock."""
    found: dict[date, set[str]] = defaultdict(set)
    for one in entries:
        found[timezone.localdate(one.at)].add(one.patient)
    return {day: len(patients) for day, patients in found.items()}


def around(entries: list[Entry], found: Case) -> pictures.Picture | None:
    """Draw the hour around the alarm: openings as bars, what was done about it as marks."""
    since, until = found.opened - timedelta(minutes=45), found.opened + timedelta(minutes=15)
    acts = [one.at for one in found.events.all() if one.kind in {EventKind.OPENED, EventKind.CONTAINED}]
    local = [timezone.localtime(one.at) for one in entries]
    return pictures.spread(
        local, timezone.localtime(since), timezone.localtime(until), [*map(timezone.localtime, acts)]
    )


@require_POST
def act(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Add a note, assign, conclude or contain."""
    found, who = the_case(request, ref), who_of(request)
    acts = {
        "note": lambda: cases.remark(who, ref, request.POST.get("text", "")),
        "assign": lambda: cases.assign(who, ref, officer_asked(request) or who.account),
        "verdict": lambda: cases.decide(who, ref, verdict_asked(request)),
    }
    if kind == "contain":
        return contain(request, found)
    if kind not in acts:
        raise Http404
    if kind == "verdict" and (ask := stale(request, reverse("console_case", args=[ref]))):
        return ask
    try:
        acts[kind]()
    except (BadInputError, RefusedError) as error:
        messages.error(request, wrong(error, kind))
    else:
        messages.success(request, _("Kept, and traced."))
    return redirect("console_case", ref=ref)


def wrong(error: BadInputError | RefusedError, act: str) -> str:
    """Say in the reader's language what was wrong with an act."""
    told = {
        "note": _("A note has between 1 and 2,000 characters."),
        "assign": _("Name the account of an officer."),
        "verdict": _("Choose what you conclude."),
    }
    return told.get(act, error.message)


def officer_asked(request: HttpRequest) -> str:
    """Return the officer named; empty when nobody is.

    Raises:
        BadInputError: this is no officer's account.
    """
    name = request.POST.get("to", "").strip()
    officers = Account.objects.filter(username=name, professions__profession__in=cases.READERS, is_active=True)
    if name and not officers.exists():
        raise BadInputError("This is no officer's account.", "Name one.")
    return name


def verdict_asked(request: HttpRequest) -> Verdict:
    """Return the verdict chosen.

    Raises:
        BadInputError: none of the list.
    """
    word = request.POST.get("verdict", "")
    if word not in set(Verdict):
        raise BadInputError("Choose what you conclude.", "One of the list.")
    return Verdict(word)


def contain_form(found: Case) -> str:
    """Name the form of a case under which what was written waits for a proof of identity."""
    return f"contain {found.ref}"


def contain(request: HttpRequest, found: Case) -> HttpResponse:
    """Place a lock; the safe decides, and the case keeps what it said."""
    form = ContainForm(seen(found), request.POST)
    if not form.is_valid():
        return shown(request, found, form, status=422)
    data = form.cleaned_data
    asked = Asked(
        kind=TargetKind(data["target"]),
        name=form.names[data["target"]],
        grade=Grade(data["grade"]),
        seconds=data["hours"] * HOUR_S,
        reason=f"case {found.ref}",
        message=data["message"],
    )
    [ruled] = containment.contain_case(who_of(request), found.ref, (asked,), request_id(request))
    if ruled.decision is Decision.STEP_UP:
        return prove_to_lock(request, contain_form(found), data, reverse("console_case", args=[found.ref]))
    if ruled.decision is Decision.ALLOW:
        messages.success(request, _("Locked. Open sessions stop with their next request."))
    else:
        messages.error(request, reason(ruled.rule))
    return redirect("console_case", ref=found.ref)
