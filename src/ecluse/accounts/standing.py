"""What a request is, in the words of :mod:`ecluse.accounts.strength`: gathered here, judged there."""

import time

from django.conf import settings
from django.http import HttpRequest

from ecluse.accounts import workstation
from ecluse.accounts.privileged import needs_passkey
from ecluse.accounts.strength import Act, Answer, Device, Factor, Facts, decide, limits
from ecluse.safe.protocol import Who

STARTED = "ecluse.started"
SEEN = "ecluse.seen"
UNUSUAL = "ecluse.unusual"
NOTES_AN_IDLE = 15

LEAVE = frozenset({"account_logout", "set_language", "accounts_device", "accounts_ward_lock"})
PROVE = frozenset(
    {
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "accounts_stronger",
        "federation_again",
        "federation_callback",
    }
)
ENROL = frozenset({"accounts_enrol", "accounts_slip", "mfa_activate_totp", "mfa_add_webauthn"})
CHOOSE = frozenset({"accounts_profession", "accounts_notices", "mfa_view_recovery_codes", "mfa_index"})
ALONE = frozenset({"console_now_live"})
"""What a page asks for by itself, whether or not somebody sits before it: it keeps no session alive."""
SENSITIVE = frozenset(
    {
        "accounts_propose_grant",
        "accounts_propose_raise",
        "accounts_propose_unlock",
        "accounts_issue",
        "accounts_pin",
        "accounts_review_answer",
        "export_new",
        "export_download",
    }
)
"""What asks for a fresh proof before it is even shown. Approvals ask too: the safe itself does (``fresh-proof``)."""


def act_of(page: str) -> Act:
    """Return what kind of act the page called ``page`` is; one that no line names is ordinary work."""
    kinds = {Act.LEAVE: LEAVE, Act.PROVE: PROVE, Act.ENROL: ENROL, Act.CHOOSE: CHOOSE, Act.SENSITIVE: SENSITIVE}
    return next((kind for kind, pages in kinds.items() if page in pages), Act.WORK)


def factor_of(who: Who) -> Factor:
    """Return the strongest factor of a session, from the RFC 8176 words of what was used in it."""
    if who.acr != "aal2":
        return Factor.NONE
    table = {"hwk": Factor.KEY, "swk": Factor.PASSKEY, "otp": Factor.CODE}
    found = next((factor for word, factor in table.items() if word in who.amr), Factor.CODE)
    return Factor.TAP if found is Factor.KEY and "mfa" not in who.amr else found


def device_of(request: HttpRequest) -> Device:
    """Return where a request comes from; a browser without a key is nowhere when the establishment says so."""
    found = workstation.device_of(request)
    refused = settings.SESSIONS is not None and settings.SESSIONS.without_key == "none"
    return Device.ELSEWHERE if found is Device.UNBOUND and refused else found


def facts(request: HttpRequest, page: str, who: Who) -> Facts:
    """Gather what the answer to this request depends on. No query, no call."""
    now = int(time.time())
    return Facts(
        profession=who.profession,
        factor=factor_of(who),
        device=device_of(request),
        act=act_of(page),
        age=now - request.session.get(STARTED, now),
        idle=now - request.session.get(SEEN, now),
        proof_age=who.auth_age,
        unusual=bool(request.session.get(UNUSUAL)),
    )


def ask(request: HttpRequest, page: str, who: Who) -> Answer:
    """Return the answer of the table to this request."""
    return decide(facts(request, page, who), any_factor=not needs_passkey(who.profession))


def note_seen(request: HttpRequest, who: Who) -> None:
    """Write down that the session lives: a few times in the time it may be left alone, not at each request."""
    match = request.resolver_match
    if match is not None and match.url_name in ALONE and SEEN in request.session:
        return
    now = int(time.time())
    bounds = limits(who.profession, workstation.device_of(request), unusual=bool(request.session.get(UNUSUAL)))
    if SEEN not in request.session or now - request.session[SEEN] > bounds.idle // NOTES_AN_IDLE:
        request.session[SEEN] = now
