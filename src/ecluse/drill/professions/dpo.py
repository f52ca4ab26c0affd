"""The data protection officer."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rarely, Trade
from ecluse.drill.world.reasons import Why

TRADE = Trade(
    Profession.DPO,
    "Protects the data: looks at how records are looked at.",
    login="p.simon",
    name="Pauline Simon",
    of_60=1,
    of_1000=1,
    hours=Hours.OFFICE,
    place="DIR",
    does=Rarely(Why.AUDIT, a_day=0.6),
)
