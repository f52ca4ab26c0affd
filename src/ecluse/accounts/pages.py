"""Pages that say no, and ways to send a person elsewhere."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ecluse.accounts.reasons import reason

FORMS = frozenset({"accounts_propose_grant", "accounts_propose_raise", "accounts_propose_unlock", "export_new"})
"""Addresses that both show a form and take it: whoever is stopped in sending one comes back to it."""


def closed(request: HttpRequest, why: str, text: str = "", *, lifts: bool = False) -> HttpResponse:
    """403: ``why`` is ``locked``, ``inactive`` or ``unregistered``; ``text`` the lock's own reason.

    Whoever opened a planted record is not told that it was one. ``lifts``: show the way to where locks are lifted.
    """
    told = reason("locked" if text == "decoy" else text)
    shown = {"why": why, "text": told, "lifts": lifts}
    return whole(request, render(request, "accounts/closed.html", shown, status=403))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the safe does not answer, so nothing is shown (S6)."""
    answer = render(request, "errors/unavailable.html", status=503)
    answer["Retry-After"] = "5"
    return whole(request, answer)


def checking(request: HttpRequest) -> HttpResponse:
    """401: the browser's key is asked for a proof, which its script gives before it asks for the page again."""
    sent = request.method in {"GET", "HEAD"}
    shown = {"then": back_path(request), "sent": sent}
    answer = render(request, "accounts/checking.html", shown, status=401)
    if "HX-Request" in request.headers:
        answer["HX-Refresh"] = "true"
    return answer


def whole(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Make htmx put ``response`` in place of the whole page."""
    if "HX-Request" in request.headers:
        response["HX-Retarget"] = "body"
        response["HX-Reswap"] = "innerHTML"
    return response


def back_path(request: HttpRequest) -> str:
    """Return the page to come back to: this one when it was only looked at, else the one it was called from."""
    if "HX-Request" in request.headers:
        return urlsplit(request.headers.get("HX-Current-URL", "/")).path or "/"
    match = request.resolver_match
    own = bool(match) and match.url_name in FORMS if match else False
    return request.get_full_path() if own or request.method in {"GET", "HEAD"} else "/"


def go(name: str, back: str = "") -> HttpResponse:
    """Send the person to the page called ``name``, to come back to ``back`` afterwards."""
    return HttpResponseRedirect(reverse(name) + (f"?{urlencode({'next': back})}" if back else ""))


def prove_to_lock(request: HttpRequest, form: str, data: dict[str, Any], back: str) -> HttpResponse:
    """Ask for a fresh proof before a lock, and keep what was written meanwhile; ``form`` names it."""
    request.session[f"draft {form}"] = data
    messages.info(request, _("Prove who you are again, then lock within the minute."))
    return prove_again(request, back)


def taken_up(request: HttpRequest, form: str) -> dict[str, Any]:
    """Return what was put aside, once."""
    found: dict[str, Any] = request.session.pop(f"draft {form}", {})
    return found


def prove_again(request: HttpRequest, back: str = "") -> HttpResponse:
    """Ask for a fresh proof of identity, then come back."""
    return go("account_reauthenticate", back or back_path(request))
