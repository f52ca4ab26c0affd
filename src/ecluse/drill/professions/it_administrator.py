"""The IT administrator."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rarely, Trade
from ecluse.drill.world.reasons import Why

TRADE = Trade(
    Profession.IT_ADMINISTRATOR,
    "Keeps the machines; a ticket about a record is rare. The first of them must always see nothing.",
    login="i.garnier",
    name="Ives Garnier",
    of_60=2,
    of_1000=18,
    hours=Hours.OFFICE,
    place="DSI",
    does=Rarely(Why.TICKET, a_day=0.35),
)
