"""An OpenID Provider on this machine, for the drill: honest, but that its tokens may be for another audience."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

NAME, CLIENT, SUBJECT = "drill", "ecluse", "subject-of-the-drill"
LIVES_S = 120


class OpenProvider:
    """One person stands in front of it. ``audience``: for whom the next ID tokens are."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.audience: str | list[str] = CLIENT
        made = ECKey.generate_key("P-256")
        self.key = ECKey.import_key({**made.as_dict(private=True), "kid": "drill", "use": "sig", "alg": "ES256"})
        self.nonces: dict[str, str] = {}

    def documents(self) -> dict[str, Any]:
        """Return what it publishes (OpenID Connect Discovery 1.0), by path."""
        about = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorization",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks.json",
        }
        return {
            "/.well-known/openid-configuration": about,
            "/jwks.json": {"keys": [self.key.as_dict(private=False)]},
        }

    def back(self, asked: dict[str, str]) -> str:
        """Return where the browser goes back to, with a code."""
        code = secrets.token_urlsafe(16)
        self.nonces[code] = asked["nonce"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def tokens(self, code: str) -> dict[str, Any]:
        """Return the tokens for a code."""
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": SUBJECT, "aud": self.audience, "iat": now, "exp": now + LIVES_S}
        claims |= {"nonce": self.nonces.pop(code), "auth_time": now, "acr": "2", "amr": ["hwk", "pin", "mfa"]}
        token = jwt.encode({"alg": "ES256", "kid": "drill"}, claims, self.key, algorithms=["ES256"])
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": token}


class Handler(BaseHTTPRequestHandler):
    """HTTP around it."""

    provider: OpenProvider

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Publish, and send browsers back."""
        where = urlsplit(self.path)
        if where.path == "/authorization":
            asked = {name: values[0] for name, values in parse_qs(where.query).items()}
            self.send_response(303)
            self.send_header("Location", self.provider.back(asked))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.answer(self.provider.documents().get(where.path))

    def do_POST(self) -> None:
        """Change a code for tokens."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        known = form.get("code", [""])[0] in self.provider.nonces
        self.answer(self.provider.tokens(form["code"][0]) if known else None)

    def answer(self, told: dict[str, Any] | None) -> None:
        """Send JSON, or 404."""
        body = json.dumps(told or {}).encode()
        self.send_response(404 if told is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[OpenProvider]:
    """Serve it for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Handler.provider = OpenProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
