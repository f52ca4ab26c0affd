"""Exposure: exactly what was opened, with proofs a stranger checks; and what was not."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle
from tests.aftermath.conftest import NURSE, OTHER, SITE, A, B, C, D, Hand

from ecluse.core.errors import BadInputError, BrokenWorldError, NotProvenError, RefusedError
from ecluse.core.words import Action, Compartment
from ecluse.record.trace_index import Span
from ecluse.respond.exposure import bundle, heads
from ecluse.respond.exposure.absence import absent
from ecluse.respond.exposure.fhir import as_bundle
from ecluse.respond.exposure.finding import Exposure, Why, expose
from ecluse.respond.exposure.paper import as_pdf
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.exposure.table import as_csv, row
from ecluse.safe.trace_reader import entries, exposure

OF_NURSE = Scope(accounts=("nurse.one",))


def session_of(hand: Hand, account: str) -> str:
    return next(entry.session for entry in entries(hand.folder) if entry.account == account)


def written(hand: Hand, folder: Path, scope: Scope = OF_NURSE) -> Path:
    file = folder / "exposure.zip"
    bundle.write(file, hand.folder, expose(hand.folder, scope), SITE, {"exposure.pdf": b"%PDF"}, hand.tell)
    return file


def changed(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(file) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    change(files)
    forged = file.with_name("forged.zip")
    with zipfile.ZipFile(forged, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return forged


def proofs(files: dict[str, bytes]) -> list[str]:
    return sorted(name for name in files if name.startswith("proofs/"))


def test_r20_certain_is_what_keys_were_released_for_by_patient_data_time_and_route(hand: Hand) -> None:
    found = expose(hand.folder, OF_NURSE)
    [a, b] = found.patients
    assert (a.patient, a.times, a.routes) == (A, 2, (Action.LIST, Action.READ))
    assert a.compartments == (Compartment.IDENTITY, Compartment.CLINICAL)
    assert (b.patient, b.times, b.compartments) == (B, 1, (Compartment.IDENTITY,))
    assert a.first < a.last
    assert found.attempts == 1


def test_r20_a_refusal_exposes_nobody(hand: Hand) -> None:
    found = expose(hand.folder, OF_NURSE)
    assert C not in {one.patient for one in (*found.patients, *found.possibly)}


def test_r20_what_another_account_was_shown_at_the_same_desk_is_possible_and_says_why(hand: Hand) -> None:
    found = expose(hand.folder, OF_NURSE)
    assert [(one.entry.patient, one.why) for one in found.possible] == [(D, Why.WORKSTATION)]
    assert [one.patient for one in found.possibly] == [D]


def test_r20_what_another_account_was_shown_elsewhere_or_at_another_hour_is_not_possible(hand: Hand) -> None:
    hand.read([C], by=OTHER)  # after the session's last access
    hand.sign()
    assert C not in {one.entry.patient for one in expose(hand.folder, OF_NURSE).possible}


def test_r20_a_session_outside_the_span_is_possible_inside_certain(hand: Hand) -> None:
    whole = expose(hand.folder, Scope(sessions=(session_of(hand, "nurse.one"),)))
    assert {one.patient for one in whole.patients} == {A, B}
    begin = whole.certain[-1].at
    late = expose(hand.folder, Scope(sessions=(session_of(hand, "nurse.one"),), since=begin))
    assert [one.patient for one in late.patients] == [A]
    assert {(one.entry.patient, one.why) for one in late.possible} == {(A, Why.SESSION), (B, Why.SESSION)}


def test_r20_a_span_alone_is_everybodys(hand: Hand) -> None:
    first = next(entries(hand.folder)).at
    found = expose(hand.folder, Scope(since=first))
    assert {one.patient for one in found.patients} == {A, B, D}
    assert found.possible == ()


def test_r20_several_accounts_and_sessions_are_one_case_and_no_access_counts_twice(hand: Hand) -> None:
    both = Scope(accounts=("nurse.one", "nurse.two"), sessions=(session_of(hand, "nurse.one"),))
    found = expose(hand.folder, both)
    assert len(found.certain) == len({entry.seq for entry in found.certain}) == 4
    assert found.possible == ()


def test_r20_the_list_equals_what_reading_every_line_gives(hand: Hand) -> None:
    plain = exposure(hand.folder, account="nurse.one")
    assert [(one.patient, one.times) for one in plain] == [
        (one.patient, one.times) for one in expose(hand.folder, OF_NURSE).patients
    ]


@pytest.mark.parametrize("scope", [Scope(), Scope(accounts=())])
def test_a_question_that_asks_for_nothing_is_refused(hand: Hand, scope: Scope) -> None:
    with pytest.raises(BadInputError):
        expose(hand.folder, scope)


@pytest.mark.parametrize("scope", [Scope(accounts=("nurse.one", "nurse.won")), Scope(sessions=("0" * 32,))])
def test_r20_a_name_that_the_trace_does_not_know_is_refused_and_never_read_as_nobody(hand: Hand, scope: Scope) -> None:
    with pytest.raises(BadInputError, match="knows no"):
        expose(hand.folder, scope)


@pytest.mark.parametrize("ref", ["", "c" * 31, "C" * 32, "Patient/" + "c" * 32, "x"])
def test_r22_a_slip_of_the_pen_is_never_said_to_be_absent(hand: Hand, ref: str) -> None:
    with pytest.raises(BadInputError):
        absent(hand.folder, ref, Span())


def test_a_span_without_zone_or_the_wrong_way_round_is_refused(hand: Hand) -> None:
    at = next(entries(hand.folder)).at
    for scope in (Scope(since=at.replace(tzinfo=None)), Scope(since=at, until=at - timedelta(seconds=1))):
        with pytest.raises(BadInputError):
            expose(hand.folder, scope)


def test_r21_a_stranger_checks_every_line_with_the_public_key_alone(hand: Hand, tmp_path: Path) -> None:
    file = written(hand, tmp_path)
    found = bundle.check_file(file, hand.vkey)
    assert (found.lines, found.certain, found.patients) == (4, 3, 2)
    with zipfile.ZipFile(file) as packed:
        assert {"exposure.fhir.json", "exposure.pdf", "key.vkey"} <= set(packed.namelist())


def change_a_line(files: dict[str, bytes]) -> None:
    files["accesses.csv"] = files["accesses.csv"].replace(A.encode(), D.encode(), 1)


def take_a_line_out(files: dict[str, bytes]) -> None:
    lines = files["accesses.csv"].split(b"\r\n")
    files["accesses.csv"] = b"\r\n".join(lines[:1] + lines[2:])


def take_a_line_and_its_proof_out(files: dict[str, bytes]) -> None:
    take_a_line_out(files)
    del files[proofs(files)[0]]


def add_a_line(files: dict[str, bytes]) -> None:
    lines = files["accesses.csv"].split(b"\r\n")
    files["accesses.csv"] = b"\r\n".join([*lines[:-1], lines[1].replace(b"certain", b"possible"), b""])


def exchange_two_proofs(files: dict[str, bytes]) -> None:
    first, second, *_ = proofs(files)
    files[first], files[second] = files[second], files[first]


def break_a_proof(files: dict[str, bytes]) -> None:
    name = proofs(files)[0]
    files[name] = files[name].replace(b"index ", b"index 1", 1)


def take_the_seal_of_another_entry(files: dict[str, bytes]) -> None:
    files["list.tlog-proof"] = files[proofs(files)[0]]


@pytest.mark.parametrize(
    "change",
    [
        change_a_line,
        take_a_line_out,
        take_a_line_and_its_proof_out,
        add_a_line,
        exchange_two_proofs,
        break_a_proof,
        take_the_seal_of_another_entry,
    ],
)
def test_r21_a_list_that_was_changed_is_not_proven(
    hand: Hand, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    forged = changed(written(hand, tmp_path), change)
    with pytest.raises(NotProvenError):
        bundle.check_file(forged, hand.vkey)


def test_r21_a_list_under_another_key_is_not_proven(hand: Hand, tmp_path: Path) -> None:
    other = Hand(tmp_path / "other")
    with pytest.raises(NotProvenError):
        bundle.check_file(written(hand, tmp_path), other.vkey)
    other.desk.trace.close()


@pytest.mark.parametrize("name", ["accesses.csv", "head.note", "list.tlog-proof"])
def test_r21_a_file_that_lacks_a_part_is_refused(hand: Hand, tmp_path: Path, name: str) -> None:
    def without(files: dict[str, bytes]) -> None:
        del files[name]

    forged = changed(written(hand, tmp_path), without)
    with pytest.raises(BadInputError):
        bundle.check_file(forged, hand.vkey)


def test_r21_a_file_is_never_overwritten(hand: Hand, tmp_path: Path) -> None:
    written(hand, tmp_path)
    with pytest.raises(BadInputError, match="exists"):
        written(hand, tmp_path)


def test_r22_a_patient_nobody_opened_is_proven_absent(hand: Hand) -> None:
    found = absent(hand.folder, C, Span())
    assert (found.opened, found.attempts) == (0, 1)
    assert found.read == found.signed.size > 0
    last = list(entries(hand.folder))[-1]
    assert found.covered_until == last.at


def test_r22_a_patient_who_was_opened_is_never_said_to_be_absent(hand: Hand) -> None:
    with pytest.raises(RefusedError, match="2 times"):
        absent(hand.folder, A, Span())
    assert absent(hand.folder, A, Span(), ("nurse.two",)).opened == 0


def test_r22_nothing_is_said_from_a_trace_that_was_changed(hand: Hand) -> None:
    path = next((hand.folder / "trace").glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(A.encode(), B.encode()))
    with pytest.raises(NotProvenError):
        absent(hand.folder, A, Span())


def test_r22_nothing_is_said_while_an_entry_has_no_signed_head(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "WAIT_SECONDS", 0.2)
    hand.read([C])
    with pytest.raises(BrokenWorldError):
        absent(hand.folder, C, Span())
    hand.sign()
    with pytest.raises(RefusedError):
        absent(hand.folder, C, Span())


def test_r23_a_list_names_nobody_in_any_form(hand: Hand) -> None:
    found = expose(hand.folder, OF_NURSE)
    columns = as_csv(found).splitlines()[0]
    assert not {"name", "ipp", "ins", "birth"} & set(columns.split(","))
    text = json.dumps(as_bundle(found, SITE))
    assert "display_name" not in text
    assert '"name"' not in text


def test_the_csv_tells_times_data_and_route_of_each_access(hand: Hand) -> None:
    found = expose(hand.folder, OF_NURSE)
    lines = list(csv.DictReader(io.StringIO(as_csv(found), newline="")))
    assert [line["kind"] for line in lines] == ["certain"] * 3 + ["possible"]
    assert lines[2]["route"] == "list"
    assert lines[2]["compartments"] == "identity clinical"
    assert lines[0]["time"].endswith("Z")


def test_a_cell_is_never_a_formula(hand: Hand) -> None:
    hand.read([B], by=type(NURSE)(account="nurse.one", profession="nurse", session="s", workstation='=cmd|"x"'))
    [entry] = [entry for entry in entries(hand.folder) if entry.workstation.startswith("=")]
    assert '\'=cmd|"x"' in row(entry, "certain", "")


def test_the_bundle_is_valid_fhir_and_lists_each_patient_once(hand: Hand) -> None:
    made = as_bundle(expose(hand.folder, OF_NURSE), SITE)
    Bundle.model_validate(made)
    [listed, *events] = [entry["resource"] for entry in made["entry"]]
    assert [one["item"]["reference"] for one in listed["entry"]] == [f"Patient/{A}", f"Patient/{B}"]
    assert [event["meta"]["tag"][0]["code"] for event in events] == ["certain"] * 3 + ["possible"]


def test_an_exposure_of_nobody_is_a_valid_list_too(hand: Hand) -> None:
    found = expose(hand.folder, Scope(accounts=("nurse.one",), since=datetime(2090, 1, 1, tzinfo=UTC)))
    assert found.patients == []
    Bundle.model_validate(as_bundle(found, SITE))
    assert as_pdf(found, "fr", "Europe/Paris", "Clinique des Tests")[:4] == b"%PDF"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pdf_is_the_same_bytes_each_time(hand: Hand, language: str) -> None:
    found: Exposure = expose(hand.folder, OF_NURSE)
    at = found.certain[0].at
    first, second = (as_pdf(found, language, "Europe/Paris", "Clinique des Tests", at) for _ in range(2))
    assert first == second
    assert first[:4] == b"%PDF"
