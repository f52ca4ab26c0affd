"""Synthetic hospitals as tables of account-days and findings: quiet ones, and thieves added to them."""

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

FIRST = date(2031, 1, 1)

Numbers = NDArray[np.float64]


@dataclasses.dataclass
class World:
    """Values by detector, each accounts × days; ``active`` tells who worked."""

    professions: list[str]
    service: list[bool]
    active: NDArray[np.bool_]
    values: dict[str, NDArray[np.int64]]

    @property
    def names(self) -> list[str]:
        return [f"test-{number:05d}" for number in range(len(self.professions))]

    def days(self) -> pa.Table:
        who, when = np.nonzero(self.active)
        return pa.table(
            {
                "account": pa.array(self.names).take(pa.array(who)),
                "day": _dates(when),
                "profession": pa.array(self.professions).take(pa.array(who)),
                "patients": pa.array(self.values["harvest"][who, when]),
                "shown": pa.array(self.values["harvest"][who, when]),
            }
        )

    def findings(self) -> pa.Table:
        parts = []
        for detector in sorted(self.values):
            held = np.where(self.active, self.values[detector], 0)
            who, when = np.nonzero(held)
            parts.append(
                pa.table(
                    {
                        "detector": pa.array([detector] * len(who), pa.string()),
                        "account": pa.array(self.names).take(pa.array(who)),
                        "day": _dates(when),
                        "value": pa.array(held[who, when]),
                    }
                )
            )
        return pa.concat_tables(parts)

    def staff(self) -> pa.Table:
        size = len(self.professions)
        none = pa.nulls(size, pa.date32())
        return pa.table(
            {
                "account": self.names,
                "profession": self.professions,
                "unit": [""] * size,
                "service": self.service,
                "since": none,
                "until": none,
            }
        )


def _dates(when: NDArray[np.int64]) -> pa.Array:
    return pa.array((when + (FIRST - date(1970, 1, 1)).days).astype(np.int32)).cast(pa.date32())


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


KINDS = {  # share, mean patients a day, spread between accounts, spread of days, share unexplained
    "nurse": (0.45, 18.0, 0.35, 0.35, 0.03),
    "float-nurse": (0.08, 18.0, 0.3, 0.8, 0.25),
    "physician": (0.25, 14.0, 0.5, 0.45, 0.05),
    "admissions-clerk": (0.10, 150.0, 0.3, 0.4, 0.5),
    "coder": (0.06, 30.0, 0.6, 0.7, 0.2),
    "administrator": (0.06, 3.0, 0.8, 1.0, 0.3),
}


def quiet(accounts: int, days: int, seed: int, *, drift: float = 0.0, rare: bool = True) -> World:
    """A hospital without any theft: heavy-tailed counts, weekends, batches, machines, new hires, one-off busy days."""
    chance = np.random.default_rng(seed)
    names = list(KINDS)
    share = np.array([KINDS[name][0] for name in names])
    kind = chance.choice(len(names), accounts, p=share / share.sum())
    level, spread, noise, odd = (np.array([KINDS[name][at] for name in names])[kind] for at in (1, 2, 3, 4))
    own = np.log(level) + spread * chance.standard_normal(accounts)
    sway = _sway(chance, accounts, days, drift)
    busy = (chance.random((accounts, days)) < 0.004) * chance.uniform(0.7, 1.6, (accounts, days))
    rate = np.exp(own[:, None] + noise[:, None] * chance.standard_t(6, (accounts, days)) * 0.8 + busy + sway)
    weekday = np.arange(days) % 7
    works = chance.random((accounts, days)) < np.where(weekday < 5, 0.72, 0.3)
    works &= np.arange(days)[None, :] >= _hired(chance, accounts, days)[:, None]
    rate *= np.where(weekday == 0, 1.25, np.where(weekday < 5, 1.0, 0.7))
    machine = np.zeros(accounts, bool)
    machine[: max(1, accounts // 60)] = True
    rate[machine] = 5000.0 * np.exp(0.25 * chance.standard_normal((int(machine.sum()), days)))
    works[machine] = True
    batch = np.flatnonzero(~machine)[: max(1, accounts // 50)]
    nights = chance.random((len(batch), days)) < 1 / 9
    rate[batch] += nights * chance.lognormal(5.0, 0.5, (len(batch), days))
    works[batch] |= nights
    patients = chance.poisson(np.minimum(rate, 1e6))
    values = {"harvest": patients}
    values["burst"] = _part(chance, patients, chance.uniform(0.2, 0.5, patients.shape))
    new = np.exp(-np.arange(days) / 6.0) * 0.5
    strange = np.clip(odd[:, None] * chance.lognormal(0.0, 0.5, patients.shape) + new, 0.0, 1.0)
    values["unexplained"] = _part(chance, patients, strange)
    values["scraping"] = chance.poisson(np.exp(chance.normal(0.0, 1.3, patients.shape) - 1.0))
    exports = chance.random(patients.shape) < np.where(chance.random(accounts) < 0.15, 0.05, 0.0)[:, None]
    values["export"] = exports * (1 + chance.poisson(chance.lognormal(1.5, 1.0, patients.shape)))
    if rare:
        values["pace"] = np.where(machine[:, None], 400, _seldom(chance, patients.shape, 0.002, 8))
        values["order"] = np.where(machine[:, None], 300, _seldom(chance, patients.shape, 0.002, 8))
        for name, often in (
            ("device", 0.01),
            ("overlap", 0.003),
            ("guessing", 0.0005),
            ("dormant", 0.002),
            ("kin", 0.003),
            ("gained", 0.0005),
        ):
            values[name] = _seldom(chance, patients.shape, often, 12)
    professions = [names[number] for number in kind]
    for number in np.flatnonzero(machine):
        professions[number] = "interface"
    return World(
        professions, machine.tolist(), works & (patients > 0), {n: v.astype(np.int64) for n, v in values.items()}
    )


def _sway(chance: np.random.Generator, accounts: int, days: int, drift: float) -> Numbers:
    if drift == 0.0:
        return np.zeros((accounts, days))
    steps = chance.standard_normal((accounts, days)) * drift * np.sqrt(1 - 0.9**2)
    sway = np.zeros((accounts, days))
    for number in range(1, days):
        sway[:, number] = 0.9 * sway[:, number - 1] + steps[:, number]
    return sway


def _hired(chance: np.random.Generator, accounts: int, days: int) -> Numbers:
    late = chance.random(accounts) < 0.15
    return np.where(late, chance.integers(0, max(days - 1, 1), accounts), 0).astype(np.float64)


def _part(chance: np.random.Generator, whole: NDArray[np.int64], share: Numbers) -> NDArray[np.int64]:
    return np.asarray(chance.binomial(whole, share))


def _seldom(chance: np.random.Generator, shape: tuple[int, ...], often: float, mean: float) -> NDArray[np.int64]:
    return np.asarray((chance.random(shape) < often) * (1 + chance.poisson(mean * chance.lognormal(0, 0.7, shape))))


TRAITS = dict.fromkeys(("harvest", "burst", "unexplained", "slow", "scraping", "export"), ("habit", 1)) | dict.fromkeys(
    ("pace", "order", "device", "overlap", "guessing", "dormant", "kin", "gained", "shared", "tamper"), ("rare", 1)
)


@dataclasses.dataclass(frozen=True)
class Trait:
    kind: str
    floor: int


def traits() -> dict[str, Trait]:
    return {name: Trait(kind, floor) for name, (kind, floor) in TRAITS.items()}


@pytest.fixture(name="traits")
def given_traits() -> dict[str, Trait]:
    return traits()


@pytest.fixture(name="hospital")
def given_hospital() -> Callable[..., World]:
    return quiet


@pytest.fixture(name="steal")
def given_steal() -> Callable[..., tuple[str, int]]:
    return steal


def steal(
    world: World,
    a_day: int,
    seed: int,
    *,
    days: int = 1,
    profession: str = "nurse",
    ramp: bool = False,
    machine: bool = False,
) -> tuple[str, int]:
    """Let one account of the profession take ``a_day`` patients more from day 2/3 of the log on.

    ``ramp``: as many more every day. ``machine``: by a script, from a place of the thief's. Return name and first day.
    """
    length = world.active.shape[1]
    start = length * 2 // 3
    usual = [
        number
        for number, known in enumerate(world.professions)
        if known == profession
        and number >= max(1, len(world.professions) // 40)
        and world.active[number, :start].sum() > start // 4
    ]
    who = int(np.random.default_rng(seed).choice(usual))
    for nth, when in enumerate(range(start, min(start + days, length))):
        take(world, who, when, a_day * (nth + 1 if ramp else 1), machine=machine)
    return world.names[who], start


def take(world: World, who: int, when: int, taken: int, *, machine: bool = False) -> None:
    """Add a theft to one account-day."""
    world.active[who, when] = True
    world.values["harvest"][who, when] += taken
    world.values["unexplained"][who, when] += taken * 95 // 100
    world.values["burst"][who, when] += taken // 2
    if machine:
        for name, value in (("pace", taken // 2), ("order", taken // 3), ("device", 4 * taken)):
            world.values[name][who, when] += value
