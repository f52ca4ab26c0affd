"""Pages of a ward workstation: tap, PIN, lock; the one-time code that registers it; one's own PIN."""

import time

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecluse.accounts import device_key, pins, ward, workstation, workstations
from ecluse.accounts.bridge import note
from ecluse.accounts.models import Account, Pin, Workstation
from ecluse.accounts.views import me
from ecluse.accounts.ward import PIN_WITHIN_S, TAPPED, Tap
from ecluse.accounts.who import who_of
from ecluse.core.words import Action


@require_GET
def device(request: HttpRequest) -> HttpResponse:
    """Give the browser's script a new challenge and the time."""
    return JsonResponse({"challenge": device_key.challenge(request), "now": int(time.time())})


@require_http_methods(["GET", "HEAD", "POST"])
def tap(request: HttpRequest) -> HttpResponse:
    """Ask for a badge; open the session of whoever holds it here."""
    place = workstation.ward_of(request)
    if place is None:
        return elsewhere(request)
    if request.method != "POST":
        return ask_tap(request, place)
    form = AuthenticateWebAuthnForm(request.POST, user=None)  # whoever holds the badge; the PIN is asked for apart
    if not form.is_valid():
        return ask_tap(request, place, _("This badge was not recognised."), 422)
    factor: Authenticator = form.cleaned_data["credential"]
    return judged(request, Tap(factor.user, factor, place))


def judged(request: HttpRequest, found: Tap) -> HttpResponse:
    """Open the session, ask for the PIN, or say why this badge opens nothing here."""
    place = found.place
    fault = ward.fault(found)
    if fault:
        ward.refused(request, found, f"badge-{fault}")
        return ask_tap(request, place, said(fault), 403)
    if ward.shift_open(found):
        return ward.come_in(request, found, pin=False)
    if not Pin.objects.filter(account=found.account).exists():
        return ask_tap(request, place, said("no-pin"), 403)
    request.session[TAPPED] = [found.account.pk, found.factor.pk, place.pk, int(time.time())]
    return redirect("accounts_ward_pin")


def said(fault: str) -> str:
    """Return a fault of a tap in words."""
    return {
        "synced": _("This passkey can be copied to other devices: on a shared workstation only a badge or key counts."),
        "privileged": _("Your profession does not work on shared workstations: sign in on your own."),
        "no-pin": _("You have no PIN yet: sign in with your password and key, then choose one under “My PIN”."),
    }[fault]


def ask_tap(request: HttpRequest, place: Workstation, error: str = "", status: int = 200) -> HttpResponse:
    """Show the page that waits for a badge; not by itself after a lock, for the badge may still lie on the reader."""
    start = not error and "locked" not in request.GET
    shown = {"place": place, "js_data": {"request_options": ward.options()}, "error": error, "start": start}
    return render(request, "accounts/ward.html", shown, status=status)


def elsewhere(request: HttpRequest) -> HttpResponse:
    """Answer where there is no ward workstation, or its key is not proved yet: the script proves it and asks again."""
    known = workstations.claims_to_be(request)
    if known and not device_key.proven(request):
        shown = {"then": request.path, "sent": request.method == "GET"}
        return render(request, "accounts/checking.html", shown, status=401)
    return render(request, "accounts/ward_register.html", status=200 if request.method == "GET" else 403)


@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """Take the PIN that opens a shift, within a minute after the tap and on the same workstation."""
    place = workstation.ward_of(request)
    found = tapped(request, place.pk) if place else None
    if found is None:
        return redirect("accounts_ward")
    if request.method != "POST":
        return render(request, "accounts/ward_pin.html", {"name": found.account.display_name})
    if pins.right(found.account, request.POST.get("pin", "")):
        return ward.come_in(request, found, pin=True)
    spent = pins.spent(found.account)
    ward.refused(request, found, "pin-spent" if spent else "wrong-pin")
    shown = {"name": found.account.display_name, "wrong": not spent, "spent": spent}
    return render(request, "accounts/ward_pin.html", shown, status=403)


def tapped(request: HttpRequest, place: int) -> Tap | None:
    """Return the tap this session waits with, if it is of a minute ago at most and of this workstation."""
    kept = request.session.get(TAPPED)
    if not kept or kept[2] != place or time.time() - kept[3] > PIN_WITHIN_S:
        return None
    factor = Authenticator.objects.filter(pk=kept[1], user_id=kept[0]).select_related("user").first()
    here = workstation.ward_of(request)
    return Tap(factor.user, factor, here) if factor and here else None


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock the screen: end the session here; the next tap, here or elsewhere, goes on with it."""
    if request.user.is_authenticated:
        ward.lock(request)
        get_adapter(request).logout(request)
    return redirect(f"{reverse('accounts_ward')}?locked=1")


@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """Make this browser the ward workstation whose one-time code is typed."""
    place = workstations.claim(request, request.POST.get("code", ""))
    if place is None:
        wrong = {"wrong": True, "no_key": not device_key.proven(request)}
        return render(request, "accounts/ward_register.html", wrong, status=403)
    answer = redirect("accounts_ward")
    workstation.give(answer, place.key)
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_pin(request: HttpRequest) -> HttpResponse:
    """Choose one's PIN; a fresh proof was asked for before."""
    account: Account = me(request)
    first, again = request.POST.get("pin", ""), request.POST.get("again", "")
    wrong = ""
    if request.method == "POST":
        wrong = "different" if first != again else "" if pins.fit(first) else "easy"
        if not wrong:
            note(who_of(request), Action.FACTOR, "pin-set", request, target=account.username, detail="pin")
            pins.keep(account, first)
            messages.success(request, _("Your PIN is set. It counts on shared workstations only, after your badge."))
            return redirect("home")
    return render(request, "accounts/pin.html", {"wrong": wrong}, status=422 if wrong else 200)
