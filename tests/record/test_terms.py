"""What a patient can be found by: folded words, French sounds, prefixes, numbers; and the key of the matricule INS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from ecluse.core.errors import BadInputError
from ecluse.core.home import Site
from ecluse.core.words import Term
from ecluse.record import ins, names, terms
from ecluse.record.fhir_types import Resource

PATIENT: Resource = {
    "resourceType": "Patient",
    "identifier": [
        {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": "2 38 07 99999 123 15"},
        {"system": "urn:x", "value": "ipp 77", "type": {"coding": [{"code": "PI"}]}},
        {"system": "urn:y", "value": "Z-9"},
    ],
    "name": [
        {"use": "official", "family": "Le Kervoëlen", "given": ["Marie-Hélène"]},
        {"use": "usual", "family": "D'Arc", "given": ["Marie-Hélène"]},
    ],
    "birthDate": "1938-07-14",
}


def test_a_patient_has_terms_of_every_kind_a_desk_may_type() -> None:
    found = terms.of_patient(PATIENT)
    assert (Term.INS, "238079999912315") in found
    assert (Term.IPP, "IPP77") in found
    assert (Term.IDENTIFIER, "Z9") in found
    assert (Term.BIRTH_DATE, "1938-07-14") in found
    assert {value for kind, value in found if kind is Term.NAME} == {"le", "kervoelen", "marie", "helene", "arc"}
    assert (Term.PREFIX, "ker") in found


def test_terms_are_few_and_distinct() -> None:
    many = {"resourceType": "Patient", "name": [{"family": f"Nom{n}", "given": [f"Prenom{n}"]} for n in range(60)]}
    assert len(terms.of_patient(many)) == terms.MOST
    assert len(set(terms.of_patient(PATIENT))) == len(terms.of_patient(PATIENT))


def test_no_term_is_an_initial_or_empty() -> None:
    found = terms.of_patient(
        {"resourceType": "Patient", "name": [{"family": "X", "given": ["", "-"]}], "identifier": [{}]}
    )
    assert found == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lefèvre", "Lefebvre"),
        ("Dupont", "Dupond"),
        ("Thomas", "Tomas"),
        ("Gauthier", "Gotier"),
        ("Philippe", "Filipe"),
        ("Renaud", "Renault"),
        ("Hélène", "Elene"),
        ("Martin", "Martain"),
        ("Mathieu", "Matthieux"),
        ("Catherine", "Katherine"),
        ("Durand", "Durant"),
        ("Isabelle", "Izabelle"),
        ("Leroy", "Leroi"),
        ("François", "Fransois"),
    ],
)
def test_names_that_french_ears_confuse_sound_alike(one: str, other: str) -> None:
    assert names.sound(names.fold(one)) == names.sound(names.fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("martin", "marchand"), ("petit", "pastor"), ("roux", "leroux"), ("bernard", "bertrand"), ("simon", "salmon")],
)
def test_names_that_differ_sound_different(one: str, other: str) -> None:
    assert names.sound(one) != names.sound(other)


@given(st.text(max_size=40))
def test_any_text_can_be_folded_split_and_heard(text: str) -> None:
    for word in names.words(text):
        assert len(names.sound(word)) <= 8
        assert names.fold(word) == word or not word.isascii()


@pytest.mark.parametrize("number", ["238079999912315", "1990299999045" + "00"])
def test_the_key_of_a_matricule_is_checked(number: str) -> None:
    body = number[:13]
    right = f"{body}{ins.key(body):02}"
    assert ins.valid(right)
    assert not ins.valid(f"{body}{ins.key(body) % 97 + 1:02}")


@pytest.mark.parametrize("body", ["2540299".ljust(13, "0"), "254022A004001", "254022B004001"])
def test_corsica_has_letters_and_a_key_of_its_own(body: str) -> None:
    assert ins.valid(f"{body}{ins.key(body):02}")


def test_corsican_keys_are_those_of_the_published_rule() -> None:
    assert ins.key("254022A004001") == 97 - 2540219004001 % 97
    assert ins.key("254022B004001") == 97 - 2540218004001 % 97


@pytest.mark.parametrize("text", ["", "1", "12345678901234", "9" * 15, "abc", "1" * 16, "254022C00400100"])
def test_what_is_no_matricule_is_not_one(text: str) -> None:
    assert not ins.valid(text)


@pytest.mark.parametrize("oid", [8, 9, 10, 11])
def test_a_patient_with_a_wrong_key_is_refused_without_telling_the_number(oid: int) -> None:
    wrong = {"identifier": [{"system": f"urn:oid:1.2.250.1.213.1.4.{oid}", "value": "238079999912399"}]}
    with pytest.raises(BadInputError) as error:
        ins.check(wrong, made_up=True)
    assert "238079999912399" not in str(error.value)


def test_other_identifiers_have_no_key_to_check() -> None:
    ins.check({"identifier": [{"system": "urn:x", "value": "1"}, {"value": "2"}]}, made_up=False)


ON_SITES = [(Site(), False), (Site(demo=True), True), (Site(made_up_identities=True), True)]
RIGHT = f"2540229004001{ins.key('2540229004001'):02}"


@pytest.mark.parametrize("oid", [10, 11])
def test_r12_an_identity_for_tests_is_refused_among_real_ones_even_with_a_right_key(oid: int) -> None:
    patient = {"identifier": [{"system": f"urn:oid:1.2.250.1.213.1.4.{oid}", "value": RIGHT}]}
    ins.check(patient, made_up=True)
    with pytest.raises(BadInputError, match="tests and demonstrations"):
        ins.check(patient, made_up=False)


@pytest.mark.parametrize(("site", "taken"), ON_SITES)
def test_r12_only_a_demonstration_or_a_site_for_trials_takes_made_up_identities(
    settings: Settings, site: Site, *, taken: bool
) -> None:
    settings.SITE = site
    assert ins.takes_made_up() is taken
