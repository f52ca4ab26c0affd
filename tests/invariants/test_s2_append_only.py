"""S2: an entry never changes: any byte, any file, any head, any history."""

import os
import random
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecluse.core.errors import NotProvenError
from ecluse.core.words import ProposalKind
from ecluse.safe import snapshot
from ecluse.safe.notes import Head, Verifier, open_head
from ecluse.safe.opening import open_desk
from ecluse.safe.proof import check, prove
from ecluse.safe.protocol import Proposal, Propose, Status
from ecluse.safe.scan import read_heads
from ecluse.safe.testing import SMALL_POLICY, SMALL_STAFF, SafeInHand, opening, running_safe, who
from ecluse.safe.tiles import heads_path, segment_path, tile_path
from ecluse.safe.trace import Trace
from ecluse.safe.verify import verify

FILE = "trace/000000000000.jsonl"


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a safe with 600 entries, a few heads, whole and partial tiles, and torn bytes."""
    home = tmp_path_factory.mktemp("pattern")
    safe = SafeInHand(home)
    for i in range(300):
        safe.desk.handle(opening([f"p{i % 4}", f"q{i % 90}"]))
        if i % 60 == 0:
            safe.desk.trace.commit()
            safe.sign()
    safe.desk.trace.commit()
    segment = safe.folder / FILE
    segment.write_bytes(segment.read_bytes().rstrip(b"\0") + b'{"torn')
    safe.reopen()
    safe.desk.trace.close()
    return home


@pytest.fixture
def grown(pattern: Path, tmp_path: Path) -> Iterator[SafeInHand]:
    shutil.copytree(pattern, tmp_path / "home")
    safe = SafeInHand.at(tmp_path / "home")
    snapshot.save(safe.desk.trace, safe.desk.state)
    yield safe
    safe.desk.trace.close()


def test_s2_what_was_signed_verifies(grown: SafeInHand) -> None:
    report = verify(grown.folder)
    assert report.ok, report.faults
    assert report.entries == grown.desk.trace.size
    assert report.heads >= 6
    assert report.unsigned == 0
    assert verify(grown.folder, grown.vkey).ok


def flip(path: Path, place: int, bit: int = 0) -> bytes:
    data = bytearray(path.read_bytes())
    kept = bytes(data)
    data[place] ^= 1 << bit
    path.chmod(0o600)
    path.write_bytes(data)
    return kept


@pytest.mark.parametrize(
    "name",
    [
        "trace/*.jsonl",
        "heads/*.notes",
        "tile/0/000",
        "tile/0/*.p/*",
        "tile/1/*.p/*",
        "checkpoint",
        "snapshot",
        "policy.toml",
        "key.vkey",
        "master.key",
        "torn/*",
    ],
)
def test_s2_a_flipped_bit_anywhere_is_reported_with_its_file(grown: SafeInHand, name: str) -> None:
    (path,) = grown.folder.glob(name)
    size, chance = path.stat().st_size, random.Random(name)
    for place in {0, size - 1, *(chance.randrange(size) for _ in range(8))}:
        kept = flip(path, place, chance.randrange(8))
        report = verify(grown.folder)
        path.write_bytes(kept)
        assert not report.ok
        assert str(path.relative_to(grown.folder)) in {fault.file for fault in report.faults}, (place, report.faults)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_s2_every_single_byte_of_a_small_safe_is_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecluse.safe.trace.ROOM", 100)  # zeros ahead of the entries are bytes of the safe too
    safe = SafeInHand(tmp_path, policy=re.sub(r"(?m)^#.*\n", "", SMALL_POLICY))
    safe.open("p1")
    safe.sign()
    safe.reopen()
    snapshot.save(safe.desk.trace, safe.desk.state)
    missed = []
    for path in sorted(p for p in safe.folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(safe.folder))
        for place in range(path.stat().st_size):
            kept = flip(path, place, place % 8)
            report = verify(safe.folder)
            path.write_bytes(kept)
            if report.ok or name not in {fault.file for fault in report.faults}:
                missed.append((name, place))
    assert missed == []


@pytest.mark.parametrize("sequence", [0, 5, 255, 256, 300, 511, 512, 600])
def test_s2_a_changed_entry_is_told_with_its_line_offset_and_sequence(grown: SafeInHand, sequence: int) -> None:
    path = grown.folder / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    offset = sum(map(len, lines[:sequence]))
    flip(path, offset + lines[sequence].index(b'"salt":"') + 10)
    faults = [f for f in verify(grown.folder).faults if f.file == FILE]
    assert [(f.sequence, f.line, f.offset) for f in faults] == [(sequence, sequence + 1, offset)]


def test_s2_without_its_tile_a_changed_entry_is_told_between_two_heads(grown: SafeInHand) -> None:
    shutil.rmtree(grown.folder / "tile" / "0")
    flip(grown.folder / FILE, 40_000, 1)
    (fault,) = [f for f in verify(grown.folder).faults if f.file == FILE and "one of entries" in f.what]
    assert fault.sequence is not None


def test_s2_a_line_taken_out_is_told(grown: SafeInHand) -> None:
    path = grown.folder / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:100] + lines[101:]))
    assert any(f.file == FILE and f.sequence == 100 for f in verify(grown.folder).faults)


def test_s2_two_lines_exchanged_are_told(grown: SafeInHand) -> None:
    path = grown.folder / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    lines[7], lines[8] = lines[8], lines[7]
    path.write_bytes(b"".join(lines))
    assert [f.sequence for f in verify(grown.folder).faults if f.what == "not the entry that was written"] == [7, 8]


def test_s2_the_end_cut_off_is_told(grown: SafeInHand) -> None:
    path = grown.folder / FILE
    lines = path.read_bytes().rstrip(b"\0").splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert any(f.file == FILE and "missing" in f.what for f in verify(grown.folder).faults)


def test_s2_a_byte_changed_in_the_zeros_ahead_of_the_entries_is_told(grown: SafeInHand) -> None:
    path = grown.folder / FILE
    end = len(path.read_bytes().rstrip(b"\0"))
    assert path.stat().st_size > end
    for place in (end, end + 1, end + 5_000, path.stat().st_size - 1):
        kept = flip(path, place)
        assert [(f.file, f.offset) for f in verify(grown.folder).faults] == [(FILE, end)]
        path.write_bytes(kept)


def test_s2_a_file_that_does_not_belong_is_told(grown: SafeInHand) -> None:
    (grown.folder / "extra").write_text("x")
    assert [f.file for f in verify(grown.folder).faults] == ["extra"]


def test_s2_a_missing_tile_is_told(grown: SafeInHand) -> None:
    tile_path(grown.folder, 0, 1).unlink()
    assert [(f.file, f.what) for f in verify(grown.folder).faults] == [("tile/0/001", "missing")]


def test_s2_another_key_than_the_one_kept_elsewhere_is_told(grown: SafeInHand, tmp_path: Path) -> None:
    other = SafeInHand(tmp_path / "other")
    assert not verify(grown.folder, other.vkey).ok
    other.desk.trace.close()


def test_s2_a_safe_at_work_verifies(tmp_path: Path) -> None:
    with running_safe(tmp_path, policy=SMALL_POLICY, accounts=SMALL_STAFF) as client:
        for i in range(40):
            client.call(opening(["p1", "p2"], by=who(session=f"s{i}")))
            if i % 10 == 0:
                assert verify(tmp_path / "safe").ok
        time.sleep(1.1)
        report = verify(tmp_path / "safe")
        head = client.call(Status()).head
    assert (report.ok, report.unsigned) == (True, 0)
    assert f"\n{report.entries}\n" in head


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_s2_a_start_refuses_a_trace_that_is_not_the_one_signed(grown: SafeInHand, place: str) -> None:
    (grown.folder / "snapshot").unlink()
    path = grown.folder / FILE
    size = len(path.read_bytes().rstrip(b"\0"))
    flip(path, {"first": 20, "middle": size // 2, "last": size - 20}[place])
    with pytest.raises(NotProvenError):
        grown.reopen()


def test_s2_a_start_refuses_a_trace_that_was_rolled_back(grown: SafeInHand) -> None:
    copy = grown.folder.with_name("copy")
    shutil.copytree(grown.folder, copy)
    grown.open("p1")
    grown.sign()
    grown.desk.trace.close()
    shutil.rmtree(grown.folder)
    copy.rename(grown.folder)
    assert verify(grown.folder).ok  # nothing in the folder itself can tell
    with pytest.raises(NotProvenError, match="rolled back"):
        grown.reopen()


def test_s2_a_start_refuses_a_trace_cut_below_a_signed_head(grown: SafeInHand) -> None:
    path = grown.folder / FILE
    path.write_bytes(b"".join(path.read_bytes().rstrip(b"\0").splitlines(keepends=True)[:-1]))
    with pytest.raises(NotProvenError):
        grown.reopen()


def test_s2_a_start_refuses_a_missing_witness(grown: SafeInHand) -> None:
    (grown.folder.parent / "witness" / "head").unlink()
    with pytest.raises(NotProvenError, match="missing"):
        grown.reopen()


def test_s2_a_start_refuses_a_witness_of_another_history(grown: SafeInHand) -> None:
    signer = grown.desk.trace.signer
    forged = signer.sign(Head(signer.verifier.name, 10, b"x" * 32).text())
    (grown.folder.parent / "witness" / "head").write_text(forged)
    with pytest.raises(NotProvenError, match="another history"):
        grown.reopen()


def test_s2_a_witness_that_is_behind_is_accepted(grown: SafeInHand) -> None:
    first = read_heads(heads_path(grown.folder, 0))[0].note
    (grown.folder.parent / "witness" / "head").write_text(first)
    grown.reopen()


def test_s2_a_start_refuses_heads_of_another_key(grown: SafeInHand, tmp_path: Path) -> None:
    other = SafeInHand(tmp_path / "other")
    other.desk.trace.close()
    shutil.copy(other.folder / "key.vkey", grown.folder / "key.vkey")
    with pytest.raises(Exception, match="not of the same safe"):
        grown.reopen()


def test_s2_every_head_is_kept_and_signed_within_a_second(tmp_path: Path) -> None:
    with running_safe(tmp_path, policy=SMALL_POLICY, accounts=SMALL_STAFF) as client:
        until, i = time.monotonic() + 2.6, 0
        while time.monotonic() < until:
            client.call(opening(["p1"], by=who(session=f"s{i}")))
            i += 1
    heads = read_heads(heads_path(tmp_path / "safe", 0))
    assert len(heads) >= 4


def test_s2_the_witness_shows_the_last_head(grown: SafeInHand) -> None:
    witnessed = (grown.folder.parent / "witness" / "head").read_text()
    assert witnessed == (grown.folder / "checkpoint").read_text() == grown.desk.trace.head


def test_s2_there_is_no_verb_to_change_remove_or_hide_an_entry() -> None:
    verbs = [name for name in dir(Trace) if re.search(r"delete|remove|update|hide|edit|truncate|pop|purge", name)]
    assert verbs == []


def test_s2_tiles_are_those_of_the_specification(grown: SafeInHand) -> None:
    assert tile_path(Path(), 0, 1234067) == Path("tile/0/x001/x234/067")
    assert tile_path(Path(), 1, 5, 112) == Path("tile/1/005.p/112")
    size = open_head(grown.desk.trace.head, Verifier.of(grown.vkey)).size
    assert (grown.folder / "tile" / "0" / "000").stat().st_size == 256 * 32
    assert (grown.folder / "tile" / "1" / "000.p" / str(size // 256)).stat().st_size == size // 256 * 32


@pytest.mark.parametrize("sequence", [0, 1, 255, 256, 400, 511, 512])
def test_s2_any_entry_is_proven_to_someone_who_has_only_the_public_key(grown: SafeInHand, sequence: int) -> None:
    proven = check(prove(grown.folder, sequence), Verifier.of(grown.vkey))
    assert (proven.entry.seq, proven.place) == (sequence, sequence)


def test_s2_a_proof_needs_no_tile(grown: SafeInHand) -> None:
    with_tiles = prove(grown.folder, 300)
    shutil.rmtree(grown.folder / "tile")
    assert prove(grown.folder, 300) == with_tiles


def test_s2_an_entry_that_no_head_covers_cannot_be_proven(grown: SafeInHand) -> None:
    with pytest.raises(Exception, match="No signed head"):
        prove(grown.folder, 100_000)


def test_s2_a_proof_with_one_bit_flipped_is_refused(grown: SafeInHand) -> None:
    data, verifier = prove(grown.folder, 300).encode(), Verifier.of(grown.vkey)
    chance = random.Random(300)
    for place in chance.sample(range(len(data)), 200):
        lie = bytearray(data)
        lie[place] ^= 1 << chance.randrange(8)
        with pytest.raises(NotProvenError):
            check(lie.decode("utf-8", "surrogateescape"), verifier)


@pytest.mark.parametrize(
    "lie",
    [
        lambda t: t.replace("index 300", "index 301"),
        lambda t: t.replace("index 300", "index 0300"),
        lambda t: t.replace("index 300", "index 99999999"),
        lambda t: t.replace("tlog-proof@v1", "tlog-proof@v2"),
        lambda t: re.sub(r"extra .*\n", "", t),
        lambda t: re.sub(r"(index 300\n)[^\n]+\n", r"\1", t),
        lambda t: re.sub(r"(index 300\n)([^\n]+\n)", r"\1\2\2", t),
        lambda t: t.replace("\n\n", "\n", 1),
        lambda t: t[: t.rindex("—")],
        lambda t: "",
    ],
)
def test_s2_a_proof_that_proves_less_than_it_seems_is_refused(grown: SafeInHand, lie: object) -> None:
    text = prove(grown.folder, 300)
    with pytest.raises(NotProvenError):
        check(lie(text), Verifier.of(grown.vkey))  # type: ignore[operator]


def test_s2_a_proof_of_another_log_is_refused(grown: SafeInHand, tmp_path: Path) -> None:
    other = SafeInHand(tmp_path / "other")
    other.desk.trace.close()
    with pytest.raises(NotProvenError):
        check(prove(grown.folder, 3), Verifier.of(other.vkey))


def test_s2_acts_are_in_the_trace_whole(grown: SafeInHand) -> None:
    proposal = Proposal(kind=ProposalKind.GRANT, account="x", professions=("nurse",))
    grown.call(Propose(who=who("admin", "it-administrator"), proposal=proposal, request="p"))
    last = segment_path(grown.folder, 0).read_bytes().rstrip(b"\0").splitlines()[-1]
    assert b'"act":{' in last
    assert b'"professions":["nurse"]' in last


def test_s2_no_entry_holds_a_session_key_or_a_search_term(grown: SafeInHand) -> None:
    data = (grown.folder / FILE).read_bytes()
    assert b"session of" not in data


def test_s2_a_folder_others_can_read_the_key_in_is_refused(grown: SafeInHand) -> None:
    os.chmod(grown.folder / "master.key", 0o644)  # noqa: PTH101
    with pytest.raises(Exception, match="read by others"):
        open_desk(grown.folder)
