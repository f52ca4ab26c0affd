"""Relations between patients and staff, from keyed hashes."""

from datetime import date

import pyarrow as pa
import pytest

from ecluse.core.events import PatientFacts, Person
from ecluse.watch import people

KEY = b"k" * 32
BORN = date(1980, 5, 6)
NURSE = Person("n.one", "nurse", family="Durand-Zéphyr", given="Ysé", birth=BORN, postal="3 rue X, 99999", phone="0199")


def relations(*everybody: Person | PatientFacts) -> list[tuple[str, str, str]]:
    rows = people.marks(people.rows(everybody, KEY)).to_pylist()
    return [(row["account"], row["patient"], row["relation"]) for row in rows]


def test_a_person_who_is_a_patient_is_self_and_to_others_a_colleague() -> None:
    found = relations(NURSE, PatientFacts("p1", "DURAND ZEPHYR", "yse", BORN, postal="3, rue X 99999"))
    assert found == [("", "p1", "colleague"), ("n.one", "p1", "self")]


def test_name_address_and_telephone_relate_each_by_itself() -> None:
    patients = (
        PatientFacts("p1", "Durand Zéphyr", "Ana", BORN),
        PatientFacts("p2", "Other", "Ana", postal="3 RUE X 99999"),
        PatientFacts("p3", "Other", "Ana", phone="01 99"),
        PatientFacts("p4", "Other", "Ysé", BORN),
    )
    assert relations(NURSE, *patients) == [
        ("n.one", "p1", "same-name"),
        ("n.one", "p2", "same-address"),
        ("n.one", "p3", "same-phone"),
    ]


def test_what_is_unknown_relates_nobody() -> None:
    assert relations(Person("n.one"), PatientFacts("p1"), PatientFacts("p2", "Durand")) == []


def test_a_name_many_patients_bear_relates_nobody() -> None:
    many = [PatientFacts(f"p{n}", "Durand-Zéphyr") for n in range(people.COMMON + 1)]
    assert relations(NURSE, *many) == []
    assert len(relations(NURSE, *many[1:])) == people.COMMON


def test_a_well_known_patient_is_so_to_everybody() -> None:
    assert relations(PatientFacts("p1", vip=True)) == [("", "p1", "well-known")]


@pytest.mark.parametrize("word", ["Durand", "0199", "rue"])
def test_k6_only_hashes_leave(word: str) -> None:
    rows = people.rows([NURSE], KEY)
    assert word not in str(rows.to_pylist())


def test_k6_another_key_gives_other_hashes() -> None:
    one, two = (people.rows([NURSE], key).to_pylist()[0] for key in (KEY, b"other"))
    assert {one[name] == two[name] for name in ("family", "whole", "postal", "phone")} == {False}


def test_the_same_word_in_another_place_has_another_hash() -> None:
    assert people.keyed(KEY, "family", "x") != people.keyed(KEY, "postal", "x")


def test_an_alias_leads_to_its_account() -> None:
    rows = people.aliases([Person("n.one", known_as=("17", "n.one", "N1")), Person("n.two", known_as=("18",))])
    assert rows.to_pylist() == [
        {"alias": "17", "account": "n.one"},
        {"alias": "18", "account": "n.two"},
        {"alias": "N1", "account": "n.one"},
    ]


def test_nobody_is_an_empty_table() -> None:
    assert people.marks(people.PEOPLE.empty_table()).num_rows == 0
    assert isinstance(people.staff([]), pa.RecordBatch)
