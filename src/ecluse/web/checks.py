"""What a server must be before it shows a patient.

Each finding that could let data out is Critical and stops the start, but of a demonstration. Nothing is changed. A
finding is said in the language of whoever reads: a page's, and English on a terminal.
"""

import stat
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Critical, run_checks
from django.core.checks import Warning as Warned
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from ecluse.core.home import Home
from ecluse.respond.notices import clocks
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.protocol import Status

KEY_CHARS = 40
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def run(home: Home) -> list[CheckMessage]:
    """Return everything that is wrong with this establishment's settings, files and tables."""
    of_django = [found for found in run_checks() if found.level >= ERROR]
    own = [*transport(home), *hosts(home), *secrets(home), *factors(home), *tables(), *set_up(home), *telling(home)]
    return [*of_django, *own]


def transport(home: Home) -> list[CheckMessage]:
    """Find ways in which passwords or records would cross a network in clear."""
    site = home.settings.site
    found: list[CheckMessage] = []
    if site.demo and site.address not in LOOPBACK:
        found.append(
            Critical(_("A demonstration is served to other machines."), _('Set address = "127.0.0.1".'), id="web.C001")
        )
    if not site.https and not site.demo:
        found.append(
            Critical(
                _("The site is served without https."),
                _("Set https = true, and certificate or behind_proxy."),
                id="web.C002",
            )
        )
    if site.https and not site.behind_proxy and not (site.certificate and site.private_key):
        found.append(
            Critical(
                _("https has no certificate."),
                _("Name certificate and private_key, or set behind_proxy."),
                id="web.C003",
            )
        )
    found.extend(
        Critical(_("%(file)s is not there.") % {"file": name}, _("Name a PEM file."), id="web.C004")
        for name in filter(None, (site.certificate, site.private_key))
        if not Path(name).is_file()
    )
    if site.bearer_tokens and not site.demo:
        found.append(
            Critical(
                _("Tokens that are bound to no key are accepted: whoever reads one has it."),
                _("Remove bearer_tokens; services prove their key (`ecluse accounts client --help`)."),
                id="web.C012",
            )
        )
    if site.private_key and Path(site.private_key).is_file() and readable_by_others(Path(site.private_key)):
        found.append(
            Critical(_("Others can read %(file)s.") % {"file": site.private_key}, _("chmod 600 it."), id="web.C005")
        )
    return found


def hosts(home: Home) -> list[CheckMessage]:
    """Find a site that answers under any name (which lets a stranger's page pose as it)."""
    names = home.settings.site.hosts
    if not names or any(name.startswith(("*", ".")) for name in names):
        return [Critical(_("The site answers to any host name."), _("List the exact names in hosts."), id="web.C006")]
    return []


def secrets(home: Home) -> list[CheckMessage]:
    """Find secrets that are weak or that others can read, and a debug mode that tells them."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < KEY_CHARS:
        found.append(
            Critical(_("Django's key is too short."), _("Remove it and run `ecluse init` again."), id="web.C007")
        )
    found.extend(
        Critical(_("Others can read %(file)s.") % {"file": place}, f"chmod go-rwx {place}", id="web.C008")
        for place in (home.django_key, home.django_key.parent, home.path, home.safe)
        if place.exists() and readable_by_others(place)
    )
    if settings.DEBUG:
        found.append(Critical(_("DEBUG is on."), _("Turn it off: its pages show data."), id="web.C009"))
    if not home.settings.database.url and home.sqlite.exists() and readable_by_others(home.sqlite):
        found.append(
            Warned(_("Others can read %(file)s.") % {"file": home.sqlite}, f"chmod go-rwx {home.sqlite}", id="web.W001")
        )
    return found


def factors(home: Home) -> list[CheckMessage]:
    """Find a demonstration's leniency outside one, where it is ignored."""
    if home.settings.accounts.demo_codes_for_all and not home.settings.site.demo:
        return [
            Critical(_("demo_codes_for_all is for demonstrations."), _("Remove it from [accounts]."), id="web.C013")
        ]
    return []


def tables() -> list[CheckMessage]:
    """Find a database older than the program."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return [Critical(_("The tables are older than the program."), _("Run `ecluse init` again."), id="web.C010")]
    return []


def set_up(home: Home) -> list[CheckMessage]:
    """Find a safe that still registers accounts at one person's word."""
    client = SafeClient(home.socket)
    try:
        closed = client.call(Status()).setup_closed
    except SafeUnavailableError:
        return []  # nothing is shown without it anyway
    finally:
        client.close()
    if closed:
        return []
    return [
        Critical(
            _("Set-up is still open: one person can register accounts."),
            _("Run `ecluse accounts close-setup`."),
            id="web.C011",
        )
    ]


def telling(home: Home) -> list[CheckMessage]:
    """Find clocks of notices set longer than the texts in force, and audit messages that cross a network in clear."""
    found: list[CheckMessage] = [
        Warned(
            _("[breach] %(name)s is longer than the text in force.") % {"name": name},
            _("Ask your data protection officer."),
            id="web.W002",
        )
        for name in clocks.check(home.settings.breach)
    ]
    if home.settings.audit.syslog.startswith("udp:"):
        found.append(
            Warned(_("Audit messages go out by UDP, in clear."), _("Write [audit] syslog = tls://…"), id="web.W003")
        )
    return found


def readable_by_others(place: Path) -> bool:
    """Tell whether anybody but the owner may read."""
    return bool(place.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
