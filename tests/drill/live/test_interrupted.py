"""Interrupted, the drill waits for no thief, and a command ends with everything it started."""

import os
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ecluse.core.errors import BrokenWorldError
from ecluse.drill import establishment
from ecluse.drill.attacks.base import Part
from ecluse.drill.attacks.catalogue import BY_NAME
from ecluse.drill.live.rounds import Cast, carry_out


def cast(steal: object) -> Cast:
    attack = BY_NAME["fast-grab"]._replace(steal=steal)  # type: ignore[arg-type]
    return Cast(Part(attack, "", attack.knobs, "nurse"), [])


def interrupts(_heist: object, _knobs: object) -> None:
    raise KeyboardInterrupt


def breaks(_heist: object, _knobs: object) -> None:
    raise BrokenWorldError("No server.", "Start one.")


def test_an_interruption_does_not_wait_for_the_other_thieves() -> None:
    release = threading.Event()
    heists: list[Any] = [SimpleNamespace(), SimpleNamespace()]
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        carry_out([cast(interrupts), cast(lambda *_: release.wait(20))], heists)
    assert time.monotonic() - began < 10
    release.set()


def test_an_attack_that_breaks_lets_the_others_end() -> None:
    ended: list[bool] = []
    heists: list[Any] = [SimpleNamespace(), SimpleNamespace()]

    def slow(*_: object) -> None:
        time.sleep(0.2)
        ended.append(True)

    with pytest.raises(BrokenWorldError):
        carry_out([cast(breaks), cast(slow)], heists)
    assert ended == [True]


def test_an_interrupted_command_ends_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[int] = []

    def interrupted(process: "subprocess.Popen[str]") -> None:
        groups.append(process.pid)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        establishment.command_status(tmp_path, "--version")
    until = time.monotonic() + 10
    while time.monotonic() < until and _lives(groups[0]):
        time.sleep(0.05)
    assert not _lives(groups[0])


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
