"""Accounts: who is still there and should not be, who can approve, whose rights nobody looked at."""

from collections.abc import Iterator

from ecluse.accounts import reviews, setup
from ecluse.accounts.employment import why_not
from ecluse.accounts.generic import generic
from ecluse.accounts.models import Account
from ecluse.cli.findings.base import Family, Finding, Kind, Seen, Severity

SPARE_APPROVERS = 3
LEAVER = Kind(
    "leaver-with-rights",
    Severity.MEDIUM,
    "Accounts past their last day still have professions in the register.",
    'ecluse accounts lock {one} --as OFFICER --reason "left"; then withdraw them at /accounts/people/review/',
)
UNUSED = Kind(
    "unused-with-rights",
    Severity.LOW,
    "Accounts closed for want of use still have professions in the register.",
    "ecluse accounts review; then withdraw what nobody needs at /accounts/people/review/",
)
NEVER_UNUSED = Kind(
    "unused-stay-open",
    Severity.HIGH,
    "Accounts that nobody uses stay open for ever: thieves look for those first.",
    "In ecluse.toml, [sessions]: unused_days = 90",
)
ENDLESS = Kind(
    "temporary-without-end",
    Severity.HIGH,
    "Temporary identities are open and have no end.",
    'ecluse accounts lock {one} --as OFFICER --reason "no end"; then issue another at /accounts/people/temporary/',
)
SHARED = Kind(
    "shared-account",
    Severity.HIGH,
    "Accounts carry the name of a post or a place: several people share what is nobody's own.",
    "ecluse accounts add A.PERSON --profession …; then ecluse accounts lock {one} --as OFFICER",
)
UNREVIEWED = Kind(
    "rights-not-reviewed",
    Severity.LOW,
    "Nobody has looked at the rights of these accounts for a year.",
    "ecluse accounts review",
)
TOO_FEW = Kind(
    "approvers-few",
    Severity.MEDIUM,
    "Two people or fewer can be the second person of a grant: one on leave, and nobody is hired or stopped by two.",
    "ecluse accounts add A.PERSON --profession security-officer --as OFFICER",
)
KINDS = (LEAVER, UNUSED, NEVER_UNUSED, ENDLESS, SHARED, UNREVIEWED, TOO_FEW)


def find(seen: Seen) -> Iterator[Finding]:
    """Look at every account once."""
    people = Account.objects.filter(service=False).prefetch_related("professions").order_by("username")
    stopped = {one.username: why_not(one) for one in people}
    employed = [one for one in people if one.professions.all()]
    yield from LEAVER.each(one.username for one in employed if stopped[one.username] in {"not-employed", "expired"})
    yield from UNUSED.each(one.username for one in employed if stopped[one.username] == "unused")
    if not seen.home.settings.sessions.unused_days:
        yield NEVER_UNUSED.found(["sessions.unused_days"])
    yield from ENDLESS.each(one.username for one in people if one.issued_by and one.is_active and one.expires is None)
    yield from SHARED.each(one.username for one in people if generic(one.username, one.display_name))
    yield from UNREVIEWED.each(unreviewed(seen))
    if seen.safe.setup_closed and len(setup.approvers()) < SPARE_APPROVERS:
        yield TOO_FEW.found(setup.approvers())


def unreviewed(seen: Seen) -> list[str]:
    """Return whose rights were not looked at for a year; nobody's in their first."""
    due = {row.username for row in reviews.lines(only_due=True) if not row.stopped}
    old = Account.objects.filter(username__in=due, created__lt=seen.now - reviews.EVERY)
    return list(old.values_list("username", flat=True))


FAMILY = Family("people", KINDS, find)
