"""The establishment of this drill: a demonstration in which privileged people need a passkey, as in a hospital.

It has an OpenID Provider, a provisioning service and an interface besides the people of the synthetic hospital.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from joserfc.jwk import ECKey

from ecluse.accounts.services.possession import Service
from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Profession
from ecluse.drill import establishment, registry
from ecluse.drill.cast import Member
from ecluse.drill.credentials.provider import CLIENT, NAME, SUBJECT, OpenProvider, running
from ecluse.drill.establishment import Tell, command
from ecluse.drill.hospital import Hospital

PROVISIONER = "flux-rh"
SETTINGS = f"""
[federation.{NAME}]
issuer = "{{issuer}}"
client_id = "{CLIENT}"
label = "Fournisseur de l’exercice"
private_key_file = "secrets/provider.jwk"
strengths = [{{{{claim = "acr", value = "2", level = "aal2"}}}}]
"""


class Ground(NamedTuple):
    """A served establishment. ``nurses``: those with patients of their own, each the owner in one theft."""

    hospital: Hospital
    home: Path
    url: str
    known: registry.Known
    provider: OpenProvider
    nurses: list[Member]

    def one(self, profession: Profession) -> Member:
        """Return the first of a profession."""
        return next(one for one in self.hospital.members if one.profession is profession)


@contextmanager
def served(hospital: Hospital, home: Path, needed: int, tell: Tell) -> Iterator[Ground]:
    """Make the establishment, serve it, bring everybody and everything in.

    Raises:
        BrokenWorldError: fewer than ``needed`` nurses have patients.
    """
    with running() as provider:
        tell("making an establishment and its safe")
        establishment.make(home)
        settle(home, provider)
        with establishment.serving(home) as url:
            word = Profession.PROVISIONING_SERVICE.value
            command(home, "accounts", "add", PROVISIONER, "--service", "--profession", word, "--name", "Flux RH n° 1")
            establishment.fill(hospital, home, tell)
            yield found(hospital, home, url, provider, needed)


def settle(home: Path, provider: OpenProvider) -> None:
    """Write the settings: the provider, and no codes for privileged people."""
    file = home / "ecluse.toml"
    text = file.read_text(encoding="utf-8").replace("demo_codes_for_all = true", "demo_codes_for_all = false")
    file.write_text(text + SETTINGS.format(issuer=provider.issuer), encoding="utf-8")
    made = ECKey.generate_key("P-256")
    key = {**made.as_dict(private=True), "kid": CLIENT, "use": "sig"}
    with os.fdopen(os.open(home / "secrets" / "provider.jwk", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        out.write(msgspec.json.encode(key))


def found(hospital: Hospital, home: Path, url: str, provider: OpenProvider, needed: int) -> Ground:
    """Ask the judge who is who; choose the owners, and link one to the provider."""
    nurses = [one for one in hospital.members if one.profession is Profession.NURSE]
    service = next(one for one in hospital.members if one.profession is Profession.INTERFACE_SERVICE)
    known = registry.ask(hospital, home, *(one.username for one in [*nurses, service]))
    owners = [one for one in nurses if known.own[one.username]]
    if len(owners) < needed:
        raise BrokenWorldError(f"{len(owners)} nurses have patients; {needed} are needed.", "Ask for more patients.")
    return Ground(hospital, home, url, known, provider, owners)


def link(ground: Ground, member: Member) -> None:
    """Say what the provider calls ``member``."""
    command(ground.home, "accounts", "link", member.username, "--provider", NAME, "--subject", SUBJECT)


def provisioner(ground: Ground, member: Member) -> Service:
    """Put ``member`` under provisioning; return the credentials of the service that provisions."""
    private = ground.home / "secrets" / "rh.jwk"
    made = msgspec.json.decode(command(ground.home, "accounts", "client-key", str(private), "--json"))
    words = ("--jwks", made["public"], "--scope", "scim", "--address", "127.0.0.0/8")
    command(ground.home, "accounts", "client", PROVISIONER, *words)
    command(ground.home, "accounts", "provisioned", member.username)
    return Service(ground.url, PROVISIONER, ECKey.import_key(msgspec.json.decode(private.read_bytes())))
