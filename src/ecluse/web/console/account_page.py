"""Accounts: who opened records without a link of care, who was refused most; one account against its habit."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ecluse.accounts import sessions
from ecluse.accounts.bridge import note, the_home, the_safe
from ecluse.accounts.labels import label
from ecluse.accounts.models import Account
from ecluse.accounts.who import who_of
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Decision, Ground, TargetKind
from ecluse.respond import cases
from ecluse.respond.models import Case
from ecluse.respond.queue import seen
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Held, Status
from ecluse.safe.trace_reader import opens
from ecluse.web.console import pictures
from ecluse.web.console.case_page import DAYS, a_day, case_days, of_account
from ecluse.web.console.looking import look
from ecluse.web.console.now import held, line
from ecluse.web.console.tail import holding
from ecluse.web.console.trace_page import UNEXPLAINED, in_words, unexplained
from ecluse.web.console.words import VERDICTS

TOP = 12
SHOWN = 8
REFUSED = tuple(f'"decision":"{word.value}"'.encode() for word in Decision if word is not Decision.ALLOW)


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Show whom to look at: a day of accesses without a link of care, and of refusals, account by account."""
    if name := request.GET.get("account", "").strip():
        if Account.objects.filter(username=name).exists():
            return redirect("console_account", username=name)
        messages.error(request, _("There is no such account."))
        return redirect("console_accounts")
    own = look(request, "accounts-read").account
    shown = {
        "hours": unexplained(),
        "unexplained": most(one.account for one in lately(UNEXPLAINED) if opens(one) and one.account != own),
        "refused": most(one.account for one in lately(REFUSED) if one.account != own),
        "locked": [held(one) for one in the_safe().call(Status()).held if is_account(one, own)],
    }
    return render(request, "console/accounts.html", shown)


def is_account(one: Held, own: str) -> bool:
    """Tell whether a lock is on somebody else's account."""
    return one.kind is TargetKind.ACCOUNT and one.target != own


def lately(words: tuple[bytes, ...]) -> Iterator[Entry]:
    """Yield the entries of the last 24 hours that hold one of ``words``."""
    return holding(the_home().safe, words, timezone.now() - timedelta(days=1))


def most(names: Iterator[str]) -> list[tuple[str, int, float]]:
    """Return the accounts named most, with how often."""
    return pictures.shares(dict(Counter(name for name in names if name).most_common(TOP)))


def the_account(request: HttpRequest, username: str) -> Account:
    """Return an account to look at.

    Raises:
        Http404: there is none.
        RefusedError: it is one's own; the try is traced (V4).
    """
    found = get_object_or_404(Account.objects.prefetch_related("units", "professions"), username=username)
    who = who_of(request)
    if who.account == username:
        note(who, Action.LIST, "own-account", request, decision=Decision.REFUSE, target=username)
        raise RefusedError("Nobody watches over themselves.", "Ask a colleague.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, username: str) -> HttpResponse:
    """Show an account against its habit; open a case about it by hand."""
    found = the_account(request, username)
    if request.method == "POST":
        return reported(request, username)
    look(request, "account-read", username)
    entries = of_account(username)
    told = [seen(one) for one in Case.objects.filter(account=username).prefetch_related("events").order_by("-pk")]
    days = frozenset(day for one in told for day in case_days(one))
    shown = {
        "account": found,
        "professions": [label(one.profession) for one in found.professions.all()],
        "employed": found.employed(timezone.localdate()),
        "habit": pictures.habit(a_day(one for one in entries if opens(one)), timezone.localdate(), DAYS, days),
        "grounds": pictures.shares(grounds(entries)),
        "cases": [line(one) | {"verdict": VERDICTS[one.verdict] if one.verdict else ""} for one in told],
        "locks": [held(one) for one in the_safe().call(Status()).held if one.target == username],
        "refusals": [in_words(one) for one in reversed(entries) if one.decision is not Decision.ALLOW][:SHOWN],
        "sessions": sessions.open_sessions(found),
    }
    return render(request, "console/account.html", shown)


def grounds(entries: list[Entry]) -> dict[str, int]:
    """Count openings by what they rest on."""
    counts: Counter[Ground] = Counter(one.ground for one in entries if opens(one) and one.ground is not None)
    return {label(word): number for word, number in counts.items()}


def reported(request: HttpRequest, username: str) -> HttpResponse:
    """Open a case about an account because a person says so."""
    try:
        ref = cases.report(who_of(request), username, request.POST.get("text", ""))
    except BadInputError:
        messages.error(request, _("A note has between 1 and 2,000 characters."))
        return redirect("console_account", username=username)
    return redirect("console_case", ref=ref)
