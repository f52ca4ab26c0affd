"""Which patients a step of Mediboard's patient export wrote.

The log of long requests names no patient, but says ``start`` and ``step`` of a list whose order the program fixes:
name, maiden name, first name, birth date, number, in the collation latin1_swedish_ci, NULL first. With the table of
patients at hand, and when the step asked for all practitioners or for given ones since no date, the patients follow.
They are those of the table as it stands in the dump: a patient created, renamed or merged since then shifts the list.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ecluse.sources.fields import number
from ecluse.sources.mediboard_shapes import SHAPES
from ecluse.sources.tables import parts, sources

# How latin1_swedish_ci ranks the upper half: as letters, or (Å, Ä, Ö) behind Z.
_PLAIN = "ÀÁÂÃÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÙÚÛÜÝàáâãçèéêëìíîïðñòóôõùúûüý"
_RANKS = "AAAACEEEEIIIIDNOOOOUUUYYAAAACEEEEIIIIDNOOOOUUUYY"
SWEDISH = str.maketrans(_PLAIN + "ÅåÄäÆæÖö", _RANKS + "[[" + "\\\\\\\\" + "]]")
MOST = 1000  # the program's own limit of a step


class Step(NamedTuple):
    """A step asked for: of all practitioners' patients when ``practitioners`` is empty."""

    start: int
    step: int
    practitioners: frozenset[str]
    since: str


def step_of(asked: dict[str, object]) -> Step:
    """Return the step that the parameters of the request ask for."""
    doctors = asked.get("praticien_id")
    chosen = doctors if isinstance(doctors, list) else [doctors] if doctors else []
    everybody = str(asked.get("all_prats") or "") not in {"", "0", "false"}
    return Step(
        number(str(asked.get("start") or "0")),
        min(number(str(asked.get("step") or "0")), MOST),
        frozenset() if everybody else frozenset(str(one) for one in chosen),
        str(asked.get("date_min") or ""),
    )


def patients_of(step: Step, path: Path, siblings: Iterable[Path]) -> list[str] | None:
    """Return the patients of ``step`` in the order written; None when the tables at hand do not tell."""
    if step.since or not step.step:
        return None
    ordered = _ordered(path.parent, tuple(sorted({path, *siblings}, key=str)), step.practitioners)
    return list(ordered[step.start : step.start + step.step]) if ordered else None


@lru_cache(maxsize=8)
def _ordered(folder: Path, files: tuple[Path, ...], practitioners: frozenset[str]) -> tuple[str, ...]:
    found: dict[str, tuple[tuple[bool, str], ...]] = {}
    seen: set[str] = set()
    for path, tables in sources(folder, files, SHAPES):
        for part in parts(path, SHAPES, only=tables & {"patients", "sejour"}):
            if part.table == "sejour" and practitioners:
                seen |= {
                    one or "" for one, doctor in part.rows("patient_id", "praticien_id") if doctor in practitioners
                }
            elif part.table == "patients":
                for patient, *keys in part.rows("patient_id", "nom", "nom_jeune_fille", "prenom", "naissance"):
                    found.setdefault(patient or "", tuple(_rank(key) for key in keys))
    chosen = [one for one in found if not practitioners or one in seen]
    return tuple(sorted(chosen, key=lambda one: (found[one], number(one))))


def _rank(text: str | None) -> tuple[bool, str]:
    """Return the key of ``text`` in latin1_swedish_ci: NULL first, then letters without case or accent."""
    return (text is not None, (text or "").rstrip(" ").translate(SWEDISH).upper())
