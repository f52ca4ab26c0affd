"""One more attack is one small file: written here into a folder, it is cast, carried out, laid into a log, listed."""

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import msgspec
import pytest
from tests.drill.live.test_attacks import test_d2_every_attack_has_a_story_knobs_a_live_and_an_offline_form as is_whole

from ecluse.cli import drill_run
from ecluse.cli.drill import app
from ecluse.core.words import Profession
from ecluse.drill import trials
from ecluse.drill.attacks import catalogue
from ecluse.drill.attacks.base import Attack
from ecluse.drill.hospital import Hospital
from ecluse.drill.live.rounds import rounds
from ecluse.drill.thieves.base import Theft
from ecluse.drill.thieves.catalogue import BY_NAME, THEFTS
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World

LIVE = '''"""The cleaner at the window: looks over a shoulder."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story


class Knobs(msgspec.Struct, frozen=True):
    """``looks`` over shoulders."""

    looks: int = 3


STORY = Story(99, "shoulder", "A look over a shoulder", "Somebody stands behind.", "What is on the screen, no more.")


def steal(heist, knobs):
    """Look."""
    heist.begin()
    for look in range(knobs.looks):
        heist.requests += 1
        heist.haul.take(heist.screen(look), "shoulder")


TWICE = ("twice", Knobs(looks=6))
ATTACK = Attack(STORY, Knobs(), steal, (Profession.NURSE, Profession.AIDE), Offline("shoulder"), (TWICE,))
'''
IN_LOGS = '''"""The same, as it stands in a log."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``looks`` over shoulders."""

    looks: int = 3


STORY = Story(99, "shoulder", "A look over a shoulder", "Somebody stands behind.", "It is quick.", "T1056", ("nurse",))


def steal(scene, knobs):
    """Read a few records in the morning."""
    [who] = scene.accounts()
    begin = scene.day * 1440 + 600
    patients = scene.anybody(knobs.looks)
    scene.hand(who, begin).read([begin + minute for minute in range(len(patients))], patients)
    return scene.loot([who])


THEFT = Theft(STORY, steal, Knobs())
'''
SETTINGS = Settings(patients=1500, staff=80, days=30, seed=4)


def imported(folder: Path, name: str, text: str) -> ModuleType:
    file = folder / f"{name}.py"
    file.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def attack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attack:
    """The attack and its theft, with their line in each list."""
    made: Attack = imported(tmp_path, "shoulder", LIVE).ATTACK
    theft: Theft = imported(tmp_path, "shoulder_in_logs", IN_LOGS).THEFT
    attacks, thefts = (*catalogue.ATTACKS, made), (*THEFTS, theft)
    for module in (catalogue, drill_run):
        monkeypatch.setattr(module, "ATTACKS", attacks)
    monkeypatch.setitem(catalogue.BY_NAME, "shoulder", made)
    monkeypatch.setattr("ecluse.drill.trials.THEFTS", thefts)
    monkeypatch.setitem(BY_NAME, "shoulder", theft)
    return made


def test_d2_a_new_attack_passes_the_test_that_each_must_pass(attack: Attack) -> None:
    is_whole(attack)


@pytest.mark.parametrize(
    "left_out", ['"Somebody stands behind."', '"What is on the screen, no more."', 'Offline("shoulder")']
)
def test_d2_a_new_attack_without_story_bound_or_offline_form_does_not(tmp_path: Path, left_out: str) -> None:
    hollow = LIVE.replace(left_out, '""' if left_out.startswith('"') else "Offline()")
    with pytest.raises(AssertionError):
        is_whole(imported(tmp_path, "hollow", hollow).ATTACK)


def test_a_new_attack_is_cast_with_each_account_and_variant(attack: Attack) -> None:
    wanted = catalogue.parts(catalogue.named(["shoulder"]))
    assert [(part.name, part.role) for part in wanted] == [
        ("shoulder", "nurse"),
        ("shoulder", "aide"),
        ("shoulder (twice)", "nurse"),
    ]
    played = list(rounds(Hospital(patients=300, seed=3), wanted))
    assert [cast.part.attack for casts in played for cast in casts] == [attack] * 3
    assert all(cast.members for casts in played for cast in casts)


def test_a_new_attack_is_carried_out_with_its_knobs(attack: Attack) -> None:
    taken: list[tuple[str, str]] = []
    haul = SimpleNamespace(take=lambda body, route: taken.append((body, route)))
    heist = SimpleNamespace(begin=lambda: None, screen=str, haul=haul, requests=0)
    attack.steal(heist, attack.variants[0][1])  # type: ignore[arg-type]
    assert taken == [(str(look), "shoulder") for look in range(6)]
    assert heist.requests == 6


def test_a_new_theft_is_laid_into_a_log_with_its_truth(attack: Attack) -> None:
    [wanted] = trials.trials([attack.offline.theft])
    done = trials.act(World(SETTINGS), wanted)
    assert (wanted.role, len(done.loot.truth.patients)) == (Profession.NURSE, 3)
    assert done.exposed(done.last) == 3


def test_a_new_attack_is_listed(attack: Attack, capsys: pytest.CaptureFixture[str]) -> None:
    app(args=["list", "--json"], standalone_mode=False)
    told = msgspec.json.decode(capsys.readouterr().out)
    assert told[-1]["name"] == attack.story.name
    assert told[-1]["variants"] == ["twice"]
