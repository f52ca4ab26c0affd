"""The world's log as AuditEvents: what the reader of such logs finds in it is what happened."""

from collections import Counter
from itertools import chain
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from ecluse.cli.drill import app
from ecluse.core.errors import BadInputError
from ecluse.core.events import Access, AccountEvent, Deed
from ecluse.drill.logs import audit_event as writer
from ecluse.drill.thieves.catalogue import BY_NAME
from ecluse.drill.trials import Trial, act
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.sources import audit_event
from ecluse.sources.base import Context, Tally

WORLD = World(Settings(patients=800, staff=60, days=20, seed=4))
GRAB = BY_NAME["fast-grab"]
SHOWN_MANY = frozenset({Deed.LIST, Deed.SEARCH})


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Access | AccountEvent]:
    """What the reader finds in the log of a world with a theft in it."""
    stolen = act(WORLD, Trial(GRAB, "", GRAB.knobs, "nurse"))
    [file] = writer.write(WORLD, tmp_path_factory.mktemp("log"), stolen.loot.events)
    assert audit_event.sniff(file, file.read_bytes()[:4096]) > 50
    tally = Tally()
    read = [one for one in audit_event.read(file, tally, Context()) if isinstance(one, Access | AccountEvent)]
    assert not tally.rejected
    return read


def told(one: Access) -> tuple[str, str, str, str]:
    """The parts that such a log keeps; lists and searches are the same thing in it."""
    deed = Deed.SEARCH if one.deed in SHOWN_MANY else one.deed
    return one.account, one.patient, deed, f"{one.at:%m-%d %H:%M:%S}"


def test_every_access_is_read_back_with_account_patient_deed_and_time(found: list[Access | AccountEvent]) -> None:
    stolen = act(WORLD, Trial(GRAB, "", GRAB.knobs, "nurse")).loot.events
    happened = chain(*(WORLD.accesses(day) for day in WORLD.days), (one for one in stolen if isinstance(one, Access)))
    expected = Counter(map(told, happened))
    assert Counter(told(one) for one in found if isinstance(one, Access)) == expected
    assert expected.total() > 1000


def test_the_theft_is_in_it_patient_by_patient(found: list[Access | AccountEvent]) -> None:
    loot = act(WORLD, Trial(GRAB, "", GRAB.knobs, "nurse")).loot
    theirs = {one.patient for one in found if isinstance(one, Access) and one.account in loot.truth.accounts}
    assert loot.truth.patients <= theirs


@pytest.mark.parametrize("deed", list(Deed))
def test_each_deed_is_read_as_that_deed(tmp_path: Path, deed: Deed) -> None:
    one = Access(at=WORLD.moment(600), account="n.martin", deed=deed, patient="200001")
    file = tmp_path / "one.ndjson"
    file.write_bytes(msgspec.json.encode(writer.event(one)))
    [read] = audit_event.read(file, Tally(), Context())
    assert isinstance(read, Access)
    assert told(read) == told(one)


def test_what_such_a_log_has_no_code_for_is_left_out() -> None:
    signs = [one for day in WORLD.days for one in WORLD.signs(day)]
    assert signs
    assert all(bool(writer.event(one)) == (one.act in writer.ACTS) for one in signs)


def test_the_command_names_the_log_it_wrote_and_refuses_other_formats(tmp_path: Path) -> None:
    out = tmp_path / "hospital"
    size = ["--patients", "300", "--staff", "40", "--days", "20"]
    done = CliRunner().invoke(app, ["world", "--out", str(out), "--format", "audit-event", *size])
    assert done.exit_code == 0, done.output
    assert (out / "accesses.ndjson").exists()
    assert not (out / "accesses.csv").exists()
    assert f"ecluse scan {out / 'accesses.ndjson'}" in done.output
    refused = CliRunner().invoke(app, ["world", "--out", str(tmp_path / "b"), "--format", "xls", *size])
    assert isinstance(refused.exception, BadInputError)
