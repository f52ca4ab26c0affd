"""Making a trace forget: each way is tried on a copy of the safe's folder, then asked whether it can be proven."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from ecluse.core.errors import BrokenWorldError, NotProvenError
from ecluse.core.words import Action, Decision
from ecluse.drill.live.heist import Heist
from ecluse.drill.thief import Thief
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.desk import Desk
from ecluse.safe.notes import Verifier
from ecluse.safe.opening import open_desk, take
from ecluse.safe.proof import check, prove
from ecluse.safe.protocol import Note, Who
from ecluse.safe.trace_reader import entries, segments
from ecluse.safe.verify import verify

SIGNED_WITHIN_S = 1.2
TRIES = 8
STOPPED_S = 1.5
Change = Callable[[list[bytes], int], list[bytes]]
THIEF = Who(account="flood", profession="", session="flood")


class Kept(NamedTuple):
    """A copy of a safe's folder and of the head witnessed at that time, in a folder of its own."""

    folder: Path

    @classmethod
    def of(cls, home: Path, name: str) -> "Kept":
        """Copy the safe that serves at ``home``, as soon as a copy is whole.

        Raises:
            BrokenWorldError: no copy of it verifies.
        """
        kept = cls(home.parent / f"{home.name}-{name}")
        for _ in range(TRIES):
            time.sleep(SIGNED_WITHIN_S)
            kept.forget()
            for part in ("safe", "witness"):
                shutil.copytree(home / part, kept.folder / part)
            if verify(kept.safe).ok:
                return kept
        raise BrokenWorldError("No copy of the safe verifies, before anything was changed.", f"Its home is {home}.")

    @property
    def safe(self) -> Path:
        """Return the safe's folder."""
        return self.folder / "safe"

    @contextmanager
    def again(self, name: str) -> Iterator["Kept"]:
        """Give a copy of this copy; it is gone afterwards."""
        other = Kept(self.folder.parent / f"{self.folder.name}-{name}")
        shutil.copytree(self.folder, other.folder)
        try:
            yield other
        finally:
            other.forget()

    def forget(self) -> None:
        """Remove it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def every_way(heist: Heist, before: Kept, other: Thief, flood_of: int) -> dict[str, bool]:
    """Try every way; tell of each whether it is proven."""
    now = Kept.of(heist.home, "now")
    try:
        account = next(iter(sorted(heist.accounts))).encode()
        found = {name: edited(now, name, account, change) for name, change in EDITS.items()}
        found |= {"roll back": rolled_back(before, now), "fork": forked(before, now)}
    finally:
        now.forget()
    return {**found, "stop": stopped(heist, other), "flood": flooded(heist, flood_of)}


def edited(kept: Kept, name: str, account: bytes, change: Change) -> bool:
    """Change the lines of the segment where the thief was shown somebody; tell whether the heads prove it."""
    with kept.again(name) as copy:
        for file in reversed(segments(copy.safe)):
            lines = file.read_bytes().rstrip(b"\0").splitlines(keepends=True)
            theirs = [at for at in range(1, len(lines)) if shown_to(lines[at], account)]
            if theirs:
                changed = change(lines, theirs[-1])
                file.chmod(0o600)
                file.write_bytes(b"".join(changed))
                return changed != lines and not verify(copy.safe).ok
    return False


def shown_to(line: bytes, account: bytes) -> bool:
    """Tell whether a line says that somebody was shown to the account."""
    return all(part in line for part in (b'"ground"', b'"decision":"allow"', b'"account":"' + account + b'"'))


def deleted(lines: list[bytes], at: int) -> list[bytes]:
    """Delete a line."""
    return lines[:at] + lines[at + 1 :]


def in_another_name(lines: list[bytes], at: int) -> list[bytes]:
    """Let somebody else have done it."""
    account = lines[at].split(b'"account":"')[1].split(b'"')[0]
    return [*lines[:at], lines[at].replace(account, b"x.autre"), *lines[at + 1 :]]


def swapped(lines: list[bytes], at: int) -> list[bytes]:
    """Let it have come before what it came after."""
    return [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]


def back_dated(lines: list[bytes], at: int) -> list[bytes]:
    """Let it have happened in another year."""
    year = lines[at].split(b'"at":"')[1][:4]
    return [*lines[:at], lines[at].replace(b'"at":"' + year, b'"at":"2019'), *lines[at + 1 :]]


EDITS: dict[str, Change] = {
    "delete": deleted,
    "edit": in_another_name,
    "reorder": swapped,
    "back-date": back_dated,
}


def rolled_back(before: Kept, now: Kept) -> bool:
    """Put the older folder in place of the newer one; tell whether the witnessed head shows it."""
    with before.again("roll-back") as copy:
        shutil.copytree(now.folder / "witness", copy.folder / "witness", dirs_exist_ok=True)
        return refused(copy)


def forked(before: Kept, now: Kept) -> bool:
    """Write another history from the older folder on, longer than the true one; tell whether the head shows it."""
    with before.again("fork") as copy:
        with opened(copy) as desk:
            true = sum(1 for _ in entries(now.safe))
            while desk.trace.size <= true:
                desk.handle(note("fork"))
            desk.trace.commit()
            desk.trace.sign_if_due(now=True)
        shutil.copytree(now.folder / "witness", copy.folder / "witness", dirs_exist_ok=True)
        return refused(copy)


def refused(kept: Kept) -> bool:
    """Tell whether a safe refuses to open this folder."""
    try:
        with opened(kept):
            return False
    except NotProvenError:
        return True


@contextmanager
def opened(kept: Kept) -> Iterator[Desk]:
    """Open a safe in hand, as its owner does at a start."""
    held = take(kept.safe)
    try:
        desk = open_desk(kept.safe)
        try:
            yield desk
        finally:
            desk.trace.close()
    finally:
        os.close(held)


def note(request: str) -> Note:
    """Return a request to write something that releases nothing."""
    return Note(who=THIEF, action=Action.LOGIN_FAILURE, decision=Decision.REFUSE, rule="noise", request=request)


def stopped(heist: Heist, thief: Thief) -> bool:
    """Stop the safe for a moment; tell whether a patient shown just before is not shown then, and is again after.

    The moment is short, so that people at work only wait: a safe that stays stopped stops care.
    """
    url = f"/fhir/Patient/{thief.known.own[0].ref}"
    before = thief.get(url, "before the safe is stopped")
    thief.browser.http.timeout = httpx.Timeout(STOPPED_S)
    number = process_of(heist.home)
    os.kill(number, signal.SIGSTOP)
    try:
        during = thief.get(url, "while the safe is stopped")
    finally:
        os.kill(number, signal.SIGCONT)
    thief.browser.http.timeout = httpx.Timeout(30)
    after = thief.get(url, "after the safe was stopped")
    heist.leave(thief)
    return before.is_success and not during.is_success and after.is_success


def process_of(home: Path) -> int:
    """Return the number of the process that is the safe of this establishment.

    Raises:
        BrokenWorldError: there is none.
    """
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words, env = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        if b"ecluse.safe\0serve" in words and f"ECLUSE_HOME={home}\0".encode() in env + b"\0":
            return int(folder.name)
    raise BrokenWorldError("The safe of the copy is not running.", f"Its home is {home}.")


def flooded(heist: Heist, number: int) -> bool:
    """Bury the theft under entries; tell whether it is still there, still proven, and nothing was dropped."""
    safe = heist.home / "safe"
    stolen = next((one.seq for one in entries(safe, since=heist.since) if one.account in heist.accounts), None)
    before = sum(1 for _ in entries(safe))
    client = SafeClient(heist.home / "run" / "safe.sock")
    try:
        for at in range(number):
            client.call(note(f"flood-{at}"))
    except SafeUnavailableError:
        return False
    finally:
        client.close()
    time.sleep(SIGNED_WITHIN_S)
    after = sum(1 for _ in entries(safe))
    return stolen is not None and after >= before + number and proven(safe, stolen)


def proven(safe: Path, sequence: int) -> bool:
    """Tell whether the proof of an entry holds under the public key alone."""
    text = prove(safe, sequence)
    return check(text, Verifier.of((safe / "key.vkey").read_text(encoding="utf-8"))).place == sequence
