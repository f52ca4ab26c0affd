"""The world as Mediboard's tables: what they can say comes back, once; what they cannot is not in them."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from ecluse.core.events import (
    Access,
    AccountAct,
    AccountEvent,
    Care,
    CareKind,
    Deed,
    Fault,
    Integrity,
    PatientFacts,
    Person,
)
from ecluse.drill.logs.timeline import Logged, clock
from ecluse.drill.thieves.base import Loot
from ecluse.drill.world import facts
from ecluse.drill.world.world import World

Second = Callable[[datetime], str]
Reading = Callable[[str], Any]
Stay = Callable[[Access], tuple[datetime, str] | None]
SERVICES = frozenset({"batch-nuit", "flux-imagerie", "flux-labo"})
CHANGED = frozenset({Deed.WRITE, Deed.CREATE, Deed.DELETE})


@pytest.fixture(scope="module")
def stay(world: World) -> Callable[[Access], tuple[datetime, str] | None]:
    """Return when the stay of a view began, and who attends it: the patient's last one until then."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    for one in world.care():
        if one.kind is CareKind.CARE_TEAM:
            found.setdefault(one.patient, []).append((one.since, one.account))

    def of(view: Access) -> tuple[datetime, str] | None:
        return max((one for one in found.get(view.patient, []) if one[0] <= view.at), default=None)

    return of


def hour_of(one: Access) -> datetime:
    return clock(one.at).replace(minute=0, second=0, microsecond=0)


def done(log: list[Logged], *deeds: Deed) -> list[Access]:
    return [one for one in log if isinstance(one, Access) and one.deed in deeds]


def test_a_view_comes_back_once_an_hour_with_its_patient_when_there_was_a_stay(
    back: Reading, log: list[Logged], stay: Stay
) -> None:
    read = back("mediboard")
    assert read.reader == "mediboard"
    screens = [one for one in done(log, Deed.READ) if one.account not in SERVICES]
    seen = {(one.account, hour_of(one), one.patient, found) for one in screens if (found := stay(one))}
    expected = Counter((account, hour, patient) for account, hour, patient, _ in seen)
    views = [one for one in read.accesses if one.source == "mediboard/log_access_medical_object"]
    assert Counter((one.account, one.at, one.patient) for one in views) == expected
    assert {one.deed for one in views} == {Deed.READ}
    assert {one.grain for one in views} == {3600}
    assert expected.total() > 2000
    assert not {one.account for one in views} & SERVICES


def test_views_of_patients_who_had_not_stayed_yet_are_not_in_it(
    back: Reading, log: list[Logged], theft: Loot, stay: Stay
) -> None:
    [thief] = theft.truth.accounts
    theirs = {one.patient for one in back("mediboard").accesses if one.account == thief}
    never = theft.truth.patients - {one.patient for one in done(log, *Deed) if one.account == thief and stay(one)}
    assert len(never) > 100
    assert not theirs & never
    assert len(theft.truth.patients & theirs) > 100


def test_every_change_comes_back_once_with_time_and_address(back: Reading, log: list[Logged], second: Second) -> None:
    expected = Counter((one.account, one.patient, one.deed, second(one.at), one.address) for one in done(log, *CHANGED))
    changes = [one for one in back("mediboard").accesses if one.source == "mediboard/user_log"]
    found = Counter((one.account, one.patient, one.deed, second(one.at), one.address) for one in changes)
    assert found == expected
    assert {one.deed for one in changes} == CHANGED


def test_an_override_of_somebody_else_s_stay_comes_back_once_a_day(
    back: Reading, log: list[Logged], stay: Stay
) -> None:
    first: dict[tuple[object, ...], datetime] = {}
    for one in done(log, Deed.BREAK_GLASS):
        if (found := stay(one)) and found[1] != one.account:
            first.setdefault((one.account, one.patient, found, one.at.date()), clock(one.at).replace(microsecond=0))
    expected = Counter((account, patient, at) for (account, patient, *_), at in first.items())
    read = [one for one in back("mediboard").accesses if one.source == "mediboard/bris_de_glace"]
    assert Counter((one.account, one.patient, one.at) for one in read) == expected
    assert {one.deed for one in read} == {Deed.BREAK_GLASS}
    assert len(done(log, Deed.BREAK_GLASS)) >= len(read) + 2 > 4


def test_only_requests_about_many_patients_are_slow_enough_to_be_logged(back: Reading, log: list[Logged]) -> None:
    slow = [one for one in back("mediboard").accesses if one.source == "mediboard/long_request_log"]
    many = done(log, Deed.EXPORT, Deed.REPORT, Deed.PRINT)
    asked = [one for one in many if one.shown >= 40 and not one.patient]
    assert Counter((one.account, one.deed) for one in slow) == Counter((one.account, one.deed) for one in asked)
    assert not any(one.patient for one in slow)
    assert {one.deed for one in slow} == {Deed.EXPORT, Deed.REPORT, Deed.PRINT}


def test_nothing_else_of_what_was_done_is_in_it(back: Reading) -> None:
    deeds = {one.deed for one in back("mediboard").accesses}
    assert not deeds & {Deed.SEARCH, Deed.LIST, Deed.HISTORY, Deed.EVERYTHING}


def test_logins_come_back_but_failed_ones_logouts_and_those_of_interfaces(
    back: Reading, log: list[Logged], second: Second
) -> None:
    signs = [one for one in log if isinstance(one, AccountEvent) and one.act is AccountAct.LOGIN]
    expected = Counter((one.account, second(one.at), one.address) for one in signs)
    read = back("mediboard").signs
    found = Counter((one.account, second(one.at), one.address) for one in read if one.act is AccountAct.LOGIN)
    assert found == expected
    assert not any(one.act in {AccountAct.LOGIN_FAILURE, AccountAct.LOGOUT} for one in read)


def test_work_on_accounts_comes_back_with_who_did_it(back: Reading, log: list[Logged], second: Second) -> None:
    told = {AccountAct.CREATED, AccountAct.DISABLED, AccountAct.PASSWORD, AccountAct.GRANT, AccountAct.REVOKE}
    told |= {AccountAct.LOG_OFF}
    happened = [one for one in log if isinstance(one, AccountEvent) and one.act in told]
    expected = Counter((one.account, one.by, one.act, second(one.at)) for one in happened)
    work = [one for one in back("mediboard").signs if one.act is not AccountAct.LOGIN]
    assert Counter((one.account, one.by, one.act, second(one.at)) for one in work) == expected
    assert {one.act for one in work} == told


def test_accounts_whose_logins_leave_no_row_are_the_interfaces_and_the_one_that_was_silenced(back: Reading) -> None:
    silent = {one.account for one in back("mediboard").events if isinstance(one, Integrity)}
    assert silent == SERVICES | {"n.nouveau999"}
    faults = {one.fault for one in back("mediboard").events if isinstance(one, Integrity)}
    assert faults == {Fault.LOGGING_OFF}


def test_its_own_tables_tell_stays_who_attends_them_and_appointments(back: Reading, world: World) -> None:
    read = [one for one in back("mediboard").events if isinstance(one, Care)]
    attended = Counter(
        (one.patient, clock(one.since), one.account) for one in world.care() if one.kind is CareKind.CARE_TEAM
    )
    stays = [one for one in read if one.kind is CareKind.ENCOUNTER_IN_UNIT]
    assert Counter((one.patient, one.since, one.account) for one in stays) == attended
    visits = [one for one in world.care() if one.kind is CareKind.APPOINTMENT]
    found = Counter((one.patient, one.since.date(), one.account) for one in read if one.kind is CareKind.APPOINTMENT)
    assert Counter((one.patient, one.since.date(), one.account) for one in visits) <= found


def test_a_duty_made_by_its_own_user_is_told_as_such(back: Reading) -> None:
    made = [one for one in back("mediboard").events if isinstance(one, Care) and one.made_by]
    assert [(one.account, one.made_by) for one in made] == [("d.laurent", "d.laurent")]


def test_staff_and_patients_come_back(back: Reading, world: World) -> None:
    read = back("mediboard").events
    accounts = {one.account: one for one in read if isinstance(one, Person)}
    assert accounts.keys() == {*world.plan.staff.account, "n.nouveau999"}
    for one in facts.people(world.plan):
        found = accounts[one.account]
        assert (found.family, found.birth, found.since, found.until) == (one.family, one.birth, one.since, one.until)
        assert found.unit == one.unit
        assert found.service == one.service
    ill = {(one.patient, one.family, one.birth, one.vip) for one in read if isinstance(one, PatientFacts)}
    assert ill == {(one.patient, one.family, one.birth, one.vip) for one in facts.patients(world.plan)}
    assert len(max(accounts, key=len)) <= 20, "users.user_username is as wide as that"
