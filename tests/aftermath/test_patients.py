"""Who opened my record, for the patient; names only when released; asks and complaints kept."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.aftermath.conftest import Api, World

from ecluse.accounts.testing import person
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Decision, Ground, Purpose
from ecluse.record.opened import Opening
from ecluse.respond.patients import asks, openings, paper
from ecluse.respond.patients.asks import Kind
from ecluse.respond.patients.models import Ask, Release
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

Trace = Callable[[], list[Entry]]


@pytest.fixture
def dpo(world: World) -> Who:
    account = person(f"o.garde-{world.mark}", "dpo")
    return Who(account=account.username, profession="dpo", session="dpo", acr="aal2", workstation="pc", auth_age=1)


@pytest.mark.parametrize(("language", "job"), [("fr", "infirmier ou infirmière"), ("en", "nurse")])
def test_r60_each_opening_is_told_with_date_unit_profession_data_and_why(
    nurse: Api, world: World, language: str, job: str
) -> None:
    nurse.get(f"Patient/{world.known.ref}")
    [one, *_] = openings.openings(world.known.ref, language)
    assert (one.unit, one.profession, one.who) == ("Cardiology", job, "")
    assert one.data
    assert one.why
    assert one.act == ("lecture" if language == "fr" else "read")


def test_r60_a_broken_glass_is_told_as_one() -> None:
    glass = Opening(
        sequence=1, at=datetime.now(UTC), action=Action.READ, profession="physician", unit="",
        who="", compartments=(), purpose=Purpose.BREAK_GLASS, ground=Ground.EMERGENCY, duty=None, glass=True,
        reason="vital", allowed=True, rule="ok",
    )  # fmt: skip
    told = openings.line(glass, "en")
    assert told.glass
    assert told.why == "emergency access (broken glass)"


def test_r60_what_was_refused_was_not_opened_and_is_not_told(service: Api, world: World) -> None:
    service.get(f"Patient/{world.stranger.ref}")
    assert not [
        one for one in openings.openings(world.stranger.ref, "en") if one.profession.startswith("exchange")
        and one.act == "read"
    ]  # fmt: skip


def test_r61_names_are_told_only_once_the_officer_released_them(
    nurse: Api, world: World, dpo: Who, trace: Trace
) -> None:
    nurse.get(f"Patient/{world.known.ref}")
    with pytest.raises(RefusedError, match="not released"):
        openings.named_openings(dpo, world.known.ref, "fr", "names")
    openings.release(dpo, world.known.ref, "patient-request", "release")
    found = openings.named_openings(dpo, world.known.ref, "fr", "names")
    assert found[0].who == world.nurse.display_name
    assert openings.openings(world.known.ref, "fr")[0].who == ""
    told = [
        (one.rule, one.decision) for one in trace() if one.patient == world.known.ref and one.account == dpo.account
    ]
    assert told == [
        ("names-not-released", Decision.REFUSE),
        ("names-released", Decision.ALLOW),
        ("openings-with-names", Decision.ALLOW),
    ]


def test_r61_a_release_is_for_one_patient_alone(world: World, dpo: Who) -> None:
    openings.release(dpo, world.known.ref, "court", "release")
    with pytest.raises(RefusedError):
        openings.named_openings(dpo, world.stranger.ref, "fr", "names")


@pytest.mark.parametrize("profession", ["security-officer", "physician", "nurse", "it-administrator", ""])
def test_r61_nobody_but_the_officer_releases_names(world: World, profession: str) -> None:
    who = Who(account=world.nurse.username, profession=profession, session="s", acr="aal2")
    with pytest.raises(RefusedError):
        openings.release(who, world.known.ref, "court", "release")
    assert not Release.objects.exists()


def test_r61_a_release_has_one_of_the_reasons(world: World, dpo: Who) -> None:
    with pytest.raises(BadInputError):
        openings.release(dpo, world.known.ref, "curiosity", "release")


def test_r61_the_trace_comes_first(world: World, dpo: Who, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_named: object) -> int:
        raise SafeUnavailableError("trace-unwritable")

    monkeypatch.setattr(openings, "note", broken)
    with pytest.raises(SafeUnavailableError):
        openings.release(dpo, world.known.ref, "court", "release")
    assert not Release.objects.exists()


def test_r62_an_ask_is_kept_sealed_with_its_answers(world: World, dpo: Who) -> None:
    number = asks.ask(dpo, world.known.ref, Kind.COMPLAINT, "Ma voisine a lu mon dossier.", "ask")
    assert b"voisine" not in bytes(Ask.objects.get(pk=number).text)
    [one] = asks.asks(ref=world.known.ref, only_open=True)
    assert (one.kind, one.text, one.open) == (Kind.COMPLAINT, "Ma voisine a lu mon dossier.", True)
    asks.answer(dpo, number, "Nous cherchons.", "answer", closes=False)
    asks.answer(dpo, number, "Elle n’a rien ouvert.", "answer", closes=True)
    assert asks.asks(ref=world.known.ref, only_open=True) == []
    assert [answer.text for answer in asks.asks(ref=world.known.ref)[0].answers] == [
        "Nous cherchons.",
        "Elle n’a rien ouvert.",
    ]


def test_r62_a_closed_ask_takes_no_answer_and_no_ask_is_changed(world: World, dpo: Who) -> None:
    number = asks.ask(dpo, world.known.ref, Kind.QUESTION, "Pourquoi ?", "ask")
    asks.answer(dpo, number, "Pour un soin.", "answer", closes=True)
    for wrong in (number, number + 999):
        with pytest.raises(BadInputError):
            asks.answer(dpo, wrong, "Encore.", "answer", closes=False)
    with pytest.raises(RefusedError):
        Ask.objects.get(pk=number).delete()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("some", [True, False])
def test_r60_it_is_printed_in_both_languages(nurse: Api, world: World, language: str, some: bool) -> None:
    nurse.get(f"Patient/{world.known.ref}")
    found = openings.openings(world.known.ref, language) if some else []
    made = paper.as_pdf(found, language, "Europe/Paris", "Clinique des Tests", "dpo@clinique.test", "M. Essai")
    assert made[:4] == b"%PDF"
