"""Caps of one account, below those of its profession."""

from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.words import Ground, ProposalKind, Window
from ecluse.safe.policy import parse
from ecluse.safe.protocol import Approve, Proposal, Propose, Ruled
from ecluse.safe.testing import SMALL_POLICY, SafeInHand, who

OWN = '[accounts."nurse.one"]\ncaps.explained = { minute = 2, hour = 2, day = 2, month = 2 }\n'
WIDER = '[accounts."nurse.one"]\ncaps.explained = { minute = 900, hour = 900, day = 900, month = 900 }\n'
FIVE = ("p1", "p2", "p3", "p4", "p5")


def shown(safe: SafeInHand, account: str) -> int:
    rules = [safe.rules(patient, by=who(account))[0] for patient in FIVE]
    return rules.count("explained")


def test_t8_an_account_is_bound_by_its_own_caps_and_others_are_not(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, policy=SMALL_POLICY + OWN)
    assert shown(safe, "nurse.one") == 2
    assert shown(safe, "nurse.two") == 4


def test_t8_caps_of_an_account_never_widen_those_of_its_profession(tmp_path: Path) -> None:
    assert shown(SafeInHand(tmp_path, policy=SMALL_POLICY + WIDER), "nurse.one") == 4


def test_t8_two_people_may_raise_them_for_a_while(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, policy=SMALL_POLICY + OWN)
    proposal = Proposal(
        kind=ProposalKind.RAISE_CAP,
        account="nurse.one",
        ground=Ground.EXPLAINED,
        window=Window.MINUTE,
        limit=3,
        seconds=600,
    )
    asked = safe.call(Propose(who=who("admin", "it-administrator"), proposal=proposal, request="ask"))
    assert isinstance(asked, Ruled)
    safe.call(Approve(who=who("officer", "security-officer"), proposal=asked.sequence, request="yes"))
    assert shown(safe, "nurse.one") == 2  # the hour still holds


@pytest.mark.parametrize(
    "text",
    [
        '[accounts."a"]\ncaps.explained = { minute = 5, hour = 2, day = 2, month = 2 }\n',
        '[accounts."a"]\ncaps.explained = { minute = -1, hour = 2, day = 2, month = 2 }\n',
        '[accounts."a"]\ncaps.whatever = { minute = 1, hour = 2, day = 2, month = 2 }\n',
        '[accounts."a"]\nread = ["clinical"]\n',
    ],
)
def test_t8_a_policy_whose_own_caps_make_no_sense_is_refused_whole(text: str) -> None:
    with pytest.raises(BadInputError):
        parse(SMALL_POLICY + text)
