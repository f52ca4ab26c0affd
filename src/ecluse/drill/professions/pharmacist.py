"""The pharmacist."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Answers, Hours, Trade

TRADE = Trade(
    Profession.PHARMACIST,
    "Checks the prescriptions that wards send.",
    login="h.charpentier",
    name="Hélène Charpentier",
    of_60=2,
    of_1000=14,
    hours=Hours.OFFICE,
    place="PHAR",
    does=Answers(daily=0.35, emergency=0.05),
)
