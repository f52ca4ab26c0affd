"""Mediboard's log of changes as its screen exports it: ISO-8859-1, French labels, names for numbers, 100 rows a page.

Rows that a table of the same scan holds too are skipped: the table tells more. The others are told with what the page
knows.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from ecluse.core.events import Access, Deed, Event
from ecluse.sources.base import Tally
from ecluse.sources.fields import address, key, when
from ecluse.sources.mediboard_shapes import SCREEN, SHAPES
from ecluse.sources.mediboard_state import State
from ecluse.sources.opening import stream, text
from ecluse.sources.tables import contents, parts

TYPES = {"création": "create", "modification": "store", "enregistrement": "store", "fusion": "merge"}
TYPES |= {"suppression": "delete", "create": "create", "store": "store", "merge": "merge", "delete": "delete"}
DEEDS = {"create": Deed.CREATE, "store": Deed.WRITE, "merge": Deed.WRITE, "delete": Deed.DELETE}
KINDS = {"patient": "CPatient", "séjour": "CSejour", "sejour": "CSejour", "consultation": "CConsultation"}
KINDS |= {"intervention": "COperation", "opération": "COperation"}
LOGS = frozenset({"user_log", "user_action"})
Key = tuple[str, str, str, str]


def is_screen(start: bytes) -> bool:
    """Say whether ``start`` is the header of such a page."""
    first = text(start.partition(b"\n")[0].strip().removeprefix(b"\xef\xbb\xbf"))
    try:
        cells = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=";"), [])]
    except csv.Error:  # a line that no table could begin with
        return False
    return tuple(cell for cell in cells if cell) == SCREEN


def screen(state: State) -> Iterator[Event]:
    """Yield the changes of the page that no table of the scan holds."""
    rows = list(_rows(state.path, state.tally))
    logged = _logged({_key(state, row) for _, row in rows}, state.path, state.siblings)
    for line, row in rows:
        kind, object_id, claimed, _, date, *_ = row
        known = _key(state, row)
        at = _when(date)
        if at is None or not known[2]:
            state.tally.reject(state.path, line, "It has no time or no type that is known.")
        elif logged[known]:
            logged[known] -= 1
            state.tally.skip("a page of the screen: the row is in the table too")
        else:
            patient = state.world.patient(KINDS.get(kind.lower(), ""), object_id)
            yield Access(
                at,
                known[0],
                DEEDS[known[2]],
                patient,
                shown=1 if patient else 0,
                address=address(claimed),
                route=KINDS.get(kind.lower(), kind),
                source="mediboard/view_history",
                row=key(*known, kind),
            )


def _rows(path: Path, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    with stream(path) as file, io.TextIOWrapper(file, "utf-8", errors="ecluse-latin1", newline="") as lines:
        records = csv.reader(lines, delimiter=";")
        next(records, None)
        for record in records:
            if not record:
                continue
            tally.lines += 1
            if len(record) < len(SCREEN):
                tally.reject(path, records.line_num, "It has not the 7 values of the page.")
            else:
                yield records.line_num, record


def _key(state: State, row: list[str]) -> Key:
    at = _when(row[4])
    account = state.world.names.get(row[3], row[3])
    return (account, at.isoformat() if at else "", TYPES.get(row[5].strip().lower(), ""), row[1])


def _when(date: str) -> datetime | None:
    for form in ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"):
        try:
            return datetime.strptime(date.strip(), form)  # noqa: DTZ007 - a clock without zone
        except ValueError:
            continue
    return when(date)


def _logged(keys: set[Key], path: Path, siblings: Iterable[Path]) -> Counter[Key]:
    """Count how often each of ``keys`` stands in a table of changes of the scan (the fullest, if there are several)."""
    best: Counter[Key] = Counter()
    bare = {one[1:] for one in keys}
    accounts = {one[1:]: one for one in keys}
    for file in siblings:
        if file == path or not contents(file, SHAPES) & LOGS:
            continue
        here: Counter[Key] = Counter()
        for part in parts(file, SHAPES, only=LOGS):
            for date, act, object_id in part.rows("date|datetime", "type", "object_id"):
                at = when(date)
                if at is not None and (found := (at.isoformat(), act or "", object_id or "")) in bare:
                    here[accounts[found]] += 1
        best |= here
    return best
