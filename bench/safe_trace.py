"""A big valid trace, made quickly.

The entries of a month of a hospital, hashed, tiled and signed as the safe would have.

Used by safe_start.py and safe_verify.py.
"""

import os
import random
import time
from binascii import b2a_base64
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Purpose
from ecluse.safe.entry import Entry, encode
from ecluse.safe.files import append, replace
from ecluse.safe.merkle import Frontier, fold, peaks_of, rows_above
from ecluse.safe.notes import Head
from ecluse.safe.opening import unlock
from ecluse.safe.scan import leaves_of
from ecluse.safe.testing import SafeInHand
from ecluse.safe.tiles import HEIGHT, SEGMENT, WIDTH, heads_path, segment_path, tile_path, write_tile

ACCOUNTS = 5000
PATIENTS = 200_000
PATIENTS_OF_AN_ACCOUNT = 300
SECONDS = 30 * 86400
WIDE = """
[professions.nurse]
read = ["identity", "care", "clinical"]
actions = ["read"]
purposes = ["TREAT"]
duties = ["care-team"]
caps.explained = { minute = 900000, hour = 900000, day = 900000, month = 900000 }
[establishment]
caps = { minute = 900000, hour = 900000, day = 900000, month = 900000 }
"""


class Part(NamedTuple):
    folder: Path
    first: int
    since: int
    until: int
    total: int
    now: float


def _lines(part: Part) -> list[bytes]:
    chance = random.Random(part.first)
    lines = []
    entry = Entry(
        seq=0,
        at=datetime.now(UTC),
        salt="",
        action=Action.READ,
        decision=Decision.ALLOW,
        rule="explained",
        account="",
        profession="nurse",
        session="",
        acr="aal2",
        amr=("pwd", "hwk"),
        auth_age=120,
        workstation="ward-3-desk-2",
        address="10.1.2.3",
        patient="",
        compartments=(Compartment.IDENTITY, Compartment.CARE, Compartment.CLINICAL),
        purpose=Purpose.TREATMENT,
        ground=Ground.EXPLAINED,
        duty=DutyKind.CARE_TEAM,
        request="",
    )
    for sequence in range(part.since, part.until):
        account = chance.randrange(ACCOUNTS)
        patient = (account * 7919 + chance.randrange(PATIENTS_OF_AN_ACCOUNT)) % PATIENTS
        at = part.now - SECONDS * (1 - sequence / part.total)
        lines.append(
            encode(
                msgspec.structs.replace(
                    entry,
                    seq=sequence,
                    at=datetime.fromtimestamp(at, UTC),
                    salt=b2a_base64(os.urandom(16), newline=False)[:22].decode(),
                    account=f"account.{account}",
                    session=f"{account:016x}",
                    patient=f"{patient:032x}",
                    request=f"{chance.getrandbits(64):016x}",
                )
            )
        )
    return lines


def _write(part: Part) -> tuple[int, int, list[bytes], list[bytes]]:
    path = segment_path(part.folder, part.first)
    kept = path.read_bytes() if path.exists() else b""
    lines = _lines(part)
    with path.open("ab") as file:
        file.write(b"".join(line + b"\n" for line in lines))
    leaves = leaves_of([*kept.splitlines(), *lines])
    rows = rows_above(leaves)
    for i in range(len(leaves) // WIDTH):
        write_tile(tile_path(part.folder, 0, part.first // WIDTH + i), b"".join(leaves[i * WIDTH : (i + 1) * WIDTH]))
    if len(leaves) == SEGMENT:
        write_tile(tile_path(part.folder, 1, part.first // SEGMENT), b"".join(rows[HEIGHT]))
    heads = [fold(peaks_of(rows, size)) for size in range(SEGMENT // 8, len(leaves) + 1, SEGMENT // 8)]
    return part.first, len(leaves), peaks_of(rows, len(leaves)), heads


def make_trace(home: Path, total: int) -> None:
    """Make a safe in ``home`` whose trace has ``total`` entries."""
    safe = SafeInHand(home, WIDE, {f"account.{i}": ("nurse",) for i in range(ACCOUNTS)})
    safe.sign()
    size = safe.desk.trace.size
    safe.desk.trace.trim()
    safe.desk.trace.close()
    safe.desk.trace.tiles.forget_partial()
    keys, verifier = unlock(safe.folder, None)
    signer = keys.signer(verifier.name)
    now = time.time() + 1
    parts = [
        Part(safe.folder, first, max(first, size), min(first + SEGMENT, total), total, now)
        for first in range(0, total, SEGMENT)
    ]
    frontier, note = Frontier(), ""
    with ProcessPoolExecutor() as pool:
        for first, count, peaks, heads in pool.map(_write, parts):
            before = list(frontier.peaks)
            sizes = [first + (i + 1) * (SEGMENT // 8) for i in range(len(heads))]
            if count < SEGMENT:
                heads.append(fold(peaks))
                sizes.append(first + count)
            for head, at in zip(heads, sizes, strict=True):
                note = signer.sign(Head(verifier.name, at, fold([*before, head])).text())
                append(heads_path(safe.folder, first), note.encode() + b"\n")
            frontier = Frontier(first + count, [*before, *peaks]) if count < SEGMENT else _grown(frontier, peaks[0])
    for path in (safe.folder / "checkpoint", home / "witness" / "head"):
        replace(path, note.encode())


def _grown(frontier: Frontier, root: bytes) -> Frontier:
    frontier.add_subtree(root, 16)
    return frontier
