"""Whether a logout token is the provider's (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""

import time
from typing import Any

from ecluse.accounts.bridge import the_home
from ecluse.accounts.federation import id_token
from ecluse.accounts.federation.errors import NotSignedInError
from ecluse.accounts.services import seen
from ecluse.core.identity import Provider

EVENT = "http://schemas.openid.net/event/backchannel-logout"
OLDEST_S = 300


def check(provider: Provider, text: str) -> tuple[str, str]:
    """Return subject and session id of a good logout token; one of them may be empty.

    Raises:
        NotSignedInError: it is not one, or was used before.
    """
    claims = id_token.opened(provider, text).claims
    fault = wrong(claims, provider)
    if fault:
        raise NotSignedInError(f"logout-token-{fault}")
    number = f"{provider.issuer} {claims['jti']}"
    if not seen.first_time(the_home().seen, "logout", number, time.time() + 2 * OLDEST_S):
        raise NotSignedInError("logout-token-replayed")
    return str(claims.get("sub", "")), str(claims.get("sid", ""))


def wrong(claims: dict[str, Any], provider: Provider) -> str:
    """Return which claim is wrong, or nothing."""
    issued, ends = claims.get("iat"), claims.get("exp", time.time())
    now = time.time()
    current = isinstance(issued, int | float) and abs(now - issued) <= OLDEST_S
    lives = isinstance(ends, int | float) and ends >= now - id_token.LEEWAY_S
    faults = {
        "iss": claims.get("iss") != provider.issuer,
        "aud": claims.get("aud") not in (provider.client_id, [provider.client_id]),
        "iat": not current or not lives,
        "events": not isinstance(claims.get("events"), dict) or EVENT not in claims["events"],
        "nonce": "nonce" in claims,
        "jti": not isinstance(claims.get("jti"), str) or not claims["jti"],
        "sub": not (claims.get("sub") or claims.get("sid")),
    }
    return next((name for name, found in faults.items() if found), "")
