"""Why the safe said no, in the words of people. A rule that is not here is shown by its code."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "locked": _("Your account or workstation is locked."),
    "prove-again": _("The security team asks you to prove again that it is you."),
    "new-patients": _("The security team has withheld new patients from your account; this needs somebody else."),
    "unregistered": _("Your account is not in the safe's register."),
    "profession": _("You do not have this profession."),
    "no-such-proposal": _("This proposal no longer waits: it was decided, taken back, or its four hours are over."),
    "not-an-approver": _("Your profession is not among those that may approve this."),
    "same-person": _("Whoever asked cannot be the second person."),
    "beneficiary": _("Whoever benefits cannot be the second person."),
    "too-many-waiting": _("You already have too many proposals waiting."),
    "unknown-profession": _("This profession does not exist."),
    "malformed": _("Something is missing in this proposal."),
    "no-such-lock": _("There is no such lock."),
    "not-a-locker": _("Your profession may not place locks."),
    "too-many-patients": _("Too many patients for one export."),
    "fresh-proof": _("Prove who you are again first."),
    "passkey-needed": _("Acting as this profession takes a passkey or security key, used in this session."),
    "own-slip": _("Nobody starts a reset for themselves."),
    "service": _("A service has neither password nor factor."),
    "slip-beside-another": _("A reset of the other kind was started within a day: whoever lost both is enrolled anew."),
    "slip-over": _("This slip was handed over already, or its day is over."),
    "decoy": _("A planted record was opened, which nobody has a reason to open."),
    "cap-refusals": _("Again and again, more records were asked for than this account may be shown."),
    "account-exists": _("This account exists already: a temporary identity is always a new one."),
    "never-temporary": _("This profession is never given for a time."),
    "too-long": _("That is longer than a temporary identity may last."),
    "not-an-issuer": _("Your profession does not issue this kind of temporary identity."),
    "not-theirs": _("This account does not have that profession."),
    "last-approvers": _("Fewer than two people could approve anything afterwards."),
    "tap-privileged": _("Your profession does not work on shared workstations."),
    "refusals": _("Too many refused requests in one minute."),
}


def reason(rule: str) -> str:
    """Return the sentence of ``rule``; a text that is no rule, such as a lock's own reason, unchanged."""
    return str(REASONS.get(rule, rule))
