"""The midwife."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rounds, Trade

TRADE = Trade(
    Profession.MIDWIFE,
    "Delivers and follows the mothers of the maternity ward.",
    login="m.fontaine",
    name="Manon Fontaine",
    of_60=3,
    of_1000=25,
    hours=Hours.SHIFTS,
    place="MAT",
    does=Rounds(visits=2.4),
    nights=True,
    fills_in="prescri",
)
