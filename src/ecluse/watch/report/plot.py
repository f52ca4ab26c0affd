"""The picture of a case: each day of the account beside its own habit and its profession's.

Bars are the patients shown on a day (those of the case in red), the line is the account's habit before that day, the
dashes the 95th percent of its peers. The picture holds no words, so that it serves in every language. It is drawn on
this machine from a Vega-Lite specification.
"""

from datetime import date, timedelta
from typing import Any

import vl_convert

from ecluse.watch.cases import Case

VEGA_LITE = "6.1"
WIDTH, HEIGHT = 760, 170
FEW = 3  # days: a line of fewer shows as points
AROUND = timedelta(days=3)  # shown before the first and after the last day
BAR, ODD, HABIT, PEERS = "#8fb3c9", "#b3261e", "#12425c", "#6b6b6b"
AXIS = {"labelFont": "sans-serif", "labelFontSize": 11, "title": None}


def svg(case: Case) -> str:
    """Return the picture as SVG text, to stand inside a page; empty without days."""
    rows = [
        {
            "day": f"{day.day}T12:00:00",
            "shown": day.patients,
            "usual": day.usual,
            "peers": day.peers,
            "odd": day.in_case,
        }
        for day in case.days
    ]
    if not rows:
        return ""
    text: str = vl_convert.vegalite_to_svg(specification(rows), vl_version=VEGA_LITE)
    return text


def specification(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the picture of some days, in order, as Vega-Lite."""
    red = {"condition": {"test": "datum.odd", "value": ODD}, "value": BAR}
    few = len(rows) <= FEW
    line = {"type": "line", "interpolate": "step", "point": few}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": HEIGHT,
        "encoding": {"x": _x(rows)},
        "layer": [
            {"mark": {"type": "bar", "size": _thick(len(rows))}, "encoding": {"y": _y("shown"), "color": red}},
            {"mark": {**line, "strokeDash": [4, 3], "color": PEERS}, "encoding": {"y": _y("peers")}},
            {"mark": {**line, "strokeWidth": 2, "color": HABIT}, "encoding": {"y": _y("usual")}},
        ],
        "config": {"view": {"stroke": None}, "axis": AXIS},
    }


def _x(rows: list[dict[str, Any]]) -> dict[str, Any]:
    first, last = (date.fromisoformat(row["day"][:10]) for row in (rows[0], rows[-1]))
    domain = [f"{first - AROUND}T00:00:00", f"{last + AROUND}T00:00:00"]
    axis = {"format": "%d/%m", "labelAngle": 0, "labelOverlap": True, "grid": False}
    return {"field": "day", "type": "temporal", "axis": axis, "scale": {"domain": domain}}


def _y(name: str) -> dict[str, Any]:
    """Return the scale of counts: by square roots, so that a habit of 4 stays visible below a harvest of 400."""
    axis = {"format": ",d", "tickCount": 5, "tickMinStep": 1}
    return {"field": name, "type": "quantitative", "axis": axis, "scale": {"type": "sqrt"}}


def _thick(days: int) -> float:
    """Return the width of a bar in pixels."""
    return max(1.5, min(18.0, 0.6 * WIDTH / days))
