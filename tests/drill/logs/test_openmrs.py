"""The world as the tables of a Bahmni hospital: the screens that its page logs come back, and nothing else."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Integrity, PatientFacts, Person
from ecluse.drill.logs.timeline import Logged
from ecluse.drill.world import facts
from ecluse.drill.world.world import World

Second = Callable[[datetime], str]
Reading = Callable[[str], Any]
SERVICES = frozenset({"batch-nuit", "flux-imagerie", "flux-labo"})
SAID = {
    Deed.READ: Deed.READ,
    Deed.HISTORY: Deed.READ,
    Deed.EVERYTHING: Deed.READ,
    Deed.BREAK_GLASS: Deed.READ,
    Deed.WRITE: Deed.WRITE,
    Deed.CREATE: Deed.CREATE,
    Deed.SEARCH: Deed.SEARCH,
    Deed.REPORT: Deed.REPORT,
}


def test_every_screen_that_the_page_logs_comes_back_once(back: Reading, log: list[Logged], second: Second) -> None:
    read = back("openmrs")
    assert read.reader == "openmrs"
    accesses = [one for one in log if isinstance(one, Access) and one.account not in SERVICES]
    screens = [one for one in accesses if one.deed in SAID]
    expected = Counter((one.account, one.patient, SAID[one.deed], second(one.at)) for one in screens)
    assert Counter((one.account, one.patient, one.deed, second(one.at)) for one in read.accesses) == expected
    assert len(accesses) > len(screens) > 10_000


def test_what_interfaces_do_is_not_in_it(back: Reading, log: list[Logged]) -> None:
    assert any(one.account in SERVICES for one in log if isinstance(one, Access))
    assert not SERVICES & {one.account for one in back("openmrs").accesses}


def test_sign_ins_failed_ones_and_sign_outs_come_back(back: Reading, log: list[Logged], second: Second) -> None:
    acts = {AccountAct.LOGIN, AccountAct.LOGIN_FAILURE, AccountAct.LOGOUT}
    signs = [one for one in log if isinstance(one, AccountEvent) and one.act in acts]
    expected = Counter((one.account, one.act, second(one.at)) for one in signs)
    assert Counter((one.account, one.act, second(one.at)) for one in back("openmrs").signs) == expected


def test_people_come_back_and_no_number_is_missing(back: Reading, world: World) -> None:
    read = back("openmrs").events
    assert {one.account for one in read if isinstance(one, Person)} == set(world.plan.staff.account)
    ill = {(one.patient, one.family) for one in read if isinstance(one, PatientFacts)}
    assert ill == {(one.patient, one.family) for one in facts.patients(world.plan)}
    assert [one for one in read if isinstance(one, Integrity)] == []
