"""A webhook: POST of JSON, signed as Standard Webhooks 1.0 says (HMAC-SHA-256 over id, time and body)."""

import base64
import hmac

import httpx
import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.respond.alarms.base import TIMEOUT_S, NotTakenError, Sent, secret

LEAST_BYTES = 24
PREFIX = "whsec_"


def send(home: Home, sent: Sent) -> None:
    """Send one message; any answer below 300 is a receipt.

    Raises:
        NotTakenError: no answer, or another one.
        BadInputError: the settings cannot be used.
    """
    settings = home.settings.alarms.webhook
    if settings is None:
        raise BadInputError("There is no [alarms.webhook].", "Add it to ecluse.toml.")
    body = msgspec.json.encode(sent.message)
    headers = signed(key_of(secret(home, settings.secret_file, "alarms.webhook")), sent, body)
    try:
        answer = httpx.post(settings.url, content=body, headers=headers, timeout=TIMEOUT_S)
    except httpx.HTTPError as error:
        raise NotTakenError(type(error).__name__) from error
    if not answer.is_success:
        raise NotTakenError(f"HTTP {answer.status_code}")


def key_of(text: str) -> bytes:
    """Return the key of a secret, written ``whsec_`` and base64.

    Raises:
        BadInputError: it is not written so, or too short.
    """
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError as error:
        raise BadInputError("The secret of the webhook is not base64.", f"Write {PREFIX} and base64.") from error
    if len(key) < LEAST_BYTES:
        raise BadInputError("The secret of the webhook is too short.", f"It needs {LEAST_BYTES} bytes at least.")
    return key


def signed(key: bytes, sent: Sent, body: bytes) -> dict[str, str]:
    """Return the headers of one message."""
    at = str(int(sent.at))
    mac = hmac.digest(key, b".".join([sent.name.encode(), at.encode(), body]), "sha256")
    return {
        "Content-Type": "application/json",
        "webhook-id": sent.name,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
