"""A program of the hospital, for tests: its keys and proofs are made by another library than the server's.

Needs the development requirements (jwcrypto).
"""

import base64
import hashlib
import json
import secrets
import time
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from django.test import Client
from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT

TOKEN = "http://testserver/oauth/token"  # noqa: S105 - an address


class Answer(Protocol):
    """What the test client answers."""

    status_code: int

    def json(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return the body."""

    def __getitem__(self, header: str) -> str: ...


class Outside:
    """A program of the hospital: its registered key, its proof key, and everything it may get wrong."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.key = JWK.generate(kty="EC", crv="P-384", kid="one")
        self.rsa = JWK.generate(kty="RSA", size=2048, kid="two")
        self.proof_key = JWK.generate(kty="EC", crv="P-256")
        self.file = folder / "jwks.json"
        keys = [key.export_public(as_dict=True) for key in (self.key, self.rsa)]
        self.file.write_text(json.dumps({"keys": keys}), encoding="utf-8")

    def assertion(self, key: JWK | None = None, header: dict[str, Any] | None = None, **claims: object) -> str:
        """Return an assertion; ``claims`` replace those of a good one."""
        told = {"alg": "ES384", "kid": "one", "typ": "JWT", **(header or {})}
        said = {"iss": self.name, "sub": self.name, "aud": TOKEN, "exp": int(time.time()) + 200, **claims}
        token = JWT(header=told, claims={"jti": secrets.token_hex(8), **said})
        token.make_signed_token(key or self.key)
        return str(token.serialize())

    def proof(self, method: str = "POST", url: str = TOKEN, token: str = "", **more: Any) -> str:
        """Return a proof; ``key``, ``header`` and claims in ``more`` replace those of a good one."""
        key: JWK = more.pop("key", self.proof_key)
        public = key.export_public(as_dict=True)
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": public, **more.pop("header", {})}
        claims = {"htm": method, "htu": url, "iat": int(time.time()), "jti": secrets.token_hex(8)}
        if token:
            claims["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        made = JWT(header=header, claims={**claims, **more})
        made.make_signed_token(key)
        return str(made.serialize())

    def ask(self, client: Client, proof: str | None = None, assertion: str = "", **form: str) -> Answer:
        """Ask for a token."""
        body = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(),
            **form,
        }
        headers = {"dpop": self.proof() if proof is None else proof}
        return client.post(
            "/oauth/token", urlencode(body), content_type="application/x-www-form-urlencoded", headers=headers
        )
