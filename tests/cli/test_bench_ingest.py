"""``ecluse bench ingest`` on few lines: every source comes in whole. Speed is measured by the bench, not here."""

import json

import pytest

from ecluse.cli.bench_ingest import MEASURES
from ecluse.cli.main import run
from ecluse.core.errors import Exit


@pytest.mark.slow
def test_every_source_is_made_read_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "ingest", "--lines", "2000", "--json"]) == Exit.OK
    rows = {row["source"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert set(rows) == set(MEASURES)
    assert {row["lines"] for row in rows.values()} == {2000, 500}
    assert all(row["events"] > 0 and row["lines_per_s"] > 0 for row in rows.values())


@pytest.mark.parametrize(("words", "says"), [(["--source", "abacus"], "no 'abacus'"), (["--lines", "3"], "too few")])
def test_what_cannot_be_measured_is_refused(capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    assert run(["bench", "ingest", *words]) == Exit.BAD_INPUT
    assert says in capsys.readouterr().err
