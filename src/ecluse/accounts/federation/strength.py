"""What a provider said of the proof: kept as it came, and what it counts for here (one table, in the settings)."""

import re
import time
from collections.abc import Iterable
from typing import Any

import msgspec

from ecluse.core.identity import Provider

WORD = re.compile(r"[A-Za-z0-9._:/^+-]{1,64}\Z")
MOST_WORDS = 8
TOLD = ("acr", "Palier_Authentification", "Mode_Acces_Raison")
OLD_S = 24 * 60 * 60


class Said(msgspec.Struct, frozen=True):
    """What came back: ``acr`` and the like by claim, ``amr``, ``auth_time`` (Unix seconds, 0 when it was not said).

    ``level`` is what the table of the settings makes of it.
    """

    level: str
    amr: tuple[str, ...]
    auth_time: float
    told: dict[str, str]

    @property
    def at(self) -> float:
        """Return when the person proved themselves; a day ago when the provider does not say."""
        return min(self.auth_time, time.time()) if self.auth_time else time.time() - OLD_S

    def in_short(self, name: str) -> str:
        """Return one line for the trace."""
        parts = [name, self.level, *(f"{claim}={value}" for claim, value in self.told.items())]
        amr = [f"amr={'+'.join(self.amr)}"] if self.amr else []
        time_ = [f"auth_time={int(self.auth_time)}"] if self.auth_time else []
        return " ".join([*parts, *amr, *time_])[:250]


def read(provider: Provider, claims: dict[str, Any], userinfo: dict[str, Any]) -> Said:
    """Return what was said; the ID token's word counts before the other's."""
    both = {**userinfo, **claims}
    told = {claim: str(both[claim]) for claim in TOLD if WORD.match(str(both.get(claim, "")))}
    moment = claims.get("auth_time")
    when = float(moment) if isinstance(moment, int | float) and not isinstance(moment, bool) and moment > 0 else 0.0
    return Said(level(provider, both), tuple(words(both.get("amr"))), when, told)


def level(provider: Provider, both: dict[str, Any]) -> str:
    """Return what the table says: ``aal1`` unless one of its lines fits."""
    held = {line.level for line in provider.strengths if line.value in texts(both.get(line.claim))}
    return "aal2" if "aal2" in held else "aal1"


def texts(value: object) -> list[str]:
    """Return a claim as a list of texts."""
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value is not None else []


def words(value: object) -> Iterable[str]:
    """Return the ``amr`` words (RFC 8176) that are words at all."""
    return [word for word in texts(value)[:MOST_WORDS] if WORD.match(word)]
