"""One line for each reason of a case: what was counted, and what is usual. English and French.

Every number in a line can be counted again by hand from the log (`ecluse explain`): none is a score.
"""

import dataclasses
from datetime import date, timedelta

import msgspec

from ecluse.watch.waves import Wave

MOST_REASONS = 6

WHAT: dict[str, tuple[str, str]] = {  # detector: what its value counts, in English and in French
    "harvest": ("{v} patients shown in the day, lists included", "{v} patients vus dans la journée, listes comprises"),
    "burst": ("{v} patients within one hour", "{v} patients en une heure"),
    "unexplained": (
        "{v} patients seen for the first time without a reason in the data",
        "{v} patients vus pour la première fois sans motif dans les données",
    ),
    "sleeping": (
        "{v} patients seen for the first time whom nobody else is caring for",
        "{v} patients vus pour la première fois dont personne d’autre ne s’occupe",
    ),
    "slow": (
        "{v} patients without a reason in the data within 28 days",
        "{v} patients sans motif dans les données en 28 jours",
    ),
    "scraping": (
        "{v} patients displayed in lists or searches and not opened",
        "{v} patients affichés dans des listes ou recherches sans être ouverts",
    ),
    "export": (
        "{v} patients exported, printed or put in a report",
        "{v} patients exportés, imprimés ou mis dans un rapport",
    ),
    "bulk": (
        "{v} exports or reports whose size the log does not tell",
        "{v} exports ou rapports dont le journal ne dit pas la taille",
    ),
    "pace": ("{v} patients at even intervals, as by a machine", "{v} patients à intervalles égaux, comme une machine"),
    "order": (
        "{v} patients one after the other in the order of their numbers",
        "{v} patients l’un après l’autre dans l’ordre de leurs numéros",
    ),
    "block": ("{v} patients with neighbouring numbers", "{v} patients aux numéros voisins"),
    "rhythm": (
        "the same interval between patients as other accounts that day ({v} in all)",
        "le même intervalle entre patients que d’autres comptes ce jour-là ({v} en tout)",
    ),
    "shared": (
        "one of several accounts new to the same place, which saw {v} different patients between them",
        "l’un de plusieurs comptes nouveaux au même poste, qui se partagent {v} patients différents",
    ),
    "shards": (
        "one of several accounts that took a stretch of {v} neighbouring patient numbers between them",
        "l’un de plusieurs comptes qui se partagent une suite de {v} numéros de patients voisins",
    ),
    "gained": (
        "{v} patients more than on any day of the month before, within a week of a new right or password",
        "{v} patients de plus qu’aucun jour du mois d’avant, dans la semaine d’un nouveau droit ou mot de passe",
    ),
    "newcomer": ("a new account that was shown {v} patients", "un compte tout neuf qui a vu {v} patients"),
    "forged": (
        "{v} patients whose reason was written by this very account",
        "{v} patients dont le motif a été écrit par ce compte même",
    ),
    "device": (
        "{v} patients on a day with a device or address that nobody had used before",
        "{v} patients un jour où il venait d’un poste ou d’une adresse que personne n’avait utilisés",
    ),
    "hours": (
        "{v} patients at hours at which the account never worked",
        "{v} patients à des heures où ce compte n’a jamais travaillé",
    ),
    "overlap": (
        "{v} jumps between two addresses within seconds",
        "{v} sauts entre deux adresses en quelques secondes",
    ),
    "travel": ("{v} jumps between two sites within minutes", "{v} sauts entre deux sites en quelques minutes"),
    "dormant": (
        "an account asleep for long or past its end, shown {v} patients",
        "un compte endormi depuis longtemps ou échu, qui a vu {v} patients",
    ),
    "guessing": (
        "{v} wrong passwords, then the right one, within an hour",
        "{v} mots de passe faux puis le bon en une heure",
    ),
    "spraying": (
        "an address that failed on {v} accounts works as this one",
        "une adresse qui a échoué sur {v} comptes travaille sous celui-ci",
    ),
    "kin": (
        "{v} relations (family, address, colleague, oneself…) to patients seen without a reason",
        "{v} liens (famille, adresse, collègue, soi-même…) avec des patients vus sans motif",
    ),
    "tamper": ("{v} signs of a log stopped or changed", "{v} signes d’un journal arrêté ou modifié"),
    "emergency": ("{v} patients opened by break-glass", "{v} patients ouverts en bris de glace"),
    "impersonation": ("entered as {v} other accounts", "entré sous l’identité de {v} autres comptes"),
}
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS_FR = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclasses.dataclass(frozen=True)
class Fact:
    """A value of a detector beside what it is compared with, as counted.

    ``before`` is the number of earlier active days of the account, ``middle`` and ``most`` the median and the greatest
    value of them; ``as_much`` of the ``others`` account-days of other accounts have the value or more. ``peers`` is the
    profession these others share, empty when they are everybody.
    """

    account: str
    detector: str
    day: date
    value: int
    before: int
    middle: int
    most: int
    others: int
    as_much: int
    peers: str


class Reason(msgspec.Struct, frozen=True):
    """One line in each language, and the account, detector and day by which `ecluse explain` finds its events."""

    account: str
    detector: str
    day: str
    value: int
    en: str
    fr: str


def reason(fact: Fact, *, named: bool = False) -> Reason:
    """Return the line of ``fact`` in both languages; ``named``: it says whose day it was."""
    whose = f"{fact.account}, " if named else ""
    day = fact.day.isoformat()
    return Reason(fact.account, fact.detector, day, fact.value, whose + _english(fact), whose + _french(fact))


def wave_reason(account: str, wave: Wave) -> Reason:
    """Return the line of a wave, told under the name of the account that leads the case."""
    day = date(1970, 1, 1) + timedelta(days=wave.top)
    what = [WHAT.get(wave.detector, ("{v} " + wave.detector,) * 2)[language].format(v="…") for language in (0, 1)]
    first = "1er" if day.day == 1 else str(day.day)
    english = (
        f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}: {wave.odd} of {_english_number(wave.active)} accounts far "
        f"above their own habit at once ({what[0]}); on the {wave.before} days before, {wave.usual} as a rule, "
        f"{wave.most} at most."
    )
    french = (
        f"{first} {MONTHS_FR[day.month - 1]} {day.year} : {wave.odd} comptes sur {_french_number(wave.active)} bien "
        f"au-dessus de leur habitude à la fois ({what[1]}) ; les {wave.before} jours d’avant, {wave.usual} "
        f"d’ordinaire, {wave.most} au plus."
    )
    return Reason(account, wave.detector, day.isoformat(), wave.odd, english, french)


def _what(fact: Fact, language: int) -> str:
    plain = (f"{fact.detector}: {{v}}", f"{fact.detector} : {{v}}")
    value = _english_number(fact.value) if language == 0 else _french_number(fact.value)
    return WHAT.get(fact.detector, plain)[language].format(v=value)


def _english(fact: Fact) -> str:
    parts = [f"{fact.day.day} {MONTHS_EN[fact.day.month - 1]} {fact.day.year}: {_what(fact, 0)}"]
    if fact.before:
        days = "its one day before" if fact.before == 1 else f"its {_english_number(fact.before)} days before"
        parts.append(f"on {days}, {_english_number(fact.middle)} as a rule, {_english_number(fact.most)} at most")
    else:
        parts.append("no earlier day of it in the log")
    if fact.others:
        whose = f"of other accounts ({fact.peers})" if fact.peers else "of other accounts"
        number = _english_number(fact.as_much) if fact.as_much else "none"
        parts.append(f"as much on {number} of {_english_number(fact.others)} days {whose}")
    return "; ".join(parts) + "."


def _french(fact: Fact) -> str:
    day = "1er" if fact.day.day == 1 else str(fact.day.day)
    parts = [f"{day} {MONTHS_FR[fact.day.month - 1]} {fact.day.year} : {_what(fact, 1)}"]
    if fact.before:
        days = "son seul jour d’avant" if fact.before == 1 else f"ses {_french_number(fact.before)} jours d’avant"
        parts.append(f"sur {days}, {_french_number(fact.middle)} d’ordinaire, {_french_number(fact.most)} au plus")
    else:
        parts.append("aucun jour plus ancien de ce compte dans le journal")
    if fact.others:
        whose = f"d’autres comptes ({fact.peers})" if fact.peers else "d’autres comptes"
        number = _french_number(fact.as_much) if fact.as_much else "aucun"
        parts.append(f"autant sur {number} des {_french_number(fact.others)} jours {whose}")
    return " ; ".join(parts) + "."


def _english_number(value: int) -> str:
    return f"{value:,}"


def _french_number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
