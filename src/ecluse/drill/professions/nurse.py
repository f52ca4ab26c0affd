"""The nurse."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rounds, Trade

TRADE = Trade(
    Profession.NURSE,
    "Nurses the patients of a shift's beds, opens the list at both ends of it; "
    "some only work at night, some replace anywhere.",
    login="n.martin",
    name="Nadia Martin",
    of_60=15,
    of_1000=330,
    hours=Hours.SHIFTS,
    does=Rounds(visits=2.6),
    floats=True,
    nights=True,
)
