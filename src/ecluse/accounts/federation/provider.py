"""What a provider publishes of itself (OpenID Connect Discovery 1.0), and the keys it signs with."""

import ipaddress
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ecluse.accounts.federation.errors import NotSignedInError
from ecluse.core.errors import BadInputError
from ecluse.core.identity import Provider

KNOWN = "/.well-known/openid-configuration"
FRESH_S = 600
TIMEOUT_S = 10
LONGEST = 1_000_000
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def of(name: str) -> Provider | None:
    """Return the provider that the settings call ``name``."""
    return settings.HOME.settings.federation.get(name) if settings.HOME else None


def all_of_them() -> dict[str, Provider]:
    """Return every provider of the settings."""
    return dict(settings.HOME.settings.federation) if settings.HOME else {}


def metadata(provider: Provider) -> dict[str, Any]:
    """Return the provider's discovery document.

    Raises:
        NotSignedInError: it cannot be had, or speaks for another issuer.
    """
    found = fetched(provider.metadata or provider.issuer.rstrip("/") + KNOWN)
    if found.get("issuer") != provider.issuer:
        raise NotSignedInError("provider-issuer")
    return found


def keys(provider: Provider, *, again: bool = False) -> KeySet:
    """Return the provider's public keys; ``again`` fetches them anew, once a new one is in use.

    Raises:
        NotSignedInError: they cannot be had.
    """
    address = str(metadata(provider).get("jwks_uri", ""))
    if again:
        _kept.pop(address, None)
    told = [
        key for key in fetched(address).get("keys", []) if isinstance(key, dict) and key.get("kty") in {"RSA", "EC"}
    ]
    try:
        return KeySet.import_key_set({"keys": told})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotSignedInError("provider-keys") from error


def fetched(address: str) -> dict[str, Any]:
    """Return the JSON at an address of the provider, kept for ten minutes.

    Raises:
        NotSignedInError: it cannot be had.
    """
    at, found = _kept.get(address, (0.0, {}))
    if time.monotonic() - at < FRESH_S and found:
        return found
    safe_address(address)
    try:
        answer = httpx.get(address, timeout=TIMEOUT_S, follow_redirects=False).raise_for_status()
        told = answer.json() if len(answer.content) <= LONGEST else None
    except (httpx.HTTPError, ValueError) as error:
        raise NotSignedInError("provider-unreachable") from error
    if not isinstance(told, dict):
        raise NotSignedInError("provider-unreachable")
    _kept[address] = (time.monotonic(), told)
    return told


def forget() -> None:
    """Forget what was fetched."""
    _kept.clear()


def safe_address(address: str) -> None:
    """Refuse an address that is neither https nor on this machine.

    Raises:
        BadInputError: it is.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and on_this_machine(parts.hostname or "")):
        raise BadInputError("A provider is reached by https.", "Mend its issuer in ecluse.toml.")


def on_this_machine(host: str) -> bool:
    """Tell whether a host name is this very machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
