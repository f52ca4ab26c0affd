"""The trace: is it shown elsewhere, is what stands there new, and what waits for a second person."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from ecluse.accounts import approvals, setup
from ecluse.accounts.models import AccountProfession
from ecluse.cli.findings.base import Family, Finding, Kind, Seen, Severity
from ecluse.safe.making import witnesses
from ecluse.safe.policy import load
from ecluse.safe.protocol import Wait, Who

LATE_S = 60.0
WAITS_S = 3600.0
LONG_LOCK = dt.timedelta(days=30)
AT_HOME = Kind(
    "witness-at-home",
    Severity.HIGH,
    "The signed head is kept on the disk of the trace alone: whoever replaces the disk replaces the proof too.",
    "In safe/policy.toml, [witness] paths: a folder of another machine; then restart the safe",
)
BEHIND = Kind(
    "witness-behind",
    Severity.HIGH,
    "A copy of the signed head is missing or older than the trace: it proves nothing of what came since.",
    "ls -l {one}; mend the disk or the share, then: ecluse trace verify",
)
UNSIGNED = Kind(
    "head-late",
    Severity.CRITICAL,
    "The last signed head does not cover the trace and is over a minute old.",
    "ecluse safe status; then: ecluse trace verify",
)
WAITING = Kind(
    "approvals-waiting",
    Severity.LOW,
    "Proposals have waited for a second person for over an hour; each ends after four.",
    "A second person looks at /accounts/approvals/",
)
FORGOTTEN = Kind(
    "locks-forgotten",
    Severity.LOW,
    "Locks without an end have stood for over thirty days.",
    "ecluse safe status; two people lift one at /accounts/approvals/unlock/",
)
KINDS = (AT_HOME, BEHIND, UNSIGNED, WAITING, FORGOTTEN)


def find(seen: Seen) -> Iterator[Finding]:
    """Look at the copies of the head, at proposals and at locks."""
    folder = seen.home.safe
    copies = witnesses(folder, load(folder / "policy.toml"))
    if all(same_disk(copy, folder) for copy in copies):
        yield AT_HOME.found(str(copy) for copy in copies)
    yield from BEHIND.each(str(copy) for copy in copies if behind(copy, folder / "checkpoint"))
    late = seen.now.timestamp() - changed(folder / "checkpoint") > LATE_S
    if late and size(seen.safe.head) < seen.safe.size:
        yield UNSIGNED.found([str(folder / "checkpoint")])
    old = [wait for wait in waiting() if seen.now.timestamp() - wait.at > WAITS_S]
    yield from WAITING.each(f"{wait.sequence} {wait.proposal.kind.value} by {wait.by}" for wait in old)
    since = (seen.now - LONG_LOCK).timestamp()
    endless = [lock for lock in seen.safe.held if not lock.until and lock.since < since]
    yield from FORGOTTEN.each(f"{lock.kind.value} {lock.target}" for lock in endless)


def same_disk(copy: Path, folder: Path) -> bool:
    """Tell whether a copy lies on the file system of the safe."""
    there = next(place for place in copy.parents if place.exists())
    return there.stat().st_dev == folder.stat().st_dev


def behind(copy: Path, checkpoint: Path) -> bool:
    """Tell whether a copy is not what the safe last signed, for longer than writing it takes."""
    if not copy.is_file():
        return True
    return size(copy.read_text()) < size(checkpoint.read_text()) and changed(checkpoint) - changed(copy) > LATE_S


def size(head: str) -> int:
    """Return the number of entries that a head covers (C2SP tlog-checkpoint: its second line)."""
    lines = head.splitlines()
    return int(lines[1]) if len(lines) > 1 and lines[1].isdigit() else 0


def changed(file: Path) -> float:
    """Return when a file was last written, in Unix seconds; 0 when it is not there."""
    return file.stat().st_mtime if file.is_file() else 0.0


def waiting() -> tuple[Wait, ...]:
    """Return what waits, as the first person sees it who could approve."""
    approvers = setup.approvers()
    if not approvers:
        return ()
    words = AccountProfession.objects.filter(account__username=approvers[0]).values_list("profession", flat=True)
    return approvals.all_waiting(Who(account=approvers[0], profession=words[0], session="", acr="console"))


FAMILY = Family("trace", KINDS, find)
