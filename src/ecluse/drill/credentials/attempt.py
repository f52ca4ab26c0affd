"""One theft under way: whose credential, from which address, what the thief received, what its owner was shown."""

import datetime as dt
import time

import httpx

from ecluse.core.words import Decision
from ecluse.drill.browser import Browser
from ecluse.drill.cast import Member
from ecluse.drill.credentials.ground import Ground
from ecluse.drill.device import DeviceKey
from ecluse.drill.measure import Haul
from ecluse.drill.signin import sign_in
from ecluse.drill.thief import spoken
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import entries

CLOCK_S = 0.05
FIRST_ADDRESS = 20
THIEFS_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) thief"
REFS = 4
ONE = (
    "/patient/{ref}/",
    "/fhir/Patient/{ref}",
    "/fhir/Patient/{ref}/$everything",
    "/fhir/Observation?patient={ref}",
    "/fhir/MedicationRequest?patient={ref}",
)
NEVER = ("logout", "language", "/login/", "static")


class Attempt:
    """``number``: which theft, for an address of its own."""

    def __init__(self, ground: Ground, owner: Member, number: int) -> None:
        self.ground, self.owner = ground, owner
        self.address = f"127.0.0.{FIRST_ADDRESS + number}"
        self.haul, self.shown = Haul(ground.hospital.markers), Haul(ground.hospital.markers)
        self.since = dt.datetime.now(dt.UTC)
        self.requests = 0
        self._open: list[Browser] = []

    @property
    def refs(self) -> list[str]:
        """Return some of the owner's own patients, and one who is not."""
        own = self.ground.known.own.get(self.owner.username, [])
        others = [ref for ref in self.ground.known.numbers if ref not in set(own)]
        return [*own[:REFS], *others[:1]]

    def owners(self, auth: httpx.Auth | None = None) -> Browser:
        """Return the owner's own browser; ``auth``: a service's credentials."""
        browser = Browser(self.ground.url, auth=auth)
        browser.http.event_hooks["response"] = [lambda answer: _keep(self.shown, answer)]
        self._open.append(browser)
        return browser

    def at_work(self) -> Browser:
        """Let the owner sign in and look at their patients; return the browser."""
        browser = self.owners()
        sign_in(browser, self.owner)
        self.look(browser)
        return browser

    def look(self, browser: Browser) -> None:
        """Open the owner's own patients."""
        for ref in self.refs[:REFS]:
            browser.get(f"/patient/{ref}/")

    def begin(self) -> None:
        """Start the clock: from now on the owner does nothing, and the trace is the thief's."""
        time.sleep(CLOCK_S)
        self.since = dt.datetime.now(dt.UTC)

    def thiefs(
        self,
        *,
        cookies: httpx.Cookies | None = None,
        device: DeviceKey | None = None,
        auth: httpx.Auth | None = None,
        here: bool = False,
    ) -> Browser:
        """Return a browser of the thief: elsewhere, or ``here``, at the owner's address with the owner's browser."""
        browser = Browser(
            self.ground.url,
            cookies=cookies,
            device=device,
            auth=auth,
            headers={} if here else {"User-Agent": THIEFS_BROWSER},
            source="" if here else self.address,
        )
        browser.http.event_hooks["response"] = [self._take]
        self._open.append(browser)
        return browser

    def _take(self, answer: httpx.Response) -> None:
        self.requests += 1
        _keep(self.haul, answer)

    def walk(self, browser: Browser) -> None:
        """Try every address of the site, and everything of some patients."""
        plain = [door for door in self.ground.known.doors if "<" not in door and not any(one in door for one in NEVER)]
        for door in [*plain, *(text.format(ref=ref) for ref in self.refs for text in ONE)]:
            browser.get(door)

    def refusals(self) -> list[Entry]:
        """Return what the trace refused since the theft began and that names the owner."""
        told = entries(self.ground.home / "safe", since=self.since)
        return [
            entry
            for entry in told
            if entry.decision is not Decision.ALLOW and self.owner.username in {entry.account, entry.target}
        ]

    def told(self) -> bool:
        """Tell whether the trace says that the owner is to hear of it."""
        told = entries(self.ground.home / "safe", since=self.since)
        return any(entry.rule in {"unusual-sign-in", "recovery-code-used"} for entry in told)

    def close(self) -> None:
        """Close every browser."""
        for browser in self._open:
            browser.close()


def _keep(haul: Haul, answer: httpx.Response) -> None:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "set-cookie")
    haul.take(answer.read() + b"\n" + headers.encode(), str(answer.request.url.path), spoken(answer.request))
