"""Every kind of theft has its story, leaves events with a truth that fits them, and stays within the world."""

from datetime import timedelta

import msgspec
import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.events import Access, AccountAct, AccountEvent, Care, Deed, Integrity, Person
from ecluse.drill.thieves.base import Loot, Scene, Theft
from ecluse.drill.thieves.catalogue import BY_NAME, THEFTS
from ecluse.drill.world import cast
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import ROWS_A_DAY, World

SETTINGS = Settings(patients=3000, staff=150, days=45, seed=9)
WORLD = World(SETTINGS)
EVERY = [
    pytest.param(theft, name, knobs, id=f"{theft.story.name} {name}".strip())
    for theft in THEFTS
    for name, knobs in (("", theft.knobs), *theft.variants)
]


def stolen(theft: Theft, knobs: object, role: str = "", seed: str = "") -> Loot:
    scene = Scene(WORLD, role or theft.story.roles[0], 25, SETTINGS.chance(f"theft {theft.story.name} {seed}"))
    return theft.steal(scene, knobs)


def accesses(loot: Loot) -> list[Access]:
    return [one for one in loot.events if isinstance(one, Access)]


@pytest.mark.parametrize("theft", THEFTS, ids=lambda theft: theft.story.name)
def test_every_story_is_complete(theft: Theft) -> None:
    story = theft.story
    assert all((story.title, story.text, story.hard, story.roles))
    assert story.technique.startswith("T")
    assert type(theft.knobs).__doc__
    assert all(isinstance(knobs, type(theft.knobs)) for _, knobs in theft.variants)


def test_the_list_covers_what_shows_in_a_log_and_names_are_unique() -> None:
    numbers = {theft.story.number for theft in THEFTS}
    assert set(range(1, 17)) - numbers == {9}  # a stolen dump leaves no line in any access log
    assert len(BY_NAME) == len(THEFTS)


@pytest.mark.parametrize(("theft", "name", "knobs"), EVERY)
def test_the_truth_fits_the_events(theft: Theft, name: str, knobs: object) -> None:
    loot = stolen(theft, knobs)
    theirs = [one for one in accesses(loot) if one.account in loot.truth.accounts]
    assert {one.patient for one in theirs} - {""} == loot.truth.patients
    assert sum(one.shown for one in theirs if not one.patient) == loot.truth.unnamed
    assert {one.account for one in theirs} == set(loot.truth.accounts)
    assert loot.truth.first == min(one.at for one in theirs)
    assert loot.truth.last == max(one.at for one in theirs)
    assert loot.truth.patients or loot.truth.unnamed


@pytest.mark.parametrize(("theft", "name", "knobs"), EVERY)
def test_every_role_can_be_the_victim_and_the_one_who_sees_nothing_never_is(
    theft: Theft, name: str, knobs: object
) -> None:
    for role in theft.story.roles:
        accounts = stolen(theft, knobs, role).truth.accounts
        assert accounts
        assert cast.SEES_NOTHING not in accounts


@pytest.mark.parametrize(("theft", "name", "knobs"), EVERY)
def test_a_theft_happens_inside_the_world_and_after_its_first_half(theft: Theft, name: str, knobs: object) -> None:
    loot = stolen(theft, knobs)
    half = SETTINGS.midnight + timedelta(days=SETTINGS.days // 2)
    assert half <= loot.truth.first <= loot.truth.last < SETTINGS.midnight + timedelta(days=SETTINGS.days + 1)


@pytest.mark.parametrize(("theft", "name", "knobs"), EVERY)
def test_its_rows_are_new_ones(theft: Theft, name: str, knobs: object) -> None:
    rows = [one.row for one in accesses(stolen(theft, knobs))]
    assert len(set(rows)) == len(rows)
    assert all(row % ROWS_A_DAY > ROWS_A_DAY // 2 for row in rows)


@pytest.mark.parametrize("theft", THEFTS, ids=lambda theft: theft.story.name)
def test_the_same_seed_steals_the_same(theft: Theft) -> None:
    assert stolen(theft, theft.knobs, seed="x") == stolen(theft, theft.knobs, seed="x")


@pytest.mark.parametrize("theft", [theft for theft in THEFTS if theft.rates], ids=lambda theft: theft.story.name)
def test_a_slower_thief_takes_less(theft: Theft) -> None:
    for _, knobs in theft.rates:
        little, much = (stolen(theft, knobs(rate)).truth for rate in (2, 40))
        shown = [len(one.patients) + one.unnamed for one in (little, much)]
        assert shown[0] <= shown[1] if theft.story.name == "snooping" else shown[0] < shown[1]


def test_the_known_accounts_of_patients_are_real_ones() -> None:
    known = {str(200_000 + number) for number in range(SETTINGS.patients)}
    for theft in THEFTS:
        assert stolen(theft, theft.knobs).truth.patients <= known


def test_those_who_share_the_work_never_take_the_same_patient() -> None:
    theft = BY_NAME["collusion"]
    taken = [one.patient for one in accesses(stolen(theft, theft.knobs))]
    assert len(taken) == len(set(taken))


def test_a_forged_duty_comes_first_and_says_who_made_it() -> None:
    theft = BY_NAME["forged-duties"]
    loot = stolen(theft, theft.knobs)
    duties = [one for one in loot.events if isinstance(one, Care)]
    looks = [one for one in accesses(loot) if one.deed is Deed.READ]
    assert {one.made_by for one in duties} == set(loot.truth.accounts)
    assert [one.patient for one in duties] == [one.patient for one in looks]
    assert all(duty.since < look.at for duty, look in zip(duties, looks, strict=True))


def test_scraping_opens_nothing() -> None:
    theft = BY_NAME["scraping"]
    assert {one.deed for one in accesses(stolen(theft, theft.knobs))} == {Deed.SEARCH}


def test_tampering_leaves_a_sign_or_a_gap() -> None:
    theft = BY_NAME["tampering"]
    off, deleted = (stolen(theft, knobs).events for knobs in (theft.knobs, theft.variants[0][1]))
    assert any(isinstance(one, AccountEvent) and one.act is AccountAct.LOG_OFF for one in off)
    assert any(isinstance(one, Integrity) and one.last > one.first for one in deleted)


def test_the_leaver_comes_back_after_leaving_and_new_accounts_are_in_no_list() -> None:
    theft = BY_NAME["sleeper"]
    left = WORLD.plan.staff.until[WORLD.plan.staff.number(cast.LEAVER)]
    assert stolen(theft, theft.knobs).truth.first > SETTINGS.midnight + timedelta(days=int(left) + 1)
    new = next(knobs for name, knobs in theft.variants if name == "new")
    assert any(isinstance(one, Person) for one in stolen(theft, new).events)


def test_the_quiet_one_among_the_loud_is_the_truth() -> None:
    theft = BY_NAME["flooding"]
    loot = stolen(theft, theft.knobs)
    assert len(loot.truth.accounts) == 1
    assert len({one.account for one in accesses(loot)}) == theft.knobs.decoys + 1


def test_a_knob_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError):
        msgspec.structs.replace(BY_NAME["fast-grab"].knobs, speed=9)


def test_a_thief_waits_for_the_first_shift_of_an_owner_who_is_away() -> None:
    start, who = WORLD.plan.rota.start, next(iter(Scene(WORLD, "nurse", 25, SETTINGS.chance("x")).accounts()))
    away = next(day for day in range(20, 40) if (start[who, day : day + 2] < 0).all() and (start[who, day:] >= 0).any())
    shifts = Scene(WORLD, "nurse", away, SETTINGS.chance("x")).shifts(who, 2)
    assert len(shifts) == 1
    assert shifts[0][0] == start[who, away:][start[who, away:] >= 0][0]


def test_where_nobody_works_nothing_is_stolen_and_it_is_said() -> None:
    scene = Scene(WORLD, "nurse", 25, SETTINGS.chance("x"))
    with pytest.raises(BadInputError, match="Nobody works here"):
        scene.loot([0])
