"""The radiographer."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Answers, Hours, Trade

TRADE = Trade(
    Profession.RADIOLOGY,
    "Takes the images that wards ask for.",
    login="r.perrin",
    name="Rose Perrin",
    of_60=2,
    of_1000=35,
    hours=Hours.SHIFTS,
    place="RADIO",
    does=Answers(daily=0.13, emergency=0.4),
)
