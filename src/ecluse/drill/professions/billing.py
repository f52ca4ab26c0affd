"""The billing clerk."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Pile, Trade
from ecluse.drill.world.reasons import Why

TRADE = Trade(
    Profession.BILLING,
    "Bills the stays of the list; exports on Tuesdays.",
    login="f.lambert",
    name="Florence Lambert",
    of_60=2,
    of_1000=25,
    hours=Hours.OFFICE,
    place="FACT",
    does=Pile(Why.BILLING),
)
