"""The token endpoint (RFC 6749, section 5). It answers programs: no page, no cookie, nothing a cache may keep."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from ecluse.accounts.services import grant, presented
from ecluse.accounts.services.errors import NotAcceptedError
from ecluse.core.errors import BrokenWorldError
from ecluse.safe.client import SafeUnavailableError

FORM = "application/x-www-form-urlencoded"
LONGEST = 32 * 1024


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """Give an access token bound to a key, or say why not."""
    if request.method != "POST":
        return told("invalid_request", "POST here.", 405, {"Allow": "POST"})
    if request.content_type != FORM or int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        return told("invalid_request", f"Send {FORM}.", 400)
    try:
        text, narrow = grant.ask(request, request.build_absolute_uri(reverse("oauth_token")))
    except NotAcceptedError as error:
        presented.trace(request, error)
        return told(error.code, error.message, error.status)
    except (SafeUnavailableError, BrokenWorldError):
        return told("temporarily_unavailable", "Try again; if it lasts, tell the operator.", 503, {"Retry-After": "2"})
    body = {"access_token": text, "token_type": "DPoP", "expires_in": grant.LIFE_S, "scope": narrow.scope}
    return never_kept(JsonResponse(body))


def told(code: str, text: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return an error in the words of RFC 6749, section 5.2."""
    return never_kept(JsonResponse({"error": code, "error_description": text}, status=status, headers=headers))


def never_kept(response: HttpResponse) -> HttpResponse:
    """Forbid every cache."""
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response
