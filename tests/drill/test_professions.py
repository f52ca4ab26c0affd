"""Every profession is whole, and one more is one small file: hired, at work in the log, its account stolen."""

import subprocess
import sys
from pathlib import Path

import pytest

from ecluse.accounts.labels import PROFESSIONS
from ecluse.core.words import SERVICES
from ecluse.drill.attacks.catalogue import BY_NAME
from ecluse.drill.cast import DEPARTMENTS, WARDS, hire
from ecluse.drill.professions.base import Hours, Trade
from ecluse.drill.professions.catalogue import BY_PROFESSION, TRADES
from ecluse.drill.thieves.catalogue import BY_NAME as THEFTS
from ecluse.drill.world import units
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.safe.policy import DEFAULT_FILE, load

each = pytest.mark.parametrize("trade", TRADES, ids=lambda trade: trade.profession.value)
ONE_MORE = '''"""Whoever answers for a ward, and still goes round it."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rounds, Trade

TRADE = Trade(
    Profession.UNIT_HEAD,
    "Goes round the ward in the morning.",
    login="z.unetelle",
    name="Zoé Unetelle",
    of_60=2,
    of_1000=5,
    hours=Hours.OFFICE,
    does=Rounds(visits=1.5),
)
'''
CAST = """
import sys
sys.path.insert(0, sys.argv[1])
from one_more import TRADE
from ecluse.drill.professions import catalogue
catalogue.TRADES += (TRADE,)
catalogue.BY_PROFESSION[TRADE.profession] = TRADE
from ecluse.drill.attacks import fast_grab
from ecluse.drill.hospital import Hospital
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
members = [one for one in Hospital(patients=100, staff=60).members if one.profession is TRADE.profession]
world = World(Settings(patients=1500, staff=400, days=3))
theirs = {world.plan.staff.account[who] for who in world.plan.by[TRADE.profession]}
opened = [one for day in world.days for one in world.accesses(day) if one.account in theirs and one.patient]
stolen = TRADE.profession.value in fast_grab.ATTACK.roles
print(members[0].username, len(members), len(theirs), stolen, len(opened) > 50)
"""


@pytest.fixture(scope="module")
def world() -> World:
    """Three weeks of a small hospital."""
    return World(Settings(patients=4000, staff=120, days=21, seed=5))


@each
def test_d2_every_profession_has_a_story_knobs_and_rights(trade: Trade) -> None:
    assert trade.story.endswith(".")
    assert trade.of_60 > 0
    assert trade.of_1000 > 0
    assert trade.place in {"", *units.DEPARTMENTS, *(ward.code for ward in WARDS)}
    assert trade.profession in load(DEFAULT_FILE).professions
    assert trade.profession.value in dict(PROFESSIONS)
    assert (trade.hours is Hours.NEVER) == (trade.profession in SERVICES)


@each
def test_d2_every_profession_is_hired_in_the_served_hospital(trade: Trade) -> None:
    first = next(one for one in hire(60, 6, seed=3) if one.profession is trade.profession)
    assert (first.username, first.name) == (trade.login, trade.name)
    assert first.unit in {unit.code for unit in (*WARDS[:6], *DEPARTMENTS)}
    assert trade.profession.value in BY_NAME["fast-grab"].roles


def test_d2_every_profession_works_in_the_log_but_who_must_see_nothing(world: World) -> None:
    staff = world.plan.staff
    by_account = dict(zip(staff.account, staff.profession, strict=True))
    worked = {by_account[one.account] for day in world.days for one in world.accesses(day) if one.patient}
    assert worked == set(BY_PROFESSION)
    nothing = BY_PROFESSION[by_account["i.garnier"]].login
    assert not [one for day in world.days for one in world.accesses(day) if one.account == nothing]


def test_no_profession_and_no_login_is_there_twice() -> None:
    assert len({trade.login for trade in TRADES}) == len(BY_PROFESSION) == len(TRADES)
    assert {role for theft in THEFTS.values() for role in theft.story.roles} <= {*BY_PROFESSION, "float-nurse"}


def test_d2_one_more_profession_is_one_small_file(tmp_path: Path) -> None:
    (tmp_path / "one_more.py").write_text(ONE_MORE, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-c", CAST, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert told.stdout.split() == ["z.unetelle", "2", "2", "True", "True"], told.stderr
