"""OpenID CAEP 1.0 ``session-revoked``: a security event token (RFC 8417, ES256) pushed to the identity provider.

Push as RFC 8935 says: POST of the token, 202 is the receipt. The subject is ``iss_sub`` (RFC 9493): the identity
provider ends all sessions of that person.
"""

import httpx
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import json

from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.core.outside import Caep
from ecluse.respond.alarms.base import TIMEOUT_S, NotTakenError, Sent, secret

REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
ALGORITHM = "ES256"
CURVE = "P-256"
ACCEPTED = 202


def send(home: Home, sent: Sent) -> None:
    """Push one event.

    Raises:
        NotTakenError: the receiver did not accept it.
        BadInputError: the settings cannot be used.
    """
    settings = home.settings.alarms.caep
    if settings is None:
        raise BadInputError("There is no [alarms.caep].", "Add it to ecluse.toml.")
    headers = {"Content-Type": "application/secevent+jwt", "Accept": "application/json"}
    if settings.token_file:
        headers["Authorization"] = f"Bearer {secret(home, settings.token_file, 'alarms.caep')}"
    try:
        answer = httpx.post(settings.url, content=token(home, settings, sent), headers=headers, timeout=TIMEOUT_S)
    except httpx.HTTPError as error:
        raise NotTakenError(type(error).__name__) from error
    if answer.status_code != ACCEPTED:
        raise NotTakenError(f"HTTP {answer.status_code}")


def token(home: Home, settings: Caep, sent: Sent) -> str:
    """Return the signed token of one event."""
    key = key_of(home, settings)
    at = int(sent.at)
    claims = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "jti": sent.name,
        "iat": at,
        "sub_id": {"format": "iss_sub", "iss": settings.subject_issuer, "sub": sent.message["account"]},
        "events": {
            REVOKED: {
                "event_timestamp": at,
                "initiating_entity": "policy",
                "reason_admin": {"en": f"Case {sent.message['case']}: {sent.message['kind']}"},
            }
        },
    }
    header = {"alg": ALGORITHM, "typ": "secevent+jwt", "kid": key.thumbprint()}
    return jws.serialize_compact(header, json.encode(claims), key, [ALGORITHM])


def key_of(home: Home, settings: Caep) -> ECKey:
    """Return the signing key.

    Raises:
        BadInputError: it is no private key on the curve P-256.
    """
    try:
        key = ECKey.import_key(secret(home, settings.key_file, "alarms.caep"))
    except (ValueError, TypeError, JoseError) as error:
        raise BadInputError("[alarms.caep] key_file holds no key.", "Make an EC P-256 private key in PEM.") from error
    if not key.is_private or key.curve_name != CURVE:
        raise BadInputError("[alarms.caep] key_file holds no private P-256 key.", "Make one: openssl genpkey.")
    return key


def public_keys(home: Home) -> dict[str, list[dict[str, object]]]:
    """Return the JWKS (RFC 7517) by which the receiver verifies.

    Raises:
        BadInputError: no key is set, or it cannot be used.
    """
    settings = home.settings.alarms.caep
    if settings is None:
        raise BadInputError("There is no [alarms.caep].", "Add it to ecluse.toml.")
    key = key_of(home, settings)
    told: dict[str, object] = dict(key.as_dict(private=False))
    return {"keys": [{**told, "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}]}
