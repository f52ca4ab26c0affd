"""``ecluse drill list`` and ``run``: what is asked wrongly is refused with the next step, before anything is built."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from ecluse.cli import drill_run
from ecluse.cli.drill import app
from ecluse.cli.drill_run import after, logs, sentence, table
from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.drill.attacks.catalogue import ATTACKS
from ecluse.drill.live.results import Report, Trial, lines
from ecluse.drill.live.series import Played, Series
from ecluse.drill.measured import Edge, Measured, Task
from ecluse.drill.seeds import SIZES
from ecluse.drill.thieves.catalogue import BY_NAME

TRIAL = Trial(
    attack="dump", variant="", role="disk", database="sqlite", population=2000, seed=1, white_box=False,
    accounts=0, requests=0, exposed=0, compartments={}, detected_after_s=None, contained_after_s=None,
    care_refused=0, reasons=[], exact=True, verified=True, asked=0, locked=[], rules={}, proofs={"bytes": 5}, missed=[],
)  # fmt: skip


def drill(*words: str) -> None:
    app(args=list(words), standalone_mode=False)


def test_every_attack_is_listed_with_what_holds_against_it(capsys: pytest.CaptureFixture[str]) -> None:
    drill("list", "--json")
    told: list[dict[str, Any]] = msgspec.json.decode(capsys.readouterr().out)
    assert [one["name"] for one in told] == [attack.story.name for attack in ATTACKS]
    assert all(one["bound"] and one["as"] for one in told)
    drill("list")
    assert "break-glass" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope", "--live"), "no attack nope"),
        (("fast-grab", "--live", "--database", "oracle"), "oracle is unknown"),
        (("fast-grab", "--size", "huge"), "huge is unknown"),
        (("dump", "--live", "--as", "nurse"), "None of these attacks"),
        (("fast-grab", "--write"), "about live attacks"),
        (("dump",), "No log shows it"),
        (("fast-grab", "--seeds", "1001"), "1000 hospitals"),
        (("fast-grab", "--html", "/nowhere/at/all.html"), "no folder /nowhere/at"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_built(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInputError, match=said) as refused:
        drill("run", *words)
    assert refused.value.next_step


def test_a_live_run_prints_one_object_and_writes_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Series] = []

    def played(series: Series, _: bool) -> Played:
        asked.append(series)
        return Played([TRIAL], [])

    monkeypatch.setattr(drill_run, "played", played)
    drill("run", "dump", "--live", "--database", "postgresql", "--seeds", "2", "--json", "--html", str(tmp_path / "r"))
    found = msgspec.json.decode(capsys.readouterr().out)
    assert list(found) == ["attacks", "per_day"]
    assert list(found["attacks"][0])[:13] == [
        "attack", "as", "mode", "database", "population", "seeds", "exposed", "exposed_p95", "detected",
        "detected_after_s", "contained_after_s", "care_refused", "exposure_exact",
    ]  # fmt: skip
    assert (asked[0].databases, list(asked[0].seeds), asked[0].patients) == (["postgresql"], [1, 2], 2000)
    assert "<svg" in (tmp_path / "r").read_text(encoding="utf-8")


def test_all_thefts_in_logs_are_asked_for_as_detect_does_so_that_its_figures_serve() -> None:
    task = logs(list(ATTACKS), "small", 2, white_box=False, every=5)
    assert task == Task(SIZES["small"], (1001, 1002), (), frontier=0, every=5)


def test_a_thief_who_knows_every_threshold_has_the_frontier_sought_in_every_hospital(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Task] = []

    def measure(task: Task, _jobs: int, _done: object, _kept: object) -> Measured:
        asked.append(task)
        unit = BY_NAME["low-and-slow"].rates[0][0]
        return Measured(task, [], [], [Edge("low-and-slow", "nurse", unit, 1001, 8, 40)])

    monkeypatch.setattr(drill_run, "measure", measure)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    drill("run", "low-and-slow", "--white-box", "--seeds", "1", "--json", "--write")
    found = msgspec.json.decode(capsys.readouterr().out)
    assert (asked[0].frontier, asked[0].attacks) == (1, ("low-and-slow",))
    assert found["frontier"][0]["found_from"] == 8
    assert (tmp_path / "docs" / "frontier.md").exists()
    drill("run", "low-and-slow", "--white-box")
    assert "found from" in " ".join(capsys.readouterr().out.split())


def test_an_attack_that_could_not_be_carried_out_is_an_error_not_a_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drill_run, "played", lambda *_: Played([TRIAL], ["takeover (sqlite, seed 1): no server"]))
    with pytest.raises(BrokenWorldError, match="takeover"):
        drill("run", "dump", "--live")


def test_an_exposure_that_is_not_exact_is_said_loudly() -> None:
    assert "NOT EXACT" in sentence(msgspec.structs.replace(TRIAL, verified=False))
    assert "NOT EXACT" not in sentence(TRIAL)


def test_days_and_seconds_are_told_apart() -> None:
    assert [after(None), after(1.25), after(3 * 86_400)] == ["–", "1.2 s", "3 d"]
    assert table(Report(lines([TRIAL]), {})).row_count == 1
