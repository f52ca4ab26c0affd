"""V1 to V6: the console, refused to most, silent about who patients are, and traced."""

import datetime as dt
import io
import secrets
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ecluse.accounts import standing
from ecluse.accounts.testing import person, sign_in
from ecluse.core.words import OVERSEERS, Decision, Ground, Profession, TargetKind
from ecluse.respond import cases, containment
from ecluse.respond.cases import Signal
from ecluse.respond.exposure import bundle
from ecluse.respond.exposure.finding import Exposure, expose
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.kinds import CaseKind, EventKind
from ecluse.respond.models import CaseEvent
from ecluse.respond.notices import facts
from ecluse.respond.notices.base import From
from ecluse.respond.notices.catalogue import NOTICES, notice_named
from ecluse.respond.notices.models import Breach, Finished
from ecluse.respond.patients import openings
from ecluse.safe.client import SafeClient
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Ruled
from ecluse.safe.trace_reader import entries
from ecluse.web.console import pictures, tail
from ecluse.web.doors import DOORS, may_reach

As = Callable[..., Client]
NAMES = ("LEFEBVRE", "Odile", "06 39 98", "Bisoprolol", "MERCIER")
NOW = dt.datetime(2026, 3, 2, 21, 0, tzinfo=dt.UTC)
CONSOLE = sorted(name for name in DOORS if name.startswith("console_"))


@pytest.fixture
def thief(someone: As, odile: str) -> str:
    """Let a nurse open a record of her own unit; return the account, a new one each time: locks outlive a test."""
    name = f"w.thief.{secrets.token_hex(4)}"
    client = someone("nurse", units=("CARD",), name=name)
    assert client.get(f"/patient/{odile}/").status_code == 200
    return name


@pytest.fixture
def ref(thief: str) -> str:
    """Open a case about the nurse."""
    return opened(thief)


def opened(account: str) -> str:
    return cases.take(Signal(account=account, kind=CaseKind.BURST, at=dt.datetime.now(dt.UTC), patients=36)).ref


@pytest.fixture
def officer(someone: As) -> Client:
    return someone("security-officer", name="w.officer")


@pytest.fixture
def dpo(someone: As) -> Client:
    return someone("dpo", name="w.dpo")


def since(home: Path, before: int) -> list[Entry]:
    return list(entries(home / "safe"))[before:]


def written(home: Path) -> int:
    return sum(1 for _ in entries(home / "safe"))


@pytest.mark.parametrize("name", CONSOLE)
def test_v1_no_profession_of_care_reaches_a_page_of_the_console(name: str) -> None:
    officers = {Profession.SECURITY_OFFICER, Profession.DPO, Profession.DIM_PHYSICIAN, Profession.IT_ADMINISTRATOR}
    assert {word for word in Profession if may_reach(name, word)} <= officers | OVERSEERS


def test_v1_the_officers_of_the_office_do_not_share_all_their_pages() -> None:
    reached = {name for name in CONSOLE if may_reach(name, Profession.DIM_PHYSICIAN)}
    assert reached == {"console_coders"}
    assert not may_reach("console_asks", Profession.SECURITY_OFFICER)
    seen = {word: {name for name in CONSOLE if may_reach(name, word)} for word in Profession}
    machinery = {"console_drills", "console_health", "console_policy"}
    assert seen[Profession.IT_ADMINISTRATOR] == machinery | {"console_units"}
    trace = {"console_trace", "console_entry", "console_proof"}
    assert seen[Profession.AUDITOR] == machinery | trace | {"console_retention"}
    assert seen[Profession.UNIT_HEAD] == {"console_team"}


def test_v2_no_page_of_the_console_names_a_patient(
    officer: Client, dpo: Client, ref: str, odile: str, thief: str
) -> None:
    dpo.post(f"/console/cases/{ref}/breach/")
    breach = Breach.objects.get().name
    dpo.post("/console/asks/", {"patient": odile, "ask": "question", "text": "Who was it?"})
    paths = ["", "live/", "cases/", f"cases/{ref}/", f"cases/{ref}/exposure/", "breaches/", f"breaches/{breach}/"]
    paths += [f"breaches/{breach}/{kind}/" for kind in NOTICES]
    paths += ["trace/", f"trace/?by=patient&value={odile}&days=7", f"trace/?by=account&value={thief}&days=7"]
    for client, more in ((officer, []), (dpo, ["asks/", "asks/1/"])):
        for path in paths + more:
            answer = client.get(f"/console/{path}", follow=True)
            assert answer.status_code == 200, path
            assert not [name for name in NAMES if name in answer.content.decode()], path


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("cases/", "cases-read"),
        ("cases/{ref}/", "case-read"),
        ("cases/{ref}/exposure/", "exposure-read"),
        ("cases/{ref}/exposure/csv/", "exposure-listed"),
        ("cases/{ref}/exposure/pdf/", "exposure-listed"),
        ("trace/?by=account&value=w.officer&days=7", "trace-read"),
        ("trace/1/proof/", "proof-read"),
        ("breaches/", "register-read"),
    ],
)
def test_v3_each_look_is_an_entry(officer: Client, home: Path, ref: str, path: str, rule: str) -> None:
    before = written(home)
    answer = officer.get(f"/console/{path.format(ref=ref)}")
    assert answer.status_code == 200
    assert rule in {one.rule for one in since(home, before) if one.account == "w.officer"}


def test_v3_a_patients_entries_are_read_under_the_patients_own_pseudonym(
    officer: Client, home: Path, thief: str, odile: str
) -> None:
    before = written(home)
    said = officer.get(f"/console/trace/?by=patient&value={odile}&days=7").content.decode()
    assert thief in said
    assert [one.rule for one in since(home, before) if one.patient == odile] == ["trace-read"]


@pytest.mark.parametrize("path", ["", "exposure/", "exposure/zip/"])
def test_v4_nobody_reads_a_case_about_themselves(officer: Client, home: Path, path: str) -> None:
    own, before = opened("w.officer"), written(home)
    assert officer.get(f"/console/cases/{own}/{path}").status_code == 403
    [entry] = [one for one in since(home, before) if one.rule == "own-case"]
    assert (entry.decision, entry.target) == (Decision.REFUSE, own)
    assert own not in officer.get("/console/cases/").content.decode()
    assert own not in officer.get("/console/").content.decode()


@pytest.mark.parametrize("act", ["note", "assign", "verdict", "contain"])
def test_v4_nobody_acts_on_a_case_about_themselves(officer: Client, act: str) -> None:
    own = opened("w.officer")
    form = {
        "text": "It was nothing.",
        "verdict": "legitimate",
        "target": "account",
        "grade": "everything",
        "hours": "0",
    }
    assert officer.post(f"/console/cases/{own}/act/{act}/", form).status_code == 403
    assert [one.kind for one in cases.of(own).events.all()] == [EventKind.OPENED]


def test_v4_nobody_opens_the_breach_of_their_own_case(officer: Client) -> None:
    own = opened("w.officer")
    assert officer.post(f"/console/cases/{own}/breach/").status_code == 403
    assert not Breach.objects.exists()


def test_v5_a_page_that_renews_itself_keeps_no_session_alive(officer: Client) -> None:
    session = officer.session
    session[standing.SEEN] = int(time.time()) - 600
    session.save()
    seen = session[standing.SEEN]
    assert officer.get("/console/live/").status_code == 200
    assert officer.session[standing.SEEN] == seen
    assert officer.get("/console/").status_code == 200
    assert officer.session[standing.SEEN] > seen


def test_v5_a_console_left_alone_is_closed_however_often_it_renews_itself(officer: Client) -> None:
    session = officer.session
    session[standing.SEEN] = int(time.time()) - 3600
    session.save()
    answer = officer.get("/console/live/", headers={"HX-Request": "true"})
    assert "HX-Redirect" in answer.headers
    assert not answer.content


def test_v6_a_lock_from_a_case_stops_the_very_next_request(
    officer: Client, someone: As, thief: str, ref: str, odile: str
) -> None:
    form = {"target": "account", "grade": "everything", "hours": "1", "message": "Call 4455."}
    answer = officer.post(f"/console/cases/{ref}/act/contain/", form, follow=True)
    assert "Locked." in answer.content.decode()
    refused = someone("nurse", units=("CARD",), name=thief).get(f"/patient/{odile}/")
    assert refused.status_code == 403
    assert "LEFEBVRE" not in refused.content.decode()
    assert (TargetKind.ACCOUNT, thief) in {(one.kind, one.target) for one in containment.in_force()}


def test_v6_a_lock_the_safe_refuses_is_told_and_kept(dpo: Client, ref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Ruled(decision=Decision.REFUSE, rule="not-a-locker", sequence=1)
    monkeypatch.setattr(containment, "contain", lambda *_: refused)
    form = {"target": "account", "grade": "everything", "hours": "1", "message": ""}
    answer = dpo.post(f"/console/cases/{ref}/act/contain/", form, follow=True)
    assert "may not place locks" in answer.content.decode()
    assert cases.of(ref).events.filter(kind=EventKind.NOT_CONTAINED).exists()


def test_v6_a_lock_that_waits_for_a_proof_is_not_kept_as_refused_and_nothing_is_written_twice(
    officer: Client, ref: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Ruled(decision=Decision.STEP_UP, rule="fresh-proof", sequence=1, max_age=60)
    monkeypatch.setattr(containment, "contain", lambda *_: asked)
    form = {"target": "account", "grade": "everything", "hours": "2", "message": "Call 4455."}
    answer = officer.post(f"/console/cases/{ref}/act/contain/", form)
    assert answer.headers["Location"] == f"/accounts/reauthenticate/?next={quote(f'/console/cases/{ref}/', safe='')}"
    assert {one.kind for one in cases.of(ref).events.all()} == {EventKind.OPENED}
    shown = officer.get(f"/console/cases/{ref}/").context["form"]
    assert {name: str(shown[name].value()) for name in form} == form


@pytest.mark.parametrize(
    "form",
    [
        {"target": "establishment", "grade": "everything", "hours": "1"},
        {"target": "account", "grade": "a little", "hours": "1"},
        {"target": "account", "grade": "everything", "hours": "100000"},
        {},
    ],
)
def test_v6_a_lock_that_is_not_one_of_the_case_is_not_placed(officer: Client, ref: str, form: dict[str, str]) -> None:
    assert officer.post(f"/console/cases/{ref}/act/contain/", form).status_code == 422
    assert {one.kind for one in cases.of(ref).events.all()} == {EventKind.OPENED}


@pytest.mark.parametrize(
    ("act", "form"), [("note", {"text": " "}), ("verdict", {"verdict": "guilty"}), ("verdict", {})]
)
def test_an_act_that_says_nothing_is_not_kept(officer: Client, ref: str, act: str, form: dict[str, str]) -> None:
    officer.post(f"/console/cases/{ref}/act/{act}/", form)
    assert cases.of(ref).events.count() == 1


def test_an_act_that_does_not_exist_is_not_found(officer: Client, ref: str) -> None:
    assert officer.post(f"/console/cases/{ref}/act/delete/").status_code == 404
    assert officer.get(f"/console/cases/{ref}/exposure/xlsx/").status_code == 404


def test_notes_assignment_and_verdict_stand_in_the_timeline(officer: Client, ref: str) -> None:
    for act, form in (
        ("note", {"text": "Called <b>ward</b>"}),
        ("assign", {"to": ""}),
        ("verdict", {"verdict": "theft"}),
    ):
        officer.post(f"/console/cases/{ref}/act/{act}/", form)
    said = officer.get(f"/console/cases/{ref}/").content.decode()
    assert "Called &lt;b&gt;ward&lt;/b&gt;" in said
    assert "Theft" in said
    assert [one.kind for one in cases.of(ref).events.all()] == ["opened", "noted", "assigned", "decided"]


def test_the_exposure_page_counts_what_the_trace_says(officer: Client, home: Path, ref: str, odile: str) -> None:
    said = officer.get(f"/console/cases/{ref}/exposure/").content.decode()
    assert odile in said
    packed = officer.get(f"/console/cases/{ref}/exposure/zip/").content
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        assert odile in files.read(bundle.LIST).decode()
    file = home / "checked.zip"
    file.write_bytes(packed)
    found = bundle.check_file(file, (home / "safe" / "key.vkey").read_text().strip())
    assert found.patients == 1


def test_a_notice_is_not_finished_while_a_field_the_law_asks_for_is_empty(officer: Client, ref: str) -> None:
    officer.post(f"/console/cases/{ref}/breach/")
    name = Breach.objects.get().name
    answer = officer.post(f"/console/breaches/{name}/cnil-initial/", {"finish": "1"})
    assert answer.status_code == 422
    assert "#f-nature" in answer.content.decode()
    assert not Finished.objects.exists()


def test_a_notice_is_written_finished_and_given_as_pdf(officer: Client, ref: str) -> None:
    officer.post(f"/console/cases/{ref}/breach/")
    name = Breach.objects.get().name
    form = {one.key: "Said." for one in notice_named("people").fields if one.source is From.PERSON}
    path = f"/console/breaches/{name}/people/"
    officer.post(path, {**form, "save": "1"})
    assert not Finished.objects.exists()
    answer = officer.post(path, {**form, "finish": "1"})
    if answer.status_code == 422:  # contacts are settings, and this establishment has none
        assert "ecluse.toml" in answer.content.decode()
        return
    row = Finished.objects.get()
    given = officer.get(f"/console/breaches/{name}/file/{row.pk}.pdf")
    assert given.content.startswith(b"%PDF")


def test_the_figures_of_a_notice_are_counted_once_when_it_is_finished(
    officer: Client, ref: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer.post(f"/console/cases/{ref}/breach/")
    counted = []

    def count(safe: Path, scope: Scope) -> Exposure:
        counted.append(scope)
        return expose(safe, scope)

    monkeypatch.setattr(facts, "expose", count)
    path = f"/console/breaches/{Breach.objects.get().name}/register/"
    form = {one.key: "Said." for one in notice_named("register").fields if one.source is From.PERSON}
    officer.post(path, {**form, "save": "1"})
    assert counted == [], "what people write holds no figure"
    officer.post(path, {**form, "finish": "1"})
    assert len(counted) == 1


def test_the_events_of_a_case_are_read_once_a_page(officer: Client, ref: str) -> None:
    officer.post(f"/console/cases/{ref}/act/note/", {"text": "Called"})
    with CaptureQueriesContext(connection) as asked:
        assert officer.get(f"/console/cases/{ref}/").status_code == 200
    assert len([one for one in asked if f'FROM "{CaseEvent._meta.db_table}"' in one["sql"]]) == 1


def test_figures_of_a_notice_cannot_be_posted(officer: Client, ref: str) -> None:
    officer.post(f"/console/cases/{ref}/breach/")
    breach = Breach.objects.get()
    officer.post(f"/console/breaches/{breach.name}/cnil-initial/", {"count": "0 people", "save": "1"})
    assert not breach.sayings.exists()


def test_a_breach_is_opened_once_a_case(officer: Client, ref: str) -> None:
    for _ in range(2):
        assert officer.post(f"/console/cases/{ref}/breach/").status_code == 302
    assert Breach.objects.count() == 1


@pytest.mark.parametrize("path", ["breaches/1999-001/", "breaches/1999-001/people/", "breaches/1999-001/file/1.pdf"])
def test_a_breach_that_is_not_there_is_not_found(officer: Client, path: str) -> None:
    assert officer.get(f"/console/{path}").status_code == 404


def test_what_a_patient_asks_is_answered_and_printed_without_names(
    dpo: Client, home: Path, thief: str, odile: str
) -> None:
    assert dpo.post("/console/asks/", {"patient": "0" * 32, "ask": "question", "text": "x"}).status_code == 302
    sent = dpo.post("/console/asks/", {"patient": odile, "ask": "openings", "text": "Who?"})
    page = sent.headers["Location"]
    assert thief not in dpo.get(page).content.decode()
    before = written(home)
    assert dpo.get(f"{page}paper/").content.startswith(b"%PDF")
    assert "openings-printed" in {one.rule for one in since(home, before)}
    dpo.post(page, {"release": "complaint"})
    before = written(home)
    assert dpo.get(f"{page}paper/").content.startswith(b"%PDF")
    assert "openings-with-names" in {one.rule for one in since(home, before)}
    dpo.post(page, {"text": "A nurse of your ward.", "closes": "1"})
    assert "This closes it" not in dpo.get(page).content.decode()


def test_coders_are_counted_and_no_patient_is_told(someone: As, odile: str) -> None:
    coder = someone("dim-coder", name="w.coder")
    coder.get(f"/patient/{odile}/")
    said = someone("dim-physician", name="w.dim").get("/console/coders/").content.decode()
    assert "w.coder" in said
    assert odile not in said


def test_the_first_page_tells_the_lock_the_refusal_and_the_head(
    officer: Client, someone: As, safe: SafeClient, stranger: str, ref: str
) -> None:
    someone("nurse", units=("CARD",), name="w.other").get(f"/patient/{stranger}/")
    said = officer.get("/console/live/").content.decode()
    assert ref in said
    assert "w.other" in said
    assert stranger not in said
    assert "<html" not in said


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("account", "Odile Lefebvre"),
        ("patient", "LEFEBVRE"),
        ("patient", "%"),
        ("session", "x y"),
        ("profession", "nurse"),
    ],
)
def test_v2_a_name_typed_into_the_explorer_does_not_slip_into_the_trace(
    officer: Client, home: Path, odile: str, by: str, value: str
) -> None:
    before = written(home)
    assert officer.get("/console/trace/", {"by": by, "value": value, "days": "7"}).status_code == 200
    assert [one.rule for one in since(home, before) if one.account == "w.officer"] == []


@pytest.mark.parametrize("to", ["w.nobody", "w.thief", "Odile Lefebvre"])
def test_a_case_is_given_to_an_officer_alone(officer: Client, ref: str, to: str) -> None:
    officer.post(f"/console/cases/{ref}/act/assign/", {"to": to})
    assert cases.of(ref).events.count() == 1


def test_v7_a_verdict_asks_for_a_fresh_proof(ref: str) -> None:
    client = sign_in(Client(), person("w.late", "security-officer"), "security-officer", age=600)
    answer = client.post(f"/console/cases/{ref}/act/verdict/", {"verdict": "legitimate"})
    assert "reauthenticate" in answer.headers["Location"]
    assert cases.verdict_of(cases.of(ref)) is None


def test_v7_names_are_released_with_a_fresh_proof_alone(dpo: Client, odile: str) -> None:
    page = dpo.post("/console/asks/", {"patient": odile, "ask": "names", "text": "Who?"}).headers["Location"]
    late = sign_in(Client(), person("w.late-dpo", "dpo"), "dpo", age=600)
    assert "reauthenticate" in late.post(page, {"release": "court"}).headers["Location"]
    assert not openings.released(odile)


def test_the_end_of_the_trace_is_read_as_the_whole_of_it_is(home: Path, ref: str, stranger: str, someone: As) -> None:
    someone("nurse", units=("CARD",), name="w.other").get(f"/patient/{stranger}/")
    whole = list(entries(home / "safe"))
    assert tail.last_entries(home / "safe", 5) == whole[:-6:-1]
    assert tail.last_entries(home / "safe", 10**6) == whole[::-1]
    ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    words = tuple(f'"ground":"{word}"'.encode() for word in Ground)
    found = {one.seq for one in tail.holding(home / "safe", words, ago)}
    assert found == {one.seq for one in whole if one.ground is not None}
    assert list(tail.holding(home / "safe", words, dt.datetime.now(dt.UTC) + dt.timedelta(days=1))) == []


def test_pictures_stay_inside_their_frame_and_empty_ones_are_not_drawn() -> None:
    drawn = pictures.bars([("a", 1, False), ("b", 1000, True)], usual=2000.0)
    assert drawn is not None
    assert all(bar.y >= 0 and bar.y + bar.height <= pictures.FLOOR + 0.01 for bar in drawn.bars)
    assert pictures.bars([("a", 0, False)]) is None
    assert pictures.bars([]) is None
    assert pictures.spread([], NOW, NOW, []) is None


def test_a_habit_is_the_ordinary_days_not_those_of_the_case() -> None:
    today = NOW.date()
    counts = {today: 90, today - dt.timedelta(days=1): 4, today - dt.timedelta(days=2): 6}
    drawn = pictures.habit(counts, today, 30, frozenset({today}))
    assert drawn is not None
    assert (drawn.usual, drawn.most, len(drawn.bars)) == (5.0, 90, 30)
    assert [bar.odd for bar in drawn.bars][-2:] == [False, True]
