"""What a profession of the synthetic hospital is: a story, numbers, a face in the served one, a day in the logged."""

from enum import Enum
from typing import NamedTuple

from ecluse.core.words import Profession
from ecluse.drill.world.reasons import Why


class Hours(Enum):
    """When one works: early, late or night shifts; a doctor's weekdays and call; office hours; never (machines)."""

    SHIFTS = "shifts"
    DOCTOR = "doctor"
    OFFICE = "office"
    NEVER = "never"


class Rounds(NamedTuple):
    """Goes from bed to bed: opens each patient of theirs ``visits`` times a shift, on the mean.

    Beds are dealt out among those of a shift. A doctor (``sees`` > 0) has the patients admitted under their name
    instead, and looks at that share of the others. ``list_views``: share who open the ward's list at both ends of it.
    """

    visits: float
    sees: float = 0.0
    list_views: float = 1.0


class Answers(NamedTuple):
    """Answers what wards ask for: ``daily`` orders for a day in bed, ``emergency`` for a visit to the emergencies."""

    daily: float
    emergency: float
    why: Why = Why.ORDER


class Pile(NamedTuple):
    """Works off the office's list in the order it is printed."""

    why: Why


class Rarely(NamedTuple):
    """Has to look at a record ``a_day`` times, on the mean."""

    why: Why
    a_day: float


class Trade(NamedTuple):
    """One profession. ``login`` and ``name``: the first of it, whom tests, drills and docs know.

    ``of_60``: how many a small served hospital has of 60 (one at least); ``of_1000``: of 1,000 in a logged one.
    ``place``: code of the department; empty for the wards and the emergencies in turn. ``floats``, ``nights``,
    ``remote``: some of them replace anywhere, work nights only, work from home. ``fills_in``: the form of the record
    they use over HTTP (part of its address).
    """

    profession: Profession
    story: str
    login: str
    name: str
    of_60: int
    of_1000: int
    hours: Hours
    place: str = ""
    does: Rounds | Answers | Pile | Rarely | None = None
    floats: bool = False
    nights: bool = False
    remote: bool = False
    fills_in: str = ""

    @property
    def shares_beds(self) -> bool:
        """Tell whether they belong to a ward's team, which deals the beds of each shift out."""
        return isinstance(self.does, Rounds) and not (self.does.sees or self.place)
