"""The units of the hospital: wards, the emergency department, and the departments that serve them all."""

from typing import NamedTuple

import numpy as np

from ecluse.drill.world.settings import Ints, Settings, ints

WARD_KINDS = ("MED", "CHIR", "MAT", "CARD", "GER", "PNEU", "NEUR", "PED", "REA", "ORTH", "ONCO")
DEPARTMENTS = ("URG", "PHAR", "LABO", "RADIO", "ADM", "FACT", "DIM", "SOC", "DSI", "DIR", "POOL")
BEDS_PER_STAFF = 0.33
STAYS_LAST = {"MAT": 4.0, "GER": 11.0, "REA": 6.0, "CHIR": 3.0, "ORTH": 4.0}  # days, median; else 4.5
EMERGENCY_A_DAY = 0.16  # visits for each member of staff


class Units(NamedTuple):
    """``names`` of all units; the first ``wards`` of them have beds, the emergency department comes right after."""

    names: list[str]
    wards: int
    beds: Ints
    days: Ints  # how long a stay lasts there, median, in hundredths of a day

    @property
    def emergency(self) -> int:
        """The emergency department."""
        return self.wards

    def place(self, name: str) -> int:
        """Return the number of the unit called ``name``."""
        return self.names.index(name)


def units(settings: Settings) -> Units:
    """Return the units a hospital of this size has."""
    number = max(3, settings.staff // 40 + 2)
    wards = [_ward(place) for place in range(number)]
    beds = max(4, round(settings.staff * BEDS_PER_STAFF / number))
    days = [int(100 * STAYS_LAST.get(name.rstrip("0123456789"), 4.5)) for name in wards]
    return Units([*wards, *DEPARTMENTS], number, np.full(number, beds, dtype=np.int64), ints(days))


def _ward(place: int) -> str:
    kind = WARD_KINDS[place % len(WARD_KINDS)]
    again = place // len(WARD_KINDS)
    return f"{kind}{again + 1}" if again else kind
