"""Browsers and workstations: sessions that a copied cookie could carry, wards without a registered workstation."""

from collections.abc import Iterator

from ecluse.accounts.models import Account, Workstation
from ecluse.cli.findings.base import Family, Finding, Kind, Seen, Severity
from ecluse.core.words import Profession

AT_THE_BED = [Profession.NURSE.value, Profession.AIDE.value, Profession.MIDWIFE.value]
UNBOUND = Kind(
    "sessions-without-key",
    Severity.MEDIUM,
    "Browsers that prove no key of their own get sessions told by cookies, address and browser name: "
    "an hour at most, and a thief at the same address can carry one on.",
    'In ecluse.toml, [sessions]: without_key = "none"',
)
NO_WARD = Kind(
    "no-ward-workstation",
    Severity.LOW,
    "Nurses work here and no shared workstation is registered: people share sessions where switching is slow.",
    'ecluse workstations add "LABEL" --unit UNIT',
)
CODE_OVER = Kind(
    "workstation-not-registered",
    Severity.LOW,
    "Shared workstations were announced and their code was never typed in time.",
    'ecluse workstations remove "{one}"',
)
KINDS = (UNBOUND, NO_WARD, CODE_OVER)


def find(seen: Seen) -> Iterator[Finding]:
    """Look at the setting and at the workstations."""
    if seen.home.settings.sessions.without_key != "none":
        yield UNBOUND.found(["sessions.without_key"])
    at_the_bed = Account.objects.filter(professions__profession__in=AT_THE_BED, is_active=True)
    if at_the_bed.exists() and not Workstation.objects.filter(ward=True).exists():
        yield NO_WARD.found()
    over = Workstation.objects.filter(ward=False, code_until__lt=seen.now).exclude(code="")
    yield from CODE_OVER.each(over.values_list("label", flat=True))


FAMILY = Family("workplaces", KINDS, find)
