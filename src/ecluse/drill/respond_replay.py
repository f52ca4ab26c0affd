"""The response from end to end over real HTTP: a thief at work → case → lock by a person → wards go on → exposure.

The thief holds the live session of a coder and reads the coding list as fast as answers come; asked for a proof it
cannot give, or stopped by a cap, it goes on with what it has, so that nothing but a lock ends it. The playbooks of this
establishment place no lock, so that it is a person's that is measured. Every figure is taken at the thief's and the
officer's own ends of the wire, but for ``alarm_to_case_s``: from the time of the entry that made the alarm to the time
its case was kept.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Profession
from ecluse.drill import establishment, registry
from ecluse.drill.browser import Browser
from ecluse.drill.hospital import Hospital
from ecluse.drill.signin import form_with, sign_in
from ecluse.drill.staff import Shift
from ecluse.drill.theft import Scene, Theft, at_work, workers
from ecluse.respond import playbooks

CASE_WITHIN_S = 60
AFTER_LOCK_S = 2.0
AT_WORK_S = 2.0
LOCKS = "/accounts/locks/"
SHOWN = 200
Tell = Callable[[str], None]
T = TypeVar("T")


class Replay(msgspec.Struct):
    """What was seen. ``answered_after_lock``: patients' pages the thief got after the lock was acknowledged.

    ``care_refused``: what people at work were refused meanwhile. ``notices``: the notices prepared from the case.
    """

    alarm_to_case_s: float
    lock_to_refusal_s: float
    exposure_exact: bool
    notices: list[str]
    steps: dict[str, float]
    case: str
    exposed: int
    answered_after_lock: int
    care_refused: int
    care_opened: int


class Answer(msgspec.Struct, frozen=True):
    """One answer the thief got: when it was asked for and had (monotonic seconds), its status."""

    asked: float
    had: float
    status: int


class Reader(threading.Thread):
    """The thief: reads one record after the other, whatever the answer, until told to stop."""

    def __init__(self, theft: Theft, browser: Browser, refs: list[str]) -> None:
        super().__init__(name="thief", daemon=True)
        self.theft, self.browser, self.refs = theft, browser, refs
        self.answers: list[Answer] = []
        self.over = threading.Event()
        self._had: list[str] = []

    def run(self) -> None:
        """Read."""
        for ref in self._wanted():
            if self.over.is_set():
                return
            asked = time.monotonic()
            try:
                answer = self.browser.ask("GET", f"/patient/{ref}/")
            except httpx.HTTPError:
                continue
            self.theft.haul.take(answer.content, "page", [])
            self.answers.append(Answer(asked, time.monotonic(), answer.status_code))
            if answer.is_success:
                self._had.append(ref)

    def _wanted(self) -> Iterator[str]:
        """Yield new records until one is withheld; then, again and again, those it was shown."""
        for ref in self.refs:
            yield ref
            if self.answers and self.answers[-1].status != httpx.codes.OK:
                break
        yield from itertools.cycle(list(dict.fromkeys(self._had)) or self.refs)


class Steps:
    """Seconds of each step."""

    def __init__(self, tell: Tell) -> None:
        self.seconds: dict[str, float] = {}
        self._tell = tell

    def of(self, name: str, work: Callable[[], T]) -> T:
        """Do one step and note how long it took."""
        self._tell(name)
        started = time.monotonic()
        done = work()
        self.seconds[name] = round(time.monotonic() - started, 3)
        return done


def replay(home: Path, patients: int, seed: int, tell: Tell) -> Replay:
    """Make an establishment in ``home`` and replay the response in it.

    Raises:
        BrokenWorldError: something did not happen that this rests on; nothing is concluded.
    """
    hospital, steps = Hospital(patients=patients, seed=seed), Steps(tell)
    steps.of("make", lambda: made(home))
    with establishment.serving(home) as url:
        steps.of("fill", lambda: establishment.fill(hospital, home))
        return attacked(Scene(hospital, home, url), steps)


def made(home: Path) -> None:
    """Make the establishment; its playbooks place no locks."""
    establishment.make(home)
    text = playbooks.DEFAULT_FILE.read_text(encoding="utf-8")
    lines = ["locks = []" if line.startswith("locks = [{") else line for line in text.splitlines()]
    (home / "playbooks.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (home / "ecluse.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[respond]\nplaybooks = "playbooks.toml"\n')


def attacked(scene: Scene, steps: Steps) -> Replay:
    """Let people work, the thief steal, the watch see it, an officer lock the account."""
    theft = Theft(scene, Profession.DIM_PHYSICIAN)
    staff = at_work(scene.hospital, [theft.victim])
    names = [theft.victim.username, *(one.username for one in staff)]
    known = steps.of("who is who", lambda: registry.ask(scene.hospital, scene.home, *names))
    shift = Shift(workers(scene, staff, known))
    officer = Browser(scene.url)
    sign_in(officer, scene.hospital.first(Profession.SECURITY_OFFICER))
    thief = Reader(theft, steps.of("steal a session", theft.session), known.own[theft.victim.username][:SHOWN])
    theft.since = datetime.now().astimezone()
    thief.start()
    told = steps.of("thief at work to case", lambda: case_of(scene.home, theft.victim.username))
    sent, had = steps.of("lock", lambda: locked(officer, theft.victim.username))
    steps.of("thief after the lock", lambda: time.sleep(AFTER_LOCK_S))
    thief.over.set()
    thief.join()
    officer.close()
    thief.browser.close()
    work = steps.of("wards go on", shift.end)
    steps.of("exposure", lambda: theft.judge(known))
    answered = [one for one in thief.answers if sent - AT_WORK_S < one.had < sent and one.status == httpx.codes.OK]
    if not answered:
        raise BrokenWorldError("The thief had been stopped before the lock.", "Nothing can be measured: run it again.")
    refused = [answer for answer in thief.answers if answer.had >= sent and answer.status == httpx.codes.FORBIDDEN]
    if not refused:
        raise BrokenWorldError("The thief was not refused after the lock.", "Look at serve.log of this establishment.")
    late = [one for one in thief.answers if one.asked > had and one.status != httpx.codes.FORBIDDEN]
    return Replay(
        alarm_to_case_s=round(told["alarm_to_case_s"], 3),
        lock_to_refusal_s=round(max(0.0, refused[0].had - sent), 3),
        exposure_exact=theft.verified and not theft.unsaid and not theft.unseen,
        notices=[],
        steps=steps.seconds,
        case=told["ref"],
        exposed=len(theft.haul.patients),
        answered_after_lock=len(late),
        care_refused=work.refused,
        care_opened=work.opened,
    )


def case_of(home: Path, account: str) -> dict[str, Any]:
    """Wait for the case of ``account``; return its name and the seconds from the alarm's entry to the kept case.

    Raises:
        BrokenWorldError: there is none within a minute.
    """
    said = establishment.command(home, "respond", "cases", "--account", account, "--for", str(CASE_WITHIN_S), "--json")
    listed = msgspec.json.decode(said)["cases"]
    if not listed:
        raise BrokenWorldError(f"No case of {account} within {CASE_WITHIN_S} s.", "See serve.log.")
    ref = listed[0]["ref"]
    told = msgspec.json.decode(establishment.command(home, "respond", "case", ref, "--json"))
    kept = datetime.fromisoformat(told["events"][0]["at"])
    alarm = datetime.fromisoformat(told["case"]["opened"])
    return {"ref": ref, "alarm_to_case_s": (kept - alarm).total_seconds()}


def locked(officer: Browser, account: str) -> tuple[float, float]:
    """Lock ``account`` as the security officer does, on the page; return when it was sent and acknowledged.

    Raises:
        BrokenWorldError: the page did not take it.
    """
    here = officer.get(LOCKS)
    form = form_with(here, "reason")
    sent = time.monotonic()
    done = officer.submit(form, here, kind="account", target=account, reason="Appelez le 4455.", hours="0")
    had = time.monotonic()
    if not done.is_success or account not in done.text:
        raise BrokenWorldError(f"The lock was answered by {done.status_code}.", "Look at serve.log.")
    return sent, had
