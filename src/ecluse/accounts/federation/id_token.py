"""Whether an ID token is the provider's answer to what was asked (OpenID Connect Core 1.0, section 3.1.3.7)."""

import time
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwt import Token

from ecluse.accounts.federation import provider as providers
from ecluse.accounts.federation.errors import NotSignedInError
from ecluse.core.identity import Provider

LEEWAY_S = 60
LONGEST_S = 24 * 60 * 60
LONGEST = 32_768
SYMMETRIC = ("none", "HS256", "HS384", "HS512")


def check(provider: Provider, text: str, nonce: str, access_token: str, *, max_age: bool = False) -> dict[str, Any]:
    """Return the claims of a good ID token.

    Raises:
        NotSignedInError: it is not one; the rule says which check failed.
    """
    token = opened(provider, text)
    try:
        return answers(provider, token, nonce, access_token, max_age=max_age)
    except NotSignedInError as error:
        error.subject = str(token.claims.get("sub", ""))
        raise


def answers(provider: Provider, token: Token, nonce: str, access_token: str, *, max_age: bool) -> dict[str, Any]:
    """Return the claims of a token the provider signed, if it is for us, for this request, now.

    Raises:
        NotSignedInError: it is not.
    """
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        params={
            "nonce": nonce,
            "client_id": provider.client_id,
            "access_token": access_token,
            "max_age": 1 if max_age else None,
        },
    )
    alone(token.claims, provider)
    try:
        claims.validate(leeway=LEEWAY_S)
    except (JoseError, TypeError, ValueError) as error:
        raise NotSignedInError(f"id-token-{getattr(error, 'claim', '') or 'claims'}") from error
    current(token.claims)
    return dict(token.claims)


def opened(provider: Provider, text: str) -> Token:
    """Return a token that this provider signed; a key that is not known yet is asked for once.

    Raises:
        NotSignedInError: it did not.
    """
    algorithms = [name for name in provider.algorithms if name not in SYMMETRIC]
    if not 0 < len(text) <= LONGEST:
        raise NotSignedInError("id-token-missing")
    for again in (False, True):
        try:
            return jwt.decode(text, providers.keys(provider, again=again), algorithms=algorithms)
        except InvalidKeyIdError as error:
            if again:
                raise NotSignedInError("id-token-key") from error
        except (JoseError, ValueError, TypeError) as error:
            raise NotSignedInError("id-token-signature") from error
    raise NotSignedInError("id-token-key")


def alone(claims: dict[str, Any], provider: Provider) -> None:
    """Refuse a token that others could have been given too: this client is its only audience.

    Raises:
        NotSignedInError: it is not.
    """
    audience = claims.get("aud")
    if audience not in (provider.client_id, [provider.client_id]):
        raise NotSignedInError("id-token-aud")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise NotSignedInError("id-token-sub")


def current(claims: dict[str, Any]) -> None:
    """Refuse a token that is too old to answer what was just asked, or that lives for days.

    Raises:
        NotSignedInError: it is.
    """
    now = time.time()
    if not isinstance(claims["iat"], int | float) or not now - 300 - LEEWAY_S <= claims["iat"] <= now + LEEWAY_S:
        raise NotSignedInError("id-token-iat")
    if claims["exp"] > now + LONGEST_S:
        raise NotSignedInError("id-token-exp")
