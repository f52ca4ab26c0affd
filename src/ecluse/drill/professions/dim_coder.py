"""The coder of the medical information department (DIM)."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Pile, Trade
from ecluse.drill.world.reasons import Why

TRADE = Trade(
    Profession.DIM_CODER,
    "Codes the stays of the list.",
    login="v.girard",
    name="Valérie Girard",
    of_60=2,
    of_1000=14,
    hours=Hours.OFFICE,
    place="DIM",
    does=Pile(Why.CODING),
)
