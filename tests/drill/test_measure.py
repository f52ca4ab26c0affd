"""Counting in bytes: a patient is seen however the name is written, and not seen where there is none."""

import base64
import html
import json
from pathlib import Path
from urllib.parse import quote

import pytest

import ecluse
from ecluse.core.words import Compartment
from ecluse.drill.markers import Markers
from ecluse.drill.measure import Haul

MARKERS = Markers(11, 758_912)
SOME = tuple(range(0, 758_912, 60_013))


def accented() -> int:
    return next(number for number in range(1000) if "é" in MARKERS.birth_name(number))


def without_accents(name: str) -> str:
    return name.replace("é", "e")


@pytest.mark.parametrize(
    "written",
    [
        lambda name: name,
        lambda name: name.upper(),
        lambda name: without_accents(name).upper(),
        lambda name: html.escape(f"<{name}>"),
        lambda name: "".join(f"&#{ord(letter)};" for letter in name),
        lambda name: "".join(f"&#x{ord(letter):x};" for letter in name),
        lambda name: name.replace("é", "&eacute;"),
        lambda name: json.dumps({"family": name}),
        lambda name: json.dumps(name.upper()),
        quote,
        lambda name: f"<mark>{name[:3]}</mark>{name[3:]}",
        lambda name: f"<span class='x'>{name[:3]}</span>{name[3:]}",
        lambda name: name.replace("é", "e\u0301"),
        lambda name: base64.b64encode(f"Madame {name}, née le 3 mai".encode()).decode(),
        lambda name: f"{name}-Dupont",
        lambda name: f"a,b;{name};c",
    ],
)
def test_a_name_is_found_however_it_is_written(written: object) -> None:
    assert callable(written)
    for number in (accented(), *SOME):
        body = f"x {written(MARKERS.birth_name(number))} y".encode()
        assert (number, Compartment.IDENTITY) in Haul(MARKERS).read(body)


@pytest.mark.parametrize("number", SOME)
def test_every_marker_gives_its_patient_and_its_compartment(number: int) -> None:
    read = Haul(MARKERS).read
    ins = MARKERS.ins(number)
    spaced = f"{ins[0]} {ins[1:3]} {ins[3:5]} {ins[5:7]} {ins[7:10]} {ins[10:13]} {ins[13:]}"
    for text in (MARKERS.birth_name(number), MARKERS.used_name(number), MARKERS.ipp(number), ins, spaced):
        assert read(text.encode()) == {(number, Compartment.IDENTITY)}
    assert read(MARKERS.relative_name(number).encode()) == {(number, Compartment.CONTACT)}
    for prefix, compartment in (
        ("ct", "contact"),
        ("mu", "coverage"),
        ("nda", "care"),
        ("mt", "care"),
        ("rx", "clinical"),
    ):
        code = MARKERS.code(prefix, number)
        for text in (code, code.lower(), f"{code}-3", f"{code.lower()}@courriel.example", f"({code})"):
            assert read(text.encode()) == {(number, Compartment(compartment))}


@pytest.mark.parametrize(
    "innocent",
    [
        "",
        "Bonjour, votre liste de travail est vide.",
        "RX-0000000 CT-aaaaaaa MU-1234567",
        "9000000000 1712345678 2024-05-01T10:00:00Z",
        "1 84 12 76451 089 46",
        "0192f0c1d2e3740f8a9b0c1d2e3f4a5b",
    ],
)
def test_what_names_nobody_is_not_counted(innocent: str) -> None:
    assert Haul(MARKERS).read(innocent.encode()) == set()


def test_a_code_with_one_letter_changed_is_nobody() -> None:
    code = MARKERS.code("rx", 5)
    changed = code[:-1] + ("a" if code[-1] != "a" else "b")
    assert Haul(MARKERS).read(changed.encode()) == set()


def test_a_patient_beyond_the_population_is_nobody() -> None:
    assert Haul(Markers(11, 100)).read(MARKERS.birth_name(100).encode()) == set()


def test_no_word_of_our_pages_is_taken_for_a_patient() -> None:
    everybody = Haul(Markers(11, 853_333))
    folder = Path(ecluse.__file__).parent
    for file in (path for kind in ("*.html", "*.po", "*.css", "*.js", "*.py") for path in folder.rglob(kind)):
        if not {"drill", "cli"} & set(file.relative_to(folder).parts):
            assert everybody.read(file.read_bytes()) == set(), file


def test_a_planted_leak_is_counted_once_and_under_its_route() -> None:
    haul = Haul(MARKERS)
    assert haul.take(b"nothing", "page") == set()
    haul.take(MARKERS.birth_name(7).encode(), "search")
    haul.take(MARKERS.code("rx", 7).encode(), "page")
    haul.take(MARKERS.ipp(8).encode(), "page")
    assert haul.patients == {7, 8}
    assert haul.by_route() == {"page": 1, "search": 1}
    assert haul.compartments() == {"identity": 2, "clinical": 1}


def test_an_answer_that_only_repeats_the_words_of_the_request_gives_nothing_away() -> None:
    name, ipp = MARKERS.birth_name(7), MARKERS.ipp(7)
    form = f"<input name='words' value='{name.upper()}'>".encode()
    assert Haul(MARKERS).take(form, "search", [name]) == set()
    shown = form + f"<td>{name}</td><td>{ipp}</td>".encode()
    assert Haul(MARKERS).take(shown, "search", [name]) == {(7, Compartment.IDENTITY)}
    assert Haul(MARKERS).take(form, "search") == {(7, Compartment.IDENTITY)}


def test_who_looks_at_the_loot_meanwhile_is_not_disturbed_by_what_is_added() -> None:
    haul = Haul(MARKERS)
    haul.take(MARKERS.birth_name(SOME[0]).encode(), "route")
    before, looking = haul.found, iter(haul.found)
    haul.take(MARKERS.birth_name(SOME[1]).encode(), "route")
    assert {patient for patient, _ in (next(looking), *looking)} == {SOME[0]}
    assert (len(before), haul.patients) == (1, {SOME[0], SOME[1]})
