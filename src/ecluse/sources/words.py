"""Words of headers and of what was done, in French and English (``words.toml``): what a column or a deed is called."""

import re
import tomllib
import unicodedata
from importlib import resources

from ecluse.core.events import AccountAct, Deed

BREAKS = re.compile(r"[^a-z0-9]+")
HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
FAILED = r"echec|fail|refus|denied|invalid|incorrect|erreur|error|reject|interdit|forbidden"
ENTERING = (
    r"connexion|connect(ed|ion)?|login|logon|log ?in|log ?on|sign ?in|authent\w*|ouverture (de )?session|mot de passe"
)
LEAVING = r"(dis|de) ?conne\w*|log ?(out|off)|sign ?out|fermeture (de )?session|fin (de )?session"


def fold(word: str | None) -> str:
    """Return ``word`` in small letters without accents, its parts apart: "Date d'accès" and "dateAcces" meet."""
    split = HUMPS.sub(" ", word or "")
    plain = unicodedata.normalize("NFKD", split).encode("ascii", "ignore").decode().lower()
    return BREAKS.sub(" ", plain).strip()


_DATA = tomllib.loads(resources.files("ecluse.sources").joinpath("words.toml").read_text(encoding="utf-8"))
HEADERS = {ours: [re.compile("|".join(tier)) for tier in tiers] for ours, tiers in _DATA["headers"].items()}
ANYWHERE = {Deed(ours): re.compile(pattern) for ours, pattern in _DATA["anywhere"].items()}
EARLIEST = {Deed(ours): re.compile(pattern) for ours, pattern in _DATA["earliest"].items()}
OURS: dict[str, str] = {fold(word): str(word) for word in (*Deed, *AccountAct)} | _DATA["letters"]


def rank(ours: str, header: str) -> int | None:
    """Return how surely ``header`` names our column ``ours``: 0 is surest, None is not at all."""
    folded = fold(header)
    return next((place for place, tier in enumerate(HEADERS[ours]) if tier.fullmatch(folded)), None)


def meant(word: str) -> str:
    """Return the deed or act that ``word`` probably means, "skip" for an access refused, empty for a word unknown."""
    folded = fold(word)
    if folded in OURS:
        return OURS[folded]
    if re.search(FAILED, folded):
        return str(AccountAct.LOGIN_FAILURE) if re.search(ENTERING, folded) else "skip"
    if re.search(LEAVING, folded):
        return str(AccountAct.LOGOUT)
    if re.search(rf"\b({ENTERING})", folded):
        return str(AccountAct.LOGIN)
    return _done(folded)


def _done(folded: str) -> str:
    for ours, pattern in ANYWHERE.items():
        if pattern.search(folded):
            return str(ours)
    places = [(match.start(), str(ours)) for ours, pattern in EARLIEST.items() if (match := pattern.search(folded))]
    return min(places, key=lambda pair: pair[0])[1] if places else ""
