"""``ecluse export``: the recipient's side."""

import datetime as dt
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ecluse.cli.export import app
from ecluse.core.errors import BadInputError, NotProvenError
from ecluse.record import age

run = CliRunner().invoke


def test_a_key_is_made_for_its_owner_alone_and_shows_its_fingerprint(tmp_path: Path) -> None:
    file = tmp_path / "key"
    done = run(app, ["keygen", str(file)])
    public = next(line.split()[-1] for line in done.stdout.splitlines() if "Public key" in line)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert age.grouped(age.fingerprint(public)) in done.stdout
    assert "AGE-SECRET-KEY" not in done.stdout


def test_a_key_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("kept")
    done = run(app, ["keygen", str(file)])
    assert isinstance(done.exception, BadInputError)
    assert file.read_text() == "kept"


def test_an_export_is_opened_with_the_key_it_was_made_for(tmp_path: Path) -> None:
    text, public = age.new_key(dt.datetime.now(dt.UTC))
    (tmp_path / "key").write_text(text)
    (tmp_path / "file").write_bytes(age.encrypt(b'{"resourceType":"Patient"}\n', public))
    out = tmp_path / "out"
    assert run(app, ["open", str(tmp_path / "file"), "--key", str(tmp_path / "key"), "--out", str(out)]).exit_code == 0
    assert (out.read_bytes(), stat.S_IMODE(out.stat().st_mode)) == (b'{"resourceType":"Patient"}\n', 0o600)
    again = run(app, ["open", str(tmp_path / "file"), "--key", str(tmp_path / "key"), "--out", str(out)])
    assert isinstance(again.exception, BadInputError)


def test_a_file_for_somebody_else_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(age.new_key(dt.datetime.now(dt.UTC))[0])
    (tmp_path / "file").write_bytes(age.encrypt(b"x", age.new_key(dt.datetime.now(dt.UTC))[1]))
    done = run(app, ["open", str(tmp_path / "file"), "--key", str(tmp_path / "key")])
    assert isinstance(done.exception, NotProvenError)


@pytest.mark.parametrize("text", ["", "# public key: age1x", "AGE-SECRET-KEY-1NOTONE"])
def test_a_file_without_a_private_key_is_told_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(BadInputError):
        age.identities(tmp_path / "key")
