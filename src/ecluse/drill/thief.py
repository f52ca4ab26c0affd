"""A thief with somebody else's live session: what it knows, what it sends, what it gets.

White-box: it knows the reference of every patient, many names and birth dates, every address of the site, the policy
with all its thresholds, which patients are the victim's own, and the account, RPPS number and unit of its victim. It
does not hold the second factor: it cannot prove identity again.
"""

import random
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec

from ecluse.core.words import Profession
from ecluse.drill.browser import Browser, Form, page
from ecluse.drill.cast import Member
from ecluse.drill.measure import Haul
from ecluse.safe.policy import Policy

TIRED_AFTER = 120
NO_ANSWER = 599
SHORTEST_WORD = 5
GUESSES = {"password": "Printemps2024!", "code": "123456"}  # nobody's
NEVER_PRESS = ("logout", "/language/", "/sessions/end", "/password/", "/login/")
ASKS_FOR_PROOF = ("reauthenticate", "/login/", "authenticate")
STORY = "Patient vu aux urgences, le service demande son dossier."


class Tip(msgspec.Struct, frozen=True):
    """A patient as the thief knows one beforehand."""

    ref: str
    number: int
    name: str
    given: str
    birth: str
    ipp: str
    ins: str


class Known(msgspec.Struct, frozen=True):
    """Everything the thief knows before it starts. ``doors``: addresses of the site, ``<…>`` for what varies."""

    victim: Member
    policy: Policy
    tips: Sequence[Tip]
    doors: Sequence[str]
    helpers: Sequence[str]
    own: Sequence[Tip] = ()

    @property
    def profession(self) -> Profession:
        """Return what the victim works as."""
        return self.victim.profession


class OutOfTimeError(Exception):
    """The thief has no time or requests left."""


class LockedOutError(Exception):
    """The thief has had nothing but refusals for so long that it gives up."""


class Thief:
    """One stolen session at work."""

    def __init__(self, browser: Browser, known: Known, haul: Haul, *, requests: int, seconds: float, seed: int) -> None:
        self.browser, self.known, self.haul = browser, known, haul
        self.chance = random.Random(seed)
        self.most_requests, self.until = requests, time.monotonic() + seconds
        self.in_vain = 0
        self.pressed: set[tuple[str, str]] = set()
        self.answers: dict[int, int] = {}

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return self.until - time.monotonic()

    @property
    def is_service(self) -> bool:
        """Tell whether what was stolen is a service's key."""
        return self.browser.http.auth is not None

    def send(self, method: str, url: str, route: str, **more: Any) -> httpx.Response:
        """Send one request and keep what comes back.

        Raises:
            OutOfTimeError: time or requests are used up.
            LockedOutError: nothing came of the last 120 requests.
        """
        if self.left <= 0 or self.browser.requests >= self.most_requests:
            raise OutOfTimeError
        try:
            answer = self.browser.ask(method, url, **more)
        except httpx.HTTPError:
            answer = httpx.Response(NO_ANSWER, request=self.browser.http.build_request(method, url))
        return self.take(answer, route)

    def take(self, answer: httpx.Response, route: str) -> httpx.Response:
        """Count the patients in an answer: its body, and its headers."""
        before = len(self.haul.found)
        said = spoken(answer.request)
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "set-cookie")
        self.haul.take(answer.content + b"\n" + headers.encode(), route, said)
        self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
        self.in_vain = 0 if len(self.haul.found) > before or answer.is_success else self.in_vain + 1
        if self.in_vain >= TIRED_AFTER:
            raise LockedOutError
        return answer

    def get(self, url: str, route: str, **more: Any) -> httpx.Response:
        """Look at a page or a resource, following redirects but those that ask for a proof of identity."""
        answer = self.send("GET", url, route, **more)
        for _ in range(4):
            target = answer.next_request
            if target is None or any(word in target.url.path for word in ASKS_FOR_PROOF):
                break
            answer = self.send("GET", str(target.url), route)
        return answer

    def post(self, url: str, route: str, data: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Send a form with the token of the session."""
        token = self.browser.http.cookies.get("csrftoken", "")
        origin = str(self.browser.http.base_url).rstrip("/")
        headers = {"X-CSRFToken": token, "Referer": f"{origin}/", "Origin": origin, **more.pop("headers", {})}
        answer = self.send("POST", url, route, data=data, headers=headers, **more)
        target = answer.next_request
        if target is not None and not any(word in target.url.path for word in ASKS_FOR_PROOF):
            answer = self.get(str(target.url), route)
        return answer

    def write(self, method: str, url: str, route: str, resource: dict[str, Any], **headers: str) -> httpx.Response:
        """Send a FHIR resource."""
        token = self.browser.http.cookies.get("csrftoken", "")
        origin = str(self.browser.http.base_url).rstrip("/")
        given = {
            "Content-Type": "application/fhir+json",
            "X-CSRFToken": token,
            "Origin": origin,
            "Referer": f"{origin}/",
        }
        return self.send(method, url, route, content=msgspec.json.encode(resource), headers={**given, **headers})

    def press(self, answer: httpx.Response, route: str, tip: Tip | None = None, only: str = "") -> list[httpx.Response]:
        """Fill in and send every form of a page whose target holds ``only``, as a plausible liar would; each once."""
        answers = []
        for form in page(answer).forms:
            target = str(answer.url.join(form.action or str(answer.url)))
            if any(word in target for word in NEVER_PRESS) or form.method != "POST" or only not in target:
                continue
            if (str(answer.url), target) in self.pressed:
                continue
            self.pressed.add((str(answer.url), target))
            answers.append(self.post(target, route, self.lie(form, tip)))
        return answers

    def lie(self, form: Form, tip: Tip | None = None) -> dict[str, str]:
        """Fill in a form: keep what it proposes, choose from its lists, invent the rest."""
        filled = dict(form.fields)
        for name, choices in form.choices.items():
            useful = [choice for choice in choices if choice]
            if useful and not filled.get(name):
                filled[name] = self.chance.choice(useful)
        for name, value in filled.items():
            if not value and name != "csrfmiddlewaretoken":
                filled[name] = self.invent(name, tip)
        return filled

    def invent(self, name: str, tip: Tip | None) -> str:
        """Return a plausible value for a field called ``name``."""
        known = self.known
        people = [known.victim.username, *known.helpers]
        lies = (
            (("password",), GUESSES["password"]),
            (("code",), GUESSES["code"]),
            (("second", "witness", "colleague", "username", "to"), self.chance.choice(people)),
            (("account", "person"), known.victim.username),
            (("patient", "ref"), tip.ref if tip else ""),
            (("limit", "count", "number", "hours", "seconds", "days"), "100"),
        )
        return next((lie for words, lie in lies if lie and any(word in name for word in words)), STORY)

    def targets(self) -> Iterator[Tip]:
        """Yield patients not had yet, in random order."""
        order = list(self.known.tips)
        self.chance.shuffle(order)
        return (tip for tip in order if tip.number not in self.haul.patients)


def spoken(request: httpx.Request) -> list[str]:
    """Return the words that a request itself carries: a page that repeats them gives nothing away."""
    pairs = list(request.url.params.multi_items())
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs += parse_qsl(request.content.decode("utf-8", "replace"))
    return [word for _, value in pairs for word in (value, *value.split()) if len(word) >= SHORTEST_WORD]
