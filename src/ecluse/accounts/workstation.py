"""The browser a session was opened on: told by a key it cannot give away, else by a cookie, an address and a name.

1. A session opened by a browser that proved its key (:mod:`ecluse.accounts.device_key`) goes on only with that proof:
   its cookies alone, copied anywhere, are *elsewhere*. There is no way back to cookies alone without a fresh proof of
   identity.
2. A session opened without a key is told by its signed cookie, its address and its browser's name together, and is
   short.
3. A key of a workstation is handed out only when somebody has just proved who they are; its signature needs the home
   folder's secret. A workstation that has a key is believed only with it.
"""

import hashlib
import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ecluse.accounts import device_key
from ecluse.accounts.models import Workstation
from ecluse.accounts.strength import Device

SALT = "ecluse.workstation"
SESSION = "ecluse.device"
PUBLIC = "ecluse.public"
PLACE = "ecluse.place"
WARD = "ecluse.ward"
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


def device_of(request: HttpRequest) -> Device:
    """Return where this request comes from, compared with where its session was proved; asked once a request."""
    known: Device | None = getattr(request, "ecluse_from", None)
    if known is None:
        known = _compare(request)
        request.ecluse_from = known  # type: ignore[attr-defined]
    return known


def _compare(request: HttpRequest) -> Device:
    key, session = key_of(request), request.session
    if not key or not secrets.compare_digest(key, session.get(SESSION, "")):
        return Device.ELSEWHERE
    public = session.get(PUBLIC, "")
    if public:
        here = secrets.compare_digest(device_key.proven(request), public)
        return Device.ELSEWHERE if not here else Device.WARD if WARD in session else Device.BOUND
    same = secrets.compare_digest(where(request), session.get(PLACE, ""))
    return Device.UNBOUND if same else Device.ELSEWHERE


def where(request: HttpRequest) -> str:
    """Return a short digest of address and browser: what a session without a key is told by, besides its cookie."""
    return hashlib.sha256(device_key.place(request).encode()).hexdigest()[:32]


def is_new(request: HttpRequest) -> bool:
    """Tell whether this session was never proved on this browser."""
    return device_of(request) is Device.ELSEWHERE


def may_prove(request: HttpRequest) -> bool:
    """Tell whether all that lacks is a proof from the key: the right cookie, a session with a key, and none given."""
    key, public = key_of(request), request.session.get(PUBLIC, "")
    mine = bool(key) and secrets.compare_digest(key, request.session.get(SESSION, ""))
    return bool(public) and mine and not device_key.proven(request)


def name_of(request: HttpRequest) -> str:
    """Return what the trace calls this browser: its key, or ``new`` and the key another session left."""
    session = getattr(request, "session", None)
    if session is not None and not is_new(request):
        return str(session[SESSION])
    handed: str = getattr(request, "ecluse_device", "")
    if handed:
        return handed
    key = key_of(request)
    return f"{NEW}:{key}" if key else NEW


def believed(request: HttpRequest) -> str:
    """Return the workstation key of this browser when it may be believed: known here, and its own key proved."""
    key = key_of(request)
    row = Workstation.objects.filter(key=key).first() if key else None
    if row is None or (row.public_key and row.public_key != device_key.proven(request)):
        return ""
    return key


def prove(request: HttpRequest) -> None:
    """Bind this session to this browser: somebody has just proved who they are on it."""
    public = device_key.proven(request)
    key = believed(request) or secrets.token_hex(16)
    found: dict[str, object] = {"proved": timezone.now()}
    if public:
        found["public_key"] = public
    row, _made = Workstation.objects.update_or_create(key=key, defaults=found)
    request.session.update({SESSION: key, PUBLIC: public, PLACE: where(request)})
    request.session.pop(WARD, None)
    if row.ward and public:
        request.session[WARD] = row.pk
    request.ecluse_device = key  # type: ignore[attr-defined]
    bound = Device.WARD if WARD in request.session else Device.BOUND
    request.ecluse_from = bound if public else Device.UNBOUND  # type: ignore[attr-defined]


def ward_of(request: HttpRequest) -> Workstation | None:
    """Return the registered ward workstation this request comes from, its key proved; None anywhere else."""
    public = device_key.proven(request)
    if not public:
        return None
    return Workstation.objects.filter(key=key_of(request), public_key=public, ward=True).select_related("unit").first()


def hand_out(request: HttpRequest, response: HttpResponse) -> None:
    """Give the browser the cookie of the key it was just proved with."""
    key = getattr(request, "ecluse_device", "")
    if key and key != key_of(request):
        give(response, key)


def give(response: HttpResponse, key: str) -> None:
    """Set the signed cookie that names a workstation."""
    response.set_cookie(
        cookie_name(),
        Signer(salt=SALT).sign(key),
        max_age=DAYS * 24 * 60 * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
