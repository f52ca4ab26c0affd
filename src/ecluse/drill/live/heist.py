"""One attack under way: whose accounts, what is known, what was received, from when on."""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import httpx

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Profession
from ecluse.drill import theft
from ecluse.drill.browser import Browser
from ecluse.drill.cast import Member
from ecluse.drill.hospital import Hospital
from ecluse.drill.live.stage import Copy, Stage
from ecluse.drill.measure import Haul
from ecluse.drill.signin import sign_in
from ecluse.drill.thief import Known, LockedOutError, OutOfTimeError, Thief

Move = Callable[[Thief], None]


class Site(NamedTuple):
    """A served copy: its stage, its files and its address."""

    stage: Stage
    copy: Copy
    url: str

    @property
    def scene(self) -> theft.Scene:
        """Return it as people at work know it."""
        return theft.Scene(self.stage.hospital, self.copy.home, self.url)


class Heist:
    """One attack. ``members``: whose accounts are taken. ``white_box``: the thief knows every threshold."""

    def __init__(self, site: Site, members: list[Member], *, seed: int, white_box: bool) -> None:
        self.site, self.members = site, members
        self.seed, self.white_box = seed, white_box
        self.haul = Haul(self.hospital.markers)
        self.since = dt.datetime.now(dt.UTC)
        self.accounts = {member.username for member in members}
        self.sessions: set[str] = set()  # when named, only what the trace says of these sessions is the thief's
        self.proofs: dict[str, int] = {}  # what the attack has to show besides: name → number
        self.care_refused: list[str] = []
        self.missed: list[str] = []  # what should have been seen and was not
        self.requests = 0

    @property
    def hospital(self) -> Hospital:
        """Return the world."""
        return self.site.stage.hospital

    @property
    def home(self) -> Path:
        """Return the home folder of the copy that is attacked."""
        return self.site.copy.home

    def begin(self) -> None:
        """Start the clock: what the accounts did before was their owners' work."""
        time.sleep(theft.CLOCK_S)
        self.since = dt.datetime.now(dt.UTC)
        self.haul.began = time.monotonic()

    def knows(self, member: Member) -> Known:
        """Return what a thief with the account of ``member`` knows beforehand."""
        return theft.knowledge(self.hospital, self.home, member, self.site.stage.known)

    def stolen(self, member: Member) -> Browser:
        """Return a live session of ``member``, its second factor done: cookies of a browser, or a private key."""
        if member.profession is Profession.INTERFACE_SERVICE:
            return Browser(self.site.url, auth=theft.service_of(self.home, self.site.url, member))
        owner = Browser(self.site.url)
        try:
            sign_in(owner, member)
            return Browser(self.site.url, cookies=owner.http.cookies, device=owner.device)
        finally:
            owner.close()

    def thief(self, browser: Browser, member: Member, seconds: float, requests: int = 2000) -> Thief:
        """Return somebody who sits at ``browser``; all thieves of a heist put what they get into one bag."""
        return Thief(browser, self.knows(member), self.haul, requests=requests, seconds=seconds, seed=self.seed)

    def thieves(self, seconds: float, requests: int = 2000) -> list[Thief]:
        """Let every owner sign in, take the sessions, start the clock; return one thief for each account."""
        browsers = [self.stolen(member) for member in self.members]
        self.begin()
        return [
            self.thief(browser, member, seconds, requests)
            for browser, member in zip(browsers, self.members, strict=True)
        ]

    def phished(self, member: Member, seconds: float, headers: dict[str, str]) -> Thief | None:
        """Sign in with password and code of ``member`` from somewhere else; None when the site lets nobody in."""
        browser = Browser(self.site.url, headers=headers)
        browser.http.event_hooks["response"] = [self._see]
        self.begin()
        try:
            sign_in(browser, member)
        except BrokenWorldError:
            return None
        finally:
            browser.http.event_hooks["response"] = []
        return self.thief(browser, member, seconds)

    def _see(self, answer: httpx.Response) -> None:
        self.haul.take(answer.read(), "signing in")

    def use(self, thief: Thief, moves: Iterable[Move]) -> None:
        """Make each move until it is refused for good; stop when time or requests are used up."""
        for move in moves:
            try:
                thief.in_vain = 0
                move(thief)
            except LockedOutError:
                continue
            except OutOfTimeError:
                break
        self.leave(thief)

    def leave(self, thief: Thief) -> None:
        """Count what was sent and close the browser."""
        self.requests += thief.browser.requests
        thief.browser.close()
