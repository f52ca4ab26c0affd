"""How long "who opened this record" takes on a trace of a million entries: first time (indexes made), then again.

Usage: python bench/read_opened.py [ENTRIES]
"""

import datetime as dt
import secrets
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Purpose
from ecluse.record.trace_index import entries_of
from ecluse.safe.entry import Entry, encode
from ecluse.safe.tiles import SEGMENT, segment_path

PATIENTS = 50_000


def main(count: int) -> None:
    patients = [uuid.uuid4().hex for _ in range(PATIENTS)]
    with tempfile.TemporaryDirectory() as folder:
        safe, cache = Path(folder, "safe"), Path(folder, "cache")
        (safe / "trace").mkdir(parents=True)
        for first in range(0, count, SEGMENT):
            path = segment_path(safe, first)
            numbers = range(first, min(first + SEGMENT, count))
            path.write_bytes(b"".join(line(n, patients) for n in numbers))
            if len(numbers) == SEGMENT:
                path.chmod(0o400)
        size = sum(path.stat().st_size for path in (safe / "trace").iterdir())
        print(f"{count:,} entries, {size / 1e6:.0f} MB, {count // SEGMENT} full segments")
        began = time.perf_counter()
        found = list(entries_of(safe, cache, patients[0]))
        print(f"first question, indexes made: {time.perf_counter() - began:.2f} s, {len(found)} entries")
        taken = []
        for patient in patients[1:101]:
            began = time.perf_counter()
            found = list(entries_of(safe, cache, patient))
            taken.append((time.perf_counter() - began) * 1e3)
            assert all(entry.patient == patient for entry in found)
        index = sum(file.stat().st_size for file in cache.iterdir())
        print(f"then: median {statistics.median(taken):.1f} ms, worst of 100 {max(taken):.1f} ms; {index / 1e6:.0f} MB")


def line(n: int, patients: list[str]) -> bytes:
    entry = Entry(
        seq=n,
        at=dt.datetime.fromtimestamp(1.76e9 + n / 10, dt.UTC),
        salt=secrets.token_hex(11),
        action=Action.READ,
        decision=Decision.ALLOW,
        rule="ok",
        account=f"a.{n % 997}",
        profession="nurse",
        session=secrets.token_hex(8),
        acr="aal2",
        amr=("pwd", "otp"),
        patient=patients[(n * 7919) % PATIENTS],
        compartments=(Compartment.IDENTITY, Compartment.CLINICAL),
        purpose=Purpose.TREATMENT,
        ground=Ground.EXPLAINED,
        duty=DutyKind.ENCOUNTER_IN_UNIT,
        request=secrets.token_hex(8),
    )
    return encode(entry) + b"\n"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
