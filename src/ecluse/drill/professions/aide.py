"""The aide."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rounds, Trade

TRADE = Trade(
    Profession.AIDE,
    "Helps with the patients of a shift's beds.",
    login="g.rousseau",
    name="Gaston Rousseau",
    of_60=6,
    of_1000=170,
    hours=Hours.SHIFTS,
    does=Rounds(visits=1.1, list_views=0.5),
    nights=True,
)
