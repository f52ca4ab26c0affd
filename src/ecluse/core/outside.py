"""``[respond]`` and ``[alarms]`` of ``ecluse.toml``: how the watch works, and where its alarms go.

No receiver has a default, and no secret stands in the settings: ``…_file`` names a file that holds it.
"""

import msgspec

from ecluse.core.words import Profession


class Respond(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[respond]``.

    ``cases_a_day``: how many cases the team reads (0: one for 1,000 accounts, five at least). ``deep_minutes``: how
    often all detectors run. ``ask_at``: hour of the establishment's clock at which people are told what they opened.
    ``playbooks``: a file of playbooks in place of the shipped one, relative to the home folder.
    """

    cases_a_day: int = 0
    deep_minutes: int = 15
    ask_at: int = 20
    playbooks: str = ""


class Email(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[alarms.email]``: whom alarms tell by mail, addresses by profession. How mail goes is said in ``[mail]``."""

    to: dict[Profession, tuple[str, ...]] = {}


class Webhook(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[alarms.webhook]``: a POST of JSON, signed as Standard Webhooks says. The secret has 24 bytes at least."""

    url: str
    secret_file: str


class Syslog(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[alarms.syslog]``: RFC 5424 to ``udp://``, ``tcp://``, ``tls://HOST:PORT`` or ``unix:///dev/log``.

    ``authority``: PEM file of the certificates trusted for ``tls`` (empty: the system's).
    """

    address: str
    authority: str = ""


class Caep(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[alarms.caep]``: OpenID CAEP events pushed (RFC 8935) to the identity provider at ``url``.

    ``issuer``: how this site calls itself; ``audience``: the receiver; ``subject_issuer``: whose ``sub`` the account
    names are. ``key_file``: an EC P-256 private key (PEM). ``token_file``: the receiver's bearer token, if it asks.
    """

    url: str
    issuer: str
    audience: str
    subject_issuer: str
    key_file: str
    token_file: str = ""


class Alarms(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[alarms]``: what is absent is not sent."""

    email: Email | None = None
    webhook: Webhook | None = None
    syslog: Syslog | None = None
    caep: Caep | None = None
