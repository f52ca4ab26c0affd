"""Safes for tests: a real one in its own process for every part, and one in hand, whose clock a test moves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Action, Compartment, DutyKind, Ground, Purpose
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.desk import Desk
from ecluse.safe.making import make
from ecluse.safe.opening import open_desk
from ecluse.safe.protocol import Answer, Enrol, Item, Open, Opened, Reply, Request, Status, Who

START_SECONDS = 30.0
SETUP = Who(account="setup", profession="", session="setup")
SALT = b"\x5a" * 32

SMALL_POLICY = """
[professions.nurse]
read = ["identity", "contact", "clinical"]
write = ["clinical"]
actions = ["read", "history", "search", "list", "write", "break-glass", "export"]
purposes = ["TREAT", "BTG"]
duties = ["care-team", "on-call"]
caps.explained = { minute = 4, hour = 6, day = 9, month = 12 }
caps.unexplained = { minute = 2, hour = 2, day = 3, month = 4 }
caps.emergency = { minute = 1, hour = 2, day = 2, month = 2 }
caps.approved = { minute = 20, hour = 20, day = 20, month = 20 }
searches = { minute = 3, hour = 5 }

[professions.admissions]
read = ["identity"]
write = ["identity", "contact"]
actions = ["create", "write", "read"]
purposes = ["TREAT"]
duties = ["admission"]
caps.explained = { minute = 4, hour = 6, day = 9, month = 12 }
searches = { minute = 3, hour = 5 }
creations = { minute = 5, hour = 8 }

[professions.security-officer]
[professions.dpo]
[professions.it-administrator]

[establishment]
caps = { minute = 15, hour = 30, day = 40, month = 50 }

[ladder]
step_up_at = 0.5
fresh_seconds = 300

[response]
lock_after_cap_refusals = 3
lock_after_refusals = 15

[approvals]
grant = ["security-officer", "dpo"]
raise-cap = ["security-officer", "dpo"]
unlock = ["security-officer", "dpo"]
export = ["dpo"]
break-glass = ["nurse"]
delegation = ["nurse"]
lock = ["security-officer"]
hours = 4

[export]
max_patients = 5
"""
SMALL_STAFF: dict[str, tuple[str, ...]] = {
    "nurse.one": ("nurse",),
    "nurse.two": ("nurse",),
    "desk": ("admissions",),
    "officer": ("security-officer",),
    "dpo": ("dpo",),
    "deputy": ("dpo",),
    "admin": ("it-administrator",),
}


def start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a safe on the home folder ``folder``; it stops when this process ends."""
    environment = {**os.environ, "ECLUSE_HOME": str(folder)}
    command = [sys.executable, "-m", "ecluse.safe", "serve", "--leash", *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)


def wait_for(folder: Path, process: "subprocess.Popen[bytes]", seconds: float = START_SECONDS) -> SafeClient:
    """Return a client once the safe answers.

    Raises:
        BrokenWorldError: it ended, or did not answer in time.
    """
    client = SafeClient(folder / "run" / "safe.sock")
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            client.call(Status())
        except SafeUnavailableError:
            time.sleep(0.01)
        else:
            return client
    raise BrokenWorldError(f"The safe did not start (exit code {process.poll()}).", "Read what it printed.")


def stop(process: "subprocess.Popen[bytes]") -> int:
    """Stop a safe in good order; return its exit code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    code = process.wait(START_SECONDS)
    if process.stdin:
        process.stdin.close()
    return code


@contextmanager
def running_safe(
    folder: Path, *, policy: str | None = None, accounts: Mapping[str, tuple[str, ...]]
) -> Iterator[SafeClient]:
    """Make a safe in the home folder ``folder`` unless there is one, serve it, enrol ``accounts``.

    The socket is ``folder/run/safe.sock``; ``policy`` is the text of a policy file (default: the shipped one).
    """
    if not (folder / "safe" / "master.key").exists():
        make(folder / "safe", policy_text=policy or "")
    process = start(folder)
    try:
        client = wait_for(folder, process)
        if accounts:
            client.call(Enrol(who=SETUP, accounts=dict(accounts), request="enrol"))
        yield client
        client.close()
    finally:
        stop(process)


def who(account: str = "nurse.one", profession: str = "nurse", **more: object) -> Who:
    """Return who asks, freshly proven unless told otherwise."""
    return Who(**{"account": account, "profession": profession, "session": f"session of {account}", **more})  # type: ignore[arg-type]


_requests = count()


def opening(
    patients: Iterable[str], *, by: Who | None = None, ground: Ground = Ground.EXPLAINED, **more: object
) -> Open:
    """Return a request to read the identity of ``patients``; ``more`` are fields of the request or of its items."""
    of_item = {k: more.pop(k) for k in ("salt", "compartments", "duty", "count", "refused", "decision") if k in more}
    item = {
        "salt": SALT,
        "compartments": (Compartment.IDENTITY,),
        "ground": ground,
        "duty": DutyKind.CARE_TEAM,
        **of_item,
    }
    fields = {
        "who": by or who(),
        "action": Action.READ,
        "purpose": Purpose.TREATMENT,
        "request": f"request {next(_requests)}",
        "items": tuple(Item(patient=patient, **item) for patient in patients),  # type: ignore[arg-type]
        **more,
    }
    return Open(**fields)  # type: ignore[arg-type]


class SafeInHand:
    """A safe in this process: real keys, real files, real fsync; the test says what time it is."""

    def __init__(
        self, home: Path, policy: str = SMALL_POLICY, accounts: Mapping[str, tuple[str, ...]] = SMALL_STAFF
    ) -> None:
        self.folder = home / "safe"
        self.vkey = make(self.folder, policy_text=policy)
        self.desk: Desk = open_desk(self.folder)
        self.now = self.desk.state.now
        self.call(Enrol(who=SETUP, accounts=dict(accounts), request="enrol"))

    @classmethod
    def at(cls, home: Path) -> "SafeInHand":
        """Open the safe that is already in ``home``."""
        found = cls.__new__(cls)
        found.folder = home / "safe"
        found.vkey = (found.folder / "key.vkey").read_text(encoding="utf-8").strip()
        found.desk = open_desk(found.folder)
        found.now = found.desk.state.now
        return found

    def call(self, request: Request) -> Reply:
        """Answer ``request`` once its entries are durable."""
        self.desk.tick(self.now)
        reply = self.desk.handle(request)
        self.desk.trace.commit()
        return reply

    def open(self, *patients: str, **more: object) -> tuple[Answer, ...]:
        """Ask to open ``patients``; return the answers."""
        reply = self.call(opening(patients, **more))  # type: ignore[arg-type]
        if not isinstance(reply, Opened):
            raise TypeError(repr(reply))
        return reply.answers

    def rules(self, *patients: str, **more: object) -> list[str]:
        """Ask to open ``patients``; return the rule that decided for each."""
        return [answer.rule for answer in self.open(*patients, **more)]

    def sign(self) -> None:
        """Sign a head."""
        self.desk.trace.sign_if_due(now=True)

    def reopen(self) -> None:
        """Leave everything as a kill would, and start again from the files."""
        self.desk.trace.close()
        self.desk = open_desk(self.folder)
