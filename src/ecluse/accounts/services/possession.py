"""The other side, for drills, tests and services in Python: a key, its proofs, the assertion that buys a token."""

import secrets
import time

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from ecluse.accounts.services.keys import ASSERTION, PROOF, hashed
from ecluse.core.errors import RefusedError

CHALLENGE = "insufficient_user_authentication"
NEWER_S = 2.1  # ages count in whole seconds on both sides


class Possession:
    """A key that proves, request by request, who holds it (RFC 9449)."""

    def __init__(self, key: ECKey) -> None:
        self.key = key
        self.thumbprint = key.thumbprint()

    @classmethod
    def fresh(cls) -> "Possession":
        """Make a new key: it need not outlive the process."""
        return cls(ECKey.generate_key("P-256"))

    def proof(self, method: str, url: str, token: str = "") -> str:
        """Return the proof for one request."""
        header = {"alg": "ES256", "jwk": self.key.as_dict(private=False)}
        claims = {"htm": method, "htu": url, "iat": int(time.time()), "jti": secrets.token_urlsafe(16)}
        if token:
            claims["ath"] = hashed(token)
        return jwt.encode(header, claims, self.key, algorithms=["ES256"], default_type=PROOF)

    def headers(self, method: str, url: str, token: str) -> dict[str, str]:
        """Return the two headers of one request."""
        return {"Authorization": f"DPoP {token}", "DPoP": self.proof(method, url, token)}


class Service(httpx.Auth):
    """A service at work: buys a token when it has none, and proves its key with each request.

    Asked for a newer proof (RFC 9470), it waits a moment and sends the request once more; ``asked`` counts that.
    ``key`` is the private half of a registered key (EC P-384), ``kid`` included.
    """

    requires_response_body = True

    def __init__(self, url: str, client: str, key: ECKey) -> None:
        self.endpoint = f"{url}/oauth/token"
        self.client = client
        self.key = key
        self.possession = Possession.fresh()
        self.token = ""
        self.until = 0.0
        self.asked = 0

    def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """Sign one request, after having bought a token if need be."""
        if time.time() > self.until:
            answer = yield self.purchase()
            self.keep(answer)
        answer = yield self.signed(request)
        if CHALLENGE in answer.headers.get("WWW-Authenticate", ""):
            self.asked += 1
            time.sleep(NEWER_S)
            yield self.signed(request)

    def signed(self, request: httpx.Request) -> httpx.Request:
        """Return the request with the token and a fresh proof."""
        where = str(request.url.copy_with(query=None, fragment=None))
        request.headers.update(self.possession.headers(request.method, where, self.token))
        return request

    def purchase(self) -> httpx.Request:
        """Return the request of a token."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": self.assertion(),
        }
        proof = self.possession.proof("POST", self.endpoint)
        return httpx.Request("POST", self.endpoint, data=form, headers={"DPoP": proof})

    def assertion(self) -> str:
        """Return a fresh assertion (RFC 7523)."""
        now = int(time.time())
        claims = {
            "iss": self.client,
            "sub": self.client,
            "aud": self.endpoint,
            "exp": now + 120,
            "iat": now,
            "jti": secrets.token_urlsafe(16),
        }
        return jwt.encode({"alg": "ES384", "kid": self.key.kid}, claims, self.key, algorithms=["ES384"])

    def keep(self, answer: httpx.Response) -> None:
        """Keep the token that was bought.

        Raises:
            RefusedError: none was given.
        """
        if answer.status_code != httpx.codes.OK:
            raise RefusedError(f"No token: {answer.json().get('error', answer.status_code)}.", "Is the key registered?")
        told = answer.json()
        self.token, self.until = told["access_token"], time.time() + told["expires_in"] - 30


def new_key(kid: str = "") -> ECKey:
    """Return a fresh key for assertions (EC P-384), named by ``kid`` or by its thumbprint."""
    key = ECKey.generate_key("P-384")
    return ECKey.import_key({**key.as_dict(private=True), "kid": kid or key.thumbprint(), "use": "sig", "alg": "ES384"})


def public_set(key: ECKey) -> dict[str, list[dict[str, object]]]:
    """Return the JWK Set to register: the public half."""
    return {"keys": [dict(key.as_dict(private=False))]}
