"""Who opened this record, and what an account was shown: told from the trace."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.api.conftest import Api, World

from ecluse.core.errors import NotProvenError
from ecluse.core.words import Action, Compartment, Decision, Ground
from ecluse.record import opened, trace_index
from ecluse.record.trace_index import By, Span, entries_of, find
from ecluse.safe.entry import Entry, encode

CHANCE = random.Random(7)
PATIENTS = [UUID(int=CHANCE.getrandbits(128)).hex for _ in range(20)]
FULL = 0o400
START = datetime(2026, 5, 1, tzinfo=UTC)


def written(folder: Path, lines: int = 300, full: int = 2) -> list[Entry]:
    """Write a trace of ``full`` full segments and a last one."""
    (folder / "trace").mkdir(parents=True)
    entries = [
        Entry(
            seq=n,
            at=START + timedelta(minutes=n),
            salt="s",
            action=Action.READ,
            decision=Decision.ALLOW,
            account=f"n.{n % 3}",
            session=f"{n % 7:032x}",
            patient=CHANCE.choice(PATIENTS) if n % 5 else "",
            ground=Ground.EXPLAINED,
        )
        for n in range(lines)
    ]
    each = lines // (full + 1)
    for n in range(full + 1):
        path = folder / "trace" / f"{n * each:012d}.jsonl"
        path.write_bytes(b"".join(encode(entry) + b"\n" for entry in entries[n * each : (n + 1) * each]))
        if n < full:
            path.chmod(FULL)
    return entries


@pytest.mark.parametrize("times", [1, 2])
def test_the_index_finds_what_reading_everything_finds(tmp_path: Path, times: int) -> None:
    entries = written(tmp_path / "safe")
    for patient in [*PATIENTS, "0" * 32]:
        for _ in range(times):
            found = list(entries_of(tmp_path / "safe", tmp_path / "cache", patient))
            assert found == [entry for entry in entries if entry.patient == patient]


@pytest.mark.parametrize("by", [By.PATIENT, By.ACCOUNT, By.SESSION])
@pytest.mark.parametrize("indexed", [True, False])
def test_a_span_leaves_out_what_lies_outside_and_nothing_else(tmp_path: Path, by: By, indexed: bool) -> None:
    entries = written(tmp_path / "safe")
    cache = tmp_path / "cache" if indexed else None
    for since, until in [(0, 300), (50, 250), (150, 151), (120, 120), (299, 400), (-9, 1)]:
        span = Span(START + timedelta(minutes=since), START + timedelta(minutes=until))
        for value in {getattr(entry, by.value) for entry in entries} - {""}:
            expected = [entry for entry in entries if getattr(entry, by.value) == value and span.holds(entry.at)]
            assert list(find(tmp_path / "safe", cache, by, value, span)) == expected


def test_an_index_that_leaves_lines_out_is_not_believed_where_nothing_may_be_missing(tmp_path: Path) -> None:
    entries = written(tmp_path / "safe")
    whole = list(find(tmp_path / "safe", tmp_path / "cache", By.ACCOUNT, "n.1"))
    empty = trace_index.build(b"")
    for file in (tmp_path / "cache").iterdir():
        size = trace_index.HEADER.unpack_from(file.read_bytes())[1]
        file.write_bytes(trace_index.HEADER.pack(trace_index.MAGIC, size, 0, 0.0, 1e12))
    assert len(empty) == trace_index.HEADER.size
    assert len(list(find(tmp_path / "safe", tmp_path / "cache", By.ACCOUNT, "n.1"))) < len(whole)
    assert list(find(tmp_path / "safe", None, By.ACCOUNT, "n.1")) == whole
    assert whole == [entry for entry in entries if entry.account == "n.1"]


def test_a_rebuilt_index_equals_the_old_one_and_says_which_differed(tmp_path: Path) -> None:
    written(tmp_path / "safe")
    safe, cache = tmp_path / "safe", tmp_path / "cache"
    assert trace_index.rebuild(safe, cache).made == 2
    before = {file.name: file.read_bytes() for file in cache.iterdir()}
    again = trace_index.rebuild(safe, cache)
    assert (again.same, again.made, again.different) == (2, 0, ())
    assert {file.name: file.read_bytes() for file in cache.iterdir()} == before
    (cache / "000000000100.idx").write_bytes(b"forged")
    (cache / "000000009900.idx").write_bytes(b"of no segment")
    mended = trace_index.rebuild(safe, cache)
    assert (mended.same, mended.different) == (1, ("000000000100.idx",))
    assert {file.name: file.read_bytes() for file in cache.iterdir()} == before


@pytest.mark.parametrize("indexed", [True, False])
def test_a_line_that_is_no_entry_is_told_and_never_passed_over(tmp_path: Path, indexed: bool) -> None:
    entries = written(tmp_path / "safe")
    path = tmp_path / "safe" / "trace" / "000000000000.jsonl"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'{"seq":7,', b"\0\0\0\0\0\0\0\0\0", 1))
    with pytest.raises(NotProvenError):
        list(find(tmp_path / "safe", tmp_path / "cache" if indexed else None, By.ACCOUNT, entries[7].account))


def test_only_full_segments_get_an_index(tmp_path: Path) -> None:
    written(tmp_path / "safe")
    list(entries_of(tmp_path / "safe", tmp_path / "cache", PATIENTS[0]))
    assert [file.name for file in sorted((tmp_path / "cache").iterdir())] == ["000000000000.idx", "000000000100.idx"]


@pytest.mark.parametrize("harm", [b"", b"x", b"x" * 24, b"x" * 500])
def test_an_index_that_is_cut_or_foreign_is_made_again(tmp_path: Path, harm: bytes) -> None:
    entries = written(tmp_path / "safe")
    list(entries_of(tmp_path / "safe", tmp_path / "cache", PATIENTS[0]))
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(harm)
    found = list(entries_of(tmp_path / "safe", tmp_path / "cache", PATIENTS[0]))
    assert found == [entry for entry in entries if entry.patient == PATIENTS[0]]


def test_an_index_that_points_to_another_patient_shows_nothing_of_them(tmp_path: Path) -> None:
    written(tmp_path / "safe")
    list(entries_of(tmp_path / "safe", tmp_path / "cache", PATIENTS[0]))
    for file in (tmp_path / "cache").iterdir():
        index = bytearray(file.read_bytes())
        start = trace_index.HEADER.size
        for at in range(start, len(index), trace_index.RECORD.size):
            index[at : at + 8] = trace_index.tag(trace_index.By.PATIENT, PATIENTS[0]).to_bytes(8, "big")
        file.write_bytes(index)
    found = entries_of(tmp_path / "safe", tmp_path / "cache", PATIENTS[0])
    assert {entry.patient for entry in found} == {PATIENTS[0]}


def test_a_line_still_being_written_is_left_for_next_time(tmp_path: Path) -> None:
    entries = written(tmp_path / "safe", full=0)
    path = next((tmp_path / "safe" / "trace").iterdir())
    path.write_bytes(path.read_bytes() + encode(entries[1])[:-5])
    found = list(entries_of(tmp_path / "safe", tmp_path / "cache", entries[1].patient))
    assert found == [entry for entry in entries if entry.patient == entries[1].patient]


def test_who_opened_is_told_by_unit_and_profession_and_by_name_to_who_may_know(
    service: Api, nurse: Api, world: World
) -> None:
    nurse.get(f"Patient/{world.known.ref}")
    service.get(f"MedicationRequest/{world.known.ref}-1")
    [latest, first, *_] = opened.of_patient(world.known.ref, named=False)
    assert (first.profession, first.unit, first.who, first.action) == ("nurse", "Cardiology", "", Action.READ)
    assert latest.compartments == (Compartment.CLINICAL,)
    assert opened.of_patient(world.known.ref, named=True)[1].who == world.nurse.display_name


def test_refused_attempts_are_told_only_when_asked_for(service: Api, world: World) -> None:
    service.get(f"Patient/{world.stranger.ref}")
    assert not [
        one
        for one in opened.of_patient(world.stranger.ref, named=True)
        if one.profession == "interface-service" and one.action is Action.READ
    ]
    [refused] = [one for one in opened.of_patient(world.stranger.ref, named=True, refused=True) if not one.allowed]
    assert (refused.rule, refused.who) == ("no-duty", world.service.display_name)


def test_a_broken_glass_is_told_clearly() -> None:
    entry = Entry(
        seq=1,
        at=datetime(2026, 5, 1, tzinfo=UTC),
        salt="s",
        action=Action.READ,
        decision=Decision.ALLOW,
        ground=Ground.EMERGENCY,
        patient=PATIENTS[0],
    )
    assert opened.opening(entry, "n", "u", named=False).glass


def test_exposure_is_what_one_account_was_shown_and_nobody_else(service: Api, nurse: Api, world: World) -> None:
    nurse.get(f"Patient/{world.known.ref}")
    service.get(f"MedicationRequest/{world.known.ref}-1")
    service.get(f"Patient/{world.stranger.ref}")
    [one] = opened.exposed(account=world.service.username)
    assert (one.patient, one.compartments, one.times) == (world.known.ref, (Compartment.CLINICAL,), 1)
