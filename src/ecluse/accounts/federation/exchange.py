"""Going to the provider and coming back: authorization code with PKCE (RFC 7636), state, nonce.

What is not ours to write is authlib's: the address, the proof of the client (``private_key_jwt``), the exchange.
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from ecluse.accounts.bridge import the_home
from ecluse.accounts.federation import provider as providers
from ecluse.accounts.federation.errors import NotSignedInError
from ecluse.core.errors import BrokenWorldError
from ecluse.core.identity import Provider

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_S = 120
SIGNED_WITH = {"P-256": "ES256", "P-384": "ES384"}


class Started(msgspec.Struct, frozen=True):
    """What this session asked of a provider: kept in it until the answer comes, then used up."""

    name: str
    state: str
    nonce: str
    verifier: str
    back: str = ""
    again: bool = False


class Came(msgspec.Struct, frozen=True):
    """What came back for a code."""

    id_token: str
    access_token: str
    userinfo: dict[str, Any]


def start(name: str, back: str, *, again: bool) -> Started:
    """Return fresh one-time values."""
    return Started(name, secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back, again)


def address(provider: Provider, started: Started, redirect: str) -> str:
    """Return where the browser goes.

    Raises:
        NotSignedInError: the provider cannot be reached.
    """
    more: dict[str, str] = {"acr_values": provider.acr_values} if provider.acr_values else {}
    if started.again:
        more |= {"prompt": "login", "max_age": "0"}
    where = str(providers.metadata(provider)["authorization_endpoint"])
    providers.safe_address(where)
    return str(
        prepare_grant_uri(
            where,
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=redirect,
            scope=provider.scope,
            state=started.state,
            nonce=started.nonce,
            code_challenge=create_s256_code_challenge(started.verifier),
            code_challenge_method="S256",
            **more,
        )
    )


def redeem(provider: Provider, started: Started, code: str, redirect: str) -> Came:
    """Change the code for the tokens, and ask who it is where the settings say so.

    Raises:
        NotSignedInError: the provider does not give them.
    """
    told = providers.metadata(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": started.verifier,
        "redirect_uri": redirect,
        "client_id": provider.client_id,
    }
    try:
        where = str(told["token_endpoint"])
        found = asked("POST", where, **proved(provider, form, where))
        access = str(found["access_token"])
        bearer = {"Authorization": f"Bearer {access}"}
        person = asked("GET", str(told["userinfo_endpoint"]), headers=bearer) if provider.userinfo else {}
    except (httpx.HTTPError, KeyError, ValueError, TypeError) as error:
        raise NotSignedInError("provider-refused") from error
    return Came(str(found.get("id_token", "")), access, person)


def asked(method: str, where: str, **more: Any) -> dict[str, Any]:
    """Return what an address of the provider answers."""
    providers.safe_address(where)
    answer = httpx.request(method, where, timeout=providers.TIMEOUT_S, follow_redirects=False, **more)
    return dict(answer.raise_for_status().json())


def proved(provider: Provider, form: dict[str, str], audience: str) -> dict[str, Any]:
    """Return the body of a request and how this client proves itself in it (RFC 7523; RFC 6749, section 2.3.1)."""
    secret, method = proof_of_client(provider)
    if method == "client_secret_basic":
        return {"data": form, "auth": (quote(provider.client_id, safe=""), quote(str(secret), safe=""))}
    header = {"kid": secret.kid} if secret.kid else {}
    assertion = private_key_jwt_sign(
        secret,
        client_id=provider.client_id,
        token_endpoint=audience,
        alg=algorithm(secret),
        header=header,
        expires_in=ASSERTION_S,
    )
    return {"data": {**form, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}}


def proof_of_client(provider: Provider) -> tuple[Any, str]:
    """Return what this client proves itself with, and how.

    Raises:
        BrokenWorldError: the file cannot be read.
    """
    try:
        if provider.private_key_file:
            told = msgspec.json.decode(place(provider.private_key_file).read_bytes(), type=dict[str, Any])
            return (RSAKey if told.get("kty") == "RSA" else ECKey).import_key(told), "private_key_jwt"
        return place(provider.secret_file).read_text(encoding="utf-8").strip(), "client_secret_basic"
    except (OSError, ValueError, JoseError) as error:
        raise BrokenWorldError("The key of this client of a provider cannot be read.", "See [federation].") from error


def algorithm(key: RSAKey | ECKey) -> str:
    """Return the algorithm that fits a key."""
    return SIGNED_WITH.get(key.curve_name, "ES384") if isinstance(key, ECKey) else "RS256"


def place(name: str) -> Path:
    """Return a file named in the settings: relative to the home folder."""
    return the_home().path / name
