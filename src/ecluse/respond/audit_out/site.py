"""Who records, as the settings and the safe say."""

from functools import cache
from pathlib import Path

from ecluse.core.home import Home
from ecluse.respond.audit_out.balp import Site
from ecluse.safe.notes import Verifier


@cache
def origin_of(safe: Path) -> str:
    """Return the name of the log, which is that of its key."""
    return Verifier.of((safe / "key.vkey").read_text(encoding="utf-8")).name


def site_of(home: Home) -> Site:
    """Return the establishment as audit messages name it; a demonstration marks its events as test data (HTEST)."""
    site = home.settings.site
    scheme = "https" if site.https else "http"
    host = site.hosts[0] if site.hosts else site.address
    return Site(site.name, origin_of(home.safe), f"{scheme}://{host}/fhir", test=site.demo)
