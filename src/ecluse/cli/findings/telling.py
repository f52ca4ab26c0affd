"""Who hears of what happens: alarms, mail, and who answers for a breach."""

from collections.abc import Iterator

from ecluse.accounts import setup
from ecluse.accounts.models import Contact
from ecluse.cli.findings.base import Family, Finding, Kind, Seen, Severity

NO_ALARM = Kind(
    "no-alarm",
    Severity.HIGH,
    "No alarm goes anywhere: a case is seen only by whoever opens the console.",
    "In ecluse.toml: [alarms.email], [alarms.webhook] or [alarms.syslog]",
)
NO_MAIL = Kind(
    "no-mail",
    Severity.MEDIUM,
    "People hear of changes to their credentials only at their next sign-in: a thief's change is told to the thief.",
    'In ecluse.toml, [mail]: how = "smtp", server, sender',
)
LOCAL_MAIL = Kind(
    "mail-goes-nowhere",
    Severity.MEDIUM,
    "Mail is written to a file or to the console: nobody receives it.",
    'In ecluse.toml, [mail]: how = "smtp", server, sender',
)
NO_ADDRESS = Kind(
    "approver-without-address",
    Severity.LOW,
    "People who could be the second person have no address: nobody tells them that something waits.",
    "Add their address (email) to your list of staff, then: ecluse accounts load staff.json",
)
NOBODY_ANSWERS = Kind(
    "breach-nobody-named",
    Severity.MEDIUM,
    "Controller or data protection officer are not named: notices of a breach start with a search for them.",
    "In ecluse.toml, [breach]: controller, controller_contact, dpo, dpo_contact",
)
KINDS = (NO_ALARM, NO_MAIL, LOCAL_MAIL, NO_ADDRESS, NOBODY_ANSWERS)


def find(seen: Seen) -> Iterator[Finding]:
    """Look at the settings, and at the addresses of those who approve."""
    told = seen.home.settings
    if not any((told.alarms.email, told.alarms.webhook, told.alarms.syslog, told.alarms.caep)):
        yield NO_ALARM.found(["alarms"])
    if not told.mail.how:
        yield NO_MAIL.found(["mail.how"])
    elif told.mail.how != "smtp":
        yield LOCAL_MAIL.found(["mail.how"])
    if told.mail.how and not told.mail.people:
        named = set(Contact.objects.values_list("account__username", flat=True))
        yield from NO_ADDRESS.each(name for name in setup.approvers() if name not in named)
    if not (told.breach.controller and told.breach.dpo):
        yield NOBODY_ANSWERS.found(["breach"])


FAMILY = Family("telling", KINDS, find)
