"""The world as the log of a web server: each page asked for comes back, by the rules written beside it."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ecluse.core.events import Access, Deed
from ecluse.drill.logs.timeline import Logged

Second = Callable[[datetime], str]
Reading = Callable[[str], Any]


def test_every_access_comes_back_once(back: Reading, log: list[Logged], second: Second) -> None:
    read = back("web-server")
    assert read.reader == "web_server"
    expected = Counter(
        (one.account, one.patient, one.deed, second(one.at), one.address) for one in log if isinstance(one, Access)
    )
    found = Counter((one.account, one.patient, one.deed, second(one.at), one.address) for one in read.accesses)
    assert found == expected
    assert {one.deed for one in read.accesses} == set(Deed)
    assert not read.tally.skipped


def test_of_many_patients_at_once_it_says_at_least_one(back: Reading) -> None:
    unnamed = [one for one in back("web-server").accesses if not one.patient]
    assert {(one.shown, one.at_least) for one in unnamed} == {(1, True)}


def test_it_knows_nothing_of_sign_ins(back: Reading) -> None:
    assert back("web-server").signs == []
