"""The social worker."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Answers, Hours, Trade
from ecluse.drill.world.reasons import Why

TRADE = Trade(
    Profession.SOCIAL_WORKER,
    "Helps whom the wards send.",
    login="o.bonnet",
    name="Odette Bonnet",
    of_60=1,
    of_1000=14,
    hours=Hours.OFFICE,
    place="SOC",
    does=Answers(daily=0.03, emergency=0.01, why=Why.SOCIAL),
)
