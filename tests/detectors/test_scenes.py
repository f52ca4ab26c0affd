"""Ordinary life that a plain threshold takes for theft: nothing rare may be seen in it."""

import pytest
from tests.detectors.conftest import House, Patients

from ecluse.core.events import AccountAct, Deed
from ecluse.watch.detectors import DETECTORS, Kind

RARE = sorted(detector.STORY.name for detector in DETECTORS if detector.STORY.kind == Kind.RARE)
WEEKS = range(5)
PACES = (37, 52, 71, 44, 96, 58, 83, 65, 112, 49)  # seconds between two patients, another one each day


def ward(house: House, patients: Patients) -> list[list[str]]:
    """Twelve patients a week in the unit, who overlap with those of the week before."""
    groups = [patients(12, 1000 + 8 * week) for week in WEEKS]
    for week, group in enumerate(groups):
        for patient in group:
            house.care(patient, 7 * week, unit="west")
    return groups


def nurses(house: House, groups: list[list[str]]) -> None:
    """Three shifts that hand over at one workstation, where one badge follows another within seconds."""
    for account in ("n-early", "n-late", "n-night"):
        house.person(account, "nurse", "west")
    for day in range(35):
        group, place = groups[day // 7], {"device": "west-1", "address": "10.0.0.1"}
        every = PACES[day % 10]
        house.reads("n-early", group, day, "06:50:00", every, **place)
        house.reads("n-early", group[:4], day, "14:05:00", 20, **place)
        house.reads("n-late", group, day, "14:05:05", 20, **place)
        house.reads("n-night", group, day, "21:00:00", every + 7, **place)


def batch(house: House, groups: list[list[str]]) -> None:
    """Every night every patient of the unit is written to, one a second, in the order of numbers."""
    house.person("svc-labels", service=True)
    for day in range(35):
        house.reads("svc-labels", sorted(groups[day // 7]), day, "02:00:00", 1, deed=Deed.WRITE, device="server")


def admissions(house: House, patients: Patients) -> None:
    """New patients with numbers in a row every morning, and a look at those of the days before."""
    house.person("clerk", "admissions", "desk")
    for day in range(35):
        new = patients(25, 5000 + 25 * day, mixed=False)
        for place, patient in enumerate(new):  # a queue at the desk: never the same minutes for two people
            minute, second = place % 9 * 6 + PACES[(place + day) % 10] // 30, PACES[place % 10] % 60
            clock = f"{8 + place // 9:02d}:{minute:02d}:{second:02d}"
            house.reads("clerk", [patient], day, clock, deed=Deed.CREATE, device="desk-1")
        house.unnamed("clerk", 20, day, "12:00:00", device="desk-1")


def offices(house: House, patients: Patients) -> None:
    """A secretary who forgets her password on Mondays, a doctor on call now and then, one who comes back from leave."""
    house.person("secretary", "secretary", "west")
    house.person("doctor", "physician", "west")
    for day in range(0, 35, 7):
        for second in range(4):
            house.sign("secretary", AccountAct.LOGIN_FAILURE, day, f"08:00:0{second}", address="10.0.0.2")
        house.sign("secretary", AccountAct.LOGIN, day, "08:00:30", address="10.0.0.2")
    for day in range(35):
        group = patients(12, 1000 + 8 * (day // 7))
        house.reads("doctor", group, day, "22:10:00" if day % 5 == 0 else "09:10:00", 95, device="west-2")
        house.reads("secretary", group[:6], day, "10:00:00", 171, address="10.0.0.2")


@pytest.mark.slow
@pytest.mark.parametrize("name", RARE)
def test_a_ward_at_work_shows_nothing_rare(house: House, patients: Patients, name: str) -> None:
    groups = ward(house, patients)
    nurses(house, groups)
    batch(house, groups)
    admissions(house, patients)
    offices(house, patients)
    assert house.finds(name) == {}


@pytest.mark.slow
def test_the_same_ward_shows_the_thief_who_walks_through_it(house: House, patients: Patients) -> None:
    groups = ward(house, patients)
    nurses(house, groups)
    admissions(house, patients)
    for day in range(35):
        house.reads("doctor", groups[day // 7], day, "09:10:00", 95, device="west-2", duty="ward")
    house.reads("doctor", patients(80, 5100, mixed=False), 33, "03:00:00", 7, device="laptop")
    for name, value in {"harvest": 92, "unexplained": 80, "pace": 79, "order": 80, "device": 92, "hours": 80}.items():
        assert house.finds(name)["doctor", 33] == value, name
