"""The home folder of one establishment: where everything is, read once, failing loudly.

``ECLUSE_HOME`` (or ``--home``) names it. Layout::

    ecluse.toml            settings (this module)
    secrets/django.key     0600, made by ``ecluse init``
    db.sqlite3             unless [database] url says PostgreSQL
    safe/                  policy.toml, keys, trace: only the safe's process writes here
    run/safe.sock          the safe's socket (0600)
    passwords.filter       breached passwords, made by ``ecluse passwords import``
    rejects/               what an import could not take, with its reason
    cache/trace/           the index of the trace: made again from it whenever it is lost
    watch/                 how far the watch has read, its lake
"""

import os
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.identity import Directory, Provider
from ecluse.core.moved import refuse
from ecluse.core.outside import Alarms, Respond

MAX_SOCKET_PATH = 100


class Site(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[site]``: how the web server presents itself.

    ``https`` says that people reach the site by https: Écluse serves it itself with ``certificate`` and ``private_key``
    (PEM files), or, when ``behind_proxy``, a proxy on this machine does and says so in ``X-Forwarded-Proto``.
    ``demo`` marks made-up patients and public passwords: plain http on this machine is then allowed, and every page
    says so. ``bearer_tokens`` accepts tokens that are bound to no key: for measuring, in a demonstration alone.
    ``made_up_identities`` takes patients with the INS OIDs for tests too, on a site for trials; a demonstration does.
    """

    name: str = "Écluse"
    language: str = "fr"
    time_zone: str = "Europe/Paris"
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    address: str = "127.0.0.1"
    port: int = 8443
    https: bool = False
    certificate: str = ""
    private_key: str = ""
    behind_proxy: bool = False
    workers: int = 2
    threads: int = 8
    demo: bool = False
    bearer_tokens: bool = False
    made_up_identities: bool = False


class Database(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[database]``: empty url = SQLite in the home folder; else ``postgresql://…``."""

    url: str = ""


class Sessions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[sessions]``: what signing in asks for, besides the table of ``accounts/strength.py``.

    ``without_key``: what a browser without a key of its own (no JavaScript) gets: ``short`` sessions, or ``none``.
    ``unused_days``: an account left unused that long signs in again only once two people have re-opened it; 0: never.
    """

    without_key: Literal["short", "none"] = "short"
    unused_days: int = 90


class Audit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[audit]``: who else receives the trace, in the forms of the field.

    ``readers`` are services that may read ``/fhir/AuditEvent``. ``syslog`` is the hospital's audit record repository,
    ``tls://host:6514`` or ``udp://host:514`` (UDP is neither secret nor sure: inside a closed network only). ``ca`` is
    the PEM file of the authorities trusted for it; ``certificate`` and ``private_key`` are this end's.
    """

    readers: tuple[str, ...] = ()
    syslog: str = ""
    ca: str = ""
    certificate: str = ""
    private_key: str = ""


class Breach(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[breach]``: who answers for a breach, and the clocks of its notices, in hours from becoming aware.

    ``processor`` says that the hospital of ``controller`` is the controller and this establishment its processor.
    """

    controller: str = ""
    controller_contact: str = ""
    dpo: str = ""
    dpo_contact: str = ""
    processor: bool = False
    finess: str = ""
    cnil_hours: int = 72
    nis2_early_hours: int = 24
    nis2_notification_hours: int = 72
    nis2_final_days: int = 30


class Accounts(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[accounts]``: which factors people may have.

    ``platform_passkeys``: a passkey may live in a computer or a phone; else only on a roaming key or badge.
    ``demo_codes_for_all``: in a demonstration, whose secrets are public, privileged professions use codes too.
    """

    platform_passkeys: bool = True
    demo_codes_for_all: bool = False


class Mail(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[mail]``: how every mail goes: what people are told besides the page, and alarms.

    ``how`` is ``""`` (no mail), ``smtp`` (``server``, ``port``, ``security``), ``file`` (``HOME/mail``) or ``console``.
    ``password_file`` is relative to the home folder. ``people``: the address of an account that has none of its own, as
    ``{account}@hopital.example``; empty: it gets no mail.

    Raises:
        ValueError: a password would cross the network in clear.
    """

    how: Literal["", "smtp", "file", "console"] = ""
    sender: str = ""
    server: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str = ""
    people: str = ""

    def __post_init__(self) -> None:
        """Refuse a password in clear."""
        if self.security == "none" and self.user:
            raise ValueError('[mail] would send its password in clear: write security = "starttls" or "tls"')


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The whole of ``ecluse.toml``. An unknown key is an error.

    Raises:
        ValueError: alarms would go by mail, and nothing says how mail goes.
    """

    site: Site = Site()
    database: Database = Database()
    federation: dict[str, Provider] = {}
    directory: Directory | None = None
    audit: Audit = Audit()
    breach: Breach = Breach()
    respond: Respond = Respond()
    alarms: Alarms = Alarms()
    sessions: Sessions = Sessions()
    accounts: Accounts = Accounts()
    mail: Mail = Mail()

    def __post_init__(self) -> None:
        """Refuse addressees without a mail server."""
        if self.alarms.email and not self.mail.how:
            raise ValueError("[alarms.email] says whom to tell, but nothing says how: write [mail] how, server, sender")


class Home(msgspec.Struct, frozen=True):
    """Paths of one establishment, and its settings."""

    path: Path
    settings: Settings

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def safe(self) -> Path:
        """Folder of the safe: policy, keys, trace."""
        return self.path / "safe"

    @property
    def socket(self) -> Path:
        """Unix socket of the safe."""
        return self.path / "run" / "safe.sock"

    @property
    def sqlite(self) -> Path:
        """The database file when no other database is set."""
        return self.path / "db.sqlite3"

    @property
    def django_key(self) -> Path:
        """File that holds Django's secret key."""
        return self.path / "secrets" / "django.key"

    @property
    def seen(self) -> Path:
        """File of the one-time values that were used lately (proofs of possession, assertions)."""
        return self.path / "run" / "seen.sqlite3"

    @property
    def trace_index(self) -> Path:
        """Folder of the index of the trace: a cache."""
        return self.path / "cache" / "trace"

    @property
    def watch(self) -> Path:
        """Folder of the watch: how far it has read, its lake."""
        return self.path / "watch"

    @property
    def known_passwords(self) -> Path:
        """File of breached passwords, as ``ecluse passwords import`` makes it."""
        return self.path / "passwords.filter"

    @property
    def rejects(self) -> Path:
        """Folder of what imports refused."""
        return self.path / "rejects"


def home_path() -> Path:
    """Return the folder named by ``ECLUSE_HOME``.

    Raises:
        BadInputError: the variable is not set.
    """
    named = os.environ.get("ECLUSE_HOME", "")
    if not named:
        msg = "No home folder is named."
        raise BadInputError(msg, "Pass --home DIR or set ECLUSE_HOME; `ecluse init DIR` makes one.")
    return Path(named).absolute()


def load(path: Path | None = None) -> Home:
    """Read the settings of the home folder at ``path`` (default: ``ECLUSE_HOME``).

    Raises:
        BadInputError: no folder, or a setting that is unknown or of the wrong type.
        BrokenWorldError: the socket path would be longer than a Unix socket allows.
    """
    folder = (path or home_path()).absolute()
    file = folder / "ecluse.toml"
    if not file.is_file():
        msg = f"{folder} is not a home folder: it has no ecluse.toml."
        raise BadInputError(msg, f"Run `ecluse init {folder}` first.")
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        refuse(written, file)
        settings = msgspec.convert(written, Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        msg = f"{file}: {error}."
        raise BadInputError(msg, "Mend this line; docs/guide lists every setting.") from error
    home = Home(folder, settings)
    if len(str(home.socket)) > MAX_SOCKET_PATH:
        msg = f"{home.socket} is too long for a Unix socket."
        raise BrokenWorldError(msg, "Choose a home folder with a shorter path.")
    return home
