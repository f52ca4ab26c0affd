"""Accounts that should not be awake: a leaver's, a dormant one's, one of the thief's own making."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.browser import Browser
from ecluse.drill.live.heist import Heist
from ecluse.drill.live.stage import leaver
from ecluse.drill.moves import quiet, reading, rising
from ecluse.drill.signin import find_form, with_password

P = Profession
CODES = ("000000", "123456", "654321", "111111", "202411")


class Knobs(msgspec.Struct, frozen=True):
    """``which``: ``leaver``, ``dormant`` or ``new``."""

    which: str = "leaver"
    seconds: float = 40.0


STORY = Story(
    15,
    "sleeper",
    "An account that should not be awake",
    "A leaver's password and second factor are still good, so the thief believes; a dormant account's password was "
    "guessed, and its code is guessed too; or a stolen administrator makes itself an account with every right.",
    "An account ends on its last day; a password is half a key; rights are given by two.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Try one of the three."""
    {"leaver": as_leaver, "dormant": as_dormant, "new": as_new}[knobs.which](heist, knobs)


def as_leaver(heist: Heist, knobs: Knobs) -> None:
    """Sign in as somebody whose last day is over."""
    gone = leaver(heist.hospital)
    heist.accounts = {gone.username}
    thief = heist.phished(gone, knobs.seconds, {})
    heist.proofs["signed in"] = int(thief is not None)
    if thief is not None:
        thief.known = msgspec.structs.replace(thief.known, victim=heist.members[0])
        heist.use(thief, (quiet.one_minute, reading.at_random))


def as_dormant(heist: Heist, knobs: Knobs) -> None:
    """Give the right password, then guess the code."""
    [asleep] = heist.members
    browser = Browser(heist.site.url)
    heist.begin()
    here = with_password(browser, asleep)
    for code in CODES:
        form = find_form(here, "code")
        if form is None:
            break
        here = browser.submit(form, here, code=code)
        heist.haul.take(here.content, "guessing codes")
    thief = heist.thief(browser, asleep, knobs.seconds, requests=80)
    heist.use(thief, (reading.own, reading.at_random))


def as_new(heist: Heist, knobs: Knobs) -> None:
    """Give rights to oneself and to an account of one's own making."""
    [thief] = heist.thieves(knobs.seconds, requests=300)
    heist.use(thief, (rising.rights, rising.pages, rising.professions, rising.exports, reading.at_random))


ATTACK = Attack(
    STORY,
    Knobs(),
    steal,
    (P.NURSE,),
    Offline("sleeper"),
    (("dormant", Knobs(which="dormant")), ("new", Knobs(which="new"))),
)
