"""Write `docs/world.md`: the synthetic hospital in numbers, beside what was published of real logs."""

from itertools import pairwise
from pathlib import Path
from string import Template

import altair as alt

from ecluse.core.errors import BadInputError
from ecluse.drill.world_figures import BUCKETS, OFTEN, Figures, Spread

PICTURE = "img/world.svg"
TEMPLATE = Template(Path(__file__).with_suffix(".md").read_text(encoding="utf-8"))


def write(found: Figures, docs: Path, command: str) -> list[Path]:
    """Write the page and its picture into the folder ``docs``.

    Raises:
        BadInputError: there is no such folder.
    """
    if not docs.is_dir():
        raise BadInputError(f"There is no folder {docs}.", "Run this in the root of the repository.")
    page, picture = docs / "world.md", docs / PICTURE
    picture.parent.mkdir(exist_ok=True)
    page.write_text(text(found, command), encoding="utf-8")
    chart(found).save(str(picture), format="svg")
    return [page, picture]


def text(found: Figures, command: str) -> str:
    """Return the page."""
    return TEMPLATE.substitute(
        command=command,
        picture=PICTURE,
        accounts=f"{found.accounts:,}",
        patients=f"{found.patients:,}",
        days=found.days,
        lines=f"{found.lines:,}",
        a_day=f"{found.patients_a_day.median:g}",
        p99=f"{found.patients_a_day.p99:.0f}",
        most=f"{found.patients_a_day.most:.0f}",
        often=found.often,
        limit=OFTEN,
        again=f"{found.again:.0%}",
        night=f"{sum(found.hours[:6]):.1%}",
        office=f"{sum(found.hours[8:18]):.0%}",
        explained=f"{found.explained:.1%}",
        a_day_lines=f"{found.lines / found.days:,.0f}",
        staff=_spread(found.staff_a_stay),
        units=_spread(found.units_a_patient),
        why=_table(found.why),
        beings=_table(found.beings),
    )


def chart(found: Figures) -> alt.HConcatChart:
    """Return the pictures: patients of an account on a day, and the hours of people's lines."""
    shares = [found.below[0], *(b - a for a, b in pairwise(found.below))]
    names = ["1", *(f"{low + 1}–{high}" if high > low + 1 else f"{high}" for low, high in pairwise(BUCKETS))]
    days: list[dict[str, object]] = [
        {"patients": name, "share": share} for name, share in zip(names, shares, strict=True)
    ]
    hours: list[dict[str, object]] = [{"hour": hour, "share": share} for hour, share in enumerate(found.hours)]
    return alt.hconcat(
        _bars(days, alt.X("patients:N", sort=None, title="distinct patients of an account on a day"), "account-days"),
        _bars(hours, alt.X("hour:O", title="hour of the day"), "lines of people"),
    )


def _bars(rows: list[dict[str, object]], across: alt.X, what: str) -> alt.Chart:
    up = alt.Y("share:Q", axis=alt.Axis(format="%"), title=what)
    drawn: alt.Chart = alt.Chart({"values": rows}).mark_bar(color="#2b6cb0").encode(x=across, y=up)
    return drawn.properties(width=330, height=180)


def _spread(one: Spread) -> str:
    return f"{one.median:g} ({one.p90:g} for one in ten, {one.most:g} at most)"


def _table(counted: dict[str, int]) -> str:
    return "".join(f"\n| {name} | {number:,} |" for name, number in counted.items())
