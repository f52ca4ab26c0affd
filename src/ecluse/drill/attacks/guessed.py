"""Passwords sprayed over every account of the house."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.browser import Browser
from ecluse.drill.cast import Member
from ecluse.drill.live.heist import Heist
from ecluse.drill.signin import find_form, with_password

NO_SESSION = ""
ELSEWHERE = "127.0.0.9"  # another address of this machine: the staff are not behind it


class Knobs(msgspec.Struct, frozen=True):
    """``passwords`` tried on each account."""

    passwords: tuple[str, ...] = ("Printemps2024!", "Montlaize2024", "Bienvenue1!")


STORY = Story(
    17,
    "guessed",
    "Passwords sprayed over many accounts",
    "The name of the town and the year, tried on every account from one address.",
    "A password alone opens nothing, and tries are counted by address and by account.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Try every password on every account."""
    browser = elsewhere(heist.site.url)
    heist.begin()
    heist.accounts = {member.username for member in heist.hospital.members}
    heist.sessions = {NO_SESSION}  # their owners are at work in theirs
    opened = sum(try_one(heist, browser, one, word) for word in knobs.passwords for one in people(heist))
    heist.proofs |= {"tried": len(knobs.passwords) * len(people(heist)), "signed in": opened}
    heist.requests = browser.requests
    browser.close()


def people(heist: Heist) -> list[Member]:
    """Return whoever signs in with a password."""
    return [member for member in heist.hospital.members if member.profession is not Profession.INTERFACE_SERVICE]


def elsewhere(url: str) -> Browser:
    """Return a browser at another address."""
    return Browser(url, source=ELSEWHERE)


def try_one(heist: Heist, browser: Browser, member: Member, word: str) -> bool:
    """Try one password; tell whether it got past the first step."""
    here = with_password(browser, member._replace(password=word))
    heist.haul.take(here.content, "guessing passwords")
    return here.is_success and find_form(here, "password") is None


ATTACK = Attack(STORY, Knobs(), steal, ("nobody",), Offline("guessed"), alone=True)
