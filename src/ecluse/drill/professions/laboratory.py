"""The laboratory technician."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Answers, Hours, Trade

TRADE = Trade(
    Profession.LABORATORY,
    "Analyses what wards send, day and night.",
    login="l.gauthier",
    name="Louis Gauthier",
    of_60=2,
    of_1000=35,
    hours=Hours.SHIFTS,
    place="LABO",
    does=Answers(daily=0.45, emergency=0.5),
)
