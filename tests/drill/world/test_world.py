"""The world is the same for the same seed, and nobody in it does what they cannot do."""

import datetime as dt
from collections import defaultdict

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from ecluse.core.events import Access, AccountAct, Care, CareKind, Deed, PatientFacts, Person
from ecluse.core.words import Profession
from ecluse.drill.professions.catalogue import BY_PROFESSION, TRADES
from ecluse.drill.world import cast
from ecluse.drill.world.facts import home, patient_id, phone
from ecluse.drill.world.mess import outage_day
from ecluse.drill.world.reasons import LOOKS, SCREENS, Why
from ecluse.drill.world.settings import MINUTES, Mess, Settings
from ecluse.drill.world.world import ROWS_A_DAY, World

SMALL = Settings(patients=2000, staff=100, days=21, seed=5)


@pytest.fixture(scope="module")
def world() -> World:
    return World(SMALL)


@pytest.fixture(scope="module")
def log(world: World) -> pa.Table:
    return pa.Table.from_batches([world.batch(day) for day in world.days])


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, Person]:
    return {one.account: one for one in world.people() if isinstance(one, Person)}


def seen(log: pa.Table) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for account, patient in zip(log["account"].to_pylist(), log["patient"].to_pylist(), strict=True):
        found[account] |= {patient} - {""}
    return found


def test_the_same_seed_gives_the_same_events_in_any_order(world: World) -> None:
    again = World(SMALL)
    backwards = {day: again.batch(day) for day in reversed(again.days)}
    assert all(world.batch(day).equals(backwards[day]) for day in world.days)
    assert list(world.people()) == list(again.people())
    assert list(world.care()) == list(again.care())
    assert [list(world.signs(day)) for day in range(3)] == [list(again.signs(day)) for day in range(3)]


def test_another_seed_gives_another_hospital(world: World) -> None:
    other = World(msgspec.structs.replace(SMALL, seed=6))
    assert not world.batch(3).equals(other.batch(3))


def test_one_access_says_what_the_batch_says(world: World) -> None:
    batch, one = world.batch(2), list(world.accesses(2))
    assert len(one) == batch.num_rows
    assert isinstance(one[0], Access)
    assert [row.patient for row in one] == batch.column("patient").to_pylist()
    assert [row.at for row in one] == batch.column("at").to_pylist()


def test_the_one_who_must_see_nothing_signs_in_and_sees_nothing(world: World, log: pa.Table) -> None:
    assert cast.SEES_NOTHING not in set(log["account"].to_pylist())
    signed = [one for day in world.days for one in world.signs(day) if one.account == cast.SEES_NOTHING]
    assert sum(one.act is AccountAct.LOGIN for one in signed) > 5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_one_who_must_see_nothing_sees_nothing_whatever_the_seed(seed: int) -> None:
    world = World(
        Settings(patients=500, staff=60, days=7, seed=seed, mess=Mess(borrowed=0.2, own_record=0.3, curious=1))
    )
    assert all(cast.SEES_NOTHING not in world.batch(day).column("account").to_pylist() for day in world.days)


def test_the_cast_is_there(people: dict[str, Person]) -> None:
    assert {trade.login for trade in TRADES} <= set(people)
    assert {extra.account for extra in cast.EXTRAS} <= set(people)
    assert {one.profession for one in people.values()} == set(BY_PROFESSION)
    assert people[cast.FLOAT_NURSE].unit == "POOL"
    assert people[cast.NEWCOMER].since is not None
    assert people[cast.LEAVER].until is not None
    assert {account for account, one in people.items() if one.service} >= cast.SERVICES


def test_nobody_opens_a_record_before_being_hired_or_after_leaving(log: pa.Table, people: dict[str, Person]) -> None:
    for account, at in zip(log["account"].to_pylist(), log["at"].to_pylist(), strict=True):
        one = people[account]
        assert one.since is None or at.date() >= one.since
        assert one.until is None or at.date() <= one.until + dt.timedelta(days=1)  # a last night ends in the morning


def test_the_newcomer_and_the_leaver_do_work_on_their_side(log: pa.Table) -> None:
    assert {cast.NEWCOMER, cast.LEAVER, cast.FLOAT_NURSE, cast.NIGHT_NURSE} <= set(log["account"].to_pylist())


def test_nothing_happens_outside_the_weeks_of_the_world(log: pa.Table) -> None:
    first, last = min(log["at"].to_pylist()), max(log["at"].to_pylist())
    assert first >= SMALL.midnight
    assert last < SMALL.midnight + dt.timedelta(days=SMALL.days, hours=1)


def test_every_row_has_a_number_of_its_own_and_leaves_room_for_others(log: pa.Table) -> None:
    numbers = log["row"].to_pylist()
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number % ROWS_A_DAY < ROWS_A_DAY // 2 for number in numbers)


def test_nobody_is_on_the_ward_while_off(world: World) -> None:
    staff, rota = world.plan.staff, world.plan.rota
    nurses = set(staff.of(Profession.NURSE, Profession.AIDE, Profession.MIDWIFE).tolist())
    for day in range(7):
        done = world.tasks(day)
        for who, at in zip(done.who.tolist(), done.at.tolist(), strict=True):
            if who in nurses:
                assert rota.start[who, day] - 1 <= at <= rota.end[who, day] + 150


def test_weekends_are_quiet_in_the_offices_and_not_on_the_wards(world: World) -> None:
    rota, staff = world.plan.rota, world.plan.staff
    assert SMALL.weekday(5) == 5
    assert len(rota.on(5, staff.of(Profession.BILLING, Profession.SECRETARY))) == 0
    assert len(rota.on(5, staff.of(Profession.NURSE))) > 5


def test_nights_are_worked_by_few_but_by_some(world: World) -> None:
    start = world.plan.rota.start
    nights = (start >= 0) & (start % MINUTES > 1200)
    assert 0 < nights.sum() < (start >= 0).sum() / 5


def test_float_nurses_work_in_many_units(world: World) -> None:
    who = world.plan.staff.number(cast.FLOAT_NURSE)
    working = world.plan.rota.start[who] >= 0
    assert len(np.unique(world.plan.rota.unit[who][working])) >= 3


def test_residents_rotate_and_the_staff_list_does_not_know(people: dict[str, Person]) -> None:
    world = World(msgspec.structs.replace(SMALL, days=60))
    residents = world.plan.staff.of(Profession.RESIDENT)
    assert all(len(np.unique(world.plan.rota.unit[one])) >= 2 for one in residents)
    assert all(one.unit == "" for one in people.values() if one.profession is Profession.RESIDENT)


def test_no_patient_lies_in_two_beds(world: World) -> None:
    stays = world.plan.stays
    order = np.lexsort((stays.start, stays.patient))
    same = stays.patient[order][1:] == stays.patient[order][:-1]
    assert (stays.start[order][1:] >= stays.end[order][:-1])[same].all()


def test_nobody_is_admitted_after_death(world: World) -> None:
    stays = world.plan.stays
    for place in np.flatnonzero(stays.dies):
        later = (stays.patient == stays.patient[place]) & (stays.start > stays.end[place])
        assert not later.any()


def test_the_wards_are_neither_empty_nor_bursting(world: World) -> None:
    units, stays = world.plan.units, world.plan.stays
    for day in range(0, SMALL.days, 5):
        lying = stays.during(day * MINUTES + 720, day * MINUTES + 721)
        wards = int((stays.unit[lying] < units.wards).sum())
        assert 0.4 * units.beds.sum() < wards < 1.6 * units.beds.sum()


def test_the_outage_is_silent_and_made_up_for(world: World) -> None:
    day = outage_day(world.plan)
    at = np.array([row.at.hour * 60 + row.at.minute for row in world.accesses(day) if "flux" not in row.account])
    morning, after = ((at >= 604) & (at < 745)).sum(), ((at >= 750) & (at < 830)).sum()
    assert after > 5 * max(1, morning)


def test_every_session_begins_with_a_sign_in(world: World) -> None:
    for day in range(3):
        signed = {one.session for one in world.signs(day) if one.act is AccountAct.LOGIN}
        assert {row.session for row in world.accesses(day)} - {""} <= signed


def test_care_facts_name_who_and_whom_and_how_long(world: World, people: dict[str, Person]) -> None:
    facts = list(world.care())
    assert {one.kind for one in facts} >= {CareKind.ENCOUNTER_IN_UNIT, CareKind.APPOINTMENT, CareKind.ORDER}
    for one in facts:
        assert isinstance(one, Care)
        assert one.unit in {*world.plan.units.names, ""}
        assert one.account in {*people, ""}
        assert one.until is None or one.until >= one.since
        assert one.made_by == ""


def test_work_lists_are_handed_on_only_when_the_settings_say_so(world: World) -> None:
    silent = World(msgspec.structs.replace(SMALL, work_lists=False))
    assert {one.unit for one in silent.care()} & {"ADM", "DIM", "FACT"} == set()
    assert {"ADM", "DIM", "FACT"} <= {one.unit for one in world.care()}


def test_addresses_and_telephones_lead_nowhere(world: World) -> None:
    assert "quai de l’Invention" in home(12)
    assert phone(77).startswith("0639 98")  # kept for fiction
    inside = {row.address.split(".")[0] for row in world.accesses(1)}
    assert inside <= {"10", "198", "203"}


def test_staff_who_are_patients_carry_the_same_name_and_birth(world: World, people: dict[str, Person]) -> None:
    facts = {one.patient: one for one in world.people() if isinstance(one, PatientFacts)}
    who = world.plan.staff.number(cast.PATIENT_TOO)
    own = facts[patient_id(int(world.plan.staff.record[who]))]
    me = people[cast.PATIENT_TOO]
    assert (own.family, own.given, own.birth, own.postal) == (me.family, me.given, me.birth, me.postal)


def test_every_reason_and_every_deed_has_its_look() -> None:
    assert set(LOOKS) == set(Why)
    assert set(SCREENS) == set(Deed)
    assert all(sum(tenths for _, tenths in look.deeds) == 10 for look in LOOKS.values())


def test_more_mess_makes_more_wrong_clicks(world: World) -> None:
    messy = World(msgspec.structs.replace(SMALL, mess=Mess(wrong_patient=0.2)))
    wrong = [sum((one.tasks(day).why == Why.WRONG).sum() for day in range(5)) for one in (world, messy)]
    assert wrong[1] > 10 * wrong[0]


@pytest.mark.parametrize("staff", [30, 75, 400])
def test_any_size_has_every_profession_and_a_quiet_first_day(staff: int) -> None:
    world = World(Settings(patients=staff * 20, staff=staff, days=3))
    assert len(world.plan.staff.account) == staff
    assert len(set(world.plan.staff.account)) == staff
    assert set(world.plan.staff.profession) == set(BY_PROFESSION)
    assert world.batch(0).num_rows > staff


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(TypeError):
        Settings(nurses=12)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Mess(chaos=1.0)  # type: ignore[call-arg]
