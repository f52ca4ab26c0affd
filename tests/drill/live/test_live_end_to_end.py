"""Attacks against a real establishment, on both databases: slow, and the point of it all."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from ecluse.drill.attacks import dump, fast_grab, takeover, tampering
from ecluse.drill.attacks.base import Attack, Part
from ecluse.drill.attacks.dump import chunks, unhexed
from ecluse.drill.hospital import Hospital
from ecluse.drill.live.results import Trial, trial
from ecluse.drill.live.rounds import Cast, play, rounds
from ecluse.drill.live.series import stage
from ecluse.drill.live.stage import Stage
from ecluse.drill.measure import Haul

POPULATION = 300
HOSPITAL = Hospital(patients=POPULATION, seed=4)


def silent(_: str) -> None:
    """Say nothing."""


def part(attack: Attack, role: str, **knobs: object) -> Part:
    return Part(attack, "", msgspec.structs.replace(attack.knobs, **knobs), role)


def played(made: Stage, parts: list[Part], *, white_box: bool = False) -> list[Trial]:
    found: list[Trial] = []
    for casts in rounds(made.hospital, parts):
        found += [trial(made, one, white_box=white_box) for one in play(made, casts, white_box=white_box)]
    return found


def holds(found: list[Trial]) -> None:
    for one in found:
        assert one.exact, one
        assert one.verified, one
        assert one.missed == [], one


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_d3_grab_dump_and_takeover_each_on_a_fresh_copy_while_people_work(database: str) -> None:
    with stage(database, HOSPITAL, silent) as made:
        grab = part(fast_grab.ATTACK, "nurse", seconds=20.0)
        nothing = part(fast_grab.ATTACK, "it-administrator", seconds=10.0)
        first = played(made, [grab, nothing], white_box=True)
        again = played(made, [grab], white_box=True)
        copied = played(made, [part(dump.ATTACK, "disk")])
        taken = played(made, [part(takeover.ATTACK, "web-process", seconds=5.0)])
    holds([*first, *again, *copied, *taken])
    assert [one.exposed for one in first if one.role == "it-administrator"] == [0]
    got = [one.exposed for one in [*first, *again] if one.role == "nurse"]
    assert all(0 < exposed <= 50 for exposed in got), got
    assert all(one.care_refused == 0 for one in [*first, *again, *copied]), [one.reasons for one in first]
    assert copied[0].exposed == 0
    assert copied[0].proofs["bytes"] > 1_000_000
    assert 50 < taken[0].exposed <= POPULATION, "a takeover that gets nothing proves nothing"
    assert taken[0].detected_after_s is not None
    assert taken[0].proofs["keys of other patients"] == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_d4_people_work_while_the_trace_is_tampered_with_in_eight_ways_all_proven() -> None:
    with stage("sqlite", HOSPITAL, silent) as made:
        [casts] = rounds(HOSPITAL, [part(tampering.ATTACK, "nurse", flood=100)])
        [one] = play(made, casts, white_box=False)
    assert isinstance(casts[0], Cast)
    assert one.heist.proofs == {"edits": 8, "proven": 8}, one.heist.missed
    assert one.verdict.exact
    assert one.work.opened > 0
    assert one.work.refused == 0, one.work.reasons


def test_d1_a_name_left_readable_in_a_dump_is_found_in_whatever_form_the_dump_writes_it(tmp_path: Path) -> None:
    name = HOSPITAL.facts(7).birth_name
    file = tmp_path / "leaky.sqlite3"
    with sqlite3.connect(file) as base:
        base.execute("CREATE TABLE part (sealed BLOB)")
        base.execute("INSERT INTO part VALUES (?)", [f"<{name}>".encode()])
        (tmp_path / "dump.sql").write_text("\n".join(base.iterdump()), encoding="utf-8")
    for stolen, read in ((file, lambda piece: piece), (tmp_path / "dump.sql", unhexed)):
        haul = Haul(HOSPITAL.markers)
        for piece in chunks(stolen):
            haul.take(read(piece), "a dump")
        assert haul.patients == {7}


def test_a_name_at_the_edge_of_two_pieces_is_not_cut_in_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "CHUNK", 5000)
    name = HOSPITAL.facts(7).birth_name.encode()
    file = tmp_path / "dump"
    file.write_bytes(b"." * (5000 - len(name) // 2) + b" " + name + b" " + b"." * 9000)
    haul = Haul(HOSPITAL.markers)
    for piece in chunks(file):
        haul.take(piece, "a dump")
    assert haul.patients == {7}
