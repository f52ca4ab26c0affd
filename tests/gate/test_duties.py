"""Which duties explain: the statements on SQLite and PostgreSQL, judged by a plain loop over the same rows."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from ecluse.accounts.models import Account, Membership, OnCall, Unit
from ecluse.core.words import DutyKind
from ecluse.gate.duties import Worker, duty_sql, explaining, patients_of, worker
from ecluse.gate.models import FOREVER, Duty
from ecluse.gate.rules import RANK

NOW = 1_800_000_000
TODAY = datetime.fromtimestamp(NOW, UTC)
K: TypeAlias = DutyKind


def hospital(engine: BaseDatabaseWrapper) -> tuple[list[Account], list[Unit]]:
    """Make three people and three units."""
    people = [
        Account.objects.using(engine.alias).create(username=name, display_name=name, password="!")
        for name in ("a.ward", "b.ward", "c.ward")
    ]
    units = [Unit.objects.using(engine.alias).create(code=code, name=code) for code in ("w1", "w2", "w3")]
    return people, units


def put(engine: BaseDatabaseWrapper, **fields: object) -> Duty:
    given_fields = {"kind": K.CARE_TEAM, "patient_id": 1, "since": NOW - 10, "made_by": "feed", "made_at": NOW - 10}
    return Duty.objects.using(engine.alias).create(**{**given_fields, **fields})


def slow(who: Worker, patients: list[int], rows: list[Duty]) -> dict[int, DutyKind]:
    """Say the same as ``explaining``, one row after the other."""
    found: dict[int, DutyKind] = {}
    for kind in reversed(who.kinds):
        for row in rows:
            current = row.since <= NOW < row.until and row.patient_id in patients
            others = row.made_by not in {who.username, f"import:{who.username}"}
            mine = row.account_id == who.account or row.unit_id in who.units
            same = row.kind == kind and mine
            called = kind is K.ON_CALL and row.kind == K.ENCOUNTER_IN_UNIT and row.unit_id in who.on_call
            if current and others and (same or called):
                found[row.patient_id] = kind
    return found


rows_of_duties = some.lists(
    some.fixed_dictionaries(
        {
            "kind": some.sampled_from(list(K)),
            "patient_id": some.integers(1, 4),
            "who": some.integers(0, 2) | some.none(),
            "where": some.integers(0, 2) | some.none(),
            "since": some.integers(NOW - 3, NOW + 2),
            "lasts": some.integers(1, 5) | some.none(),
            "made_by": some.sampled_from(["a.ward", "import:a.ward", "b.ward", "feed", "import:feed", "A.WARD"]),
        }
    ).filter(lambda row: row["who"] is not None or row["where"] is not None),
    max_size=12,
)


@given(
    drawn=rows_of_duties,
    accepted=some.sets(some.sampled_from(list(K))),
    works=some.sets(some.integers(0, 2)),
    called=some.sets(some.integers(0, 2)),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_g3_the_statement_says_what_a_plain_loop_says(
    engine: BaseDatabaseWrapper, drawn: list[dict], accepted: set[K], works: set[int], called: set[int]  # type: ignore[type-arg]
) -> None:  # fmt: skip
    with transaction.atomic(using=engine.alias):
        people, units = hospital(engine)
        rows = [
            put(
                engine,
                kind=row["kind"],
                patient_id=row["patient_id"],
                account_id=None if row["who"] is None else people[row["who"]].pk,
                unit_id=None if row["where"] is None else units[row["where"]].pk,
                since=row["since"],
                until=FOREVER if row["lasts"] is None else row["since"] + row["lasts"],
                made_by=row["made_by"],
            )
            for row in drawn
        ]
        me = Worker(
            people[0].pk,
            "a.ward",
            tuple(kind for kind in RANK if kind in accepted),
            tuple(units[number].pk for number in works),
            tuple(units[number].pk for number in called),
        )
        expected = slow(me, [1, 2, 3], rows)
        assert explaining(me, [1, 2, 3], NOW) == expected
        assert {pk: kind for pk, kind in patients_of(me, NOW).items() if pk != 4} == expected
        without_mine = [row for row in rows if not row.made_by.endswith("a.ward")]
        assert slow(me, [1, 2, 3], without_mine) == expected
        transaction.set_rollback(True, using=engine.alias)


@pytest.fixture
def ward(engine: BaseDatabaseWrapper) -> tuple[Worker, Unit]:
    """Make a nurse of one ward, by hand."""
    people, units = hospital(engine)
    return Worker(people[0].pk, "a.ward", RANK, (units[0].pk,)), units[0]


@pytest.mark.parametrize("made_by", ["a.ward", "import:a.ward"])
@pytest.mark.parametrize("kind", [kind for kind in K if kind is not K.ON_CALL])
def test_g3_a_duty_made_by_the_account_that_uses_it_explains_nothing(
    engine: BaseDatabaseWrapper, ward: tuple[Worker, Unit], made_by: str, kind: K
) -> None:  # fmt: skip
    me, unit = ward
    put(engine, kind=kind, account_id=me.account, unit=unit, made_by=made_by, since=1, made_at=1)
    assert explaining(me, [1], NOW) == {}
    assert patients_of(me, NOW) == {}


def test_g3_it_explains_to_the_others_of_the_ward(engine: BaseDatabaseWrapper, ward: tuple[Worker, Unit]) -> None:
    me, unit = ward
    put(engine, kind=K.ENCOUNTER_IN_UNIT, unit=unit, made_by="a.ward")
    assert explaining(replace(me, username="b.ward", account=me.account + 1), [1], NOW) == {1: K.ENCOUNTER_IN_UNIT}


@pytest.mark.parametrize(
    ("since", "until"), [(NOW + 1, FOREVER), (NOW - 10, NOW), (NOW - 10, NOW - 5), (NOW + 5, NOW + 10)]
)
def test_a_duty_that_has_not_begun_or_is_over_explains_nothing(
    engine: BaseDatabaseWrapper, ward: tuple[Worker, Unit], since: int, until: int
) -> None:  # fmt: skip
    put(engine, unit=ward[1], since=since, until=until)
    assert explaining(ward[0], [1], NOW) == {}


def test_somebody_elses_duty_or_another_ward_explains_nothing(
    engine: BaseDatabaseWrapper, ward: tuple[Worker, Unit]
) -> None:  # fmt: skip
    me, unit = ward
    put(engine, account_id=me.account + 1)
    put(engine, unit_id=unit.pk + 1)
    assert explaining(me, [1], NOW) == {}
    assert explaining(replace(me, account=999, units=()), [1], NOW) == {}


def test_g4_without_accepted_duties_nothing_is_found(engine: BaseDatabaseWrapper, ward: tuple[Worker, Unit]) -> None:
    put(engine, unit=ward[1])
    assert explaining(replace(ward[0], kinds=()), [1], NOW) == {}
    assert patients_of(replace(ward[0], kinds=()), NOW) == {}
    assert explaining(ward[0], [], NOW) == {}


def test_a_duty_of_nobody_cannot_be_written(engine: BaseDatabaseWrapper) -> None:
    for wrong in ({}, {"unit_id": 1, "until": NOW - 10}, {"unit_id": 1, "made_by": ""}):
        with pytest.raises(IntegrityError), transaction.atomic(using=engine.alias):
            put(engine, **wrong)


def test_on_call_opens_the_encounters_of_the_unit_and_nothing_else(
    engine: BaseDatabaseWrapper, ward: tuple[Worker, Unit]
) -> None:  # fmt: skip
    me = replace(ward[0], units=(), on_call=(ward[1].pk,))
    put(engine, kind=K.ENCOUNTER_IN_UNIT, unit=ward[1])
    put(engine, kind=K.ORDER, unit=ward[1], patient_id=2)
    assert explaining(me, [1, 2], NOW) == {1: K.ON_CALL}
    assert patients_of(me, NOW) == {1: K.ON_CALL}
    assert explaining(replace(me, kinds=(K.ENCOUNTER_IN_UNIT,)), [1, 2], NOW) == {}


def test_a_worker_is_in_the_units_of_now(engine: BaseDatabaseWrapper) -> None:
    people, units = hospital(engine)
    hour = timedelta(hours=1)
    memberships = Membership.objects.using(engine.alias)
    memberships.create(account=people[0], unit=units[0], since=TODAY - hour)
    memberships.create(account=people[0], unit=units[1], since=TODAY - 2 * hour, until=TODAY)
    memberships.create(account=people[0], unit=units[2], since=TODAY + hour)
    memberships.create(account=people[1], unit=units[1], since=TODAY - hour)
    calls = OnCall.objects.using(engine.alias)
    calls.create(account=people[0], unit=units[2], since=TODAY - hour, until=TODAY + hour)
    calls.create(account=people[0], unit=units[1], since=TODAY + hour, until=TODAY + 2 * hour)
    assert worker("a.ward", RANK, TODAY) == Worker(people[0].pk, "a.ward", RANK, (units[0].pk,), (units[2].pk,))
    assert worker("c.ward", RANK, TODAY) == Worker(people[2].pk, "c.ward", RANK)
    assert worker("nobody", RANK, TODAY) is None


def test_a_work_list_gives_the_latest_first_narrowed_and_no_longer_than_asked(
    engine: BaseDatabaseWrapper, ward: tuple[Worker, Unit]
) -> None:  # fmt: skip
    me, unit = ward
    for number in range(1, 9):
        put(engine, kind=K.ENCOUNTER_IN_UNIT, unit=unit, patient_id=number, since=NOW - 100 + number)
    put(engine, kind=K.APPOINTMENT, account_id=me.account, patient_id=3, since=NOW - 200)
    put(engine, kind=K.APPOINTMENT, account_id=me.account, patient_id=9, since=NOW - 300)
    assert list(patients_of(me, NOW, limit=3)) == [8, 7, 6]
    assert patients_of(me, NOW)[3] is K.APPOINTMENT
    assert set(patients_of(me, NOW, kinds=[K.APPOINTMENT])) == {3, 9}
    assert 9 not in patients_of(me, NOW, unit=unit.pk)
    assert patients_of(me, NOW, unit=unit.pk + 1) == {}


def test_one_statement_for_a_page_of_patients(
    engine: BaseDatabaseWrapper, ward: tuple[Worker, Unit], django_assert_num_queries: object
) -> None:  # fmt: skip
    for number in range(1, 21):
        put(engine, unit=ward[1], patient_id=number)
    with django_assert_num_queries(1, connection=engine):  # type: ignore[operator]
        assert len(explaining(ward[0], range(1, 21), NOW)) == 20


def test_the_hot_statement_finds_what_the_others_find(engine: BaseDatabaseWrapper) -> None:
    """``duty_sql`` is for callers that fetch everything at once: it must agree with :func:`explaining`."""
    people, units = hospital(engine)
    Membership.objects.using(engine.alias).create(account=people[0], unit=units[0], since=TODAY - timedelta(hours=1))
    put(engine, unit=units[0], patient_id=1)
    put(engine, unit=units[0], patient_id=2, made_by="a.ward")
    put(engine, unit=units[1], patient_id=3)
    put(engine, account_id=people[0].pk, patient_id=4, kind=K.BILLING)
    put(engine, account_id=people[0].pk, patient_id=5)
    accepted = (K.CARE_TEAM, K.ORDER)
    moment = engine.ops.adapt_datetimefield_value(TODAY)
    spelled = duty_sql(accepted, patient="p.id", account="a.id", username="a.username", now="%s", moment="%s")
    pages = " UNION ALL ".join(f"SELECT {number} AS id" for number in range(1, 6))
    with engine.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, {spelled} FROM ({pages}) p, accounts_account a WHERE a.username = %s",  # noqa: S608
            [NOW, NOW, moment, moment, "a.ward"],
        )
        found = {pk: K(kind) for pk, kind in cursor.fetchall() if kind}
    me = worker("a.ward", accepted, TODAY)
    assert me is not None
    assert found == explaining(me, range(1, 6), NOW) == {1: K.CARE_TEAM, 5: K.CARE_TEAM}
