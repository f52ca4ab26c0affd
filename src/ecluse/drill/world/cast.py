"""The fixed cast: accounts that exist in every world, whatever its seed, for tests and docs to name.

``i.garnier``, the IT administrator, signs in every working day and must always see nothing.
"""

from typing import NamedTuple

from ecluse.core.words import Profession
from ecluse.drill.cast import ALWAYS_SEES_NOTHING, FIXED
from ecluse.drill.professions.catalogue import TRADES

BATCH = "batch-nuit"
LABORATORY_FEED = "flux-labo"
IMAGING_FEED = "flux-imagerie"
VENDOR = "maintenance.editeur"
FLOAT_NURSE = "t.nomade"
NIGHT_NURSE = "e.veille"
LEAVER = "u.depart"
NEWCOMER = "x.arrivee"
PATIENT_TOO = "w.deuxroles"
HELP_DESK = "i.assistance"
SEES_NOTHING = ALWAYS_SEES_NOTHING


class Extra(NamedTuple):
    """One of the cast beside the first of each profession."""

    account: str
    profession: Profession


EXTRAS = (
    Extra(FLOAT_NURSE, Profession.NURSE),
    Extra(NIGHT_NURSE, Profession.NURSE),
    Extra(LEAVER, Profession.NURSE),
    Extra(NEWCOMER, Profession.NURSE),
    Extra(PATIENT_TOO, Profession.AIDE),
    Extra(HELP_DESK, Profession.IT_ADMINISTRATOR),
    Extra(BATCH, Profession.INTERFACE_SERVICE),
    Extra(IMAGING_FEED, Profession.INTERFACE_SERVICE),
    Extra(VENDOR, Profession.IT_ADMINISTRATOR),
)
SERVICES = frozenset({BATCH, LABORATORY_FEED, IMAGING_FEED})
FIRST = {trade.profession: trade.login for trade in FIXED}


def professions(staff: int) -> list[Profession]:
    """Share out ``staff`` posts: the first of each profession, the extras, then in proportion, the rest to nurses."""
    fixed = [*FIRST, *(extra.profession for extra in EXTRAS)]
    posts = [one for trade in TRADES for one in _more(trade.profession, trade.of_1000 * staff // 1000, fixed)]
    room = max(0, staff - len(fixed))
    posts = posts[:room]
    return fixed + posts + [Profession.NURSE] * (room - len(posts))


def logins(staff: int) -> list[str]:
    """Return the login names that are fixed; the posts after them are named by the world."""
    return [*FIRST.values(), *(extra.account for extra in EXTRAS)][: max(staff, len(FIRST) + len(EXTRAS))]


def _more(profession: Profession, wanted: int, fixed: list[Profession]) -> list[Profession]:
    return [profession] * max(0, wanted - fixed.count(profession))
