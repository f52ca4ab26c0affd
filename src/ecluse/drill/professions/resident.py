"""The resident."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rounds, Trade

TRADE = Trade(
    Profession.RESIDENT,
    "Sees most of a ward, changes the ward every six weeks, is on call in turn.",
    login="b.lefevre",
    name="Basile Lefèvre",
    of_60=4,
    of_1000=60,
    hours=Hours.DOCTOR,
    does=Rounds(visits=2.0, sees=0.55),
    fills_in="prescri",
)
