"""The interface service."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Trade

TRADE = Trade(
    Profession.INTERFACE_SERVICE,
    "A machine: brings results back, and goes through everybody present at night.",
    login="flux-labo",
    name="Échanges du laboratoire",
    of_60=2,
    of_1000=1,
    hours=Hours.NEVER,
    place="DSI",
)
