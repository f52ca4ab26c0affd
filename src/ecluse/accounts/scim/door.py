"""The one frame around every view of provisioning: who calls, and every error in the words of RFC 7644 (3.12)."""

import functools
import logging
from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import Error
from scim2_models.exceptions import SCIMException

from ecluse.accounts import tokens
from ecluse.accounts.bridge import the_safe
from ecluse.accounts.services import presented
from ecluse.accounts.services.errors import NotAcceptedError
from ecluse.accounts.services.grant import POSSESSION
from ecluse.accounts.services.scopes import SCIM
from ecluse.accounts.who import address, claimed_address
from ecluse.core.errors import BadInputError, BrokenWorldError, RefusedError
from ecluse.core.words import Profession
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.protocol import Check, Who

log = logging.getLogger("ecluse.scim")
SCIM_JSON = "application/scim+json"
LONGEST = 1_000_000
View = Callable[..., HttpResponse]


class ScimError(Exception):
    """An answer that is not the resource asked for."""

    def __init__(self, status: int, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind


def caller(request: HttpRequest) -> Who:
    """Return the provisioning service that calls.

    Raises:
        NotAcceptedError: it is none.
    """
    shown = presented.presented(request, (SCIM, ""))
    held = tokens.holder(shown) if shown else None
    if held is None:
        presented.trace_unknown(request)
        raise NotAcceptedError(
            "bad-token", "Send a token of a provisioning service with its proof.", code="invalid_token"
        )
    who = Who(
        account=held.account.username,
        profession=held.profession,
        session=f"token:{held.pk}",
        amr=(POSSESSION,),
        address=address(request),
        claimed_address=claimed_address(request),
    )
    checked = the_safe().call(Check(who=who))
    if held.profession != Profession.PROVISIONING_SERVICE or checked.lock or not checked.registered:
        error = NotAcceptedError("not-provisioning", "Not a provisioning service.", code="invalid_token", status=403)
        error.account = held.account.username
        presented.trace(request, error)
        raise error
    return who


def framed(view: View) -> View:
    """Frame a view: who calls is asked first, whatever goes wrong is told as a SCIM error."""

    @csrf_exempt
    @functools.wraps(view)
    def inside(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            return view(request, caller(request), **named)
        except NotAcceptedError as error:
            answer = told(error.status, error.message)
            answer["WWW-Authenticate"] = f'DPoP realm="ecluse", error="{error.code}"'
            return answer
        except Exception as error:  # noqa: BLE001 - the frame is the place where each is told
            return problem(error)

    return inside


def problem(error: Exception) -> HttpResponse:
    """Tell an error; none quotes what came."""
    match error:
        case ScimError():
            return told(error.status, str(error), error.kind)
        case SCIMException():
            return told(error.status, "This is not a valid SCIM request.", error.scim_type)
        case ValidationError():
            return told(400, "This is not a valid SCIM resource.", "invalidValue")
        case BadInputError() | RefusedError():
            return told(400, str(error), "invalidValue")
        case SafeUnavailableError() | BrokenWorldError():
            return told(503, "Nothing was changed. Try again; if it lasts, tell the operator.")
        case _:
            log.error("uncaught", extra={"kind": type(error).__name__})
            return told(500, "Something broke on our side. The operator finds it in the log.")


def told(status: int, text: str, kind: str = "") -> HttpResponse:
    """Return a SCIM error."""
    return answer(Error(status=status, detail=text, scim_type=kind or None).model_dump(), status)


def answer(body: object, status: int = 200) -> HttpResponse:
    """Return JSON that no cache keeps."""
    return HttpResponse(
        msgspec.json.encode(body), status=status, content_type=SCIM_JSON, headers={"Cache-Control": "no-store"}
    )


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that was sent.

    Raises:
        ScimError: 400, it is none; 413, it is too long.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        raise ScimError(413, "The body is too long.")
    try:
        found: dict[str, Any] = msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ScimError(400, "The body is not a JSON object.", "invalidSyntax") from error
    return found
