"""Letters: everybody once or by hand, only their own data, from proven lists and exports made for them."""

import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typst
from tests.aftermath.conftest import SITE, A, B, Hand
from tests.aftermath.test_notices import SETTINGS, facts
from tests.api.conftest import World
from tests.export.conftest import Dpo, Recipient, dpo, recipient

from ecluse.core.errors import BadInputError, NotProvenError
from ecluse.core.words import Compartment, Decision, Purpose
from ecluse.record import export
from ecluse.respond import typeset
from ecluse.respond.exposure import bundle
from ecluse.respond.exposure.finding import expose
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.letters import inputs, making
from ecluse.respond.letters.people import people, person
from ecluse.respond.letters.sorting import Apart, Post, sort
from ecluse.respond.letters.texts import WATCH
from ecluse.respond.notices.base import From
from ecluse.respond.notices.catalogue import NOTICES
from ecluse.respond.notices.drafting import fill
from ecluse.respond.notices.drafting_shape import Draft
from ecluse.respond.words import DATA
from ecluse.safe.protocol import Who

__all__ = ["dpo", "recipient"]
TODAY = dt.date(2026, 11, 28)
AT = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
IDENTITY = (Compartment.IDENTITY,)
Change = Callable[[dict[str, Any]], None]


def patient(ref: str, **more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Patient",
        "id": ref,
        "name": [{"use": "official", "family": f"Essai-{ref[:4]}", "given": ["Camille", "Dominique"]}],
        "birthDate": "1984-05-01",
        "address": [{"line": ["1 rue de l’Essai"], "postalCode": "99999", "city": "Testville", "country": "FR"}],
    }
    return {key: value for key, value in (made | more).items() if value is not None}


def exported(*patients: dict[str, Any], purpose: str = "HLEGAL") -> list[bytes]:
    said = {"export": "7", "purpose": purpose}
    heading = {"resourceType": "Parameters", "parameter": [{"name": k, "valueString": v} for k, v in said.items()]}
    return [json.dumps(one).encode() for one in (heading, *patients)]


def draft(language: str = "fr", patients: int = 2) -> Draft:
    notice = NOTICES["people"]
    told = facts(settings=SETTINGS, patients=patients)
    said = {field.key: f"Texte de {field.key}." for field in notice.fields if field.source is From.PERSON}
    fields = tuple(fill(field, told, said, language) for field in notice.fields)
    clock = msgspec.convert(
        {"started": None, "deadline": None, "left": None, "late": False, "said": "", "basis": ""},
        Draft.__annotations__["clock"],
    )
    return Draft("2026-001", "people", language, "", (), "", "", fields, (), clock, (), told)


def sorted_(*patients: dict[str, Any], data: tuple[Compartment, ...] = IDENTITY, **more: Any) -> Post:
    exposed = {one["id"]: data for one in patients} | more.pop("exposed", {})
    return sort(exposed, people(exported(*patients)), TODAY, "fr", **more)


def words_of(post: Post, language: str = "fr") -> list[str]:
    """Return the words on each page, as a reader sees them."""
    values = making.batch(post.letters, draft(language), AT)
    data = json.dumps(values)
    pages = typst.compile(
        typeset.TEMPLATES / "letters.typ", root=typeset.TEMPLATES, sys_inputs={"data": data}, format="svg"
    )
    assert pages
    return [json.dumps(one, ensure_ascii=False) for one in values["letters"]]


# R40


def test_r40_everybody_gets_one_letter_or_is_apart_and_nobody_twice() -> None:
    some = [patient(f"{n:032x}") for n in range(50)]
    some[3] = patient(some[3]["id"], deceasedBoolean=True)
    some[4] = patient(some[4]["id"], address=None)
    lost = f"{99:032x}"
    post = sort({one["id"]: IDENTITY for one in some} | {lost: IDENTITY}, people(exported(*some, some[0])), TODAY, "fr")
    written = [letter.person.ref for letter in post.letters]
    assert len(written) == len(set(written)) == 48
    assert set(written) | set(post.apart) == {one["id"] for one in some} | {lost}
    assert set(written) & set(post.apart) == set()
    assert post.apart[lost] is Apart.NOT_EXPORTED


def test_r40_somebody_who_is_not_on_the_list_stops_everything() -> None:
    with pytest.raises(BadInputError, match="not on the list"):
        sort({A: IDENTITY}, people(exported(patient(A), patient(B))), TODAY, "fr")


def test_r40_the_index_says_where_each_letter_is(tmp_path: Path) -> None:
    languages = [None, [{"language": {"coding": [{"code": "en"}]}, "preferred": True}]]
    post = sorted_(*(patient(f"{n:032x}", communication=languages[n % 2]) for n in range(5)))
    made = making.make(tmp_path / "letters", post, {"fr": draft(), "en": draft("en")}, AT, each=2)
    assert (made.letters, made.files) == (5, 3)
    with (tmp_path / "letters" / "index.csv").open(newline="") as opened:
        lines = list(csv.DictReader(opened))
    assert sorted(line["patient"] for line in lines) == [f"{n:032x}" for n in range(5)]
    assert len({(line["file"], line["letter"]) for line in lines}) == 5
    assert {line["file"] for line in lines} == {file.name for file in (tmp_path / "letters").glob("*.pdf")}


def test_one_pdf_each_when_asked(tmp_path: Path) -> None:
    post = sorted_(patient(A), patient(B))
    assert making.make(tmp_path / "letters", post, {"fr": draft()}, AT, each=1).files == 2


# R41


@pytest.mark.parametrize("shown", list(Compartment))
def test_r41_a_letter_names_the_data_exposed_and_no_other(shown: Compartment) -> None:
    post = sorted_(patient(A), data=(shown,))
    [page] = words_of(post)
    for word in Compartment:
        assert (DATA[word].fr in page) == (word is shown)
        assert (WATCH[word].fr in page) == (word is shown)


def test_r41_each_patient_has_their_own_categories() -> None:
    post = sort(
        {A: (Compartment.IDENTITY,), B: (Compartment.CLINICAL,)}, people(exported(patient(A), patient(B))), TODAY, "fr"
    )
    assert [letter.data for letter in post.letters] == [(Compartment.IDENTITY,), (Compartment.CLINICAL,)]


# R42


def dead(one: dict[str, Any]) -> None:
    one["deceasedDateTime"] = "2026-01-01"


def protected(one: dict[str, Any]) -> None:
    code = {"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "GUARD"}
    one["contact"] = [{"relationship": [{"coding": [code]}]}]


def nowhere(one: dict[str, Any]) -> None:
    one["address"] = [{"text": "sans domicile"}]


def moved(one: dict[str, Any]) -> None:
    one["address"][0]["use"] = "old"


def nameless(one: dict[str, Any]) -> None:
    one["name"] = []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (dead, Apart.DEAD),
        (protected, Apart.GUARDIAN),
        (nowhere, Apart.NO_ADDRESS),
        (moved, Apart.NO_ADDRESS),
        (nameless, Apart.NO_ADDRESS),
    ],
)
def test_r42_who_must_be_told_by_a_person_gets_no_letter_by_machine(change: Change, why: Apart) -> None:
    one = patient(A)
    change(one)
    post = sorted_(one)
    assert post.letters == ()
    assert post.apart == {A: why}


@pytest.mark.parametrize(
    ("born", "parents"), [("2026-11-28", True), ("2008-11-29", True), ("2008-11-28", False), (None, False)]
)
def test_r42_a_minors_letter_goes_to_those_who_have_authority(born: str | None, parents: bool) -> None:
    [letter] = sorted_(patient(A, birthDate=born)).letters
    assert letter.parents is parents
    [page] = words_of(sorted_(patient(A, birthDate=born)))
    assert ("autorité parentale" in page) is parents


def test_a_letter_is_in_the_language_the_patient_prefers_when_it_is_one_of_ours() -> None:
    english = [{"language": {"coding": [{"code": "en-GB"}]}, "preferred": True}]
    breton = [{"language": {"coding": [{"code": "br"}]}, "preferred": True}]
    post = sorted_(patient(A, communication=english), patient(B, communication=breton))
    assert [letter.language for letter in post.letters] == ["en", "fr"]
    only = sort({A: IDENTITY}, people(exported(patient(A, communication=english))), TODAY, "fr", only="fr")
    assert only.letters[0].language == "fr"


def test_the_name_in_use_and_the_address_in_use_are_taken() -> None:
    names = [{"use": "official", "family": "Naissance", "given": ["Anne"]}, {"use": "usual", "family": "Usage",
             "given": ["Anne", "Marie"]}]  # fmt: skip
    abroad = [{"use": "old", "city": "Ailleurs"}, {"line": ["2 Test Street"], "city": "Testtown", "country": "IE"}]
    found = person(patient(A, name=names, address=abroad))
    assert (found.name, found.address) == ("Anne Usage", ("2 Test Street", "Testtown", "IE"))


# R43


@pytest.mark.parametrize("purpose", ["TREAT", "HOPERAT", "PATRQT", ""])
def test_r43_an_export_made_for_anything_else_is_refused(purpose: str) -> None:
    with pytest.raises(BadInputError, match="not for a legal duty"):
        list(people(exported(patient(A), purpose=purpose)))


@pytest.mark.parametrize("lines", [[], [b"{}"], [b'{"resourceType":"Patient"}']])
def test_r43_what_is_no_export_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(BadInputError):
        list(people(lines))


def test_r43_the_list_must_be_proven(hand: Hand, tmp_path: Path) -> None:
    file = tmp_path / "exposure.zip"
    found = expose(hand.folder, Scope(accounts=("nurse.one",)))
    bundle.write(file, hand.folder, found, SITE, {}, hand.tell)
    assert inputs.exposed(file, hand.vkey) == {
        A: (Compartment.IDENTITY, Compartment.CLINICAL),
        B: (Compartment.IDENTITY,),
    }
    other = Hand(tmp_path / "other")
    with pytest.raises(NotProvenError):
        inputs.exposed(file, other.vkey)
    other.desk.trace.close()


def test_r43_the_notice_must_be_finished_and_speak_of_the_same_people(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    for wrong in (
        draft(patients=3),
        msgspec.structs.replace(draft(), missing=("plain",)),
        msgspec.structs.replace(draft(), notice="register"),
    ):
        file.write_bytes(msgspec.json.encode(wrong))
        with pytest.raises(BadInputError):
            inputs.notices([file], 2)
    file.write_bytes(b"{}")
    with pytest.raises(BadInputError):
        inputs.notices([file], 2)
    file.write_bytes(msgspec.json.encode(draft()))
    assert inputs.notices([file], 2).keys() == {"fr"}


def test_r43_everything_written_is_for_its_owner_alone_and_nothing_is_overwritten(tmp_path: Path) -> None:
    post = sorted_(patient(A))
    making.make(tmp_path / "letters", post, {"fr": draft()}, AT)
    for path in [tmp_path / "letters", *(tmp_path / "letters").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInputError):
        making.make(tmp_path / "letters", post, {"fr": draft()}, AT)


def test_r43_a_language_without_a_finished_notice_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        making.make(tmp_path / "letters", sorted_(patient(A)), {"en": draft("en")}, AT)
    assert not (tmp_path / "letters").exists()


def test_r43_names_and_addresses_come_through_the_export_of_two_people(
    world: World, dpo: Dpo, recipient: Recipient, tmp_path: Path
) -> None:
    physician = Who(
        account=world.physician.username, profession="physician", session="p", acr="aal2", workstation="pc", auth_age=1
    )
    ruled = export.propose(physician, [world.known.ref], recipient.public, Purpose.LEGAL, "ask")
    assert ruled.decision is Decision.ALLOW
    assert dpo.approve(ruled.sequence) is Decision.ALLOW
    sealed = export.export(physician, export.request_of(physician.account, ruled.sequence), "take")
    file = tmp_path / "export.age"
    file.write_bytes(sealed)
    [found] = inputs.everybody([file], recipient.file)
    assert (found.ref, found.name) == (world.known.ref, "Camille Rivière")
    assert sort({found.ref: IDENTITY}, [found], TODAY, "fr").apart == {found.ref: Apart.NO_ADDRESS}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_letters_are_accessible_pdf_of_one_language(language: str) -> None:
    made = typeset.pdf("letters", making.batch(sorted_(patient(A)).letters, draft(language), AT), AT)
    assert f"({language})".encode() in made or f"<{language}>".encode() in made or f"/Lang ({language}".encode() in made
    assert b"pdfuaid" in made
