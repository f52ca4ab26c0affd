"""Resources in words: what is missing stays empty, what is odd is shown as it is, nothing makes a page fail."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from ecluse.record.pages import words
from ecluse.record.pages.contacting import with_address, with_line
from ecluse.record.pages.entries import SHOWN, entries
from ecluse.record.pages.identity import contacts, covers, identity, in_groups


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("", "", ""),
        (None, "", ""),
        ("1984", "1984", "1984"),
        ("1984-05", "May 1984", "05/1984"),
        ("1984-05-01", "1 May 1984", "01/05/1984"),
        ("1984-05-01T23:30:00Z", "2 May 1984", "02/05/1984"),
        ("1984-99-01", "1984-99-01", "1984-99-01"),
        ("long ago", "long ago", "long ago"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(text: str | None, english: str, french: str) -> None:
    with override("en"):
        assert words.day(text) == english
    with override("fr"):
        assert words.day(text) == french


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        ({"value": Decimal("37.20"), "unit": "°C"}, "37.20 °C", "37,20 °C"),
        ({"value": Decimal("37.11021100218293"), "unit": "Cel"}, "37.11 Cel", "37,11 Cel"),
        ({"value": 5, "unit": "mg"}, "5 mg", "5 mg"),
        ({"value": Decimal("0.1"), "comparator": "<"}, "<0.1", "<0,1"),
        ({"unit": "mg"}, "", ""),
        (None, "", ""),
    ],
)
def test_a_quantity_keeps_its_digits_and_takes_the_comma_of_the_language(
    value: dict[str, Any] | None, english: str, french: str
) -> None:
    with override("en"):
        assert words.quantity(value) == english
    with override("fr"):
        assert words.quantity(value) == french


@pytest.mark.parametrize("kind", sorted(SHOWN))
def test_an_almost_empty_resource_of_any_type_is_a_line(kind: str) -> None:
    [entry] = entries([{"resourceType": kind, "id": "a-1"}], {})[kind]
    assert entry.id == "a-1"


def test_what_was_entered_in_error_is_not_shown() -> None:
    wrong = {"resourceType": "MedicationRequest", "id": "a-1", "status": "entered-in-error"}
    assert entries([wrong], {})["MedicationRequest"] == []


def test_what_has_ended_comes_after_what_has_not() -> None:
    told = [
        {"resourceType": "MedicationRequest", "id": "a-1", "status": "completed", "authoredOn": "2026-05-01"},
        {"resourceType": "MedicationRequest", "id": "a-2", "status": "active", "authoredOn": "2020-01-01"},
        {"resourceType": "MedicationRequest", "id": "a-3", "status": "active", "authoredOn": "2024-01-01"},
    ]
    assert [one.id for one in entries(told, {})["MedicationRequest"]] == ["a-3", "a-2", "a-1"]


def test_a_type_that_is_not_listed_is_not_shown() -> None:
    assert not any(entries([{"resourceType": "Claim", "id": "a-1"}], {}).values())


def test_a_file_kept_elsewhere_is_no_link_of_ours() -> None:
    told = {
        "resourceType": "DocumentReference",
        "id": "a-1",
        "content": [
            {"attachment": {"url": "https://elsewhere.example/x"}},
            {"attachment": {"url": "Binary/abc-7", "title": "t"}},
        ],
    }
    assert entries([told], {})["DocumentReference"][0].files == (("7", "t"),)


def test_a_patient_without_anything_is_still_somebody() -> None:
    nobody = identity({"resourceType": "Patient", "id": "a"})
    assert (nobody.name, nobody.age, nobody.ins, nobody.dead) == ("", None, "", False)


def test_the_birth_name_and_the_used_name_are_told_apart() -> None:
    told = identity(
        {
            "name": [
                {"use": "usual", "family": "Bernard", "given": ["Jeanne"]},
                {"use": "official", "family": "Duval", "given": ["Jeanne", "Marie"]},
            ]
        }
    )
    assert (told.birth_name, told.used_name, told.given, told.other_given) == ("DUVAL", "BERNARD", "Jeanne", "Marie")


def test_an_ins_is_printed_in_groups() -> None:
    assert in_groups("185057800604822") == "1 85 05 78 006 048 22"
    assert in_groups("") == ""


def test_the_history_of_coverage_is_told_newest_first() -> None:
    told = covers([{"period": {"start": "2016"}}, {"status": "active", "period": {"start": "2023"}}], {})
    assert [one.active for one in told] == [True, False]


def test_contacts_of_any_shape_are_lines() -> None:
    told = contacts({"contact": [{}], "telecom": [{}], "address": [{"text": "somewhere"}]}, [{"name": [{"text": "N"}]}])
    assert told.addresses == [["somewhere"]]
    assert told.people == [("N", "", "")]


def test_an_emptied_field_takes_its_line_away_and_no_other() -> None:
    lines = [
        {"system": "phone", "use": "mobile", "value": "1"},
        {"system": "phone", "use": "work", "value": "2"},
        {"system": "fax", "value": "3"},
    ]
    assert with_line(lines, "phone", "mobile", "") == lines[1:]
    assert with_line(lines, "phone", "home", "9")[1] == {"system": "phone", "use": "work", "value": "9"}
    assert with_line(lines, "email", "", "a@b.example")[-1] == {"system": "email", "value": "a@b.example"}


def test_an_emptied_address_goes_and_the_second_stays() -> None:
    said = {"line": "", "postcode": "", "city": ""}
    assert with_address([{"city": "A"}, {"city": "B"}], said) == [{"city": "B"}]
    assert with_address([], said | {"city": "C"}) == [{"use": "home", "city": "C"}]
