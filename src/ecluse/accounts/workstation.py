"""The browser a session was opened on, told by a signed cookie of its own.

1. A session moved to a browser that lacks the cookie it was opened with is on a *new device*: it proves a
   factor again.
2. A key is handed out only when somebody has just proved who they are; its signature needs the home folder's
   secret.
"""

import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ecluse.accounts.models import Workstation

SALT = "ecluse.workstation"
SESSION = "ecluse.device"
NEW = "new"
DAYS = 400


def cookie_name() -> str:
    """Return the cookie's name; over HTTPS the prefix binds it to this very host."""
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def key_of(request: HttpRequest) -> str:
    """Return the key of this browser, or nothing when its cookie is absent or was not signed here."""
    try:
        return Signer(salt=SALT).unsign(request.COOKIES.get(cookie_name(), ""))
    except BadSignature:
        return ""


def is_new(request: HttpRequest) -> bool:
    """Tell whether this session was never proved on this browser."""
    key = key_of(request)
    return not key or not secrets.compare_digest(key, request.session.get(SESSION, ""))


def name_of(request: HttpRequest) -> str:
    """Return what the trace calls this browser: its key, or ``new`` and the key another session left."""
    session = getattr(request, "session", None)
    if session is not None and not is_new(request):
        return str(session[SESSION])
    handed: str = getattr(request, "ecluse_device", "")
    key = handed or key_of(request)
    if handed:
        return handed
    return f"{NEW}:{key}" if key else NEW


def prove(request: HttpRequest) -> None:
    """Bind this session to this browser: somebody has just proved who they are on it."""
    key = key_of(request) or secrets.token_hex(16)
    Workstation.objects.update_or_create(key=key, defaults={"proved": timezone.now()})
    request.session[SESSION] = key
    request.ecluse_device = key  # type: ignore[attr-defined]


def hand_out(request: HttpRequest, response: HttpResponse) -> None:
    """Give the browser the cookie of the key it was just proved with."""
    key = getattr(request, "ecluse_device", "")
    if key and key != key_of(request):
        response.set_cookie(
            cookie_name(),
            Signer(salt=SALT).sign(key),
            max_age=DAYS * 24 * 60 * 60,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
