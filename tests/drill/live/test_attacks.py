"""Every attack is whole, every part finds its accounts, and no round mixes what must stay apart."""

import datetime as dt

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.words import Profession
from ecluse.drill.attacks.base import ACCOUNTS_AT_ONCE, DISK, WEB, Attack
from ecluse.drill.attacks.catalogue import ATTACKS, BY_NAME, named, parts
from ecluse.drill.cast import ALWAYS_SEES_NOTHING
from ecluse.drill.hospital import Hospital
from ecluse.drill.live.rounds import rounds
from ecluse.drill.live.stage import decoys, leaver
from ecluse.drill.professions.catalogue import BY_PROFESSION
from ecluse.drill.theft import at_work
from ecluse.drill.thieves.catalogue import BY_NAME as THEFTS
from ecluse.safe.policy import DEFAULT_FILE, load, parse

NOW = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
HOSPITAL = Hospital(patients=2000, seed=3, now=NOW)
ROLES = {*(profession.value for profession in Profession), DISK, WEB, "nobody"}
each = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.story.name)


@each
def test_d2_every_attack_has_a_story_knobs_a_live_and_an_offline_form(attack: Attack) -> None:
    story = attack.story
    assert all((story.title, story.text, story.bound)), story.name
    assert type(attack.knobs).__doc__
    assert all(isinstance(knobs, type(attack.knobs)) for _, knobs in attack.variants)
    assert callable(attack.steal)
    assert attack.roles
    assert set(attack.roles) <= ROLES
    assert bool(attack.offline.theft) != bool(attack.offline.why)
    assert not attack.offline.theft or attack.offline.theft in THEFTS


def test_d2_the_whole_list_is_there_and_every_theft_of_the_logs_has_a_live_form() -> None:
    assert {attack.story.number for attack in ATTACKS} >= set(range(1, 17))
    assert len(BY_NAME) == len({attack.story.number for attack in ATTACKS}) == len(ATTACKS)
    assert {attack.offline.theft for attack in ATTACKS} >= set(THEFTS)


def test_the_fast_grab_is_tried_with_every_profession_of_the_cast() -> None:
    assert set(BY_NAME["fast-grab"].roles) == {profession.value for profession in BY_PROFESSION}


def test_an_attack_nobody_wrote_is_refused_and_named() -> None:
    with pytest.raises(BadInputError, match="no attack nope"):
        named(["fast-grab", "nope"])


def test_parts_can_be_kept_to_some_accounts() -> None:
    assert {part.role for part in parts(ATTACKS, ["nurse"])} == {"nurse"}


@each
def test_a_changed_policy_is_still_one_and_is_changed(attack: Attack) -> None:
    if attack.policy is None:
        return
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    assert attack.policy(text) != text
    assert parse(attack.policy(text)).establishment == load(DEFAULT_FILE).establishment


def test_d3_every_part_is_cast_once_and_no_account_twice_in_a_round() -> None:
    wanted = parts(ATTACKS)
    played = list(rounds(HOSPITAL, wanted))
    assert sorted(cast.part.name + cast.part.role for casts in played for cast in casts) == sorted(
        part.name + part.role for part in wanted
    )
    for casts in played:
        taken = [member.username for cast in casts for member in cast.members]
        assert len(taken) == len(set(taken))
        assert all(len(cast.members) == cast.part.accounts for cast in casts)
        assert len(casts) == 1 or not any(cast.part.attack.alone for cast in casts)
        assert len({cast.part.attack.policy for cast in casts}) == 1
        assert len(casts) == 1 or len(taken) <= ACCOUNTS_AT_ONCE


def test_accounts_that_share_a_copy_stay_below_what_the_establishment_shows_everybody_in_a_minute() -> None:
    policy = load(DEFAULT_FILE)
    most = max(
        sum(caps.minute for ground, caps in rights.caps.items() if ground != "approved")
        for rights in policy.professions.values()
    )
    assert most * ACCOUNTS_AT_ONCE <= policy.establishment.free(policy.establishment.caps.minute)


def test_d4_ten_people_are_at_work_in_every_round_but_where_a_profession_is_all_taken() -> None:
    for casts in rounds(HOSPITAL, parts(ATTACKS)):
        stolen = [member for cast in casts for member in cast.members]
        working = at_work(HOSPITAL, stolen)
        assert len(working) >= 7
        assert not set(stolen) & set(working)


def test_decoys_are_one_in_a_hundred_and_nobody_looks_after_them() -> None:
    found = decoys(HOSPITAL)
    assert 10 <= len(found) <= 20
    assert found == decoys(Hospital(patients=2000, seed=3, now=NOW))
    activity = HOSPITAL.activity
    assert not found & {*activity.stays, *activity.visits, *activity.treated}


def test_the_leaver_is_nobody_of_the_house() -> None:
    gone = leaver(HOSPITAL)
    assert gone.username not in {member.username for member in HOSPITAL.members}
    assert gone.username != ALWAYS_SEES_NOTHING
