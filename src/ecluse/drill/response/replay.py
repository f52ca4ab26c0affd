"""The response from end to end over real HTTP: a thief at work → case → lock by a person → wards go on → papers.

The thief holds the live session of a coder and reads the coding list as fast as answers come; asked for a proof it
cannot give, or stopped by a cap, it goes on with what it has, so that nothing but a lock ends it. The playbooks of this
establishment place no lock, so that it is a person's that is measured. Every figure is taken at the thief's and the
officer's own ends of the wire, but for ``alarm_to_case_s``: from the time of the entry that made the alarm to the time
its case was kept.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import httpx
import msgspec

from ecluse.core.errors import BrokenWorldError
from ecluse.core.throwaway import throwaway_postgres
from ecluse.core.words import Profession
from ecluse.drill import establishment, registry
from ecluse.drill.browser import Browser
from ecluse.drill.hospital import Hospital
from ecluse.drill.response.papers import KINDS, Papers
from ecluse.drill.response.post import post
from ecluse.drill.response.results import CASE_WITHIN_S, Exact, NoticeMade, Posted, Replay
from ecluse.drill.response.thief import Reader
from ecluse.drill.signin import form_with, sign_in
from ecluse.drill.staff import Shift, Work
from ecluse.drill.theft import Scene, Theft, at_work, workers
from ecluse.respond import playbooks

AFTER_LOCK_S = 2.0
AT_WORK_S = 2.0
LOCKS = "/accounts/locks/"
SHOWN = 200
DATABASES = ("sqlite", "postgresql")
ANSWERABLE = """
[breach]
controller = "Hôpital de démonstration"
controller_contact = "1 quai de l’Écluse, 99999 Valbreuse-sur-Onde"
dpo = "Personne imaginaire, déléguée"
dpo_contact = "dpo@hopital.example"
processor = true
finess = "990000001"

[respond]
playbooks = "playbooks.toml"
"""
STEPS = (
    "make the establishment",
    "fill it",
    "who is who",
    "steal a session",
    "thief at work to case",
    "an officer comes",
    "lock",
    "thief after the lock",
    "wards go on",
    "exposure listed, proven and compared",
    "breach opened",
    "notices drafted",
    "a notice refused while a field is empty",
    "what only a person can say",
    "notices finished",
    "letters",
)
Tell = Callable[[str], None]
T = TypeVar("T")


class Asked(NamedTuple):
    """What is replayed, where. ``folder`` keeps the papers; it does not exist yet."""

    home: Path
    folder: Path
    patients: int = 300
    seed: int = 1
    database: str = "sqlite"
    language: str = "fr"


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


class Stopped(NamedTuple):
    """A theft that a person's lock has ended: its case, and the figures at both ends of the wire."""

    theft: Theft
    known: registry.Known
    case: dict[str, Any]
    lock_to_refusal_s: float
    late: int
    work: Work


class Followed(NamedTuple):
    """What followed from it."""

    exposure: Exact
    refused: bool
    notices: list[NoticeMade]
    letters: Posted


def replay(asked: Asked, tell: Tell) -> Replay:
    """Make an establishment and replay the response in it.

    Raises:
        BrokenWorldError: something did not happen that this rests on; nothing is concluded.
    """
    hospital, steps = Hospital(patients=asked.patients, seed=asked.seed), Steps(tell)
    with ExitStack() as stack:
        server = stack.enter_context(throwaway_postgres()) if asked.database == "postgresql" else ""
        steps.of("make the establishment", lambda: made(asked.home, server))
        url = stack.enter_context(establishment.serving(asked.home))
        steps.of("fill it", lambda: establishment.fill(hospital, asked.home))
        scene = Scene(hospital, asked.home, url)
        stopped = attacked(scene, steps)
        followed = followed_up(scene, stopped, Papers(stopped.theft, asked.folder, asked.language), steps)
    return result(asked, stopped, followed, steps.seconds)


def made(home: Path, database: str = "") -> None:
    """Make the establishment; its playbooks place no locks."""
    establishment.make(home, database=database)
    text = playbooks.DEFAULT_FILE.read_text(encoding="utf-8")
    lines = ["locks = []" if line.startswith("locks = [{") else line for line in text.splitlines()]
    (home / "playbooks.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (home / "ecluse.toml").open("a", encoding="utf-8") as settings:
        settings.write(ANSWERABLE)


def attacked(scene: Scene, steps: Steps) -> Stopped:
    """Let people work, the thief steal, the watch see it, an officer lock the account."""
    theft = Theft(scene, Profession.DIM_PHYSICIAN)
    account = theft.victim.username
    staff = at_work(scene.hospital, [theft.victim])
    names = [account, *(one.username for one in staff)]
    known = steps.of("who is who", lambda: registry.ask(scene.hospital, scene.home, *names))
    shift = Shift(workers(scene, staff, known))
    thief = Reader(theft, steps.of("steal a session", theft.session), known.own[account][:SHOWN])
    theft.since = datetime.now().astimezone()
    thief.start()
    case = steps.of("thief at work to case", lambda: case_of(scene.home, account))
    officer = Browser(scene.url)
    steps.of("an officer comes", lambda: sign_in(officer, scene.hospital.first(Profession.SECURITY_OFFICER)))
    sent, had = steps.of("lock", lambda: locked(officer, account))
    steps.of("thief after the lock", lambda: time.sleep(AFTER_LOCK_S))
    thief.end()
    officer.close()
    work = steps.of("wards go on", shift.end)
    late = [one for one in thief.answers if one.asked > had and one.status != httpx.codes.FORBIDDEN]
    return Stopped(theft, known, case, first_refusal(thief, sent) - sent, len(late), work)


def first_refusal(thief: Reader, sent: float) -> float:
    """Return when the thief had its first refusal since the lock was sent.

    Raises:
        BrokenWorldError: it had been stopped before, or never was.
    """
    if not any(sent - AT_WORK_S < one.had < sent and one.status == httpx.codes.OK for one in thief.answers):
        raise BrokenWorldError("The thief had been stopped before the lock.", "Nothing can be measured: run it again.")
    refused = [one.had for one in thief.answers if one.had >= sent and one.status == httpx.codes.FORBIDDEN]
    if not refused:
        raise BrokenWorldError("The thief was not refused after the lock.", "Look at serve.log of this establishment.")
    return refused[0]


def case_of(home: Path, account: str) -> dict[str, Any]:
    """Wait for the case of ``account``; return its name, when it was opened and the seconds until it was kept.

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
    return {"ref": ref, "opened": alarm, "alarm_to_case_s": (kept - alarm).total_seconds()}


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


def followed_up(scene: Scene, stopped: Stopped, papers: Papers, steps: Steps) -> Followed:
    """List what was exposed, notify, write to the people."""
    exact = steps.of("exposure listed, proven and compared", lambda: papers.exposure(stopped.known))
    steps.of("breach opened", lambda: papers.open(stopped.case["ref"], stopped.case["opened"]))
    drafts = steps.of("notices drafted", papers.drafts)
    refused = steps.of("a notice refused while a field is empty", lambda: papers.refused(KINDS[0]))
    steps.of("what only a person can say", lambda: papers.write(drafts))
    notices = steps.of("notices finished", lambda: papers.finish(drafts))
    letters = steps.of("letters", lambda: post(papers, scene.hospital, scene.url))
    return Followed(exact, refused, notices, letters)


def result(asked: Asked, stopped: Stopped, followed: Followed, seconds: dict[str, float]) -> Replay:
    """Return all that was seen."""
    exposed = len(stopped.theft.haul.patients)
    told = followed.letters.letters + sum(followed.letters.apart.values())
    figures = {exposed, told, followed.exposure.patients, *(one.people for one in followed.notices)}
    return Replay(
        alarm_to_case_s=round(stopped.case["alarm_to_case_s"], 3),
        lock_to_refusal_s=round(stopped.lock_to_refusal_s, 3),
        exposure_exact=followed.exposure.holds,
        notices=followed.notices,
        steps=seconds,
        case=stopped.case["ref"],
        database=asked.database,
        exposed=exposed,
        exposure=followed.exposure,
        answered_after_lock=stopped.late,
        care_refused=stopped.work.refused,
        care_opened=stopped.work.opened,
        refused_while_empty=followed.refused,
        figures_agree=len(figures) == 1,
        letters=followed.letters,
        folder=str(asked.folder),
    )
