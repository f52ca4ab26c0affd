"""The judge reads the trace and the loot; figures and goals say when something is not held."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ecluse.core.words import Action, Compartment, Decision, Ground, TargetKind
from ecluse.drill.attacks import guessed
from ecluse.drill.attacks.catalogue import ATTACKS
from ecluse.drill.hospital import Hospital
from ecluse.drill.live import judge as judging
from ecluse.drill.live.goals import goals, shortfalls
from ecluse.drill.live.heist import Heist, Site
from ecluse.drill.live.page import html, row, svg, text
from ecluse.drill.live.page import read as read_figures
from ecluse.drill.live.results import Report, Trial, lines, offline, p95
from ecluse.drill.live.stage import Copy, Stage
from ecluse.drill.measured import Measured, Outcome, Quiet, Task
from ecluse.drill.registry import Known
from ecluse.drill.world.settings import Settings
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Held

NOW = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
HOSPITAL = Hospital(patients=300, seed=5, now=NOW)
TEXTS = re.compile(r"<text[^>]*>([^<]+)</text>")
DOCS = Path(__file__).parents[3] / "docs"
IDENTITY = (Compartment.IDENTITY,)


def heist(tmp_path: Path) -> Heist:
    stage = Stage(HOSPITAL, tmp_path)
    stage.known = Known({f"{number:032x}": number for number in range(300)}, {}, [])
    made = Heist(Site(stage, Copy(tmp_path, ""), "http://site.test"), [], seed=1, white_box=False)
    made.accounts, made.since = {"n.martin"}, NOW
    return made


def entry(seconds: float, decision: Decision, number: int = -1, account: str = "n.martin", **more: Any) -> Entry:
    at = NOW + dt.timedelta(seconds=seconds)
    shown: dict[str, Any] = {}
    if number >= 0:
        shown = {"patient": f"{number:032x}", "compartments": IDENTITY, "ground": Ground.EXPLAINED}
    return Entry(seq=0, at=at, salt="", action=Action.READ, decision=decision, account=account, **{**shown, **more})


def lock(seconds: float, account: str) -> Entry:
    held = Held(TargetKind.ACCOUNT, account, "decoy")
    return Entry(
        seq=0,
        at=NOW + dt.timedelta(seconds=seconds),
        salt="",
        action=Action.LOCK,
        decision=Decision.ALLOW,
        rule="decoy",
        account="safe",
        target=account,
        lock=held,
    )


def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trace: list[Entry], loot: set[int]) -> judging.Verdict:
    def entries(_: Path, *, since: dt.datetime) -> Iterator[Entry]:
        return (one for one in trace if one.at >= since)

    monkeypatch.setattr(judging, "entries", entries)
    made = heist(tmp_path)
    made.haul.found = {(number, Compartment.IDENTITY) for number in loot}
    return judging.judge(made)


def test_d1_what_the_thief_holds_is_counted_whatever_the_trace_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = judged(tmp_path, monkeypatch, [entry(1, Decision.ALLOW, 7)], {7, 8, 9})
    assert (verdict.exposed, verdict.unsaid, verdict.unseen, verdict.exact) == (3, 2, 0, False)


def test_d1_a_patient_traced_but_never_received_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = judged(tmp_path, monkeypatch, [entry(1, Decision.ALLOW, 7), entry(2, Decision.ALLOW, 8)], {7})
    assert (verdict.unsaid, verdict.unseen, verdict.exact) == (0, 1, False)


def test_what_others_did_and_what_was_before_is_not_the_thiefs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = [entry(-5, Decision.ALLOW, 1), entry(1, Decision.ALLOW, 2, "a.moreau"), lock(3, "a.moreau")]
    verdict = judged(tmp_path, monkeypatch, trace, set())
    assert (verdict.exposed, verdict.detected_after_s, verdict.exact) == (0, None, True)


def test_who_guesses_passwords_is_not_who_works_in_the_accounts_guessed_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = entry(3, Decision.REFUSE, rule="bad-password", session="")
    trace = [entry(1, Decision.ALLOW, 7, session="5e55"), entry(2, Decision.REFUSE, 8, session="5e55"), tried]
    monkeypatch.setattr(judging, "entries", lambda _, **__: iter(trace))
    made = heist(tmp_path)
    monkeypatch.setattr(type(made), "begin", lambda _: None)
    guessed.steal(made, guessed.Knobs(passwords=()))
    verdict = judging.judge(made)
    assert (verdict.unseen, verdict.detected_after_s, verdict.rules) == (0, 3.0, {"bad-password": 1})


def test_a_thief_is_seen_at_the_first_refusal_and_stopped_at_the_last_new_patient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = [
        entry(1, Decision.ALLOW, 1),
        entry(2, Decision.REFUSE, 2, rule="cap-hour"),
        entry(4, Decision.ALLOW, 3),
        entry(6, Decision.ALLOW, 1),
        lock(7, "n.martin"),
    ]
    verdict = judged(tmp_path, monkeypatch, trace, {1, 3})
    assert (verdict.detected_after_s, verdict.contained_after_s) == (2.0, 4.0)
    assert verdict.locked == ["n.martin: decoy"]
    assert verdict.exact


def test_a_thief_who_stops_by_himself_was_not_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = [entry(1, Decision.REFUSE, 2), entry(4, Decision.ALLOW, 3)]
    verdict = judged(tmp_path, monkeypatch, trace, {3})
    assert (verdict.detected_after_s, verdict.contained_after_s) == (1.0, None)


TRIAL = Trial(
    attack="fast-grab", variant="", role="nurse", database="sqlite", population=2000, seed=1, white_box=False,
    accounts=1, requests=100, exposed=49, compartments={"identity": 49}, detected_after_s=1.0, contained_after_s=2.0,
    care_refused=0, reasons=[], exact=True, verified=True, asked=0, locked=[], rules={}, proofs={}, missed=[],
)  # fmt: skip


def trial(**changes: Any) -> Trial:
    return msgspec.structs.replace(TRIAL, **changes)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"exposed": 51}, "fast grab of 2,000"),
        ({"attack": "clerk", "exposed": 51}, "any other attack"),
        ({"attack": "dump", "role": "disk", "exposed": 1}, "readable"),
        ({"attack": "tampering", "exposed": 0, "proofs": {"proven": 7}}, "tampering proven"),
        ({"attack": "takeover", "role": "web-process", "exposed": 2001}, "taken over"),
        ({"attack": "takeover", "role": "web-process", "detected_after_s": None}, "taken over"),
        ({"attack": "collusion", "accounts": 2, "exposed": 101}, "share the work"),
        ({"care_refused": 1}, "people at work refused"),
        ({"exact": False}, "exposure list exact"),
        ({"verified": False}, "exposure list exact"),
    ],
)
def test_a_goal_that_is_not_held_is_said_so_on_the_page(changes: dict[str, Any], word: str) -> None:
    some = [TRIAL, trial(**changes)]
    failed = [goal for goal in goals(some) if not goal.held]
    assert any(word in goal.what for goal in failed), failed
    assert any(word in short for short in shortfalls(some))
    assert "**not held**" in text(some)


def test_goals_that_are_held_leave_no_shortfall() -> None:
    assert all(goal.held for goal in goals([TRIAL]))
    assert shortfalls([TRIAL]) == ["Nothing, in these runs."]


def test_a_line_takes_the_median_and_the_worst_of_its_seeds() -> None:
    some = [trial(seed=seed, exposed=exposed) for seed, exposed in enumerate((20, 49, 30), 1)]
    [line] = lines([*some, trial(seed=4, exposed=30, detected_after_s=None, contained_after_s=None)])
    assert (line.exposed, line.exposed_p95, line.seeds, line.detected) == (30, 49, 4, 0.75)
    assert line.detected_after_s == 1.0
    assert msgspec.json.decode(msgspec.json.encode(line))["as"] == "nurse"


def test_the_95th_percentile_is_by_rank() -> None:
    assert p95(list(range(1, 101))) == 95
    assert p95([3, 1, 2]) == 3


def test_databases_and_sizes_have_lines_of_their_own() -> None:
    assert len(lines([TRIAL, trial(database="postgresql"), trial(population=20_000)])) == 3
    assert [one.attack for one in lines([TRIAL, trial(white_box=True)])] == ["fast-grab", "fast-grab (white-box)"]


def test_the_figures_of_logs_have_the_same_form_and_say_what_they_cannot() -> None:
    outcome = Outcome("clerk", "", "nurse", 101, True, 3, 12, 40, 1, 2, 1, 1, 0, 40, ["pace"])
    missed = msgspec.structs.replace(outcome, seed=102, found=False, exposed=40)
    quiet = Quiet(101, 200, 30, 1000, 6, 1, ["nurse"], 94, 100, 8.0, 40.0, 60)
    report = offline(Measured(Task(Settings(), (101, 102)), [outcome, missed], [quiet], []))
    [line] = report.attacks
    assert (line.mode, line.detected, line.detected_after_s) == ("offline", 0.5, 3 * 86_400.0)
    assert (line.exposure_exact, line.care_refused, line.contained_after_s) == (None, None, None)
    assert report.per_day["cases_per_1000_users"] == 1.0
    assert report.per_day["false_containment_per_1000_user_days"] == pytest.approx(0.8333)
    assert report.per_day["first_accesses_explained"] == 0.94


def test_the_figures_of_logs_carry_their_uncertainty_and_what_a_reader_of_the_queue_meets() -> None:
    outcome = Outcome("clerk", "", "nurse", 101, True, 3, 12, 40, 2, 5, 1, 1, 4, 40, ["pace"])
    missed = msgspec.structs.replace(outcome, seed=102, found=False, exposed=40, rank=0)
    [line] = offline(Measured(Task(Settings(), (101, 102)), [outcome, missed], [], [])).attacks
    assert line.detected_interval == pytest.approx((0.0945, 0.9055), abs=1e-3)
    assert line.exposed_interval == (12.0, 40.0)
    assert line.precision == pytest.approx(1 / 7, abs=1e-4)  # two cases read to find one, five in vain for the other
    assert line.taken_for_care == pytest.approx(0.1)


def test_a_theft_with_nothing_new_in_it_and_an_empty_queue_have_no_shares() -> None:
    nothing = Outcome("clerk", "", "nurse", 101, False, 3, 12, 40, 0, 0, 1, 1, 0, 0, [])
    [line] = offline(Measured(Task(Settings(), (101,)), [nothing], [], [])).attacks
    assert (line.precision, line.taken_for_care) == (None, None)


def test_a_name_with_a_sign_in_it_does_not_break_the_report() -> None:
    bad = msgspec.structs.replace(lines([TRIAL])[0], role="<script>")
    page = html(Report([bad], {"cases": 1.0}))
    assert "<td>&lt;script&gt;" in page
    assert "<svg" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_every_attack_and_account_has_a_row() -> None:
    figures = read_figures(DOCS / "drill.json")
    page = (DOCS / "drill.md").read_text(encoding="utf-8")
    assert all(row(line) in page for line in lines(figures))


def test_the_page_and_its_picture_are_what_the_figures_say() -> None:
    figures = read_figures(DOCS / "drill.json")
    assert (DOCS / "drill.md").read_text(encoding="utf-8") == text(figures)
    kept, drawn = ((DOCS / "img" / "drill.svg").read_text(encoding="utf-8"), svg(lines(figures)))
    assert TEXTS.findall(kept) == TEXTS.findall(drawn)  # where they stand depends on the fonts of the machine
    assert len(TEXTS.findall(kept)) > len(ATTACKS)
