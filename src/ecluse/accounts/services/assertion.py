"""A service proves itself by an assertion signed with its key (RFC 7523, SMART Backend Services)."""

import base64
import time
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ecluse.accounts.bridge import the_home
from ecluse.accounts.models import ServiceClient
from ecluse.accounts.services import seen
from ecluse.accounts.services.errors import bad_assertion
from ecluse.accounts.services.keys import ASSERTED_WITH

LONGEST_S = 300
LEEWAY_S = 10
LONGEST = 8192
LONGEST_JTI = 128


def claimed(assertion: str) -> ServiceClient | None:
    """Return the client that an assertion claims to come from: nothing of it is proved yet."""
    try:
        payload = assertion.split(".")[1]
        told = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=dict[str, Any])
    except (IndexError, ValueError, msgspec.MsgspecError):
        return None
    name = str(told.get("iss", ""))[:64]
    return ServiceClient.objects.select_related("account").filter(account__username=name).first()


def check(assertion: str, client: ServiceClient, audience: str) -> None:
    """Check that ``client`` made this assertion, for this address, just now, and shows it for the first time.

    Raises:
        NotAcceptedError: it did not.
        BrokenWorldError: what was used cannot be remembered.
    """
    if len(assertion) > LONGEST:
        raise bad_assertion("bad-assertion", "The assertion is too long.")
    try:
        token = jwt.decode(assertion, KeySet.import_key_set(client.jwks), algorithms=list(ASSERTED_WITH))
        if "kid" not in token.header:
            raise bad_assertion("bad-assertion", "The header of the assertion names no kid.")
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": client.account.username},
            sub={"essential": True, "value": client.account.username},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            jti={"essential": True},
        )
        rules.validate(token.claims)
    except (JoseError, ValueError, TypeError) as error:
        raise bad_assertion("bad-assertion", "The assertion is not one of this client for this address.") from error
    once(token.claims, client.account.username)


def once(claims: dict[str, Any], client: str) -> None:
    """Check the life of an assertion, and use it up.

    Raises:
        NotAcceptedError: it lives too long, or was used.
    """
    if claims["exp"] > time.time() + LONGEST_S + LEEWAY_S:
        raise bad_assertion("long-assertion", f"An assertion lives {LONGEST_S} seconds at most.")
    number = str(claims["jti"])
    if not 0 < len(number) <= LONGEST_JTI:
        raise bad_assertion("bad-assertion", "jti is missing or too long.")
    if not seen.first_time(the_home().seen, f"assertion {client}", number, claims["exp"] + LEEWAY_S):
        raise bad_assertion("replayed-assertion", "This assertion was used before.")
