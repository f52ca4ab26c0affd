"""R5, R8: at most twenty, never a page further, strangers only to those who know them already, all traced."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from ecluse.accounts.models import Account
from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Compartment, DutyKind, Purpose
from ecluse.gate import feeds
from ecluse.record import search, store
from ecluse.record.fhir_types import Resource
from ecluse.record.models import Patient
from ecluse.safe.protocol import Who
from ecluse.safe.trace_reader import entries

Staff = Callable[..., Who]
TREAT = Purpose.TREATMENT


def patient(family: str, given: str, born: str = "1984-05-01", ipp: str = "") -> Resource:
    identifiers = [{"system": "urn:x", "value": ipp, "type": {"coding": [{"code": "PI"}]}}] if ipp else []
    made: Resource = {
        "resourceType": "Patient",
        "name": [{"family": family, "given": [given]}],
        "birthDate": born,
        "telecom": [{"system": "phone", "value": "+33 1 99 00 00 00"}],
    }
    return made | ({"identifier": identifiers} if identifiers else {})


@pytest.fixture
def admit(who: Who) -> Callable[..., Patient]:
    """Make a patient; ``mine`` gives the account of that name a duty to it."""

    def make(resource: Resource, mine: Who | None = None) -> Patient:
        stored = store.create_patient(resource, who, Purpose.OPERATIONS, "r")
        found = store.patient_by_ref(stored.id)
        assert found is not None
        if mine is not None:
            account = Account.objects.get(username=mine.account).pk
            row = feeds.Row(DutyKind.CARE_TEAM.value, found.pk, account, None, 0, 2**40, "import:x", 0, "CareTeam/1")
            feeds.add([row])
        return found

    return make


def shown(words: str, who: Who) -> list[str]:
    return [one.ref for one in search.search(words, who, TREAT, "r").found]


Admit = Callable[..., Patient]


@pytest.mark.parametrize(
    "words", ["Lefèvre", "lefevre", "LEFEBVRE", "lef", "Élodie", "elodi", "elodie lefevre", "Lefèvre 1984-05-01"]
)
def test_my_patient_is_found_by_accents_or_not_sound_or_three_letters(staff: Staff, admit: Admit, words: str) -> None:
    nurse = staff("nurse")
    mine = admit(patient("Lefèvre", "Élodie"), nurse)
    assert shown(words, nurse) == [mine.ref]


@pytest.mark.parametrize("words", ["martin", "lefevre martin", "lefevre 1984-05-02", "elo martin", "2001-01-01"])
def test_what_does_not_fit_is_not_found(staff: Staff, admit: Admit, words: str) -> None:
    nurse = staff("nurse")
    admit(patient("Lefèvre", "Élodie"), nurse)
    assert shown(words, nurse) == []


@pytest.mark.parametrize(
    "words", ["Lefèvre", "lef", "Lefèvre Élodie", "1984-05-01", "Lefèvre 1984-05-01", "01/05/1984"]
)
def test_r5_a_stranger_is_not_shown_to_whoever_does_not_know_them(staff: Staff, admit: Admit, words: str) -> None:
    admit(patient("Lefèvre", "Élodie"))
    assert shown(words, staff("nurse")) == []


@pytest.mark.parametrize("words", ["Lefèvre Élodie 1984-05-01", "elodie lefevre 01/05/1984", "IPP-77", "ipp77"])
def test_a_stranger_is_shown_to_an_exact_query(staff: Staff, admit: Admit, words: str) -> None:
    stranger = admit(patient("Lefèvre", "Élodie", ipp="IPP-77"))
    assert shown(words, staff("physician")) == [stranger.ref]


def test_r5_more_than_a_few_strangers_are_none_but_refine(staff: Staff, admit: Admit) -> None:
    for _ in range(4):
        admit(patient("Homonyme", "Jean"))
    result = search.search("Homonyme Jean 1984-05-01", staff("physician"), TREAT, "r")
    assert result.found == ()
    assert result.more


def test_r5_twenty_at_most_and_nothing_tells_how_many_there_are(staff: Staff, admit: Admit) -> None:
    nurse = staff("nurse")
    for number in range(23):
        admit(patient("Dupont", f"Prenom{number}"), nurse)
    first = search.search("dupont", nurse, TREAT, "r")
    again = search.search("dupont", nurse, TREAT, "r")
    assert len(first.found) == search.MOST
    assert first.more
    assert {one.ref for one in first.found} == {one.ref for one in again.found}
    assert set(search.Result.__struct_fields__) == {"found", "more", "refusal", "stale"}


def test_my_patients_come_before_strangers_and_exact_before_sound(staff: Staff, admit: Admit) -> None:
    doctor = staff("physician")
    sound = admit(patient("Lefebvre", "Élodie"), doctor)
    exact = admit(patient("Lefèvre", "Élodie"), doctor)
    stranger = admit(patient("Lefèvre", "Élodie"))
    assert shown("lefevre elodie 1984-05-01", doctor) == [exact.ref, sound.ref, stranger.ref]


def test_r8_a_search_shows_identity_only_and_each_patient_shown_is_traced(
    home: Path, staff: Staff, admit: Admit
) -> None:
    nurse = staff("nurse")
    mine = admit(patient("Kerbrat", "Nolwenn"), nurse)
    before = len(list(entries(home / "safe")))
    [found] = search.search("kerbrat", nurse, TREAT, "the-request").found
    written = list(entries(home / "safe"))[before:]
    assert "telecom" not in found.resource
    assert found.duty is DutyKind.CARE_TEAM
    assert [(one.action, one.patient, tuple(one.compartments)) for one in written if one.patient] == [
        (Action.SEARCH, mine.ref, (Compartment.IDENTITY,))
    ]
    assert not any("kerbrat" in repr(one).casefold() for one in written)


@pytest.mark.parametrize("words", ["", "  ", "a", "ab", "a b", "--", "'"])
def test_r5_less_than_three_letters_is_no_search(staff: Staff, words: str) -> None:
    with pytest.raises(BadInputError):
        search.search(words, staff("nurse"), TREAT, "r")


@pytest.mark.parametrize("profession", ["it-administrator", "security-officer", "dpo"])
def test_a_profession_without_rights_finds_nothing(staff: Staff, admit: Admit, profession: str) -> None:
    someone = staff(profession)
    admit(patient("Lefèvre", "Élodie", ipp="IPP-78"), someone)
    result = search.search("IPP-78", someone, TREAT, "r")
    assert result.found == ()
    assert result.refusal is not None


def test_r8_searching_without_end_is_refused(staff: Staff) -> None:
    nurse = staff("nurse")
    results = [search.search("nobody", nurse, TREAT, "r") for _ in range(21)]
    assert results[0].refusal is None
    assert results[-1].refusal is not None
    assert results[-1].refusal.rule == "search-rate"


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        ({"identifier": "urn:x|77"}, True),
        ({"family": "Lefèvre"}, False),
        ({"family": "Lefèvre", "given": "Élodie", "birthdate": "1984-05-01"}, True),
        ({"birthdate": "1984-05-01"}, False),
    ],
)
def test_fhir_parameters_are_exact_only_when_they_name_the_patient(given: dict[str, str], exact: bool) -> None:
    assert search.of_params(**given).exact is exact


@pytest.mark.parametrize(
    "given", [{}, {"name": "ab"}, {"birthdate": "1984"}, {"birthdate": "ge1984-05-01"}, {"identifier": "urn:x|"}]
)
def test_fhir_parameters_that_name_too_little_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadInputError):
        search.of_params(**given)


KNOWN, NOBODY = "Élodie Lefèvre 1984-05-01", "Élodie Lefèvre 1984-05-02"


@pytest.mark.parametrize("profession", ["dim-physician", "dim-coder", "billing", "aide", "interface-service"])
def test_r9_whoever_is_shown_no_stranger_is_told_the_same_whether_or_not_one_fits(
    staff: Staff, admit: Admit, profession: str
) -> None:
    someone = staff(profession)
    admit(patient("Lefèvre", "Élodie", ipp="IPP-901"))
    for there, absent in ((KNOWN, NOBODY), ("IPP-901", "IPP-902")):
        assert search.search(there, someone, Purpose.PAYMENT, "r") == search.search(
            absent, someone, Purpose.PAYMENT, "r"
        )


def test_r9_many_who_fit_are_not_told_to_whoever_is_shown_no_stranger(staff: Staff, admit: Admit) -> None:
    for _ in range(search.MOST_UNEXPLAINED + 1):
        admit(patient("Lefèvre", "Élodie"))
    assert search.search(KNOWN, staff("dim-physician"), Purpose.OPERATIONS, "r") == search.Result()


def test_r9_an_old_proof_is_told_the_same_whether_or_not_a_stranger_fits(staff: Staff, admit: Admit) -> None:
    nurse = staff("nurse")
    for number in range(3):
        admit(patient("Durand", "Ana", ipp=f"IPP-91{number}"))
        assert len(shown(f"IPP-91{number}", nurse)) == 1
    old = replace(nurse, auth_age=1000)
    admit(patient("Lefèvre", "Élodie"))
    there, absent = (search.search(words, old, TREAT, "r") for words in (KNOWN, NOBODY))
    assert there == absent
    assert (there.found, there.refusal, there.stale) == ((), None, True)
    assert len(shown(KNOWN, nurse)) == 1


def test_r9_the_attempt_is_traced_all_the_same(staff: Staff, admit: Admit, home: Path) -> None:
    coder, found = staff("dim-coder"), admit(patient("Lefèvre", "Élodie"))
    search.search(KNOWN, coder, Purpose.OPERATIONS, "r")
    assert ("no-duty", coder.account) in [(e.rule, e.account) for e in entries(home / "safe") if e.patient == found.ref]
