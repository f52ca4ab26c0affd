"""The admissions clerk."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Trade

TRADE = Trade(
    Profession.ADMISSIONS,
    "Registers who comes, sweeps the wards in the morning for what is missing; some keep the desk of the emergencies.",
    login="c.petit",
    name="Céline Petit",
    of_60=3,
    of_1000=45,
    hours=Hours.OFFICE,
    place="ADM",
    fills_in="contact",
)
