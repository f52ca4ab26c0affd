"""``[federation.NAME]`` and ``[directory]`` of ``ecluse.toml``: who outside says who people are.

A secret is never written here: it stands in a file of its own (0600), named relative to the home folder. Nothing a
provider says counts as a second factor unless a line of ``strengths`` says so.
"""

from typing import Literal

import msgspec


class Strength(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One line of the table: a sign-in whose ``claim`` is (or, for a list, holds) ``value`` counts as ``level``."""

    claim: str
    value: str
    level: Literal["aal1", "aal2"] = "aal2"


class Provider(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One OpenID Provider (OpenID Connect Core 1.0), such as Keycloak or Pro Santé Connect.

    ``issuer`` is an https URL; ``metadata`` only where its discovery document stands elsewhere. The client proves
    itself with ``private_key_file`` (a JWK, ``private_key_jwt``: preferred) or ``secret_file``. ``rpps_origins`` lists
    the values of ``otherIds[].origine`` that hold an RPPS number. ``session_s`` and ``idle_s`` bound a session opened
    so (seconds).
    """

    issuer: str
    client_id: str
    label: str
    private_key_file: str = ""
    secret_file: str = ""
    metadata: str = ""
    scope: str = "openid"
    acr_values: str = ""
    userinfo: bool = False
    match_rpps: bool = False
    rpps_origins: tuple[str, ...] = ("RPPS",)
    strengths: tuple[Strength, ...] = ()
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "ES384")
    session_s: int = 12 * 60 * 60
    idle_s: int = 60 * 60


Field = Literal["username", "display_name", "rpps", "hired", "ends", "units", "professions"]


def usual_attributes() -> dict[Field, str]:
    """Return what most directories call a person (RFC 2798)."""
    return {"username": "uid", "display_name": "displayName"}


class Directory(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An LDAP directory that people are imported from (RFC 4511). ``attributes`` maps our fields to its attributes.

    ``url`` is ``ldaps://…``, or ``ldap://…`` with ``start_tls``; in clear only on this machine.
    """

    url: str
    base: str
    bind_dn: str = ""
    password_file: str = ""
    start_tls: bool = True
    ca_file: str = ""
    filter: str = "(objectClass=inetOrgPerson)"
    page: int = 500
    attributes: dict[Field, str] = msgspec.field(default_factory=usual_attributes)
    units: dict[str, str] = {}
    professions: dict[str, str] = {}
