"""Everything that is settled before anybody opens a record: who is there, who is ill, what is to be done."""

from dataclasses import dataclass
from functools import cached_property

from ecluse.core.words import Profession
from ecluse.drill.world.orders import Orders, orders, work_lists
from ecluse.drill.world.people import Patients, Staff, patients, staff
from ecluse.drill.world.settings import Ints, Settings
from ecluse.drill.world.shifts import Rota, rota
from ecluse.drill.world.stays import Stays, Visits, stays, visits
from ecluse.drill.world.units import Units, units


@dataclass(frozen=True)
class Plan:
    """The parts of a world, each made once, when it is first asked for."""

    settings: Settings

    @cached_property
    def units(self) -> Units:
        return units(self.settings)

    @cached_property
    def ill(self) -> Patients:
        return patients(self.settings)

    @cached_property
    def staff(self) -> Staff:
        return staff(self.settings, self.units, self.ill)

    @cached_property
    def rota(self) -> Rota:
        return rota(self.settings, self.staff, self.units)

    @cached_property
    def stays(self) -> Stays:
        return stays(self.settings, self.staff, self.units, self.ill)

    @cached_property
    def visits(self) -> Visits:
        return visits(self.settings, self.staff, self.rota, self.ill)

    @cached_property
    def orders(self) -> Orders:
        return orders(self.settings, self.units, self.stays)

    @cached_property
    def lists(self) -> Orders:
        return work_lists(self.settings, self.units, self.stays, self.visits)

    @cached_property
    def by(self) -> dict[Profession, Ints]:
        """Accounts by profession."""
        return {profession: self.staff.of(profession) for profession in Profession}

    def next_open(self, day: int) -> int:
        """Return the next day on which offices work."""
        return day + (3 if self.settings.weekday(day) == 4 else 1)  # noqa: PLR2004 - Friday

    def last_open(self, day: int) -> int:
        """Return the last day before on which offices worked."""
        return day - (3 if self.settings.weekday(day) == 0 else 1)
