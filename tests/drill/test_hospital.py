"""The synthetic hospital is repeatable, plainly invented, and every patient of it can be recognised."""

import datetime as dt
import gzip
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ecluse.accounts import staff_list
from ecluse.core.words import Compartment, Profession
from ecluse.drill import files
from ecluse.drill.cast import ALWAYS_SEES_NOTHING, FAMILY, GIVEN
from ecluse.drill.files import World
from ecluse.drill.hospital import ALLERGIES, DIAGNOSES, DRUGS, Hospital
from ecluse.drill.markers import NOWHERE, TEST_OID, Markers
from ecluse.drill.measure import Haul, plain
from ecluse.drill.names import FEMALE, MALE
from ecluse.drill.patients import MUTUELLES, STREETS, TOWN_DOCTORS, TOWNS
from ecluse.drill.professions.catalogue import BY_PROFESSION, TRADES
from ecluse.record.fhir_types import PATIENT_TYPES, split

NOW = dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def hospital() -> Hospital:
    return Hospital(patients=600, seed=7, now=NOW)


def dumped(hospital: Hospital, number: int) -> bytes:
    return msgspec.json.encode(hospital.bundle(number))


def test_the_same_seed_gives_the_same_hospital_in_any_order(hospital: Hospital) -> None:
    again = Hospital(patients=600, seed=7, now=NOW)
    backwards = [dumped(again, number) for number in reversed(range(600))]
    assert [dumped(hospital, number) for number in range(600)] == backwards[::-1]
    assert files.people(hospital) == files.people(again)


def test_another_seed_gives_other_people(hospital: Hospital) -> None:
    other = Hospital(patients=600, seed=8, now=NOW)
    assert not {hospital.facts(n).birth_name for n in range(600)} & {other.facts(n).birth_name for n in range(600)}


def test_everybody_has_six_to_a_dozen_resources(hospital: Hospital) -> None:
    sizes = Counter(len(hospital.bundle(number)) for number in range(600))
    assert min(sizes) >= 6
    assert sum(count for size, count in sizes.items() if size > 14) < 10


def test_names_numbers_and_codes_are_given_once_in_758912_patients() -> None:
    markers = Markers(3, 758_912)
    some = range(0, 758_912, 40)
    for made in (markers.birth_name, markers.used_name, markers.relative_name, markers.ipp, markers.ins):
        assert len({made(number) for number in some}) == len(some)
    assert len({markers.birth_name(n) for n in some} & {markers.used_name(n) for n in some}) == 0


def test_the_ins_has_the_right_key_a_test_oid_and_no_place_of_birth(hospital: Hospital) -> None:
    for number in range(100):
        patient = hospital.bundle(number)[0]
        ins = next(one for one in patient["identifier"] if one["system"] == f"urn:oid:{TEST_OID}")["value"]
        assert re.fullmatch(r"[12]\d\d(0[1-9]|1[0-2])" + NOWHERE + r"\d{5}", ins)
        assert int(ins[13:]) == 97 - int(ins[:13]) % 97
        assert ins[0] == ("2" if patient["gender"] == "female" else "1")
        assert ins[1:5] == patient["birthDate"][2:4] + patient["birthDate"][5:7]


def test_phones_are_kept_for_fiction_and_addresses_of_the_net_lead_nowhere(hospital: Hospital) -> None:
    for number in range(100):
        facts = hospital.facts(number)
        assert re.fullmatch(r"01 99 00 \d\d \d\d", facts.phone)
        assert re.fullmatch(r"06 39 98 \d\d \d\d", facts.mobile)
        assert facts.email.endswith(".example")


def test_each_resource_gives_away_exactly_the_compartments_the_record_files_it_under(hospital: Hospital) -> None:
    for number in range(150):
        for resource in hospital.bundle(number):
            for compartment, body in split(resource["resourceType"], resource).items():
                body.pop("beneficiary", None)
                found = Haul(hospital.markers).read(msgspec.json.encode(body))
                assert found == {(number, compartment)}, resource


def test_the_record_knows_every_type_the_hospital_makes(hospital: Hospital) -> None:
    kinds = {resource["resourceType"] for number in range(600) for resource in hospital.bundle(number)}
    assert kinds <= set(PATIENT_TYPES)
    assert {PATIENT_TYPES[kind] for kind in kinds} | {Compartment.CONTACT} == set(Compartment)


def test_a_ward_has_as_many_patients_as_beds_and_nobody_lies_in_two(hospital: Hospital) -> None:
    present = hospital.activity.present
    assert len({stay.patient for stay in present}) == len(present) > 30
    for stays in hospital.activity.stays.values():
        for first, second in pairwise(stays):
            assert first.end is not None
            assert first.end <= second.start


def test_the_work_of_a_ward_does_not_grow_with_the_base() -> None:
    small, large = (Hospital(patients=n, seed=7, now=NOW).activity for n in (20_000, 700_000))
    assert abs(len(small.present) - len(large.present)) < 12


def test_some_patients_died_and_have_their_certificate(hospital: Hospital) -> None:
    dead = [found for n in range(600) if "deceasedDateTime" in (found := hospital.bundle(n))[0]]
    assert len(dead) > 5
    for bundle in dead:
        assert any(
            resource.get("type", {}).get("text") == "Certificat de décès"
            for resource in bundle
            if "type" in resource and isinstance(resource["type"], dict)
        )


def test_mutuelle_periods_follow_each_other_and_the_last_is_open(hospital: Hospital) -> None:
    for number in range(200):
        covers = hospital.facts(number).covers
        assert 1 <= len(covers) <= 3
        assert covers[-1].end is None
        assert all(first.end and first.end < second.start for first, second in pairwise(covers))


def test_the_staff_has_every_profession_a_fixed_cast_and_sixty_people(hospital: Hospital) -> None:
    assert len(hospital.members) == 60
    assert {member.profession for member in hospital.members} == set(BY_PROFESSION)
    for one in ("username", "rpps", "totp"):
        assert len({getattr(member, one) for member in hospital.members}) == 60
    for trade in TRADES:
        assert hospital.first(trade.profession).username == trade.login
    assert hospital.member(ALWAYS_SEES_NOTHING).profession is Profession.IT_ADMINISTRATOR


@pytest.mark.parametrize("staff", [18, 25, 60, 200])
def test_any_size_of_staff_has_every_profession(staff: int) -> None:
    members = Hospital(patients=100, staff=staff, now=NOW).members
    assert len(members) == staff
    assert {member.profession for member in members} == set(BY_PROFESSION)


def test_every_line_of_the_staff_list_can_be_loaded(hospital: Hospital) -> None:
    good, rejects = staff_list.read(msgspec.json.encode(files.people(hospital)), demo=True)
    assert rejects == []
    assert len(good) == 60
    kinds = {unit.code: unit.kind for _, row in good for unit in row.units if not isinstance(unit, str)}
    assert {kinds["ADM"], kinds["DIM"], kinds["FACT"]} == {"admissions", "coding", "billing"}


def test_no_word_that_patients_share_is_taken_for_a_patient(hospital: Hospital) -> None:
    shared = [*GIVEN, *FAMILY, *FEMALE, *MALE, *STREETS, *MUTUELLES, *TOWN_DOCTORS, *(town for _, town in TOWNS)]
    shared += [coded.text for coded in (*DRUGS, *DIAGNOSES, *ALLERGIES)]
    shared += [unit.name for unit in hospital.units] + [member.name for member in hospital.members]
    everybody = Markers(7, 853_333)
    assert everybody.find(plain(" / ".join(shared))) == set()


def test_the_files_hold_the_directory_the_patients_and_the_way_back(hospital: Hospital, tmp_path: Path) -> None:
    told: list[int] = []
    files.write(hospital, tmp_path, told.append)
    assert told == [600]
    assert files.read(tmp_path) == World(600, 60, 6, 30, 7, NOW.replace(minute=0))
    assert (tmp_path / "staff.json").stat().st_mode & 0o777 == 0o600
    names = sorted(file.name for file in (tmp_path / "fhir").iterdir())
    assert names == ["00-directory.ndjson.gz", "10-patients-0001.ndjson.gz"]
    text = gzip.decompress((tmp_path / "fhir" / names[1]).read_bytes())
    lines: list[dict[str, Any]] = [msgspec.json.decode(line) for line in text.splitlines()]
    assert sum(line["resourceType"] == "Patient" for line in lines) == 600
    assert files.read(tmp_path).hospital().bundle(5) == hospital.bundle(5)
