"""A passkey made of software, for tests: one private key for one site, as a phone or a FIDO key holds it."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor

ORIGIN = "http://localhost"
PRESENT, VERIFIED, COPIED, ATTESTED = 1, 4, 8, 64


def b64(raw: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Passkey:
    """One private key for one site. ``flags`` are those of WebAuthn Level 2 section 6.1."""

    def __init__(self, host: str = "localhost", flags: int = PRESENT | VERIFIED) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.site = hashlib.sha256(host.encode()).digest()
        self.flags = flags
        self.owner = ""

    def client_data(self, kind: str, challenge: str, origin: str) -> bytes:
        """Return what the browser says of the page that asks."""
        return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": origin}).encode()

    def register(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        """Answer a page that adds a key."""
        self.owner = options["publicKey"]["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y})  # RFC 9053: EC2, ES256, P-256
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self.site + bytes([self.flags | ATTESTED]) + bytes(4) + attested
        proof = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        said = self.client_data("create", options["publicKey"]["challenge"], origin)
        answer = {"clientDataJSON": b64(said), "attestationObject": b64(proof)}
        return self.wrapped(answer, {"credProps": {"rk": True}})

    def prove(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        """Answer a page that asks for the key."""
        data = self.site + bytes([self.flags]) + bytes(4)
        said = self.client_data("get", options["publicKey"]["challenge"], origin)
        signed = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        answer = {"clientDataJSON": b64(said), "authenticatorData": b64(data), "signature": b64(signed)}
        return self.wrapped(answer | {"userHandle": self.owner}, {})

    def wrapped(self, response: dict[str, str], results: dict[str, Any]) -> str:
        """Return a credential in WebAuthn's JSON."""
        name = b64(self.id)
        whole = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(whole | {"clientExtensionResults": results})
