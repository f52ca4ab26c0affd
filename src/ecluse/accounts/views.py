"""Pages about oneself: which profession, first factor, open sessions."""

from typing import cast

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecluse.accounts import sessions
from ecluse.accounts.adapter import FactorAdapter
from ecluse.accounts.browsers import browser_of
from ecluse.accounts.factors import in_recovery, privileged, real, slip_missing
from ecluse.accounts.labels import label
from ecluse.accounts.models import Account
from ecluse.accounts.professions import active, choose, professions_of
from ecluse.accounts.who import who_of
from ecluse.core.errors import RefusedError


def me(request: HttpRequest) -> Account:
    """Return the account signed in; only behind ``login_required``."""
    return cast("Account", request.user)


def not_here(request: HttpRequest) -> HttpResponse:
    """Answer for addresses that django-allauth wants to name and Écluse does not have: nobody signs up.

    Raises:
        Http404: always.
    """
    raise Http404(request.path)


@login_required
@require_GET
def enrol(request: HttpRequest) -> HttpResponse:
    """Explain the second factor and offer its two kinds; whoever has one is sent on to prove it."""
    account = me(request)
    if slip_missing(request, account):
        return redirect("accounts_slip")
    shown = {"recovering": in_recovery(request, account), "passkey_only": privileged(account)}
    if real(account) and not shown["recovering"]:
        return redirect("home" if who_of(request).acr == "aal2" else "account_reauthenticate")
    return render(request, "accounts/enrol.html", shown)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profession(request: HttpRequest) -> HttpResponse:
    """Choose what to act as."""
    known = professions_of(me(request))
    if request.method == "POST":
        try:
            choose(request, me(request), request.POST.get("profession", ""))
        except RefusedError as error:
            shown = {"choices": [], "wrong": True, "passkey": error.message == "passkey-needed"}
            return render(request, "accounts/profession.html", shown, status=403)
        return HttpResponseRedirect(get_next_redirect_url(request) or "/")
    choices = [(word, label(word)) for word in known]
    back = get_next_redirect_url(request) or ""
    return render(request, "accounts/profession.html", {"choices": choices, "chosen": active(request), "next": back})


@login_required
@require_GET
def stronger(request: HttpRequest) -> HttpResponse:
    """Say that this profession needs a key that no fake page can take; show the way to use it, or to add one."""
    has = Authenticator.objects.filter(user=me(request), type=Authenticator.Type.WEBAUTHN).exists()
    back = get_next_redirect_url(request) or "/"
    return render(request, "accounts/stronger.html", {"has": has, "next": back})


@login_required
def remove_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a passkey or security key, unless it is the last factor."""
    key = get_object_or_404(Authenticator, pk=pk, user=me(request), type=Authenticator.Type.WEBAUTHN)
    if not FactorAdapter().can_delete_authenticator(key):
        messages.error(request, _("This is your only second factor. Add another before you remove it."))
        return redirect("mfa_list_webauthn")
    answer: HttpResponse = remove_webauthn(request, pk=pk)
    return answer


@login_required
@require_GET
def own_sessions(request: HttpRequest) -> HttpResponse:
    """List the open sessions of the person."""
    found = sessions.open_sessions(me(request))
    for session in found:
        session.browser = browser_of(session.user_agent)
    return render(request, "accounts/sessions.html", {"sessions": found})


@login_required
@require_POST
def end_own(request: HttpRequest) -> HttpResponse:
    """End one of one's sessions, or all but this one; ending this one is signing out."""
    here = request.session.session_key
    for session in sessions.open_sessions(me(request)):
        chosen = request.POST.get("session") in {str(session.pk), "others"}
        if chosen and session.session_key != here:
            sessions.end(me(request), who_of(request), "ended-by-person", request, only=session.pk)
    return redirect("accounts_sessions")
