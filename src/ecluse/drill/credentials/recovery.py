"""A recovery code, found on paper, without the password."""

import re

from ecluse.core.errors import BrokenWorldError
from ecluse.drill.browser import Browser, page
from ecluse.drill.credentials import moves
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case
from ecluse.drill.signin import asks_again, prove_again

MAKE = "/accounts/factors/recovery-codes/generate/"
SHOWN = re.compile(r"<textarea[^>]*>(.*?)</textarea>", re.DOTALL)
CODE = re.compile(r"\b[0-9]{8}\b")


def codes_of(attempt: Attempt, browser: Browser) -> list[str]:
    """Make recovery codes as the owner does, and return them: they are shown once.

    Raises:
        BrokenWorldError: the pages did not give them.
    """
    here = browser.get(MAKE)
    if asks_again(here):
        prove_again(browser, attempt.owner, here)
        here = browser.get(MAKE)
    posts = (form for form in page(here).forms if form.method == "POST")
    form = next((form for form in posts if "generate" in (form.action or MAKE)), None)
    shown = SHOWN.search(browser.submit(form, here).text) if form else None
    found = CODE.findall(shown[1]) if shown else []
    if not found:
        raise BrokenWorldError(f"{MAKE} gave no recovery codes.", "Is this an Écluse of this version?")
    return found


def steal(attempt: Attempt) -> None:
    """Guess passwords, then ask for a new one with the code in place of the app's."""
    owner = attempt.at_work()
    [code, *_] = codes_of(attempt, owner)
    attempt.begin()
    thief = attempt.thiefs()
    moves.guess_passwords(thief, attempt.owner)
    moves.guess_reset(thief, attempt.owner, code)
    moves.add_factor(thief)
    attempt.walk(thief)


CASE = Case(
    "recovery-code",
    "A recovery code, without the password.",
    "It opens nothing without the password, is no second factor for a reset, and shows no patient by itself.",
    steal,
)
