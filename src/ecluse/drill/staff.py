"""People at work for a short while, over HTTP, with their own accounts: what a thief about must never hinder.

Each signs in through the real pages, opens the work list, some of its records, finds somebody who has just arrived, and
does what the profession is for: a physician prescribes, an admissions clerk corrects a telephone number, an interface
service reads orders and writes results. A proof of identity asked again is given, and what a colleague changed first is
looked at again (``friction``); anything else that stops them is ``refused``.
"""

import random
import re
import threading
import time

import httpx
import msgspec

from ecluse.accounts.services.possession import Service
from ecluse.core.errors import BrokenWorldError
from ecluse.drill.browser import Browser, Form, page
from ecluse.drill.cast import Member
from ecluse.drill.professions.catalogue import BY_PROFESSION
from ecluse.drill.signin import asks_again, prove_again, sign_in

RECORD = re.compile(r"/patient/([0-9a-f]{32})/")
RECORDS = 4
PAUSE_S = 0.4
SETTLED_WITHIN_S = 60.0
PHONE = "01 99 00 12 34"
USUAL = {"drug": "Paracétamol 1 g", "days": "5", "postcode": "99999", "city": "Montlaize", "line": "1 quai de l’Écluse"}
RESULTS = 6
RESULT = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}], "text": "Hémoglobine"},
    "valueQuantity": {"value": 13.1, "unit": "g/dL"},
}


class Work(msgspec.Struct):
    """What some people did, and what stood in their way."""

    people: int = 0
    requests: int = 0
    opened: int = 0
    searched: int = 0
    written: int = 0
    friction: int = 0
    refused: int = 0
    reasons: list[str] = []

    def add(self, other: "Work") -> None:
        """Add what somebody else did."""
        for name in ("people", "requests", "opened", "searched", "written", "friction", "refused"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons += other.reasons


class Worker:
    """One person's shift, cut down to a minute."""

    def __init__(self, url: str, member: Member, seed: int, arrival: tuple[str, str] | None = None) -> None:
        self.member, self.arrival = member, arrival
        self.browser = Browser(url)
        self.chance = random.Random(f"{seed} {member.username}")
        self.work = Work(people=1)
        self.settled = threading.Event()

    def shift(self, ended: threading.Event) -> Work:
        """Sign in and work until ``ended`` is set; at least one round is done."""
        try:
            home = sign_in(self.browser, self.member)
            self.round(home)
            self.settled.set()
            while not ended.wait(PAUSE_S * (0.5 + self.chance.random())):
                self.round(self.see("/"))
        except (BrokenWorldError, httpx.HTTPError) as error:
            self.stopped(f"{type(error).__name__}: {error}")
        self.work.requests = self.browser.requests
        self.browser.close()
        return self.work

    def round(self, home: httpx.Response) -> None:
        """Open some of one's own records, and do one thing of one's trade."""
        refs = list(dict.fromkeys(RECORD.findall(home.text)))
        for ref in self.chance.sample(refs, min(RECORDS, len(refs))):
            record = self.see(f"/patient/{ref}/")
            self.work.opened += record.is_success
            if what := BY_PROFESSION[self.member.profession].fills_in:
                self.fill_in(record, what)
            time.sleep(PAUSE_S * self.chance.random())
        if self.arrival:
            self.search(f"{self.arrival[0]} {self.arrival[1]}")
            self.arrival = None

    def see(self, url: str) -> httpx.Response:
        """Look at a page; prove one's identity again when asked."""
        return self.settle(self.browser.get(url))

    def settle(self, answer: httpx.Response) -> httpx.Response:
        """Answer a request for a fresh proof; note a refusal."""
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            proof = next((link for link in page(answer).links if "reauthenticate" in link), "")
            answer = self.browser.get(proof) if proof else answer
        if asks_again(answer):
            self.work.friction += 1
            answer = prove_again(self.browser, self.member, answer)
        if answer.status_code == httpx.codes.CONFLICT:  # a colleague wrote first: one looks again
            self.work.friction += 1
        elif answer.status_code >= httpx.codes.BAD_REQUEST:
            self.stopped(
                f"{answer.status_code} {rule(answer)} at {answer.url.path.rpartition('/patient/')[0] or 'a record'}"
            )
        return answer

    def stopped(self, why: str) -> None:
        """Note that this person could not go on."""
        self.work.refused += 1
        self.work.reasons.append(f"{self.member.username}: {why}"[:300])

    def search(self, words: str) -> None:
        """Find somebody by name and birth date, as at a desk."""
        here = self.see("/search/")
        form = next((form for form in page(here).forms if "search" in (form.action or here.url.path)), None)
        if form is None:
            return
        blank = [name for name, value in form.fields.items() if not value]
        self.settle(self.browser.submit(form, here, **{blank[0]: words} if blank else {}))
        self.work.searched += 1

    def fill_in(self, record: httpx.Response, what: str) -> None:
        """Follow the link to a form of the record and fill it in."""
        link = next((link for link in page(record).links if what in link), "")
        if not link:
            return
        here = self.see(str(record.url.join(link)))
        form = next(
            (form for form in page(here).forms if form.method == "POST" and what in (form.action or here.url.path)),
            None,
        )
        if form is None or not here.is_success:
            return
        done = self.settle(self.browser.submit(form, here, **filled(form)))
        self.work.written += done.is_success


class Interface(Worker):
    """An interface at work: reads the records ordered from its department and writes a result into each."""

    def __init__(self, url: str, member: Member, seed: int, proof: Service, refs: list[str]) -> None:
        super().__init__(url, member, seed)
        self.proof = self.browser.http.auth = proof
        self.refs = refs[:RESULTS]

    def shift(self, ended: threading.Event) -> Work:
        """Work until ``ended`` is set; at least one round is done."""
        try:
            for ref in self.refs:
                self.result(ref)
            self.settled.set()
            while not ended.wait(2 * PAUSE_S):
                self.opened(self.chance.choice(self.refs) if self.refs else "")
        except httpx.HTTPError as error:
            self.stopped(f"{type(error).__name__}: {error}")
        self.work.requests, self.work.friction = self.browser.requests, self.work.friction + self.proof.asked
        self.browser.close()
        return self.work

    def opened(self, ref: str) -> bool:
        """Read a patient and the orders."""
        if not ref:
            return False
        self.work.opened += self.settle(self.browser.get(f"/fhir/Patient/{ref}")).is_success
        return self.settle(self.browser.get(f"/fhir/ServiceRequest?patient={ref}")).is_success

    def result(self, ref: str) -> None:
        """Read, then write a result."""
        if self.opened(ref):
            body = {**RESULT, "subject": {"reference": f"Patient/{ref}"}}
            headers = {"Content-Type": "application/fhir+json"}
            done = self.browser.ask("POST", "/fhir/Observation", content=msgspec.json.encode(body), headers=headers)
            self.work.written += self.settle(done).is_success


def filled(form: Form) -> dict[str, str]:
    """Fill in a form as a person would: what stands there stays, the first choices are taken, the rest is short."""
    values: dict[str, str] = {}
    for name, choices in form.choices.items():
        useful = [choice for choice in choices if choice]
        if useful and not form.fields.get(name):
            values[name] = useful[0]
    for name, value in form.fields.items():
        if "phone" in name or "tel" in name:
            values[name] = PHONE
        elif not value and name not in values and name != "csrfmiddlewaretoken":
            values[name] = USUAL.get(name, "1 matin et soir")
    return values


def rule(answer: httpx.Response) -> str:
    """Return the rule that a refusal names."""
    found = re.search(r'data-rule="([^"]+)"', answer.text) or re.search(r'"code":\s*"([a-z-]+)"', answer.text)
    return found[1] if found else ""


class Shift:
    """Several people at work at the same time, until :meth:`end`."""

    def __init__(self, workers: list[Worker]) -> None:
        self.total = Work()
        self._workers = workers
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(worker,), daemon=True) for worker in workers]
        for thread in self._threads:
            thread.start()

    def _run(self, worker: Worker) -> None:
        done = worker.shift(self._ended)
        worker.settled.set()
        with self._guard:
            self.total.add(done)

    def settle(self) -> None:
        """Wait until everybody is at work: signed in, their first round done (or stopped, which counts as refused)."""
        until = time.monotonic() + SETTLED_WITHIN_S
        for worker in self._workers:
            worker.settled.wait(max(0.0, until - time.monotonic()))

    def end(self) -> Work:
        """Send everybody home and return what they did."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        return self.total
