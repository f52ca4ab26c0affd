"""The world as ATNA messages: the reader finds every access with account, patient, deed and instant."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed
from ecluse.drill.logs import atna
from ecluse.drill.logs.timeline import Logged

Second = Callable[[datetime], str]
ONE = {Deed.LIST: Deed.SEARCH}  # the same thing in such a log
SPOKEN_OF = {AccountAct.LOGIN, AccountAct.LOGIN_FAILURE, AccountAct.LOGOUT, AccountAct.GRANT, AccountAct.LOG_OFF}


def test_every_access_comes_back_once(back: Callable[[str], Any], log: list[Logged], second: Second) -> None:
    read = back("atna")
    assert read.reader == "atna"
    expected = Counter(
        (one.account, one.patient, ONE.get(one.deed, one.deed), second(one.at), one.address)
        for one in log
        if isinstance(one, Access)
    )
    found = Counter((one.account, one.patient, one.deed, second(one.at), one.address) for one in read.accesses)
    assert found == expected
    assert expected.total() > 10_000
    assert set(Deed) - {Deed.LIST} == {one.deed for one in read.accesses}


def test_times_carry_their_zone_and_parts_of_seconds(back: Callable[[str], Any]) -> None:
    zones = {one.at.utcoffset().seconds for one in back("atna").accesses}
    assert zones == {3600, 7200}
    assert any(one.at.microsecond for one in back("atna").accesses)


def test_of_accounts_it_tells_sign_ins_rights_and_logs_stopped(
    back: Callable[[str], Any], log: list[Logged], second: Second
) -> None:
    told = [one for one in log if isinstance(one, AccountEvent) and one.act in SPOKEN_OF]
    expected = Counter((one.account, one.by, one.act, second(one.at), one.address) for one in told)
    found = Counter((one.account, one.by, one.act, second(one.at), one.address) for one in back("atna").signs)
    assert found == expected
    assert {act for *_, act, _, _ in found} == SPOKEN_OF


def test_how_many_a_list_displayed_is_not_in_it(back: Callable[[str], Any]) -> None:
    unnamed = [one for one in back("atna").accesses if one.deed is Deed.SEARCH and not one.patient]
    assert unnamed
    assert all(one.shown == 0 and one.at_least for one in unnamed)


@pytest.mark.parametrize("name", ["a\"b'c", "<&>", "é"])
def test_names_are_written_as_xml_has_them(name: str) -> None:
    told = Access(datetime(2026, 1, 5), name, Deed.READ, name, device=name)  # noqa: DTZ001
    parts = ET.fromstring(atna.message(told))  # noqa: S314 - written a line before
    assert [one.get("UserID") for one in parts.iter("ActiveParticipant")][0] == name  # noqa: RUF015
    assert parts.find("ParticipantObjectIdentification/ParticipantObjectName").text == name  # type: ignore[union-attr]


def test_what_such_a_log_has_no_code_for_leaves_no_message() -> None:
    at = datetime(2026, 1, 5)  # noqa: DTZ001
    assert {act for act in AccountAct if atna.message(AccountEvent(at, "a", act))} == SPOKEN_OF
