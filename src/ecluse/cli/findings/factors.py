"""Second factors: who has none, who needs one that cannot be phished, resets under way."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from allauth.mfa.models import Authenticator

from ecluse.accounts import slips
from ecluse.accounts.employment import why_not
from ecluse.accounts.models import Account
from ecluse.accounts.strength import PRIVILEGED
from ecluse.cli.findings.base import Family, Finding, Kind, Seen, Severity

GRACE = dt.timedelta(days=7)
KEY, APP = Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP
ADD_KEY = "They sign in and add a security key at /accounts/factors/webauthn/add/"
NO_KEY = Kind(
    "privileged-without-passkey",
    Severity.HIGH,
    "People of privileged professions have no passkey: what they have can be typed into a thief's page.",
    f"{ADD_KEY}; a lost one: ecluse accounts factors {{one}}",
)
NONE = Kind(
    "password-alone",
    Severity.HIGH,
    "Accounts have had a password and no second factor for a week: whoever has the password adds the first factor.",
    'ecluse accounts lock {one} --as OFFICER --reason "add a second factor"',
)
ONE_KEY = Kind(
    "privileged-single-passkey",
    Severity.LOW,
    "People of privileged professions have a single passkey: losing it takes two people and a slip.",
    f"{ADD_KEY} (a second one)",
)
RESETS = Kind(
    "resets-waiting",
    Severity.LOW,
    "Resets wait for the second person; each ends within a day.",
    "Look at /accounts/slips/: who asked, and does the person know?",
)
KINDS = (NO_KEY, NONE, ONE_KEY, RESETS)


def find(seen: Seen) -> Iterator[Finding]:
    """Count the factors of everybody who may sign in today."""
    found = Account.objects.filter(service=False).prefetch_related("professions", "identities").order_by("username")
    people = [one for one in found if not why_not(one)]
    count = Counter(Authenticator.objects.values_list("user_id", "type"))
    privileged = [one for one in people if any(row.profession in PRIVILEGED for row in one.professions.all())]
    yield from NO_KEY.each(one.username for one in privileged if not count[one.pk, KEY])
    bare = [one for one in people if not count[one.pk, KEY] + count[one.pk, APP] and not one.identities.all()]
    old = [one for one in bare if one.has_usable_password() and one.created < seen.now - GRACE]
    yield from NONE.each(one.username for one in old)
    yield from ONE_KEY.each(one.username for one in privileged if count[one.pk, KEY] == 1)
    yield from RESETS.each(slip.account.username for slip in slips.waiting())


FAMILY = Family("factors", KINDS, find)
