"""V4, V8 to V11: the pages of auditor, head of unit and administrator; accounts, drills, retention; what to do next."""

import datetime as dt
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from ecluse.accounts.models import Account, Membership, Unit
from ecluse.accounts.testing import person, sign_in
from ecluse.cli.trace import app as trace_commands
from ecluse.core.words import Decision
from ecluse.drill.live.results import Line, Report
from ecluse.gate.models import Glass
from ecluse.record import looks
from ecluse.respond import cases
from ecluse.respond.cases import Signal
from ecluse.respond.kinds import CaseKind
from ecluse.respond.models import Case
from ecluse.respond.notices.models import Breach
from ecluse.safe.client import SafeClient
from ecluse.safe.entry import Entry
from ecluse.safe.policy import digest
from ecluse.safe.trace_reader import entries
from ecluse.web.console import tail, trace_page
from ecluse.web.console.policy_page import last_start

As = Callable[..., Client]
SCRIPT = "<script>alert(1)</script>"
AUDITED = ("trace/", "trace/?by=all&days=1", "trace/1/", "retention/", "drills/", "health/", "policy/")
CHANGING = ("cases/x/act/note/", "cases/x/act/contain/", "cases/x/breach/", "breaches/x/people/", "asks/", "asks/1/")


@pytest.fixture
def auditor(someone: As) -> Client:
    return someone("auditor", name="v.auditor")


@pytest.fixture
def officer(someone: As) -> Client:
    return someone("security-officer", name="w.officer")


@pytest.fixture
def head(someone: As) -> Client:
    return someone("unit-head", units=("CARD",), name="v.head")


def team(code: str, people: int) -> list[Account]:
    found = [person(f"v.{code.lower()}.{number}", "nurse", units=(code,)) for number in range(people)]
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=1000)
    Membership.objects.filter(account__in=found, unit__code=code).update(since=long_ago)
    return found


def broke(account: Account, days: int = 1, reason: str = "arrival") -> None:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    Glass.objects.create(
        account=account,
        patient_id=1,
        ref="f" * 32,
        reason=reason,
        text=b"sealed",
        session="s",
        since=at,
        until=at + dt.timedelta(hours=2),
        sequence=1,
        compartments="identity",
    )


def rules(home: Path, account: str) -> list[tuple[str, Decision]]:
    return [(one.rule, one.decision) for one in entries(home / "safe") if one.account == account]


def whole(home: Path) -> list[Entry]:
    return list(entries(home / "safe"))


# ---- the auditor


def test_v10_a_stranger_checks_the_proof_that_the_auditor_took_away(
    auditor: Client, home: Path, odile: str, tmp_path: Path
) -> None:
    wanted = next(one for one in whole(home) if one.patient == odile)
    said = auditor.get(f"/console/trace/{wanted.seq}/").content.decode()
    key = (home / "safe" / "key.vkey").read_text().strip()
    assert odile in said
    assert key in said
    given = auditor.get(f"/console/trace/{wanted.seq}/proof/")
    file = tmp_path / f"entry-{wanted.seq}.tlog-proof"
    file.write_bytes(given.content)
    checked = CliRunner().invoke(trace_commands, ["check-proof", str(file), "--key", key, "--json"])
    assert checked.exit_code == 0, checked.output
    assert msgspec.json.decode(checked.stdout)["entry"]["patient"] == odile
    file.write_bytes(given.content.replace(f"index {wanted.seq}".encode(), b"index 0"))
    assert CliRunner().invoke(trace_commands, ["check-proof", str(file), "--key", key]).exit_code != 0


@pytest.mark.parametrize("path", AUDITED)
def test_v10_no_page_of_the_auditor_names_a_person(auditor: Client, odile: str, path: str) -> None:
    person("v.named", "nurse", units=("CARD",), display_name="Marguerite Sansnom")
    answer = auditor.get(f"/console/{path}")
    assert answer.status_code == 200
    said = answer.content.decode()
    assert not [name for name in ("LEFEBVRE", "Odile", "Bisoprolol", "Sansnom") if name in said]


@pytest.mark.parametrize("profession", ["auditor", "it-administrator"])
@pytest.mark.parametrize("path", [*CHANGING, *AUDITED, "units/", "accounts/v.head/", "team/"])
def test_v10_whoever_only_looks_sends_nothing(someone: As, profession: str, path: str) -> None:
    client = someone(profession, name=f"v.{profession}")
    assert client.post(f"/console/{path}", {"text": "x"}).status_code in {403, 405}


@pytest.mark.parametrize("path", ["trace/999999999/", "trace/999999999/proof/"])
def test_an_entry_that_no_head_covers_is_not_found(auditor: Client, path: str) -> None:
    assert auditor.get(f"/console/{path}").status_code == 404


def test_v3_an_entry_about_a_patient_is_read_under_their_pseudonym(auditor: Client, home: Path, odile: str) -> None:
    wanted = next(one for one in whole(home) if one.patient == odile)
    before = len(whole(home))
    auditor.get(f"/console/trace/{wanted.seq}/")
    assert [one.rule for one in whole(home)[before:] if one.patient == odile] == ["entry-read"]


def test_the_explorer_finds_by_act_and_by_time_what_a_plain_reading_finds(auditor: Client, home: Path) -> None:
    now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    found = whole(home)
    for word in {one.action for one in found}:
        asked = trace_page.Wanted(None, "", word, now - dt.timedelta(days=1), now)
        assert trace_page.newest(asked) == [one for one in reversed(found) if one.action is word][: trace_page.MOST + 1]
    half = found[len(found) // 2].at
    for word in {one.action for one in found}:
        asked = trace_page.Wanted(None, "", word, half - dt.timedelta(days=1), half)
        before = [one for one in reversed(found) if one.action is word and one.at < half]
        assert trace_page.newest(asked) == before[: trace_page.MOST + 1]
    asked = trace_page.Wanted(None, "", None, half - dt.timedelta(days=1), half)
    assert trace_page.newest(asked) == [one for one in reversed(found) if one.at < half][: trace_page.MOST + 1]
    assert auditor.get("/console/trace/?by=all&days=1&act=login").status_code == 200


def test_the_place_of_an_instant_in_the_trace_is_that_of_a_plain_reading(home: Path, odile: str) -> None:
    found = whole(home)
    instants = [one.at for one in found[:: max(1, len(found) // 40)]]
    ends = [found[0].at - dt.timedelta(days=1), found[-1].at + dt.timedelta(days=1)]
    for at in [*instants, *(at + dt.timedelta(microseconds=1) for at in instants), *ends]:
        assert tail.sequence_at(home / "safe", at) == sum(one.at < at for one in found)


@pytest.mark.parametrize("value", ["Odile Lefebvre", "odile", "<b>"])
def test_v2_everybody_is_asked_for_without_a_word(auditor: Client, home: Path, value: str) -> None:
    assert "trace-read" not in {rule for rule, _decision in rules(home, "v.auditor") if value in rule}
    before = len(whole(home))
    auditor.get("/console/trace/", {"by": "all", "value": value, "days": "1"})
    assert [one for one in whole(home)[before:] if one.account == "v.auditor"] == []


# ---- how many patients are asked about


@pytest.mark.parametrize("asked", ["/console/trace/?by=patient&days=7&value={}", "/patient/{}/opened/"])
def test_v8_nobody_asks_about_patient_after_patient(
    someone: As, home: Path, odile: str, stranger: str, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    name = f"v.curious.{secrets.token_hex(3)}"
    client = someone("security-officer", name=name)
    monkeypatch.setattr(looks, "AN_HOUR", 1)
    assert client.get(asked.format(odile)).status_code == 200
    assert client.get(asked.format(stranger)).status_code == 403
    assert client.get(asked.format(odile)).status_code == 200, "a patient asked about already is free"
    assert ("asked-too-many", Decision.REFUSE) in rules(home, name)
    other = someone("dpo", name=f"v.other.{secrets.token_hex(3)}")
    assert other.get(asked.format(stranger)).status_code == 200, "everybody has their own hour"


def test_v8_an_entry_is_a_look_at_its_patient_too(
    someone: As, home: Path, odile: str, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = someone("auditor", name=f"v.curious.{secrets.token_hex(3)}")
    monkeypatch.setattr(looks, "AN_HOUR", 1)
    first, second = (next(one.seq for one in whole(home) if one.patient == ref) for ref in (odile, stranger))
    assert client.get(f"/console/trace/{first}/").status_code == 200
    for path in (f"trace/{second}/", f"trace/{second}/proof/", f"trace/?by=patient&value={stranger}&days=1"):
        assert client.get(f"/console/{path}").status_code == 403


# ---- the head of a unit


def test_v9_the_head_sees_counts_of_the_own_unit_and_no_person(head: Client, db: None) -> None:
    mine, theirs = team("CARD", 6), team("NEUR", 6)
    Unit.objects.filter(code="NEUR").update(name="Neurologie")
    for account in (mine[0], mine[0], mine[1]):
        broke(account)
    broke(theirs[0])
    said = head.get("/console/team/").content.decode()
    assert '<p class="figure">3</p>' in said
    assert "Unplanned arrival" in said
    assert "Neurologie" not in said
    assert not [one.username for one in (*mine, *theirs) if one.username in said]
    assert "f" * 32 not in said


def test_v9_a_unit_that_was_left_is_not_seen_any_more(head: Client, db: None) -> None:
    team("CARD", 6)
    ended = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    Membership.objects.filter(account__username="v.head").update(until=ended)
    assert "You work in no unit" in head.get("/console/team/").content.decode()


@pytest.mark.parametrize("asked", ["?unit=NEUR", "?unit=2", "?name=Neurologie"])
def test_v9_no_address_asks_for_the_unit_of_another(head: Client, db: None, asked: str) -> None:
    team("CARD", 6)
    for account in team("NEUR", 6):
        broke(account)
    assert '<p class="figure">0</p>' in head.get(f"/console/team/{asked}").content.decode()


def test_v9_a_count_of_few_people_is_not_told(head: Client, db: None) -> None:
    for account in team("CARD", 3):
        broke(account, reason="life-threat")
    said = head.get("/console/team/").content.decode()
    assert "would name somebody" in said
    assert "Life is at risk" not in said


def test_a_glass_counts_for_the_unit_where_the_person_worked_that_day(head: Client, db: None) -> None:
    [*_, moved] = team("CARD", 6)
    then = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    Membership.objects.filter(account=moved).update(since=then)
    broke(moved, days=9)
    broke(moved, days=2)
    assert '<p class="figure">1</p>' in head.get("/console/team/").content.decode()


# ---- accounts


def test_v4_nobody_watches_over_themselves(officer: Client, home: Path) -> None:
    assert officer.get("/console/accounts/w.officer/").status_code == 403
    assert officer.post("/console/accounts/w.officer/", {"text": "I am fine."}).status_code == 403
    assert ("own-account", Decision.REFUSE) in rules(home, "w.officer")
    assert not Case.objects.filter(account="w.officer").exists()


def test_v4_the_name_of_a_case_tells_nobody_whom_it_is_about() -> None:
    name = cases.name_of("w.officer", CaseKind.BURST, 0)
    assert name == cases.name_of("w.officer", CaseKind.BURST, 0)
    assert name != cases.name_of("w.other", CaseKind.BURST, 0)
    with override_settings(SECRET_KEY="of another home"):
        assert name != cases.name_of("w.officer", CaseKind.BURST, 0)


def test_an_account_shows_its_habit_and_a_case_is_opened_by_hand(
    officer: Client, someone: As, home: Path, odile: str
) -> None:
    name = f"v.nurse.{secrets.token_hex(3)}"
    someone("nurse", units=("CARD",), name=name).get(f"/patient/{odile}/")
    said = officer.get(f"/console/accounts/{name}/").content.decode()
    assert "Patients a day for 30 days" in said
    assert odile not in said
    assert ("account-read", Decision.ALLOW) in rules(home, "w.officer")
    for text in ("", " "):
        officer.post(f"/console/accounts/{name}/", {"text": text})
    sent = officer.post(f"/console/accounts/{name}/", {"text": "A colleague saw this."})
    assert sent.headers["Location"].startswith("/console/cases/")
    assert "A colleague saw this." in officer.get(sent.headers["Location"]).content.decode()


def test_v4_the_lists_of_accounts_and_breaches_leave_oneself_out(
    officer: Client, someone: As, odile: str, stranger: str
) -> None:
    officer.get("/console/cases/x/")
    name = f"v.own.{secrets.token_hex(3)}"
    own = someone("security-officer", name=name)
    for _ in range(3):
        own.get(f"/patient/{stranger}/")
        own.get("/console/accounts/v.nobody/act/")
        own.get(f"/console/accounts/{name}/")
    assert name in officer.get("/console/accounts/").content.decode()
    assert f"/console/accounts/{name}/" not in own.get("/console/accounts/").content.decode()
    ref = cases.take(Signal(account=name, kind=CaseKind.BURST, at=dt.datetime.now(dt.UTC), patients=3)).ref
    officer.post(f"/console/cases/{ref}/breach/")
    breach = Breach.objects.get().name
    assert breach in officer.get("/console/breaches/").content.decode()
    assert breach not in own.get("/console/breaches/").content.decode()
    assert own.get(f"/console/breaches/{breach}/").status_code == 403


@pytest.mark.parametrize("typed", ["Odile Lefebvre", "v.nobody", "../../etc"])
def test_v2_what_is_typed_for_an_account_goes_nowhere(officer: Client, home: Path, typed: str) -> None:
    before = len(whole(home))
    answer = officer.get("/console/accounts/", {"account": typed})
    assert answer.headers["Location"] == "/console/accounts/"
    assert len(whole(home)) == before


def test_those_refused_most_are_named_first(officer: Client, someone: As, stranger: str) -> None:
    name = f"v.refused.{secrets.token_hex(3)}"
    client = someone("nurse", units=("CARD",), name=name)
    for _ in range(4):
        client.get(f"/patient/{stranger}/")
    assert f"/console/accounts/{name}/" in officer.get("/console/accounts/").content.decode()


@pytest.mark.parametrize("path", ["accounts/v.markup/", "units/", "cases/"])
def test_a_name_made_of_markup_is_text(officer: Client, path: str) -> None:
    person("v.markup", "nurse", units=("MARK",), display_name=SCRIPT)
    Unit.objects.filter(code="MARK").update(name=SCRIPT)
    cases.take(Signal(account="v.markup", kind=CaseKind.BURST, at=dt.datetime.now(dt.UTC), patients=3))
    answer = officer.get(f"/console/{path}")
    assert answer.status_code == 200
    assert SCRIPT not in answer.content.decode()


@pytest.mark.parametrize("path", ["cases/{ref}/act/contain/", "cases/{ref}/breach/", "accounts/v.markup/", "asks/"])
def test_a_form_sent_from_elsewhere_is_refused(safe: SafeClient, db: None, path: str) -> None:
    person("v.markup", "nurse")
    ref = cases.take(Signal(account="v.markup", kind=CaseKind.BURST, at=dt.datetime.now(dt.UTC), patients=3)).ref
    client = sign_in(Client(enforce_csrf_checks=True), person("v.dpo", "dpo"), "dpo")
    before = cases.of(ref).events.count()
    assert client.post(f"/console/{path.format(ref=ref)}", {"text": "x", "target": "account"}).status_code == 403
    assert cases.of(ref).events.count() == before
    assert not Breach.objects.exists()


# ---- the machinery


def test_a_drill_is_shown_as_it_was_measured_and_what_is_none_is_named(auditor: Client, home: Path) -> None:
    folder = home / "drills"
    folder.mkdir(exist_ok=True)
    line = Line("fast-grab", "nurse", "live", "sqlite", 20000, 3, 34.0, 36.0, 1.0, 9.5, 11.0, 0, True)
    (folder / "autumn.json").write_bytes(msgspec.json.encode(Report([line], {})))
    (folder / "torn.json").write_bytes(b'{"attacks": [')
    said = auditor.get("/console/drills/").content.decode()
    assert "autumn" in said
    assert "20,000" in said
    assert ">36<" in said
    assert "nobody at work was refused" in said
    assert "not what the drill prints" in said
    for file in folder.iterdir():
        file.unlink()


def test_the_policy_shown_is_the_one_the_safe_runs(auditor: Client, home: Path, odile: str) -> None:
    file = home / "safe" / "policy.toml"
    kept = file.read_bytes()
    assert "no longer what the safe runs" not in auditor.get("/console/policy/").content.decode()
    try:
        file.write_bytes(kept + b"\n# loosened\n")
        assert "no longer what the safe runs" in auditor.get("/console/policy/").content.decode()
    finally:
        file.write_bytes(kept)
    found = last_start()
    assert found is not None
    assert found.policy == digest(kept)


def test_health_names_what_is_missing_and_how_to_mend_it(auditor: Client, home: Path) -> None:
    copy = home / "witness" / "head"
    kept = copy.read_bytes()
    assert "on the disk of the trace" in auditor.get("/console/health/").content.decode()
    copy.unlink()
    try:
        said = auditor.get("/console/health/").content.decode()
        assert "missing or behind" in said
        assert "[witness] paths" in said
    finally:
        copy.write_bytes(kept)


def test_retention_counts_what_is_past_its_time(someone: As, home: Path, odile: str) -> None:
    team("CARD", 1)
    broke(Account.objects.get(username="v.card.0"), days=4 * 365)
    dpo = someone("dpo", name="v.dpo")
    said = dpo.get("/console/retention/").content.decode()
    assert '<span class="badge warning">1</span>' in said
    assert ("retention-read", Decision.ALLOW) in rules(home, "v.dpo")
    assert dpo.post("/console/retention/").status_code == 405


def test_units_tell_their_heads(someone: As, head: Client, db: None) -> None:
    team("CARD", 2)
    said = someone("it-administrator", name="v.admin").get("/console/units/").content.decode()
    assert "v.head" in said


# ---- what to do next


def test_the_first_thing_to_do_is_an_account_that_nobody_has_stopped(officer: Client) -> None:
    name = f"v.loose.{secrets.token_hex(3)}"
    ref = cases.take(Signal(account=name, kind=CaseKind.DISOWNED, at=dt.datetime.now(dt.UTC), patients=40)).ref
    said = officer.get("/console/").content.decode()
    assert f"{name} is not stopped" in said
    assert said.index(f"/console/cases/{ref}/") < said.index("Gravest cases")


def test_the_page_that_renews_itself_asks_no_more_of_the_database_with_many_cases(officer: Client) -> None:
    def opened(number: int) -> int:
        for one in range(number):
            account = f"v.many.{number}.{one}"
            cases.take(Signal(account=account, kind=CaseKind.BURST, at=dt.datetime.now(dt.UTC), patients=30))
        with CaptureQueriesContext(connection) as asked:
            assert officer.get("/console/live/").status_code == 200
        return len(asked)

    opened(1)
    few = opened(3)
    assert opened(60) <= few


def test_v4_what_to_do_next_never_tells_of_oneself(officer: Client) -> None:
    cases.take(Signal(account="w.officer", kind=CaseKind.DISOWNED, at=dt.datetime.now(dt.UTC), patients=40))
    assert "w.officer is not stopped" not in officer.get("/console/").content.decode()


def test_the_clock_of_a_notice_is_told_on_the_first_page(someone: As, officer: Client, odile: str) -> None:
    name = f"v.thief.{secrets.token_hex(3)}"
    someone("nurse", units=("CARD",), name=name).get(f"/patient/{odile}/")
    ref = cases.take(Signal(account=name, kind=CaseKind.BURST, at=dt.datetime.now(dt.UTC), patients=36)).ref
    officer.post(f"/console/cases/{ref}/breach/")
    breach = Breach.objects.get().name
    said = officer.get("/console/").content.decode()
    assert f"/console/breaches/{breach}/nis2-early/" in said
    assert "h left" in said


@pytest.mark.parametrize("path", ["accounts/", "accounts/{name}/", "cases/{ref}/", "retention/"])
def test_v11_what_a_picture_shows_is_told_in_figures_too(
    officer: Client, someone: As, odile: str, stranger: str, path: str
) -> None:
    name = f"v.nurse.{secrets.token_hex(3)}"
    client = someone("nurse", units=("CARD",), name=name)
    client.get(f"/patient/{odile}/")
    ref = cases.take(Signal(account=name, kind=CaseKind.BURST, at=dt.datetime.now(dt.UTC), patients=36)).ref
    watcher = someone("dpo", name="v.dpo") if path == "retention/" else officer
    said = watcher.get(f"/console/{path.format(name=name, ref=ref)}").content.decode()
    assert said.count('<svg class="picture"') == said.count('<details class="figures-of')
    if path != "accounts/":
        assert '<svg class="picture"' in said
