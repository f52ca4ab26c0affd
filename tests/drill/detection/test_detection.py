"""Thefts are laid over quiet worlds, judged by what was known each evening, and luck is not counted."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from ecluse.cli.drill import app
from ecluse.cli.drill_detect import table
from ecluse.core.errors import BadInputError
from ecluse.core.events import Access
from ecluse.drill import detection, detection_page
from ecluse.drill.ground import TRAITS, ZONE, Ground, _mixed
from ecluse.drill.judging import RATES, Bench, _accused, _rank
from ecluse.drill.measured import Edge, Measured, Outcome, Quiet, Task
from ecluse.drill.seeds import FITTING, RETIRED, SCORING, SIZES, purpose
from ecluse.drill.thieves.catalogue import BY_NAME, THEFTS
from ecluse.drill.trials import GOALS, TOGETHER, Act, Trial, act, of_seed, together, trials
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.watch import run
from ecluse.watch.cases import Case
from ecluse.watch.detectors import DETECTORS
from ecluse.watch.duck import DuckEngine
from ecluse.watch.lake import Lake
from ecluse.watch.testing import Duck

SETTINGS = Settings(patients=1500, staff=80, days=30, seed=4)
WORLD = World(SETTINGS)
DOCS = Path(__file__).parents[3] / "docs"


def trial(name: str, role: str = "") -> Trial:
    theft = BY_NAME[name]
    return Trial(theft, "", theft.knobs, role or theft.story.roles[0])


def case(account: str, *days: str, score: float = 3.0) -> Case:
    empty: dict[str, object] = {"reasons": [], "reasons_fr": [], "told": [], "days": []}
    named = {"id": "1", "account": account, "accounts": [account], "profession": "", "from": "", "to": ""}
    rest = {"score": score, "patients": 1, "at_least": False, "detectors": ["harvest"], "days_of": list(days)}
    return msgspec.convert({**named, **rest, **empty}, Case)


def outcome(attack: str, role: str, seed: int = 101, *, found: bool = True, variant: str = "") -> Outcome:
    return Outcome(attack, variant, role, seed, found, 2, 40, 90, 1, 3, 1, 1, 2, 50, ["harvest"])


def measured() -> Measured:
    outcomes = [
        outcome(one.theft.story.name, one.role, seed, found=seed == 101, variant=one.variant)
        for one in trials()
        for seed in (101, 102)
    ]
    quiet = [Quiet(seed, 80, 30, 90_000, 2, 1, ["nurse", "billing"], 940, 1000, 5.0, 44.0, 300) for seed in (101, 102)]
    edges = [
        Edge("low-and-slow", "nurse", "patients a day for four weeks", seed, rate)
        for seed, rate in ((101, 5), (102, 0))
    ]
    return Measured(Task(SETTINGS, (101, 102)), outcomes, quiet, edges)


def test_every_theft_is_tried_as_each_role_and_each_variant_once() -> None:
    every = trials()
    assert {one.theft.story.name for one in every} == set(BY_NAME)
    assert {one.role for one in every if one.theft.story.name == "low-and-slow" and not one.variant} == set(
        BY_NAME["low-and-slow"].story.roles
    )
    assert len(every) == sum(len(theft.story.roles) + len(theft.variants) for theft in THEFTS)


def test_a_wish_for_one_theft_is_heard() -> None:
    assert {one.theft.story.name for one in trials(["export"])} == {"export"}


def test_thefts_laid_over_together_share_no_patient() -> None:
    for group in together(act(WORLD, one) for one in trials()):
        shown = [one.loot.truth.patients for one in group]
        assert sum(map(len, shown)) == len(frozenset().union(*shown))


def test_thieves_who_take_anybody_take_nobody_twice() -> None:
    one = act(WORLD, trial("low-and-slow"))
    named = [event.patient for event in one.loot.events if isinstance(event, Access) and event.patient]
    assert len(named) == len(set(named)) > 0


def test_what_a_goal_is_set_for_is_tried_on_every_seed_and_the_rest_in_turn() -> None:
    each = [set(map(_known_as, of_seed(seed, every=5))) for seed in range(1001, 1006)]
    goals = {_known_as(one) for one in trials() if (one.theft.story.name, one.variant) in GOALS}
    assert set.intersection(*each) == goals
    assert set.union(*each) == set(map(_known_as, trials()))


def _known_as(one: Trial) -> tuple[str, str]:
    return one.name, one.role


def test_detectors_are_never_fitted_to_the_hospitals_they_are_scored_on() -> None:
    assert not set(FITTING) & set(SCORING)
    assert not (set(FITTING) | set(SCORING)) & set(RETIRED)
    assert {purpose(seed) for seed in (*FITTING, *SCORING)} == {"fitting", "scoring"}
    assert len(SCORING) >= detection_page.WANTED


def test_the_page_refuses_hospitals_that_detectors_were_fitted_to() -> None:
    found = CliRunner().invoke(app, ["detect", "--seeds", "2", "--first-seed", "100", "--write"])
    assert isinstance(found.exception, BadInputError)


def test_the_page_says_when_it_shows_fewer_hospitals_than_were_wanted() -> None:
    assert "200 hospitals were wanted; these are 2" in detection_page.text(measured(), "")


def test_what_was_measured_is_not_measured_again_and_other_knobs_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Task(SETTINGS, (101, 102))
    part = detection.joined(Task(SETTINGS, (101,)), [measured()])
    detection._keep(part, tmp_path)
    assert [one.task.seeds for one in detection._known(task, tmp_path)] == [(101,)]
    assert list(detection._known(Task(SETTINGS, (101,), per_1000=2.0), tmp_path)) == []
    monkeypatch.setattr(detection, "code", lambda: "changed")
    assert list(detection._known(task, tmp_path)) == []


@pytest.mark.parametrize(("white_box", "sought"), [(True, 2), (False, 0)])
def test_a_thief_who_knows_every_threshold_is_sought_in_every_hospital_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, *, white_box: bool, sought: int
) -> None:
    monkeypatch.setattr(detection, "measure", lambda task, _: detection.joined(task, []))
    made = detection.offline(["guessed"], [1001, 1002], white_box=white_box)
    assert made.task == Task(SIZES["small"], (1001, 1002), ("guessed",), frontier=sought)


def fails_or_is_noted(task: Task) -> Measured:
    seed = task.seeds[0]
    if seed == 1:
        raise BadInputError("This seed fails.", "")
    (Path(task.attacks[0]) / str(seed)).touch()
    return detection.joined(task, [])


def test_a_seed_that_fails_says_so_before_the_others_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "one_seed", fails_or_is_noted)
    with pytest.raises(BadInputError, match="This seed fails"):
        detection.measure(Task(SETTINGS, tuple(range(1, 40)), (str(tmp_path),)), jobs=1)
    assert len(list(tmp_path.iterdir())) < 10  # those handed out already


def test_thefts_laid_over_together_share_no_account() -> None:
    acts = [act(WORLD, one) for one in trials()]
    groups = list(together(acts))
    assert sum(map(len, groups)) == len(acts)
    for group in groups:
        assert len(group) <= TOGETHER
        assert sum(len(one.involved) for one in group) == len(frozenset().union(*(one.involved for one in group)))


def test_a_theft_begins_in_the_second_half_of_the_world() -> None:
    for one in trials():
        assert act(WORLD, one).first >= SETTINGS.start + timedelta(days=SETTINGS.days // 2 - 1)


def test_exposure_grows_with_the_evenings_and_ends_at_what_was_stolen() -> None:
    one = act(WORLD, trial("low-and-slow"))
    grown = [one.exposed(one.first + timedelta(days=after)) for after in range((one.last - one.first).days + 1)]
    assert grown == sorted(grown)
    assert one.exposed(one.first - timedelta(days=1)) == 0
    assert grown[-1] == len(one.loot.truth.patients)


def test_a_case_from_before_the_theft_does_not_count() -> None:
    one = act(WORLD, trial("fast-grab"))
    [account] = one.loot.truth.accounts
    before, after = (one.first - timedelta(days=3)).isoformat(), one.first.isoformat()
    assert _rank([case(account, before)], one, []) == 0
    assert _rank([case("somebody"), case(account, before, after)], one, []) == 2


def test_a_case_the_quiet_world_has_too_is_luck() -> None:
    one = act(WORLD, trial("fast-grab"))
    [account] = one.loot.truth.accounts
    day = one.first.isoformat()
    assert _rank([case(account, day, score=2.5)], one, [case(account, day, score=2.5)]) == 0
    assert _rank([case(account, day, score=4.0)], one, [case(account, day, score=2.5)]) == 1
    assert _accused([case("somebody", day)], one) == {}


def test_what_an_account_did_is_taken_from_the_world_with_the_theft() -> None:
    quiet = pa.table({"account": ["a", "b"], "value": [1, 1]})
    stolen = pa.table({"account": ["a", "b", "b"], "value": [9, 9, 8]})
    assert _mixed(quiet, stolen, pa.array(["b"])).to_pydict() == {"account": ["a", "b", "b"], "value": [1, 9, 8]}


def test_every_detector_has_its_traits_under_the_name_its_findings_carry() -> None:
    assert {detector.STORY.name for detector in DETECTORS} == set(TRAITS)


def test_the_page_lists_every_theft_every_account_and_what_is_not_measured() -> None:
    text = detection_page.text(measured(), "ecluse drill detect --seeds 2 --write")
    for theft in THEFTS:
        assert f"| **{theft.story.name}** |" in text
        assert f"| {theft.story.number} | {theft.story.name} |" in text
    assert "**50%** (9% to 91%)" in text
    assert "| low-and-slow | nurse | patients a day for four weeks | never | 5 to 5 | 1 of 2 | 0 |" in text
    assert "$" not in text
    assert "| 5 patients more a day: found within 10 working days | ≥ 90 % |" in text
    assert "**not reached**" in text
    assert "What is not measured here" in text


def test_the_page_comes_with_its_picture(tmp_path: Path) -> None:
    page, picture = detection_page.write(measured(), tmp_path, "ecluse drill detect")
    assert page.read_text(encoding="utf-8").count(f"]({detection_page.PICTURE})") == 1
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_the_page_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        detection_page.write(measured(), tmp_path / "nowhere", "")


def test_the_table_has_a_line_for_each_theft_and_account() -> None:
    assert table(measured()).row_count == len(trials())


@pytest.mark.parametrize("wrong", [["--attack", "nonsense"], ["--attack", "export", "--write"]])
def test_the_command_refuses_what_it_cannot_do(wrong: list[str]) -> None:
    found = CliRunner().invoke(app, ["detect", *wrong])
    assert isinstance(found.exception, BadInputError)


def test_the_page_in_the_repository_was_written_by_the_command_for_the_thefts_there_are() -> None:
    text = (DOCS / "detection.md").read_text(encoding="utf-8")
    assert "Written by `ecluse drill detect" in text
    assert all(f"| **{theft.story.name}** |" in text for theft in THEFTS)
    assert (DOCS / detection_page.PICTURE).read_text(encoding="utf-8").startswith("<svg")


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(Ground(SETTINGS, Duck()), per_1000=5.0)


@pytest.mark.slow
def test_an_account_that_a_thief_wakes_stands_in_the_staff_list_and_is_found(bench: Bench) -> None:
    theft = BY_NAME["sleeper"]
    one = act(bench.ground.world, Trial(theft, "dormant", dict(theft.variants)["dormant"], theft.story.roles[0]))
    staff = bench.ground.with_thefts([one]).staff
    assert set(one.loot.truth.accounts) <= set(staff["account"].to_pylist())
    [outcome] = bench.outcomes([one.trial])
    assert outcome.found


@pytest.mark.slow
def test_a_fast_grab_is_found_the_same_evening_and_the_quiet_world_stays_quiet(bench: Bench) -> None:
    [one] = bench.outcomes([trial("fast-grab")])
    assert one.found
    assert (one.days, one.stolen) == (1, len(act(WORLD, trial("fast-grab")).loot.truth.patients))
    quiet = bench.quiet()
    assert quiet.cases <= 5.0 * SETTINGS.staff / 1000 * SETTINGS.days
    assert quiet.firsts > quiet.explained > 0


@pytest.mark.slow
def test_thefts_watched_together_are_judged_as_if_each_were_alone(bench: Bench) -> None:
    acts = [act(WORLD, one) for one in (trial("other-hands"), trial("off-hours", "secretary"))]
    group = next(together(acts))
    assert len(group) == 2
    both = bench.ground.with_thefts(group)
    for one in group:
        alone = bench.ground.with_thefts([one])
        mixed, exact = (
            bench._evening(one, world)[0] for world in (bench.ground.quiet.with_accounts(both, one.involved), alone)
        )
        assert mixed == exact


@pytest.mark.slow
def test_the_queue_of_an_evening_knows_nothing_of_the_next_day(bench: Bench) -> None:
    one = act(WORLD, trial("low-and-slow"))
    stolen = bench.ground.with_thefts([one])
    before = one.first - timedelta(days=1)
    ids = [[found.id for found in world.cases(before, bench.a_day)] for world in (bench.ground.quiet, stolen)]
    assert ids[0] == ids[1]


@pytest.mark.slow
def test_what_is_found_in_memory_is_what_is_found_in_a_lake(bench: Bench, tmp_path: Path) -> None:
    one = act(WORLD, trial("low-and-slow"))
    lake = Lake(tmp_path / "lake", ZONE)
    lake.add(Path("world"), "world", WORLD.events())
    lake.add(Path("theft"), "theft", one.loot.events)
    engine = DuckEngine(threads=1)
    _, found = run.watch(lake, engine, DETECTORS)
    engine.close()
    assert bench.ground.with_thefts([one]).findings.equals(found.rows)


@pytest.mark.slow
def test_the_frontier_lies_between_the_rates(bench: Bench) -> None:
    edges = list(bench.edges(["fast-grab"]))
    assert [edge.rate in {0, *RATES} for edge in edges] == [True]
    assert edges[0].rate > 1


def test_an_evening_is_a_date_of_the_world() -> None:
    one = act(WORLD, trial("guessed"))
    assert isinstance(one, Act)
    assert isinstance(one.first, date)


@pytest.mark.slow
def test_the_command_measures_in_processes_of_its_own_and_prints_json() -> None:
    small = ["--patients", "1500", "--staff", "80", "--days", "30", "--per-1000", "5"]
    found = CliRunner().invoke(app, ["detect", "--seeds", "1", "--attack", "guessed", "--json", *small])
    assert found.exit_code == 0, found.output
    made = msgspec.json.decode(found.stdout.strip().splitlines()[-1], type=Measured)
    assert {(one.attack, one.role, one.seed) for one in made.outcomes} == {
        ("guessed", "nurse", SCORING[0]),
        ("guessed", "secretary", SCORING[0]),
    }
    assert made.edges == []
