"""What was already said about a patient, read on both databases in one statement."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from ecluse.accounts.models import Account
from ecluse.core.words import Compartment
from ecluse.gate.models import Glass, Justification
from ecluse.gate.said import NOTHING, Said, merge, said, session_digest
from ecluse.safe.protocol import Who

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ME = Who(account="a.ward", profession="nurse", session="s1")


@pytest.fixture
def me(engine: BaseDatabaseWrapper) -> Account:
    """Make two people; return the first."""
    people = Account.objects.using(engine.alias)
    people.create(username="b.ward", display_name="b", password="!")
    return people.create(username="a.ward", display_name="a", password="!")


def row(account: Account, patient: int, **more: object) -> dict[str, object]:
    given = {
        "account": account,
        "patient_id": patient,
        "ref": f"{patient:032x}",
        "reason": "other",
        "text": b"x",
        "session": session_digest("s1"),
        "since": NOW - HOUR,
        "until": NOW + HOUR,
        "sequence": 1,
    }
    return {**given, **more}


def test_each_patient_gets_its_own_words_and_others_none(engine: BaseDatabaseWrapper, me: Account) -> None:
    Justification.objects.using(engine.alias).create(**row(me, 1))
    Glass.objects.using(engine.alias).create(**row(me, 2), compartments="identity care")
    Glass.objects.using(engine.alias).create(**row(me, 3), compartments="identity", second="b.ward", approval=7)
    Justification.objects.using(engine.alias).create(**row(me, 3))
    parts = frozenset({Compartment.IDENTITY, Compartment.CARE})
    assert said(ME, [1, 2, 3, 4], NOW) == {
        1: Said(justified=True),
        2: Said(glass=parts),
        3: Said(justified=True, glass=frozenset({Compartment.IDENTITY}), approval=7),
    }


def test_g6_words_of_another_person_session_or_time_do_not_count(engine: BaseDatabaseWrapper, me: Account) -> None:
    other = Account.objects.using(engine.alias).get(username="b.ward")
    words, glasses = Justification.objects.using(engine.alias), Glass.objects.using(engine.alias)
    words.create(**row(me, 1, session=session_digest("s2")))
    words.create(**row(other, 1))
    for account, since, until in ((other, -1, 1), (me, -2, 0), (me, 1, 2), (me, -3, -1)):
        fields = row(account, 1, since=NOW + since * HOUR, until=NOW + until * HOUR)
        words.create(**fields)
        glasses.create(**fields, compartments="identity")
    assert said(ME, [1], NOW) == {}


def test_nobody_without_a_session_has_said_anything(engine: BaseDatabaseWrapper, me: Account) -> None:
    Glass.objects.using(engine.alias).create(**row(me, 1), compartments="identity")
    assert said(Who(account="a.ward", profession="nurse", session=""), [1], NOW) == {}
    assert said(ME, [], NOW) == {}


def test_a_seconded_glass_comes_before_one_broken_alone_whatever_the_order() -> None:
    both = Said(glass=frozenset({Compartment.CARE}), approval=7)
    for first, second in (((7), None), (None, 7)):
        found = merge(merge(NOTHING, "care", first), "care", second)
        assert found == both
