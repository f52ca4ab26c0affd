"""To the provider, back from it, once more for a fresh proof, and what the provider itself says."""

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from msgspec import convert, to_builtins

from ecluse.accounts import workstation
from ecluse.accounts.bridge import note, note_if_possible
from ecluse.accounts.federation import exchange, id_token, logout, match, sessions, strength
from ecluse.accounts.federation import provider as providers
from ecluse.accounts.federation.errors import NotSignedInError
from ecluse.accounts.federation.exchange import Started
from ecluse.accounts.models import Account
from ecluse.accounts.who import FEDERATION, stranger, who_of
from ecluse.core.identity import Provider
from ecluse.core.words import Action, Decision

STARTED = "ecluse.federation.started"
LONGEST = 16_384


def known(name: str) -> Provider:
    """Return the provider of that name.

    Raises:
        Http404: there is none.
    """
    found = providers.of(name)
    if found is None:
        raise Http404
    return found


def redirect_of(request: HttpRequest, name: str) -> str:
    """Return the address that the provider sends people back to."""
    return request.build_absolute_uri(reverse("federation_callback", args=[name]))


@require_GET
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """Send whoever is not signed in to the provider."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(get_next_redirect_url(request) or "/")
    return leave(request, name, again=False)


@login_required
@require_GET
def again(request: HttpRequest, name: str) -> HttpResponse:
    """Send a person to the provider that opened this session, for a fresh proof."""
    if request.session.get(FEDERATION, {}).get("provider") != name:
        raise Http404
    return leave(request, name, again=True)


def leave(request: HttpRequest, name: str, *, again: bool) -> HttpResponse:
    """Keep one-time values in the session and go."""
    provider = known(name)
    started = exchange.start(name, get_next_redirect_url(request) or "", again=again)
    try:
        where = exchange.address(provider, started, redirect_of(request, name))
    except NotSignedInError as error:
        return refused(request, name, error)
    request.session[STARTED] = to_builtins(started)
    return HttpResponseRedirect(where)


@require_GET
def callback(request: HttpRequest, name: str) -> HttpResponse:
    """Come back from the provider."""
    provider = known(name)
    try:
        return come_back(request, name, provider)
    except NotSignedInError as error:
        error.account = error.account or match.claimed(name, error.subject)
        return refused(request, name, error)
    except ImmediateHttpResponse as closed:
        request.session.pop(FEDERATION, None)
        answer: HttpResponse = closed.response
        return answer


def come_back(request: HttpRequest, name: str, provider: Provider) -> HttpResponse:
    """Check what came back; sign the person in, or take it as the fresh proof that was asked for.

    Raises:
        NotSignedInError: it is not what was asked for.
    """
    started = taken(request, name)
    came = exchange.redeem(provider, started, request.GET.get("code", ""), redirect_of(request, name))
    claims = id_token.check(provider, came.id_token, started.nonce, came.access_token, max_age=started.again)
    account = match.account_of(name, provider, claims, came.userinfo)
    said = strength.read(provider, claims, came.userinfo)
    if started.again:
        return proved(request, account, said, started)
    opening = sessions.opening(name, provider)
    answer = sessions.sign_in(request, account, said, opening, started.back)
    if request.user.is_authenticated:
        sessions.remember(request, account, name, claims)
    return answer


def taken(request: HttpRequest, name: str) -> Started:
    """Return, and use up, what this session had asked; the answer must carry its state.

    Raises:
        NotSignedInError: it asked nothing, or something else; or the provider answered with an error.
    """
    kept = request.session.pop(STARTED, None)
    if kept is None:
        raise NotSignedInError("not-asked")
    started = convert(kept, Started)
    if started.name != name or not constant_time_compare(started.state, request.GET.get("state", "")):
        raise NotSignedInError("state")
    issuer = request.GET.get("iss")
    if issuer is not None and issuer != known(name).issuer:
        raise NotSignedInError("provider-issuer")
    if "error" in request.GET or not request.GET.get("code"):
        raise NotSignedInError("provider-refused")
    if started.again != request.user.is_authenticated:
        raise NotSignedInError("another-session")
    return started


def proved(request: HttpRequest, account: Account, said: strength.Said, started: Started) -> HttpResponse:
    """Take what came back as a fresh proof of the very person signed in.

    Raises:
        NotSignedInError: it is somebody else, not fresh, or not strong enough.
    """
    if account != request.user:
        raise NotSignedInError("another-person", account.username)
    sessions.fresh(said, account.username)
    who = who_of(request)
    short = said.in_short(started.name)
    note(who, Action.STEP_UP, "proved-again", request, target=who.account, detail=short)
    sessions.record(request, account, said, again=True)
    workstation.prove(request)
    return HttpResponseRedirect(started.back or "/")


def refused(request: HttpRequest, name: str, error: NotSignedInError) -> HttpResponse:
    """Trace why it did not work, and show a page that says no more than that."""
    named = bool(error.account)
    who = who_of(request) if request.user.is_authenticated else stranger(request, error.account if named else "")
    note_if_possible(
        who, Action.LOGIN_FAILURE, error.rule, request, decision=Decision.REFUSE, target=error.account, detail=name
    )
    label = known(name).label
    return render(request, "accounts/federation_refused.html", {"label": label}, status=403)


@csrf_exempt
@require_POST
def backchannel(request: HttpRequest, name: str) -> HttpResponse:
    """Hear from the provider that a session of its own is over (OpenID Connect Back-Channel Logout 1.0)."""
    provider = known(name)
    text = request.POST.get("logout_token", "")
    try:
        subject, sid = logout.check(provider, text[:LONGEST])
    except NotSignedInError as error:
        who = stranger(request)
        note_if_possible(who, Action.LOGIN_FAILURE, error.rule, request, decision=Decision.REFUSE, detail=name)
        return HttpResponse(status=400)
    sessions.end(name, subject, sid)
    return HttpResponse(status=200, headers={"Cache-Control": "no-store"})
