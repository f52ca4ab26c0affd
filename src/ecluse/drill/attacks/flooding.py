"""Lock-out as a weapon: accounts are burnt on purpose, so that doctors are shut out and the alarms drown."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Action, Decision, Ground, Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.attacks.guessed import elsewhere
from ecluse.drill.browser import Browser, page
from ecluse.drill.cast import Member
from ecluse.drill.live.heist import Heist
from ecluse.drill.measure import Haul
from ecluse.drill.moves import quiet, reading, rising
from ecluse.drill.signin import sign_in, with_password
from ecluse.drill.thief import Thief
from ecluse.safe.policy import DEFAULT_FILE, load
from ecluse.safe.trace_reader import entries

P = Profession
LOCKERS = load(DEFAULT_FILE).approvals.lock
CHAIN = 10
CARERS = frozenset({P.PHYSICIAN, P.RESIDENT, P.NURSE, P.MIDWIFE, P.PHARMACIST})


class Knobs(msgspec.Struct, frozen=True):
    """``accounts`` burnt, ``later_s`` after their owners signed in where one may lock; then others are sprayed.

    ``wrong`` bad passwords are tried on each of ``sprayed`` colleagues who have still to sign in.
    """

    accounts: int = 5
    later_s: float = 61.0
    sprayed: int = 4
    wrong: int = 4
    seconds: float = 40.0


STORY = Story(
    16,
    "flooding",
    "Lock-out used as a weapon",
    "The thief burns the accounts it holds until the safe locks them, tries bad passwords on colleagues who have still "
    "to sign in, asks for locks on professions, on the house and on one colleague after the other (with an "
    "officer's session a minute old), and hopes that care stops.",
    "A lock shuts out the account that misbehaves and nobody else; a person who places one proves first who it is.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Burn accounts, spray passwords, ask for locks; then see whether colleagues can still care."""
    later = knobs.later_s if {member.profession for member in heist.members} & LOCKERS else 0.0
    thieves = heist.thieves(knobs.seconds + later)
    time.sleep(later)
    with ThreadPoolExecutor(len(thieves)) as pool:
        tasks = [pool.submit(heist.use, one, (locks, reading.at_random, rising.exports)) for one in thieves]
        for task in tasks:
            task.result()
    spray(heist, knobs)
    if later:
        heist.proofs["colleagues locked"] = locked(heist)
    for colleague in colleagues(heist)[:2]:
        care(heist, colleague)


def colleagues(heist: Heist) -> list[Member]:
    """Return carers whose accounts were not taken and who are not yet at work: the last of each profession."""
    free = [one for one in heist.hospital.members if one.profession in CARERS and one not in heist.members]
    return [one for one in reversed(free) if one is not heist.hospital.first(one.profession)]


def spray(heist: Heist, knobs: Knobs) -> None:
    """Give wrong passwords for colleagues."""
    browser = elsewhere(heist.site.url)
    for member in colleagues(heist)[: knobs.sprayed]:
        for _ in range(knobs.wrong):
            with_password(browser, member._replace(password="faux-mot-de-passe"))  # noqa: S106 - nobody's
    heist.requests += browser.requests
    browser.close()


def locks(thief: Thief) -> None:
    """Ask for a lock on everything that can be locked, then on one colleague after the other."""
    people = [("account", name) for name in thief.known.helpers[:CHAIN]]
    for kind, target in (("profession", "physician"), ("establishment", ""), *people):
        fields = {"kind": kind, "target": target, "reason": "alerte", "hours": "0"}
        thief.post("/accounts/locks/", "locks", fields)


def locked(heist: Heist) -> int:
    """Return how many accounts of others the thief locked."""
    told = entries(heist.home / "safe", since=heist.since)
    done = [one for one in told if one.action is Action.LOCK and one.decision is Decision.ALLOW]
    return len({one.target for one in done if one.account in heist.accounts and one.target not in heist.accounts})


def care(heist: Heist, member: Member) -> None:
    """Sign in as a colleague and open a stranger's record by the emergency door; note what stands in the way."""
    browser = Browser(heist.site.url)
    try:
        sign_in(browser, member)
        thief = Thief(browser, heist.knows(member), Haul(heist.hospital.markers), requests=60, seconds=60, seed=3)
        opened = emergency(thief)
    except (BrokenWorldError, httpx.HTTPError) as error:
        heist.care_refused.append(f"{member.username}: {error}")
    else:
        heist.proofs["emergencies opened by colleagues"] = (
            heist.proofs.get("emergencies opened by colleagues", 0) + opened
        )
        if not opened:
            heist.care_refused.append(f"{member.username}: the emergency door stayed closed")
    finally:
        browser.close()


def emergency(thief: Thief) -> int:
    """Open the first stranger; return 1 when it opened."""
    stranger = next(quiet.source(thief, Ground.EMERGENCY))
    quiet.broken(thief, stranger)
    record = thief.get(f"/patient/{stranger.ref}/", "care")
    return int(record.is_success and bool(page(record).links) and stranger.number in thief.haul.patients)


ATTACK = Attack(STORY, Knobs(), steal, (P.NURSE, P.PHYSICIAN, P.SECURITY_OFFICER), Offline("flooding"), alone=True)
