"""The closed list of families, and what the server itself checks before it starts."""

import importlib
from collections.abc import Iterator

from django.core.checks import CRITICAL, ERROR, CheckMessage
from django.utils.translation import override

from ecluse.cli.findings import factors, federation, passwords, people, services, telling, trace, workplaces
from ecluse.cli.findings.base import ORDER, Family, Finding, Seen, Severity

FAMILIES: tuple[Family, ...] = (
    people.FAMILY,
    factors.FAMILY,
    passwords.FAMILY,
    workplaces.FAMILY,
    services.FAMILY,
    federation.FAMILY,
    trace.FAMILY,
    telling.FAMILY,
)


def look(seen: Seen) -> list[Finding]:
    """Return everything that is weak, worst first; a demonstration is judged like a hospital."""
    found = [*serving(seen), *(finding for family in FAMILIES for finding in family.find(seen))]
    return sorted(found, key=lambda one: (ORDER.index(one.severity), one.code))


def serving(seen: Seen) -> Iterator[Finding]:
    """Yield what :mod:`ecluse.web.checks` says of settings, files and tables."""
    with override("en"):
        messages: list[CheckMessage] = importlib.import_module("ecluse.web.checks").run(seen.home)
    for one in messages:
        yield Finding(str(one.id or "web"), severity_of(one), str(one.msg), str(one.hint or "ecluse serve --help"))
    if seen.home.settings.site.demo:
        text = "This is a demonstration: passwords and second factors of everybody are public."
        yield Finding("demonstration", Severity.MEDIUM, text, "ecluse init DIR for an establishment of real patients")
    elif seen.home.settings.site.made_up_identities:
        text = "Patients with the INS OIDs for tests are taken: among real ones a made-up one is taken for somebody."
        yield Finding("made-up-identities", Severity.HIGH, text, "In ecluse.toml, [site]: made_up_identities = false")


def severity_of(message: CheckMessage) -> Severity:
    """Return how bad a check's message is."""
    if message.level >= CRITICAL:
        return Severity.CRITICAL
    return Severity.HIGH if message.level >= ERROR else Severity.MEDIUM
