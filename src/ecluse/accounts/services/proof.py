"""Proof of possession of a key (DPoP, RFC 9449): which key signed this very request."""

import base64
import time
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec
from django.http import HttpRequest
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from ecluse.accounts.bridge import the_home
from ecluse.accounts.services import seen
from ecluse.accounts.services.errors import bad_proof
from ecluse.accounts.services.keys import PRIVATE, PROOF, PROVED_WITH, hashed

WINDOW_S = 60
"""How old, or how far ahead, the time of a proof may be."""
LONGEST_JTI = 128
LONGEST = 4096


class Signer(NamedTuple):
    """The key in a proof's header, and its thumbprint (RFC 7638, SHA-256)."""

    key: ECKey
    thumbprint: str


class Claims(msgspec.Struct, frozen=True):
    """What a proof says (RFC 9449, section 4.2). Others are ignored."""

    htm: str
    htu: str
    iat: float
    jti: str
    ath: str = ""


@lru_cache(maxsize=512)
def signer(header: str) -> Signer:
    """Return who signs, from the encoded header. A caller's header stays the same from one proof to the next.

    Raises:
        NotAcceptedError: not the header of a proof, or a private key in it.
    """
    try:
        told: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
        jwk = told["jwk"]
        if told["typ"] != PROOF or told["alg"] not in PROVED_WITH or PRIVATE.intersection(jwk):
            raise bad_proof("bad-proof", "A proof has typ dpop+jwt, an alg of those listed, and a public key.")
        key = ECKey.import_key(jwk)
        return Signer(key, key.thumbprint())
    except (ValueError, TypeError, KeyError, msgspec.MsgspecError, JoseError) as error:
        raise bad_proof("bad-proof", "The header of the proof cannot be read.") from error


def check(request: HttpRequest, token: str = "") -> str:
    """Return the thumbprint of the key that signed the proof of ``request``, for ``token`` when there is one.

    Raises:
        NotAcceptedError: no proof or several, for another request, too old, used before, or not signed by its key.
        BrokenWorldError: what was used cannot be remembered.
    """
    proof = request.META.get("HTTP_DPOP", "")
    if not proof or len(proof) > LONGEST or "," in proof:
        raise bad_proof("no-proof", "Send one DPoP header with the proof.")
    who = signer(proof.partition(".")[0])
    claims = signed(proof, who)
    fault = wrong(claims, request, token)
    if fault:
        raise bad_proof("bad-proof", fault)
    until = claims.iat + 2 * WINDOW_S
    if not seen.first_time(the_home().seen, f"proof {who.thumbprint}", claims.jti, until):
        raise bad_proof("replayed-proof", "This proof was used before.")
    return who.thumbprint


def signed(proof: str, who: Signer) -> Claims:
    """Return the claims of a proof whose signature holds.

    Raises:
        NotAcceptedError: it does not.
    """
    try:
        return msgspec.json.decode(
            jws.deserialize_compact(proof, who.key, algorithms=list(PROVED_WITH)).payload or b"", type=Claims
        )
    except (JoseError, ValueError, msgspec.MsgspecError) as error:
        raise bad_proof("bad-proof", "The proof is not signed by the key it carries.") from error


def wrong(claims: Claims, request: HttpRequest, token: str) -> str:
    """Return what is wrong with the claims of a proof, or nothing (RFC 9449, section 4.3)."""
    faults = {
        "htm is not the method of this request.": claims.htm != request.method,
        "htu is not the address of this request.": address(claims.htu) != here(request),
        "iat is not now: is the clock right?": abs(time.time() - claims.iat) > WINDOW_S,
        "jti is missing or too long.": not 0 < len(claims.jti) <= LONGEST_JTI,
        "ath is not the hash of this token.": claims.ath != (hashed(token) if token else ""),
    }
    return next((fault for fault, found in faults.items() if found), "")


def address(url: str) -> tuple[str, str, str]:
    """Return scheme, host and path of an address: what counts of ``htu``."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower(), unquote(parts.path)


def here(request: HttpRequest) -> tuple[str, str, str]:
    """Return the same of this request."""
    return request.scheme or "", request.get_host().lower(), request.path
