"""Notices: none is finished with a gap, no figure is written by hand, clocks run, and the register keeps everything."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from django.core.management import call_command
from django.db import connection
from tests.aftermath.conftest import Api, World

from ecluse.accounts.testing import person
from ecluse.core.errors import BadInputError, NotProvenError, RefusedError
from ecluse.core.home import Breach as Settings
from ecluse.core.words import Action
from ecluse.gate.world import home as world_home
from ecluse.respond import sealing
from ecluse.respond.exposure.finding import expose
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.notices import clocks, desk, fields
from ecluse.respond.notices.base import Facts, From, Notice
from ecluse.respond.notices.catalogue import NOTICES
from ecluse.respond.notices.drafting import about
from ecluse.respond.notices.drafting_shape import Draft
from ecluse.respond.notices.models import Breach, Finished, Saying
from ecluse.respond.notices.register import register
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who
from ecluse.safe.trace_reader import entries, opens

SETTINGS = Settings(
    controller="Clinique des Tests",
    controller_contact="1 rue de l’Essai, 99999 Testville",
    dpo="Délégué d’essai",
    dpo_contact="dpo@clinique.test",
    finess="990000001",
)
AWARE = datetime.now(UTC) - timedelta(hours=3)
Trace = Callable[[], list[Entry]]


@pytest.fixture(autouse=True)
def settings_of_a_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    home = world_home()
    told = type(home)(home.path, msgspec.structs.replace(home.settings, breach=SETTINGS))
    for module in ("desk", "register"):
        monkeypatch.setattr(f"ecluse.respond.notices.{module}.home", lambda: told)


@pytest.fixture
def dpo(world: World) -> Who:
    account = person(f"o.garde-{world.mark}", "dpo")
    return Who(account=account.username, profession="dpo", session="dpo", acr="aal2", workstation="pc", auth_age=1)


@pytest.fixture
def breach(world: World, nurse: Api, dpo: Who) -> Breach:
    nurse.get(f"Patient/{world.known.ref}")
    nurse.get(f"MedicationRequest/{world.known.ref}-1")
    return desk.open_breach(dpo, Scope(accounts=(world.nurse.username,)), AWARE, "open")


def filled(dpo: Who, breach: Breach, notice: Notice) -> None:
    for field in notice.fields:
        if field.source is From.PERSON:
            desk.say(dpo, breach, notice.name, field.key, f"Texte pour {field.key}.", "say")


# R30


@pytest.mark.parametrize("name", NOTICES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_r30_an_empty_notice_is_not_finished_and_says_every_field_that_is_missing(
    breach: Breach, dpo: Who, name: str, language: str
) -> None:
    asked = [f.key for f in NOTICES[name].fields if f.source is From.PERSON and f.asked(facts(late=False))]
    with pytest.raises(BadInputError) as refused:
        desk.finish(dpo, breach, name, language, "finish")
    assert asked
    for key in asked:
        assert f"{key} (" in str(refused.value)
    assert not Finished.objects.filter(breach=breach).exists()


@pytest.mark.parametrize("name", NOTICES)
def test_r30_each_field_the_law_asks_for_is_enough_to_refuse(breach: Breach, dpo: Who, name: str) -> None:
    notice = NOTICES[name]
    asked = [f.key for f in notice.fields if f.source is From.PERSON and f.asked(facts(late=False))]
    for left_out in asked:
        other = desk.open_breach(dpo, breach.scope, AWARE, "open")
        for key in asked:
            if key != left_out:
                desk.say(dpo, other, name, key, "Texte.", "say")
        assert desk.drafted(other, name, "fr").missing == (left_out,)


def test_r30_a_setting_that_is_empty_is_missing_too(breach: Breach, dpo: Who, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(dpo, breach, NOTICES["cnil-initial"])
    monkeypatch.setattr("ecluse.respond.notices.desk.home", world_home)
    with pytest.raises(BadInputError, match=r"controller \(.*dpo \("):
        desk.finish(dpo, breach, "cnil-initial", "fr", "finish")


@pytest.mark.parametrize("name", NOTICES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_notice_with_all_its_fields_is_finished_as_json_and_pdf(
    breach: Breach, dpo: Who, name: str, language: str
) -> None:
    filled(dpo, breach, NOTICES[name])
    made = desk.finish(dpo, breach, name, language, "finish")
    told = msgspec.json.decode(made.json, type=Draft)
    assert (told.breach, told.notice, told.missing) == (breach.name, name, ())
    assert all(one.text for one in told.fields if one.asked)
    assert made.pdf[:4] == b"%PDF"


def test_a_text_written_once_serves_the_other_notices_of_the_breach(breach: Breach, dpo: Who) -> None:
    desk.say(dpo, breach, "cnil-initial", "nature", "Un compte volé.", "say")
    desk.say(dpo, breach, "register", "nature", "Un compte volé, précisé.", "say")
    assert text(desk.drafted(breach, "cert-sante", "fr"), "nature") == "Un compte volé, précisé."
    assert text(desk.drafted(breach, "cnil-initial", "fr"), "nature") == "Un compte volé."


def text(found: Draft, key: str) -> str:
    [only] = [one.text for one in found.fields if one.key == key]
    return only


# R31


def test_r31_every_figure_of_every_notice_is_what_the_lines_of_the_trace_say(
    breach: Breach, world: World, home: Path, dpo: Who
) -> None:
    account = world.nurse.username
    lines = [one for one in entries(home / "safe") if one.account == account and one.patient]
    shown = [one for one in lines if opens(one)]
    patients = {one.patient for one in shown}
    for name in NOTICES:
        told = desk.drafted(breach, name, "en")
        assert told.facts.accesses == len(shown) == 2
        assert told.facts.patients == len(patients) == 1
        assert told.facts.attempts == len(lines) - len(shown)
        assert told.facts.by_data == {
            word: len({one.patient for one in shown if word in one.compartments}) for word in told.facts.by_data
        }
        assert sum(told.facts.by_route.values()) == len(shown)
        assert (told.facts.first, told.facts.last) == (shown[0].at, shown[-1].at)
        for field in told.fields:
            if field.key == "count":
                assert field.text == "1 person (exact count of the trace); 0 more possible"
            if field.key == "records":
                assert field.text.startswith("2 accesses; ")


def test_r31_the_figures_of_a_finished_notice_are_recomputed_at_that_moment(
    breach: Breach, world: World, nurse: Api, dpo: Who
) -> None:
    filled(dpo, breach, NOTICES["register"])
    before = desk.finish(dpo, breach, "register", "fr", "finish")
    nurse.get(f"Patient/{world.known.ref}")
    after = desk.finish(dpo, breach, "register", "fr", "finish")
    counts = [msgspec.json.decode(one.json, type=Draft).facts.accesses for one in (before, after)]
    assert counts == [2, 3]
    assert len(desk.finished(breach)) == 2


@pytest.mark.parametrize("name", NOTICES)
def test_r31_nobody_writes_a_figure_or_a_setting(breach: Breach, dpo: Who, name: str) -> None:
    for field in NOTICES[name].fields:
        if field.source is not From.PERSON:
            with pytest.raises(RefusedError, match="computed"):
                desk.say(dpo, breach, name, field.key, "0", "say")


def test_r31_a_row_slipped_into_the_database_does_not_replace_a_figure(breach: Breach, dpo: Who) -> None:
    sealed = sealing.seal(b"0 people", about(breach.name, "register", "count"))
    Saying.objects.create(
        breach=breach, notice="register", field="count", text=sealed, by="x", at=datetime.now(UTC), sequence=1
    )
    assert text(desk.drafted(breach, "register", "en"), "count").startswith("1 person")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_figures_are_said_as_each_language_says_them(number: int) -> None:
    told = facts(patients=number, possible=number, accesses=number, attempts=number, accounts=("a",) * number)
    french, english = (f"{fields.patients(told, of)} {fields.how(told, of)}" for of in ("fr", "en"))
    assert ("personnes" in french, "people" in english) == (number > 1, number != 1)
    assert ("tentatives" in french, "attempts" in english) == (number > 1, number != 1)
    assert f"{number} autre" in french
    assert ";" in fields.records(told, "fr") if told.by_data else fields.records(told, "fr").endswith("accès")


def test_several_fields_are_written_all_or_none(breach: Breach, dpo: Who, trace: Trace) -> None:
    good = {"register": {"effects": "Aucun.", "risk": "Faible."}}
    for bad, error in (
        ({"cnil-initial": {"count": "0"}}, RefusedError),
        ({"cnil-initial": {"nature": " "}}, BadInputError),
        ({"no-such": {"nature": "Texte."}}, BadInputError),
    ):
        with pytest.raises(error):
            desk.say_all(dpo, breach, good | bad, "say")
        assert not Saying.objects.filter(breach=breach).exists()
    assert desk.say_all(dpo, breach, good, "say") == 2
    assert text(desk.drafted(breach, "register", "fr"), "risk") == "Faible."
    assert [one.rule for one in trace()].count("notice-written") == 2


# R32


def facts(**more: object) -> Facts:
    fields: dict[str, object] = {
        "breach": "2026-001",
        "aware": AWARE,
        "now": AWARE + timedelta(hours=3),
        "zone": "Europe/Paris",
        "patients": 1,
        "accesses": 1,
        "possible": 0,
        "attempts": 0,
        "by_data": {},
        "by_route": {},
        "accounts": (),
        "professions": (),
        "first": AWARE,
        "last": AWARE,
        "head_size": 1,
        "head_root": "",
        "settings": SETTINGS,
        "establishment": "Clinique des Tests",
    }
    return Facts(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "hours"), [("cnil-initial", 72), ("nis2-early", 24), ("nis2-notification", 72)])
def test_r32_a_clock_runs_from_becoming_aware_and_is_late_a_second_after_its_end(name: str, hours: int) -> None:
    clock, end = NOTICES[name].clock, AWARE + timedelta(hours=hours)
    early = clocks.read(clock, facts(now=end), "fr")
    assert (early.started, early.deadline, early.left, early.late) == (AWARE, end, 0, False)
    late = clocks.read(clock, facts(now=end + timedelta(seconds=1)), "fr")
    assert (late.left, late.late) == (-1, True)
    assert str(hours) in early.said


def test_r32_the_deadline_is_a_setting_and_one_longer_than_the_law_is_told() -> None:
    longer = Settings(cnil_hours=96)
    read = clocks.read(NOTICES["cnil-initial"].clock, facts(settings=longer), "en")
    assert read.deadline == AWARE + timedelta(hours=96)
    assert clocks.check(longer) == ["cnil_hours"]
    assert clocks.check(Settings()) == []


def test_r32_the_final_report_of_nis2_runs_from_the_notification() -> None:
    clock = NOTICES["nis2-final"].clock
    assert clocks.read(clock, facts(), "fr").deadline is None
    sent = AWARE + timedelta(hours=60)
    assert clocks.read(clock, facts(notified=sent), "fr").deadline == sent + timedelta(days=30)


@pytest.mark.parametrize("name", ["cnil-complementary", "people", "register", "cert-sante", "controller"])
def test_r32_where_the_text_gives_no_figure_none_is_made_up(name: str) -> None:
    read = clocks.read(NOTICES[name].clock, facts(), "fr")
    assert (read.deadline, read.left, read.late) == (None, None, False)
    assert read.said


def test_r32_a_late_notice_asks_for_the_reasons_of_the_delay(world: World, breach: Breach, dpo: Who) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=80)
    late = desk.open_breach(dpo, Scope(accounts=(world.nurse.username,)), long_ago, "open")
    for field in NOTICES["cnil-initial"].fields:
        if field.source is From.PERSON and field.key != "delay":
            desk.say(dpo, late, "cnil-initial", field.key, "Texte.", "say")
    with pytest.raises(BadInputError, match="delay"):
        desk.finish(dpo, late, "cnil-initial", "fr", "finish")
    desk.say(dpo, late, "cnil-initial", "delay", "L’équipe soignait.", "say")
    desk.finish(dpo, late, "cnil-initial", "fr", "finish")
    assert Finished.objects.get(breach=late).late


@pytest.mark.parametrize("aware", [datetime(2026, 1, 1), datetime.now(UTC) + timedelta(days=1)])  # noqa: DTZ001
def test_r32_a_time_without_zone_or_ahead_starts_no_clock(world: World, dpo: Who, aware: datetime) -> None:
    with pytest.raises(BadInputError):
        desk.open_breach(dpo, Scope(accounts=("a",)), aware, "open")


# R33


def test_r33_nothing_of_a_breach_is_changed_or_deleted(breach: Breach, dpo: Who) -> None:
    desk.say(dpo, breach, "register", "effects", "Aucun connu.", "say")
    for row in (breach, Saying.objects.get(breach=breach, field="effects")):
        with pytest.raises(RefusedError):
            row.save()
        with pytest.raises(RefusedError):
            row.delete()
    for rows in (Breach.objects.all(), Saying.objects.all(), Finished.objects.all()):
        with pytest.raises(RefusedError):
            rows.update(by="nobody")
        with pytest.raises(RefusedError):
            rows.delete()


def test_r33_the_register_lists_every_breach_notified_or_not(breach: Breach, world: World, dpo: Who) -> None:
    later = Scope(accounts=(world.nurse.username,), since=datetime(2090, 1, 1, tzinfo=UTC))
    other = desk.open_breach(dpo, later, AWARE, "open", case="case-1")
    filled(dpo, breach, NOTICES["register"])
    desk.finish(dpo, breach, "register", "fr", "finish")
    lines = {line.breach: line for line in register("fr")}
    assert {breach.name, other.name} <= lines.keys()
    assert lines[other.name].facts.patients == 0
    assert lines[breach.name].effects == "Texte pour effects."
    assert [one.notice for one in lines[breach.name].sent] == ["register"]
    assert "cnil-initial" in lines[breach.name].clocks
    assert "controller" not in lines[breach.name].clocks


# R34


def test_r34_what_people_write_is_in_no_form_in_database_or_trace(
    breach: Breach, dpo: Who, home: Path, trace: Trace
) -> None:
    desk.say(dpo, breach, "cnil-initial", "nature", "Phrase-secrète-à-chercher", "say")
    words = "Phrase-secrète-à-chercher".encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM notices_saying")
        assert not [row for row in cursor.fetchall() if words in bytes(row[0])]
    assert not [path for path in (home / "safe" / "trace").iterdir() if words in path.read_bytes()]
    [told] = [one for one in trace() if one.rule == "notice-written"]
    assert told.target == f"{breach.name}/cnil-initial"


def test_r34_a_text_moved_to_another_field_is_not_read(breach: Breach, dpo: Who) -> None:
    desk.say(dpo, breach, "cnil-initial", "nature", "Un compte volé.", "say")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notices_saying SET field = 'measures'")
    with pytest.raises(NotProvenError):
        desk.drafted(breach, "cnil-initial", "fr")


def test_r34_a_finished_notice_that_was_changed_is_not_read(breach: Breach, dpo: Who) -> None:
    filled(dpo, breach, NOTICES["register"])
    desk.finish(dpo, breach, "register", "fr", "finish")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notices_finished SET digest = %s", ["0" * 64])
    with pytest.raises(NotProvenError):
        desk.finished(breach)


# R35


def open_one(who: Who, breach: Breach) -> None:
    desk.open_breach(who, breach.scope, AWARE, "x")


def say_something(who: Who, breach: Breach) -> None:
    desk.say(who, breach, "register", "effects", "Rien.", "x")


def finish_one(who: Who, breach: Breach) -> None:
    desk.finish(who, breach, "register", "fr", "x")


@pytest.mark.parametrize("act", [open_one, say_something, finish_one])
def test_r35_nobody_else_opens_writes_or_finishes_and_the_attempt_is_traced(
    breach: Breach, world: World, trace: Trace, act: Callable[[Who, Breach], None]
) -> None:
    nurse = Who(account=world.nurse.username, profession="nurse", session="n", acr="aal2", workstation="pc")
    before = len(trace())
    with pytest.raises(RefusedError):
        act(nurse, breach)
    [refused] = trace()[before:]
    assert (refused.action, refused.rule, refused.account) == (Action.NOTICE, "notice-not-granted", nurse.account)


def test_r35_each_act_is_an_entry_and_a_finished_notice_is_known_by_its_digest(
    trace: Trace, breach: Breach, dpo: Who
) -> None:
    filled(dpo, breach, NOTICES["people"])
    made = desk.finish(dpo, breach, "people", "fr", "finish")
    told = [one for one in trace() if one.action is Action.NOTICE]
    assert {one.rule for one in told} == {"breach-opened", "notice-written", "notice-finished"}
    assert (told[-1].detail, told[-1].seq) == (made.digest, made.sequence)


@pytest.mark.parametrize("words", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_text_is_refused(breach: Breach, dpo: Who, words: str) -> None:
    with pytest.raises(BadInputError):
        desk.say(dpo, breach, "register", "effects", words, "say")


@pytest.mark.parametrize(("notice", "field"), [("register", "nothing"), ("no-such", "nature")])
def test_a_field_or_notice_that_is_none_is_told_so(breach: Breach, dpo: Who, notice: str, field: str) -> None:
    with pytest.raises(BadInputError):
        desk.say(dpo, breach, notice, field, "Texte.", "say")


# R36, and what every notice must have


@pytest.mark.parametrize("name", NOTICES)
def test_r36_every_notice_says_what_a_person_must_check_and_claims_nothing(name: str, breach: Breach) -> None:
    notice = NOTICES[name]
    assert len(notice.check) >= 2
    for language in ("fr", "en"):
        whole = json.dumps(msgspec.to_builtins(desk.drafted(breach, name, language)), ensure_ascii=False).lower()
        for claim in ("conforme", "compliant", "compliance", "conformité"):
            assert claim not in whole


@pytest.mark.parametrize("name", NOTICES)
def test_every_notice_is_whole(name: str) -> None:
    notice = NOTICES[name]
    assert notice.basis
    keys = [field.key for field in notice.fields]
    assert len(keys) == len(set(keys))
    for field in notice.fields:
        assert (field.value is None) == (field.source is From.PERSON)
        assert field.basis
    for said in (notice.title, notice.to, notice.how, *notice.check, *(field.label for field in notice.fields)):
        assert said.fr
        assert said.en


@pytest.mark.parametrize("name", ["cnil-initial", "cnil-complementary", "controller"])
def test_the_content_of_article_33_3_is_all_there(name: str) -> None:
    basis = {field.basis for field in NOTICES[name].fields}
    assert {f"RGPD art. 33(3)({letter})" for letter in "abcd"} <= basis


def test_the_exposure_of_a_breach_is_that_of_its_scope(breach: Breach, home: Path) -> None:
    found = expose(home / "safe", breach.scope)
    assert len(found.patients) == desk.drafted(breach, "register", "fr").facts.patients


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", "notices", "patients", "respond", check=True, dry_run=True, verbosity=0)
