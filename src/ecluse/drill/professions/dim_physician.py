"""The physician of the medical information department (DIM)."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Trade

TRADE = Trade(
    Profession.DIM_PHYSICIAN,
    "Looks again at what was coded; exports every four weeks.",
    login="d.laurent",
    name="Denis Laurent",
    of_60=2,
    of_1000=5,
    hours=Hours.OFFICE,
    place="DIM",
)
