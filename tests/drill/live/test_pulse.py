"""What was measured while the machine stood still is void, and played again."""

import time
from pathlib import Path

import pytest

from ecluse.core.errors import BrokenWorldError
from ecluse.drill.hospital import Hospital
from ecluse.drill.live import pulse, rounds
from ecluse.drill.live.pulse import Pulse, awake
from ecluse.drill.live.stage import Stage


def test_a_machine_that_is_awake_voids_nothing() -> None:
    with awake() as beats:
        pass
    assert beats.longest < pulse.STOOD_STILL_S


def test_a_machine_that_stood_still_voids_what_was_measured() -> None:
    with pytest.raises(BrokenWorldError, match="stood still for"), awake() as beats:
        beats.longest = 61.0


def test_the_time_since_the_last_beat_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    beats = Pulse()
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 100)
    beats.end()
    assert beats.longest > 90


def test_an_error_inside_is_not_hidden_by_the_pulse() -> None:
    def broken() -> None:
        with awake() as beats:
            beats.longest = 61.0
            raise KeyError

    with pytest.raises(KeyError):
        broken()


@pytest.mark.parametrize("times", [1, 2])
def test_a_round_that_was_void_is_played_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, times: int) -> None:
    left = [BrokenWorldError("The machine stood still for 61 s.", "Again.")] * times

    def once(*_: object, **__: object) -> list[rounds.Played]:
        if left:
            raise left.pop()
        return []

    monkeypatch.setattr(rounds, "play_once", once)
    assert rounds.play(Stage(Hospital(patients=300, seed=3), tmp_path), [], white_box=False) == []


def test_a_round_that_is_void_every_time_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def once(*_: object, **__: object) -> list[rounds.Played]:
        raise BrokenWorldError("The machine stood still for 61 s.", "Again.")

    monkeypatch.setattr(rounds, "play_once", once)
    with pytest.raises(BrokenWorldError):
        rounds.play(None, [], white_box=False)  # type: ignore[arg-type]
