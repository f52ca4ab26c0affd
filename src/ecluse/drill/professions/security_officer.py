"""The security officer."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rarely, Trade
from ecluse.drill.world.reasons import Why

TRADE = Trade(
    Profession.SECURITY_OFFICER,
    "Watches, locks, approves.",
    login="s.robert",
    name="Sylvie Robert",
    of_60=2,
    of_1000=2,
    hours=Hours.OFFICE,
    place="DIR",
    does=Rarely(Why.AUDIT, a_day=0.4),
)
