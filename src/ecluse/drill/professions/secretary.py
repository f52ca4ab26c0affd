"""The medical secretary."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Trade

TRADE = Trade(
    Profession.SECRETARY,
    "Prepares consultations, writes the letters after them, answers the telephone.",
    login="j.morel",
    name="Julie Morel",
    of_60=4,
    of_1000=65,
    hours=Hours.OFFICE,
    fills_in="contact",
)
