"""Where an access came from: sessions of some hours, the unit's shared workstations, offices, homes, servers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.world.plan import Plan
from ecluse.drill.world.reasons import Why
from ecluse.drill.world.rows import Rows
from ecluse.drill.world.settings import MINUTES, Flags, Floats, Ints, ints

SESSION = 240  # minutes a session lasts, about
STATIONS = 12  # most workstations of a unit
OFFICE, HOME, SERVER = 1_000_000, 2_000_000, 3_000_000


def mixed(*parts: Ints) -> Floats:
    """Return a number from 0 to 1 that hangs on whole numbers and on nothing else."""
    value = np.zeros(len(parts[0]), dtype=np.uint64)
    for part in parts:
        value = (value ^ part.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
        value *= np.uint64(0xBF58476D1CE4E5B9)
        value ^= value >> np.uint64(32)
    made: Floats = (value >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return made


@dataclass(frozen=True)
class Places:
    """Says for each row which session and which device it came from, as numbers, and names them."""

    plan: Plan

    def session(self, rows: Rows) -> Ints:
        """Return the session of each row: a span of hours of one account (-1: an account that has none)."""
        shifted = rows.at + mixed(rows.who) * SESSION
        span = ints(np.floor(shifted / SESSION)) + 20
        return ints(np.where(self.plan.staff.service[rows.who], -1, rows.who * 100_000 + span))

    def device(self, rows: Rows) -> Ints:
        """Return the device of each row."""
        plan, seed = self.plan, np.full(len(rows), self.plan.settings.seed)
        day = np.clip(rows.at // MINUTES, 0, plan.settings.days - 1).astype(np.int64)
        unit, session = plan.rota.unit[rows.who, day], self.session(rows)
        many = np.minimum(STATIONS, 3 + self._team[unit] // 6)
        usual = mixed(rows.who, unit, seed)
        other = mixed(session, seed)
        moved = mixed(session, seed + 1) < plan.settings.mess.second_station
        late = mixed(session, ints(rows.at // 60), seed) < 0.5  # noqa: PLR2004 - goes back and forth between two
        chosen = np.where(mixed(session, seed + 2) < 0.75, usual, other)  # noqa: PLR2004
        chosen = np.where(moved & late, mixed(session, seed + 3), chosen)
        device = unit * 100 + ints(chosen * many)
        device = np.where(self._doctor[rows.who] & (mixed(session, seed + 4) < 0.35), OFFICE + rows.who, device)  # noqa: PLR2004
        device = np.where(self._doctor[rows.who] & (rows.why == Why.LETTER), HOME + rows.who, device)
        return ints(np.where(plan.staff.service[rows.who], SERVER + rows.who, device))

    def session_name(self, number: int) -> str:
        """Name a session."""
        return "" if number < 0 else f"s{number:x}"

    def device_name(self, number: int) -> str:
        """Name a device."""
        kind, who = divmod(number, OFFICE)
        if kind:
            return f"{('', 'BUR', 'DOM', 'SRV')[kind]}-{self.plan.staff.account[who].upper()}"
        return f"PC-{self.plan.units.names[number // 100]}-{number % 100:02d}"

    def address(self, number: int) -> str:
        """Return the address of a device: inside, a net for each unit; at home, a documentation net (RFC 5737)."""
        kind, who = divmod(number, OFFICE)
        if kind == HOME // OFFICE:
            return f"198.51.100.{who % 254 + 1}" if who % 2 else f"203.0.113.{who % 254 + 1}"
        if kind:
            return f"10.{200 + kind}.{who // 250}.{who % 250 + 1}"
        return f"10.20.{number // 100}.{number % 100 + 10}"

    @cached_property
    def _team(self) -> Ints:
        return np.bincount(self.plan.staff.unit, minlength=len(self.plan.units.names))

    @cached_property
    def _doctor(self) -> Flags:
        doctor = np.zeros(len(self.plan.staff.account), dtype=bool)
        doctor[self.plan.by[Profession.PHYSICIAN]] = True
        return doctor
