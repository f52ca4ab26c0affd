"""Pages of the office: who is there, what waits for a second person, locks. None shows a patient.

Who reaches each is said in :mod:`ecluse.accounts.rights`; what may be done is decided in the safe.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecluse.accounts import approvals, sessions, temporary
from ecluse.accounts.bridge import request_id
from ecluse.accounts.forms import GrantForm, LockForm, RaiseForm, UnlockForm
from ecluse.accounts.labels import label
from ecluse.accounts.models import Account
from ecluse.accounts.pages import prove_again, prove_to_lock, taken_up
from ecluse.accounts.proposals import in_words
from ecluse.accounts.reasons import reason
from ecluse.accounts.rights import by_table
from ecluse.accounts.who import who_of
from ecluse.core.words import Decision, Ground, TargetKind, Window
from ecluse.safe.protocol import Ruled

HOUR_S = 3600
LOCK_FORM = "lock"
PER_PAGE = 50


def told(request: HttpRequest, ruled: Ruled, done: str) -> None:
    """Tell the person what the safe answered."""
    if ruled.decision is Decision.ALLOW:
        messages.success(request, done)
    else:
        messages.error(request, reason(ruled.rule))


@by_table
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Show what waits for this person, and what they asked for."""
    inbox = approvals.waiting(who_of(request))
    shown = {"to_decide": map(in_words, inbox.to_decide), "asked": map(in_words, inbox.asked)}
    return render(request, "accounts/waiting.html", shown)


@by_table
@require_POST
def decide(request: HttpRequest, sequence: int) -> HttpResponse:
    """Approve or decline one proposal; a proof too old is asked for again first."""
    yes = request.POST.get("answer") == "approve"
    act = approvals.approve if yes else approvals.decline
    who = who_of(request)
    wait = approvals.find(who, sequence) if yes else None
    ruled = act(who, sequence, request_id(request))
    if ruled.decision is Decision.STEP_UP:
        messages.info(request, _("Prove who you are again, then approve."))
        return prove_again(request, reverse("accounts_waiting"))
    if wait is not None and temporary.is_temporary(wait) and ruled.decision is Decision.ALLOW:
        account, first = temporary.open_door(wait, who)
        return render(request, "accounts/temporary_done.html", {"account": account, "first": first})
    told(request, ruled, _("Approved: it is done.") if yes else _("Declined."))
    return redirect("accounts_waiting")


@by_table
@require_http_methods(["GET", "HEAD", "POST"])
def propose_grant(request: HttpRequest) -> HttpResponse:
    """Propose the professions of an account."""
    form = GrantForm(
        request.POST if request.method == "POST" else None, initial={"account": request.GET.get("account", "")}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        ruled = approvals.propose_grant(who_of(request), data["account"], data["professions"], request_id(request))
        return filed(request, ruled)
    return asked(request, form, _("Grant professions"))


@by_table
@require_http_methods(["GET", "HEAD", "POST"])
def propose_raise(request: HttpRequest) -> HttpResponse:
    """Propose a higher cap."""
    form = RaiseForm(
        request.POST if request.method == "POST" else None, initial={"account": request.GET.get("account", "")}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        cap = (Ground(data["ground"]), Window(data["window"]), data["limit"])
        seconds = data["hours"] * HOUR_S
        return filed(
            request, approvals.propose_raise(who_of(request), data["account"], cap, seconds, request_id(request))
        )
    return asked(request, form, _("Raise a cap"))


@by_table
@require_http_methods(["GET", "HEAD", "POST"])
def propose_unlock(request: HttpRequest) -> HttpResponse:
    """Propose to lift a lock."""
    first = {"kind": request.GET.get("kind", ""), "target": request.GET.get("target", "")}
    form = UnlockForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        kind, target = TargetKind(form.cleaned_data["kind"]), form.cleaned_data["target"]
        return filed(request, approvals.propose_unlock(who_of(request), kind, target, request_id(request)))
    return asked(request, form, _("Lift a lock"), locks=worded_locks())


def filed(request: HttpRequest, ruled: Ruled) -> HttpResponse:
    """Answer a proposal."""
    told(request, ruled, _("It waits for a second person, four hours at most."))
    return redirect("accounts_waiting")


def asked(request: HttpRequest, form: forms.Form, title: str, **more: Any) -> HttpResponse:
    """Show a form that proposes something."""
    status = 422 if form.errors else 200
    return render(request, "accounts/propose.html", {"form": form, "heading": title, **more}, status=status)


@by_table
@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """Show the locks in force; place one. One person suffices."""
    first = {"kind": request.GET.get("kind", "account"), "target": request.GET.get("target", ""), "hours": 0}
    draft = taken_up(request, LOCK_FORM)
    form = LockForm(request.POST if request.method == "POST" else None, initial=first | draft)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        target = (TargetKind(data["kind"]), data["target"])
        seconds = data["hours"] * HOUR_S
        ruled = approvals.place_lock(who_of(request), target, data["reason"], request_id(request), seconds)
        if ruled.decision is Decision.STEP_UP:
            return prove_to_lock(request, LOCK_FORM, data, reverse("accounts_lock"))
        told(request, ruled, _("Locked. Open sessions stop with their next request."))
        return redirect("accounts_lock")
    status = 422 if form.errors else 200
    return render(request, "accounts/lock.html", {"form": form, "locks": worded_locks()}, status=status)


def worded_locks() -> list[dict[str, str]]:
    """Return the locks in force, in words."""
    return [
        {"kind": kind, "kind_label": label(kind), "target": target, "reason": reason(text)}
        for kind, target, text in approvals.locks()
    ]


@by_table
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List accounts, with what they act as and how many sessions they have open."""
    words = request.GET.get("q", "").strip()
    found = Account.objects.annotate(open=Count("usersession", distinct=True)).prefetch_related("professions", "units")
    found = found.order_by("username")
    if words:
        found = found.filter(Q(username__icontains=words) | Q(display_name__icontains=words))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = [
        {
            "account": row,
            "employed": row.employed(today),
            "labels": [label(p.profession) for p in row.professions.all()],
        }
        for row in page
    ]
    return render(request, "accounts/list.html", {"page": page, "rows": rows, "q": words})


@by_table
@require_POST
def end_sessions(request: HttpRequest, username: str) -> HttpResponse:
    """End all sessions of an account, at once."""
    account = get_object_or_404(Account, username=username)
    ended = sessions.end(account, who_of(request), "ended-by-officer", request)
    messages.success(request, _("%(count)d sessions of %(account)s ended.") % {"count": ended, "account": username})
    return redirect("accounts_list")
