"""A reading that breaks at any of its writes counts for nothing, and the next one begins anew."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecluse.core.events import Event
from ecluse.watch import lake as lake_module
from ecluse.watch import settle
from ecluse.watch.lake import Lake
from ecluse.watch.manifest import Manifest
from ecluse.watch.staging import Staging

Rows = Callable[[Lake], list[tuple[object, ...]]]


class PowerCutError(BaseException):
    """What no handler of the code under test expects."""


def breaking(after: int) -> Callable[..., None]:
    """Return a call that breaks the ``after``-th time."""
    calls = iter(range(after))

    def act(*_: object, **__: object) -> None:
        if next(calls, None) is None:
            raise PowerCutError

    return act


def cut(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, after: int) -> None:
    """Let ``owner.name`` break before it is called for the time ``after`` + 1; nothing is tidied up after it."""
    real = getattr(owner, name)
    check = breaking(after)

    def broken(*words: object, **more: object) -> object:
        check()
        return real(*words, **more)

    monkeypatch.setattr(owner, name, broken)


STEPS = [
    (Staging, "take", 0),
    (Staging, "close", 0),
    (settle, "span", 0),
    (settle, "accesses", 0),
    (Lake, "_move", 0),
    (Path, "rename", 0),
    (Path, "rename", 1),
    (Path, "rename", 11),
    (Manifest, "append", 0),
]


@pytest.mark.parametrize(("owner", "name", "after"), STEPS)
def test_k1_a_reading_cut_short_counts_for_nothing_and_is_done_again(
    lake: Lake, table: list[Event], rows: Rows, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, after: int
) -> None:
    lake.add(Path("old.sql"), "d0", table[:50])
    before = rows(lake)
    with monkeypatch.context() as patch:
        cut(patch, owner, name, after)
        patch.setattr(lake_module.Lake, "_clean", lambda _: None)  # a power cut tidies nothing
        with pytest.raises(PowerCutError):
            lake.add(Path("views.sql"), "d1", table)
    found = Lake(lake.folder, "UTC")
    assert rows(found) == before
    assert found.add(Path("views.sql"), "d1", table).accesses == 250
    assert len(rows(found)) == 300
    assert not (lake.folder / "incoming").exists()


def test_k1_a_torn_last_line_is_a_file_that_never_counted(lake: Lake, table: list[Event], rows: Rows) -> None:
    lake.add(Path("a"), "d1", table[:100])
    lake.add(Path("b"), "d2", table[100:])
    file = lake.folder / "files.jsonl"
    file.write_bytes(file.read_bytes()[:-10])
    (lake.folder / "incoming").mkdir()
    (lake.folder / "incoming" / "moving").write_text("d2")
    torn = Lake(lake.folder, "UTC")
    assert len(rows(torn)) == 100
    assert torn.add(Path("b"), "d2", table[100:]).accesses == 200
    assert len(rows(Lake(lake.folder, "UTC"))) == 300


def test_k1_a_reader_that_breaks_leaves_nothing(lake: Lake, table: list[Event], rows: Rows) -> None:
    def broken() -> Iterator[Event]:
        yield from table[:100]
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        lake.add(Path("a"), "d1", broken())
    assert rows(lake) == []
    assert not lake.manifest.files


def test_files_that_never_counted_are_not_read(lake: Lake, table: list[Event], rows: Rows) -> None:
    lake.add(Path("a"), "d1", table)
    day = next(iter(lake.days().values()))[0]
    (day.parent / "stranger.parquet").write_bytes(day.read_bytes())
    assert len(rows(Lake(lake.folder, "UTC"))) == 300
