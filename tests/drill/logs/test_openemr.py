"""The world as OpenEMR's tables: charts opened, changes and calls come back, each row fitting its checksum."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from ecluse.core.events import Access, AccountAct, AccountEvent, Care, CareKind, Deed, Integrity, PatientFacts, Person
from ecluse.drill.logs.openemr_traces import call
from ecluse.drill.logs.timeline import Logged, clock
from ecluse.drill.thieves.base import Loot
from ecluse.drill.world import facts
from ecluse.drill.world.world import World

Second = Callable[[datetime], str]
Reading = Callable[[str], Any]
SERVICES = frozenset({"batch-nuit", "flux-imagerie", "flux-labo"})
OPENS = (Deed.READ, Deed.HISTORY, Deed.EVERYTHING, Deed.BREAK_GLASS)
CHANGES = (Deed.WRITE, Deed.CREATE, Deed.DELETE)


def by_people(log: list[Logged], *deeds: Deed) -> list[Access]:
    return [one for one in log if isinstance(one, Access) and one.deed in deeds and one.account not in SERVICES]


def test_a_chart_opened_comes_back_once_however_long_it_is_read(
    back: Reading, log: list[Logged], second: Second
) -> None:
    read = back("openemr")
    assert read.reader == "openemr"
    opened: dict[str, tuple[str, str]] = {}
    expected: Counter[tuple[str, str, str]] = Counter()
    views = by_people(log, *OPENS)
    for one in views:
        if opened.get(one.account) != (one.session, one.patient):
            opened[one.account] = (one.session, one.patient)
            expected[one.account, one.patient, second(one.at)] += 1
    found = [one for one in read.accesses if one.route == "view"]
    assert Counter((one.account, one.patient, second(one.at)) for one in found) == expected
    assert {one.deed for one in found} == {Deed.READ}
    assert 2000 < expected.total() < len(views)


def test_the_theft_is_in_it_patient_by_patient(back: Reading, theft: Loot) -> None:
    theirs = {one.patient for one in back("openemr").accesses if one.account in theft.truth.accounts}
    assert theft.truth.patients <= theirs


def test_every_change_on_screen_comes_back_once(back: Reading, log: list[Logged], second: Second) -> None:
    expected = Counter((one.account, one.patient, one.deed, second(one.at)) for one in by_people(log, *CHANGES))
    found = [
        one for one in back("openemr").accesses if one.source == "openemr/log" and one.deed in CHANGES and one.patient
    ]
    assert Counter((one.account, one.patient, one.deed, second(one.at)) for one in found) == expected
    assert {one.deed for one in found} == set(CHANGES)


def test_every_call_of_an_interface_comes_back_on_both_sides_of_summer_time(
    back: Reading, log: list[Logged], second: Second
) -> None:
    calls = [one for one in log if isinstance(one, Access) and one.account in SERVICES]
    expected = Counter((one.account, one.patient, one.deed, second(one.at), one.address) for one in calls)
    found = [one for one in back("openemr").accesses if one.source == "openemr/api_log"]
    assert Counter((one.account, one.patient, one.deed, second(one.at), one.address) for one in found) == expected
    assert expected.total() > 1000
    assert {one.deed for one in calls} == {Deed.READ, Deed.WRITE}


@pytest.mark.parametrize(
    ("deed", "patient", "shown", "asked"),
    [
        (Deed.CREATE, "7", 1, "POST /apis/default/api/patient/{}/encounter"),
        (Deed.DELETE, "7", 1, "DELETE /apis/default/fhir/Patient/{}"),
        (Deed.EVERYTHING, "7", 1, "GET /apis/default/fhir/Patient/{}"),
        (Deed.LIST, "", 50, "GET /apis/default/fhir/Patient?_count=50"),
        (Deed.EXPORT, "", 50, "GET /apis/default/fhir/$export"),
        (Deed.REPORT, "", 50, " "),
    ],
)
def test_what_an_interface_does_is_a_call_that_the_api_has(deed: Deed, patient: str, shown: int, asked: str) -> None:
    one = Access(datetime(2026, 1, 5), "flux-labo", deed, patient, shown=shown)  # noqa: DTZ001
    method, url = call(one)
    assert f"{method} {url}".startswith(asked.partition("{")[0])
    assert f"{method} {url}".endswith(asked.rpartition("}")[2])


def test_of_what_was_printed_it_says_who_and_when_but_not_whose_record(back: Reading, log: list[Logged]) -> None:
    prints = [one for one in back("openemr").accesses if one.deed is Deed.PRINT]
    assert Counter(one.account for one in prints) == Counter(one.account for one in by_people(log, Deed.PRINT))
    assert {(one.patient, one.shown) for one in prints} == {("", 0)}


def test_searches_lists_reports_and_exports_on_screen_are_not_in_it(back: Reading) -> None:
    screens = {one.deed for one in back("openemr").accesses if one.source == "openemr/log"}
    assert screens == {Deed.READ, Deed.PRINT, *CHANGES}


def test_sign_ins_and_failed_ones_come_back_with_their_address(
    back: Reading, log: list[Logged], second: Second
) -> None:
    acts = {AccountAct.LOGIN, AccountAct.LOGIN_FAILURE, AccountAct.LOGOUT}
    signs = [one for one in log if isinstance(one, AccountEvent) and one.act in acts]
    expected = Counter(
        (one.account, one.act, second(one.at), "" if one.act is AccountAct.LOGOUT else one.address) for one in signs
    )
    read = [one for one in back("openemr").signs if one.act in acts]
    assert Counter((one.account, one.act, second(one.at), one.address) for one in read) == expected
    assert {one.act for one in read} == acts


def test_work_on_accounts_comes_back_with_whom_where_its_sql_names_them(
    back: Reading, log: list[Logged], second: Second
) -> None:
    named = {AccountAct.CREATED, AccountAct.DISABLED, AccountAct.UNLOCK, AccountAct.PASSWORD, AccountAct.FACTOR}
    unnamed = {AccountAct.GRANT, AccountAct.REVOKE, AccountAct.LOG_OFF}
    happened = [one for one in log if isinstance(one, AccountEvent) and one.act in named | unnamed]
    expected = Counter(("" if one.act in unnamed else one.account, one.by, one.act, second(one.at)) for one in happened)
    work = [one for one in back("openemr").signs if one.act in named | unnamed]
    assert Counter((one.account, one.by, one.act, second(one.at)) for one in work) == expected


def test_every_row_fits_its_checksum_and_no_number_is_missing(back: Reading) -> None:
    read = back("openemr")
    assert [one for one in read.events if isinstance(one, Integrity)] == []
    said = " ".join(read.tally.said)
    for table in ("log", "api_log"):
        assert f"rows of {table} fit their checksum" in said


def test_its_own_tables_tell_who_attends_and_appointments(back: Reading, world: World) -> None:
    read = [one for one in back("openemr").events if isinstance(one, Care)]
    attended = Counter((one.patient, clock(one.since), one.account) for one in _of(world, CareKind.CARE_TEAM))
    found = [one for one in read if one.kind is CareKind.ENCOUNTER_IN_UNIT]
    assert Counter((one.patient, one.since, one.account) for one in found) == attended
    visits = Counter((one.patient, one.since.date(), one.account) for one in _of(world, CareKind.APPOINTMENT))
    found = [one for one in read if one.kind is CareKind.APPOINTMENT]
    assert visits <= Counter((one.patient, one.since.date(), one.account) for one in found)
    assert len(found) == visits.total() + 1


def _of(world: World, kind: CareKind) -> list[Care]:
    return [one for one in world.care() if one.kind is kind]


def test_staff_and_patients_come_back(back: Reading, world: World) -> None:
    read = back("openemr").events
    accounts = {one.account: one for one in read if isinstance(one, Person)}
    assert accounts.keys() == {*world.plan.staff.account, "n.nouveau999"}
    for one in facts.people(world.plan):
        assert (accounts[one.account].family, accounts[one.account].given) == (one.family, one.given)
    ill = {(one.patient, one.family, one.birth, one.phone) for one in read if isinstance(one, PatientFacts)}
    assert ill == {(one.patient, one.family, one.birth, one.phone) for one in facts.patients(world.plan)}
