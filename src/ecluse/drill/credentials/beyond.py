"""Two stolen factors at once: what is left then. Counted truthfully, and never among the thefts of one."""

import re
import time

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Profession
from ecluse.drill.browser import Browser
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case
from ecluse.drill.credentials.recovery import codes_of
from ecluse.drill.signin import find_form, sign_in, totp, with_password

SECRET = re.compile("[A-Z2-7]{32}")


def seed_too(attempt: Attempt) -> None:
    """Sign in with password and app, from a browser and an address never seen before."""
    if attempt.owner.profession is Profession.NURSE:
        attempt.at_work()
    attempt.begin()
    thief = attempt.thiefs()
    try:
        sign_in(thief, attempt.owner)
    except BrokenWorldError:
        return
    attempt.walk(thief)


def code_too(attempt: Attempt) -> None:
    """Sign in with password and recovery code, add an app of one's own, go on with it."""
    owner = attempt.at_work()
    [code, *_] = codes_of(attempt, owner)
    attempt.begin()
    thief = attempt.thiefs()
    here = with_password(thief, attempt.owner)
    form = find_form(here, "code")
    if form is not None:
        thief.submit(form, here, code=code)
    attempt.walk(thief)
    own_app(thief)
    attempt.walk(thief)


def own_app(thief: Browser) -> None:
    """Set up an authenticator app as its page says."""
    here = thief.get("/accounts/factors/totp/activate/")
    form = find_form(here, "code")
    words = here.text.replace("<", " ").replace(">", " ").replace('"', " ").split()
    secret = next((word for word in words if SECRET.fullmatch(word)), "")
    if form is not None and secret:
        thief.submit(form, here, code=totp(secret, time.time()))


BEYOND: tuple[Case, ...] = (
    Case(
        "password-and-seed",
        "Password and authenticator app of a nurse.",
        "A device never seen: short limits, a fresh proof for whatever is sensitive, the owner is told; "
        "duties and caps hold as for the owner.",
        seed_too,
    ),
    Case(
        "password-and-seed",
        "Password and authenticator app of a privileged person.",
        "Acting as this profession takes a passkey, and adding one takes a slip.",
        seed_too,
        Profession.DIM_PHYSICIAN,
    ),
    Case(
        "password-and-recovery-code",
        "Password and recovery code of a nurse.",
        "The code opens the pages of a new factor alone; whoever adds one is in, and the owner is told.",
        code_too,
    ),
)
