"""An OpenID Provider on this machine, for tests: a certified library answers; what it signs can be changed to a lie.

Needs the development requirements (idpyoidc).
"""

import base64
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptojwt.jwk.hmac import SYMKey  # type: ignore[import-untyped]
from cryptojwt.jws.jws import JWS  # type: ignore[import-untyped]
from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.oidc.authorization import Authorization
from idpyoidc.server.oidc.provider_config import ProviderConfiguration
from idpyoidc.server.oidc.token import Token
from idpyoidc.server.oidc.userinfo import UserInfo

CLIENT = "ecluse"
KEYS = [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]
logging.getLogger("idpyoidc").setLevel(logging.CRITICAL)


class TestProvider:
    """A provider with one person in front of it, and the lies it may be told to tell."""

    __test__ = False

    def __init__(self, folder: Path, port: int, callback: str, jwks: dict[str, Any]) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {"sub": "subject-1"}
        self.userinfo: dict[str, Any] = {}
        self.alg = "RS256"
        self.asked: dict[str, str] = {}
        self.redeemed: dict[str, str] = {}
        self.server = self.make(folder)
        context = self.server.context
        context.cdb[CLIENT] = {
            "client_id": CLIENT,
            "redirect_uris": [(callback, {})],
            "token_endpoint_auth_method": "private_key_jwt",
            "response_types_supported": ["code"],
            "allowed_scopes": ["openid", "profile", "scope_all"],
        }
        self.server.keyjar.import_jwks(jwks, CLIENT)

    def make(self, folder: Path) -> Any:  # noqa: ANN401 - idpyoidc has no types
        """Return the library's provider."""
        conf = {
            "issuer": self.issuer,
            "keys": {"key_defs": KEYS, "uri_path": "jwks.json"},
            "preference": {"subject_types_supported": ["public"]},
            "endpoint": {
                "provider_config": {
                    "path": ".well-known/openid-configuration",
                    "class": ProviderConfiguration,
                    "kwargs": {"client_authn_method": None},
                },
                "authorization": {"path": "authorization", "class": Authorization, "kwargs": {}},
                "token": {"path": "token", "class": Token, "kwargs": {"client_authn_method": ["private_key_jwt"]}},
                "userinfo": {"path": "userinfo", "class": UserInfo, "kwargs": {}},
            },
            "token_handler_args": {
                "key_conf": {"key_defs": [{"type": "oct", "bytes": 32, "use": ["enc"], "kid": "code"}]},
                "code": {"lifetime": 600, "kwargs": {"crypt_conf": {"kwargs": {"iterations": 1}}}},
                "token": {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 120}},
                "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {}},
            },
            "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": {"person": {}}}},
            "authentication": {
                "anon": {"acr": "1", "class": "idpyoidc.server.user_authn.user.NoAuthn", "kwargs": {"user": "person"}}
            },
            "add_on": {
                "pkce": {
                    "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                    "kwargs": {"essential": True, "code_challenge_methods": {"S256": None}},
                }
            },
        }
        return Server(OPConfiguration(conf=conf, base_path=str(folder), domain="127.0.0.1"), cwd=str(folder))

    def authorization(self, asked: dict[str, str]) -> str:
        """Answer the browser: where it goes back to."""
        self.asked = asked
        endpoint = self.server.get_endpoint("authorization")
        request = endpoint.parse_request({k: v for k, v in asked.items() if k not in {"prompt", "max_age"}})
        return str(endpoint.do_response(request=request, **endpoint.process_request(request))["response"])

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Answer the client: tokens for a code. The ID token says what :attr:`claims` say."""
        self.redeemed = form
        endpoint = self.server.get_endpoint("token")
        request = endpoint.parse_request(
            form, http_info={"headers": {}, "method": "POST", "url": f"{self.issuer}/token"}
        )
        if "error" in request:
            return dict(request.to_dict())
        told = endpoint.process_request(request)
        found = dict(told.get("response_args", told))
        if "id_token" in found:
            found["id_token"] = self.signed({**part(found["id_token"]), **self.claims})
        return found

    def signed(self, claims: dict[str, Any]) -> str:
        """Return a token with these claims, those that are None left out."""
        said = json.dumps({name: value for name, value in claims.items() if value is not None})
        if self.alg == "none":
            return f"{plain({'alg': 'none'})}.{base64.urlsafe_b64encode(said.encode()).rstrip(b'=').decode()}."
        if self.alg == "HS256":
            public = json.dumps(self.server.keyjar.export_jwks()).encode()
            return str(JWS(said, alg="HS256").sign_compact([SYMKey(key=public)]))
        return str(JWS(said, alg=self.alg).sign_compact(self.server.keyjar.get_signing_key("RSA")))


def part(token: str) -> dict[str, Any]:
    """Return the claims of a token, unchecked."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def plain(value: dict[str, Any]) -> str:
    """Return JSON in base64url."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Handler(BaseHTTPRequestHandler):
    """HTTP around the provider."""

    provider: TestProvider

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer the browser, and those who look for documents."""
        path = urlsplit(self.path)
        if path.path == "/authorization":
            self.send_response(303)
            self.send_header("Location", self.provider.authorization(dict(parse_qsl(path.query))))
            self.end_headers()
            return
        documents = {
            "/.well-known/openid-configuration": lambda: self.provider.server.get_endpoint(
                "provider_config"
            ).process_request({})["response_args"],
            "/jwks.json": self.provider.server.keyjar.export_jwks,
            "/userinfo": lambda: self.provider.userinfo,
        }
        self.answer(documents[path.path]() if path.path in documents else {}, 200 if path.path in documents else 404)

    def do_POST(self) -> None:
        """Answer the client."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        told = self.provider.token(dict(parse_qsl(body)))
        self.answer(told, 400 if "error" in told else 200)

    def answer(self, told: dict[str, Any], status: int) -> None:
        """Send JSON."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())


@contextmanager
def running(folder: Path, name: str, jwks: dict[str, Any]) -> Iterator[TestProvider]:
    """Serve a provider; ``jwks`` are the client's public keys, ``name`` what the settings call it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    callback = f"http://testserver/accounts/with/{name}/callback/"
    Handler.provider = TestProvider(folder, server.server_port, callback, jwks)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Handler.provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
