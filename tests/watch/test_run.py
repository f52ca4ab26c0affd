"""All detectors over one lake."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import ibis
import pyarrow as pa
import pytest

from ecluse.core.events import Event
from ecluse.watch import chunks, run
from ecluse.watch.detectors.base import Detector
from ecluse.watch.engine import engine
from ecluse.watch.lake import Lake
from ecluse.watch.schema import FINDINGS
from ecluse.watch.tables import Tables

pytestmark = pytest.mark.slow


def detector(name: str, find: Callable[[Tables], ibis.Table], scope: str = "") -> Detector:
    return cast("Detector", SimpleNamespace(STORY=SimpleNamespace(name=name), find=find, SCOPE=scope))


def patients(t: Tables) -> ibis.Table:
    return t.days.select("account", "day", value=t.days.patients)


def by_touches(t: Tables) -> ibis.Table:
    return t.touches.group_by("account", "day").agg(value=t.touches.count())


def nothing(t: Tables) -> ibis.Table:
    return patients(t).filter(ibis.literal(value=False))


@pytest.fixture
def full(lake: Lake, table: list[Event]) -> Lake:
    lake.add(Path("views"), "d1", table)
    return lake


def test_findings_are_sorted_by_detector_day_and_account(full: Lake) -> None:
    _, found = run.watch(full, engine(threads=1), [detector("zulu", patients), detector("alpha", patients)])
    keys = [(row["detector"], row["day"], row["account"]) for row in found.rows.to_pylist()]
    assert keys == sorted(keys)
    assert {key[0] for key in keys} == {"alpha", "zulu"}
    assert found.rows.schema == FINDINGS
    assert list(found.seconds) == ["tables", "zulu", "alpha"]


@pytest.mark.parametrize("threads", [1, 2])
def test_k5_a_detector_of_single_days_finds_the_same_day_by_day_and_at_once(
    full: Lake, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    for name in ("BYTES", "FEW_BYTES"):
        monkeypatch.setattr(chunks, name, 3_000)
    both = [detector("one", by_touches), detector("one", by_touches, scope="day")]
    found = [run.watch(full, engine(threads=threads), [one])[1].rows for one in both]
    assert found[0].num_rows > 100
    assert found[0].equals(found[1])


def test_an_empty_lake_and_a_silent_detector_give_no_rows(full: Lake, lake: Lake, tmp_path: Path) -> None:
    empty = Lake(tmp_path / "empty", "UTC")
    for where, one in ((empty, detector("a", by_touches, scope="day")), (full, detector("a", nothing))):
        assert run.watch(where, engine(threads=1), [one])[1].rows.equals(FINDINGS.empty_table())


def test_a_value_that_is_no_whole_number_is_refused(full: Lake) -> None:
    half = detector("half", lambda t: patients(t).mutate(value=ibis.literal(0.5)))
    with pytest.raises(pa.ArrowInvalid):
        run.watch(full, engine(threads=1), [half])
