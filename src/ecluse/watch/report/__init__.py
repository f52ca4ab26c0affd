"""The report of a scan: one file that a security officer reads, prints and hands on.

1. Self-contained: no script, nothing fetched; the page forbids both to the browser that shows it.
2. Both languages are in it; the reader chooses on the page.
3. Every word that came from a log is escaped: a log can hold what an attacker typed.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ecluse import __version__
from ecluse.watch.cases import Case, Queue
from ecluse.watch.exposure import Exposure
from ecluse.watch.report import plot, words

MOST_NAMES = 5_000
MOST_CASES = 100


def write(  # noqa: PLR0913 - what a report tells
    path: Path,
    *,
    queue: Queue,
    exposures: Mapping[str, Exposure],
    totals: Mapping[str, Any],
    blind_spots: Sequence[tuple[str, str]],
    faults: Sequence[Mapping[str, Any]],
    unread: Sequence[str],
    rejected: int,
    zone: str,
) -> None:
    """Write the report at ``path``, readable by its owner alone.

    ``blind_spots``, what the logs cannot show, come in English and in French.
    """
    page = _template().render(
        title=words.TITLE,
        lead=words.LEAD,
        words=words.WORDS,
        queue=queue,
        cases=[_told(case, exposures.get(case.id)) for case in queue.cases[:MOST_CASES]],
        beyond=max(0, len(queue.cases) - MOST_CASES),
        totals=totals,
        rejected=rejected,
        blind=[words.Both(*pair) for pair in blind_spots],
        faults=[f"{fault['source']}: {fault['text']}" for fault in faults],
        unread=unread,
        zone=zone,
        version=__version__,
    )
    path.touch(mode=0o600)
    path.write_text(page, encoding="utf-8")


def _told(case: Case, exposure: Exposure | None) -> dict[str, Any]:
    """Return what the page says of one case."""
    return {
        "case": case,
        "reasons": [words.Both(*line) for line in zip(case.reasons, case.reasons_fr, strict=True)],
        "picture": Markup(plot.svg(case)),  # noqa: S704 - drawn from numbers and dates only
        "exposure": exposure,
        "certain": _some(exposure.certain if exposure else []),
        "possible": _some(exposure.possible if exposure else []),
        "to_do": words.to_do(case.detectors, case.patients),
    }


def _some(names: list[str]) -> tuple[list[str], int]:
    """Return the first names, and how many more there are."""
    return names[:MOST_NAMES], max(0, len(names) - MOST_NAMES)


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["thousands"] = lambda number: f"{number:,}".replace(",", "\u202f")
    environment.filters["clock"] = lambda text: text[:16].replace("T", " ")
    source = files(__name__).joinpath("report.html").read_text(encoding="utf-8")
    return environment.from_string(source)
