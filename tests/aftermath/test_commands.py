"""The commands: exposure with proofs, index, notices, letters, audit out, from the console to the files."""

import json
import zipfile
from pathlib import Path

import msgspec
import pytest
from tests.aftermath.conftest import Api
from tests.aftermath.test_letters import draft
from tests.aftermath.test_notices import settings_of_a_breach
from tests.api.conftest import World
from tests.export.conftest import Recipient, recipient

from ecluse.cli.main import run
from ecluse.core.errors import Exit
from ecluse.record import age
from ecluse.respond.notices.base import From
from ecluse.respond.notices.catalogue import NOTICES

__all__ = ["recipient", "settings_of_a_breach"]

Out = pytest.CaptureFixture[str]


@pytest.fixture
def vkey(home: Path, safe: object) -> str:
    return (home / "safe" / "key.vkey").read_text().strip()


@pytest.fixture
def read(nurse: Api, world: World) -> str:
    """Give the name of an account that read a patient."""
    nurse.get(f"Patient/{world.known.ref}")
    return world.nurse.username


def said(out: Out) -> object:
    return json.loads(out.readouterr().out.strip().splitlines()[-1])


def test_an_exposure_is_listed_written_with_its_proofs_and_checked(
    read: str, world: World, vkey: str, tmp_path: Path, capsys: Out
) -> None:
    file = tmp_path / "exposure.zip"
    assert run(["exposure", "list", "--account", read, "--out", str(file), "--json"]) == Exit.OK
    told = said(capsys)
    assert isinstance(told, dict)
    assert [one["patient"] for one in told["patients"]] == [world.known.ref]
    assert run(["exposure", "check", str(file), "--key", vkey, "--json"]) == Exit.OK
    checked = said(capsys)
    assert isinstance(checked, dict)
    assert (checked["certain"], checked["patients"]) == (told["accesses"], 1)
    with zipfile.ZipFile(file) as packed:
        assert packed.read("exposure.pdf")[:4] == b"%PDF"
        proof = next(name for name in packed.namelist() if name.startswith("proofs/"))
        packed.extract(proof, tmp_path)
    assert run(["trace", "check-proof", str(tmp_path / proof), "--key", vkey]) == Exit.OK
    assert run(["exposure", "list", "--account", read]) == Exit.OK
    assert "1 patients exposed" in capsys.readouterr().out


def test_a_forged_list_ends_with_the_code_of_what_is_not_proven(
    read: str, vkey: str, tmp_path: Path, capsys: Out
) -> None:
    file, forged = tmp_path / "exposure.zip", tmp_path / "forged.zip"
    run(["exposure", "list", "--account", read, "--out", str(file)])
    with zipfile.ZipFile(file) as packed, zipfile.ZipFile(forged, "w") as changed:
        for name in packed.namelist():
            content = packed.read(name)
            changed.writestr(name, content.replace(b"read", b"list") if name == "accesses.csv" else content)
    assert run(["exposure", "check", str(forged), "--key", vkey]) == Exit.NOT_PROVEN


def test_absence_is_said_or_refused(read: str, world: World, capsys: Out) -> None:
    assert run(["exposure", "absent", "f" * 32, "--json"]) == Exit.OK
    told = said(capsys)
    assert isinstance(told, dict)
    assert told["opened"] == 0
    assert run(["exposure", "absent", world.known.ref, "--account", read]) == Exit.REFUSED


def test_nothing_asked_is_bad_input(safe: object, capsys: Out) -> None:
    assert run(["exposure", "list"]) == Exit.BAD_INPUT
    assert run(["exposure", "list", "--account", "a", "--language", "de"]) == Exit.BAD_INPUT


def test_the_index_is_rebuilt_and_says_what_it_found(safe: object, capsys: Out) -> None:
    assert run(["trace", "index", "--json"]) == Exit.OK
    told = said(capsys)
    assert isinstance(told, dict)
    assert told["different"] == []


def test_a_notice_goes_from_open_to_finished_at_the_console(read: str, tmp_path: Path, capsys: Out) -> None:
    assert run(["notices", "open", "--account", read, "--aware", "2026-01-31T08:00Z", "--json"]) == Exit.OK
    told = said(capsys)
    assert isinstance(told, dict)
    name, out = told["breach"], tmp_path / "register"
    finish = ["notices", "finish", name, "register", "--out", str(out), "--json"]
    assert run(finish) == Exit.BAD_INPUT
    assert "effects (" in capsys.readouterr().err
    text = tmp_path / "text.txt"
    text.write_text("Un texte d’essai.")
    first, *others = [field.key for field in NOTICES["register"].fields if field.source is From.PERSON]
    assert run(["notices", "write", name, "register", first, "--file", str(text)]) == Exit.OK
    answers = tmp_path / "answers.json"
    for wrong in ("not json", '{"register": "text"}', '{"register": {"count": "0"}}'):
        answers.write_text(wrong)
        assert run(["notices", "fill", name, "--file", str(answers)]) in {Exit.BAD_INPUT, Exit.REFUSED}
    answers.write_text(json.dumps({"register": dict.fromkeys(others, "Un texte d’essai.")}))
    capsys.readouterr()
    assert run(["notices", "fill", name, "--file", str(answers), "--json"]) == Exit.OK
    assert said(capsys) == {"written": len(others)}
    assert run(["notices", "draft", name, "register"]) == Exit.OK
    assert "Missing: nothing." in capsys.readouterr().out
    assert run(finish) == Exit.OK
    assert json.loads((tmp_path / "register.json").read_text())["facts"]["patients"] == 1
    assert (tmp_path / "register.pdf").read_bytes()[:4] == b"%PDF"
    assert run(finish) == Exit.BAD_INPUT
    assert run(["notices", "register", "--json"]) == Exit.OK
    assert run(["notices", "register"]) == Exit.OK
    assert name in capsys.readouterr().out


def test_letters_are_made_from_list_notice_and_export(
    read: str, world: World, vkey: str, tmp_path: Path, recipient: Recipient, capsys: Out
) -> None:
    file, notice, export = (tmp_path / name for name in ("exposure.zip", "people.json", "export.age"))
    run(["exposure", "list", "--account", read, "--out", str(file)])
    notice.write_bytes(msgspec.json.encode(draft(patients=1)))
    heading = {"resourceType": "Parameters", "parameter": [
        {"name": "export", "valueString": "1"}, {"name": "purpose", "valueString": "HLEGAL"}]}  # fmt: skip
    patient = {"resourceType": "Patient", "id": world.known.ref, "name": [{"family": "Essai", "given": ["Camille"]}],
               "address": [{"line": ["1 rue de l’Essai"], "postalCode": "99999", "city": "Testville"}]}  # fmt: skip
    lines = b"\n".join(json.dumps(one).encode() for one in (heading, patient))
    export.write_bytes(age.encrypt(lines, recipient.public))
    asked = ["letters", "make", "--exposure", str(file), "--verifier", vkey, "--notice", str(notice)]
    asked += ["--export", str(export), "--key", str(recipient.file), "--out", str(tmp_path / "letters"), "--json"]
    assert run(asked) == Exit.OK
    assert said(capsys) == {"letters": 1, "apart": 0, "files": 1}
    assert run(asked) == Exit.BAD_INPUT


def test_without_a_repository_audit_out_says_what_to_set(safe: object, capsys: Out) -> None:
    assert run(["audit", "send"]) == Exit.BAD_INPUT
    assert "[audit] syslog" in capsys.readouterr().err
