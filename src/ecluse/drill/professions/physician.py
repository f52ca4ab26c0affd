"""The physician."""

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours, Rounds, Trade

TRADE = Trade(
    Profession.PHYSICIAN,
    "Sees those they attend, consults, is on call in turn; some work from home in the evening.",
    login="a.moreau",
    name="Anne Moreau",
    of_60=8,
    of_1000=130,
    hours=Hours.DOCTOR,
    does=Rounds(visits=1.3, sees=0.2),
    remote=True,
    fills_in="prescri",
)
