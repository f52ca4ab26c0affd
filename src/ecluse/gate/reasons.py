"""The reasons people may give, and what each rule says to them in plain words.

Codes go to the trace; words are for pages.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WHY: dict[str, Promise] = {
    "arriving": _("The patient is here, or is about to arrive"),
    "call": _("The patient or a relative is on the phone"),
    "advice": _("A colleague asks for my opinion"),
    "follow-up": _("Result, letter or question after care"),
    "identity-check": _("Check of an identity or of a duplicate"),
    "patient-request": _("The patient asked for it"),
    "other": _("Another reason"),
}
"""Why somebody looks at a patient without a duty."""

EMERGENCY: dict[str, Promise] = {
    "life-threat": _("Life is at risk"),
    "unconscious": _("The patient cannot answer"),
    "arrival": _("Unplanned arrival in emergency"),
    "transfer": _("Transfer under way"),
    "cover": _("I replace the colleague in charge"),
    "other": _("Another emergency"),
}
"""Why somebody breaks the glass."""

OUTCOMES: dict[str, Promise] = {
    "in-order": _("In order"),
    "to-clarify": _("To be clarified with the person"),
    "not-justified": _("Not justified"),
}
"""What the data protection officer concludes about a broken glass."""

PARTS: dict[str, Promise] = {
    "identity": _("Identity"),
    "contact": _("Contacts"),
    "coverage": _("Coverage"),
    "care": _("Care"),
    "clinical": _("Clinical data"),
}
"""The parts of a record, in words."""

SHORTEST_TEXT = 4

RULES: dict[str, Promise] = {
    "unknown-profession": _("Your session has no profession that reads records."),
    "action-not-granted": _("Your profession does not do this with records."),
    "purpose-not-granted": _("Your profession does not open records for this purpose."),
    "compartment-not-granted": _("Your profession does not read this part of a record."),
    "export-not-granted": _("Your profession does not export records."),
    "export-needs-second-person": _("An export needs the approval of a second person first."),
    "break-glass-not-granted": _("Your profession does not break the glass."),
    "glass-not-broken": _("The glass is not broken for this patient, or the time is over."),
    "wider-than-the-glass": _("An emergency opens what care needs: no print, no copy of the whole record."),
    "needs-a-duty": _("This needs a link of care with the patient; a reason given is not enough."),
    "no-duty": _("Nothing links you to this patient."),
    "new-device": _("You have not proved who you are on this computer yet."),
    "say-why": _("Nothing links you to this patient yet."),
    "half-cap": _("You have been shown more patients than usual. Prove again that it is you."),
    "cap-minute": _("You have been shown as many patients as one account may be in a minute."),
    "cap-hour": _("You have been shown as many patients as one account may be in an hour."),
    "cap-day": _("You have been shown as many patients as one account may be in a day."),
    "cap-month": _("You have been shown as many patients as one account may be in thirty days."),
    "establishment-cap-minute": _(
        "The establishment as a whole has reached the records that may be shown in a minute."
    ),
    "establishment-cap-hour": _("The establishment as a whole has reached the records that may be shown in an hour."),
    "establishment-cap-day": _("The establishment as a whole has reached the records that may be shown in a day."),
    "establishment-cap-month": _(
        "The establishment as a whole has reached the records that may be shown in thirty days."
    ),
    "search-rate": _("Too many searches in a short time."),
    "creation-rate": _("Too many new patients in a short time."),
    "locked": _("Access has been stopped: account, session, computer or establishment."),
    "prove-again": _("The security team asks you to prove again that it is you."),
    "new-patients": _(
        "The security team has withheld new patients from your account. Those in your care stay open; for another,"
        " bring a second person."
    ),
    "decoy": _("Access has been stopped."),
    "unregistered": _("The safe does not know this account."),
    "profession": _("The safe does not know this account in this profession."),
    "approval": _("The approval this relies on does not exist, is over, or is for something else."),
    "not-proven": _("The second person could not be recognised: name, password or code is wrong."),
    "not-an-approver": _("The second person's profession cannot approve this."),
    "same-person": _("The second person must be somebody else."),
    "beneficiary": _("The second person must be somebody else."),
    "two-people-from-now": _(
        "You have broken the glass as often as one person may in an hour. A second person signs now."
    ),
    "already-reviewed": _("Somebody has reviewed this one already."),
    "giver-without-duty": _("You can only give a patient you take care of yourself."),
    "receiver-unfit": _("This colleague cannot take the patient."),
    "delegation-too-long": _("Between one hour and one week."),
    "fresh-proof": _("The second person must prove again who they are."),
}
"""What each rule of the gate and of the safe says. A rule that is not here is told as :data:`PLAIN`."""

PLAIN = _("The rules of the establishment do not allow this.")

THROTTLED = {
    "cap-minute": 60,
    "cap-hour": 3600,
    "cap-day": 86400,
    "cap-month": 30 * 86400,
    "establishment-cap-minute": 60,
    "establishment-cap-hour": 3600,
    "establishment-cap-day": 86400,
    "establishment-cap-month": 30 * 86400,
    "search-rate": 60,
    "creation-rate": 60,
}
"""Rules that pass with time, and the seconds after which asking again makes sense at the latest."""

TOO_MANY_REQUESTS = 429
FORBIDDEN = 403
UNAUTHORIZED = 401


def words(rule: str) -> Promise:
    """Return what ``rule`` says in plain words."""
    return RULES.get(rule, PLAIN)
