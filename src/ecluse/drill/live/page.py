"""Write `docs/drill.md` and its picture from the figures kept in `docs/drill.json`; or one HTML page of a run."""

import html as web
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

import altair as alt
import msgspec

from ecluse.core.errors import BadInputError
from ecluse.drill.attacks.catalogue import ATTACKS, BY_NAME
from ecluse.drill.frontier import cells as slowest
from ecluse.drill.live.goals import goals, shortfalls
from ecluse.drill.live.results import Line, Report, Trial, lines

FIGURES, PAGE, PICTURE = "drill.json", "drill.md", "img/drill.svg"
TEMPLATE = Template(Path(__file__).with_suffix(".md").read_text(encoding="utf-8"))
HTML = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))
HOURLY = 49
SET = ("what", "set", "reached (95 %)", "")
SLOWEST = ("theft", "account of", "unit", "found from", "in the seeds", "never found", "harvest one rate below")


def write(trials: Sequence[Trial], docs: Path) -> list[Path]:
    """Add trials to the figures, each in place of the same one before; write the page and its picture again.

    Raises:
        BadInputError: there is no such folder.
    """
    if not docs.is_dir():
        raise BadInputError(f"There is no folder {docs}.", "Run this in the root of the repository.")
    figures, page, picture = docs / FIGURES, docs / PAGE, docs / PICTURE
    kept = {key(one): one for one in [*(read(figures) if figures.is_file() else []), *trials]}
    every = [kept[place] for place in sorted(kept)]
    figures.write_bytes(b"[\n" + b",\n".join(msgspec.json.encode(one) for one in every) + b"\n]\n")
    page.write_text(text(every), encoding="utf-8")
    picture.parent.mkdir(exist_ok=True)
    picture.write_text(svg(lines(every)), encoding="utf-8")
    return [figures, page, picture]


def read(figures: Path) -> list[Trial]:
    """Read the figures."""
    return msgspec.json.decode(figures.read_bytes(), type=list[Trial])


def key(one: Trial) -> tuple[int, str, str, str, int, bool, int]:
    """Return what tells two trials apart, in the order of the page."""
    place = BY_NAME[one.attack].story.number
    return place, one.variant, one.role, one.database, one.population, one.white_box, one.seed


def text(trials: Sequence[Trial]) -> str:
    """Return the page."""
    found = lines(trials)
    return TEMPLATE.substitute(
        measured=measured(trials),
        goals="\n".join(
            f"| {goal.what} | {goal.promised} | {goal.measured} | {mark(goal.held)} |" for goal in goals(trials)
        ),
        attacks="\n".join(row(one) for one in found),
        decoys=decoys(found),
        proofs=proofs(found),
        besides="\n".join(
            f"| {one.attack} | {one.database}, {one.population:,} | {besides(one)} |" for one in found if one.proofs
        ),
        short="\n".join(f"- {one}" for one in shortfalls(trials)),
        stories="\n".join(
            f"| {one.story.number} | {one.story.name} | {one.story.title}. {one.story.text} | {one.story.bound} |"
            for one in ATTACKS
        ),
    )


def mark(held: bool) -> str:  # noqa: FBT001 - the one thing it is asked
    """Say whether a goal was held."""
    return "held" if held else "**not held**"


def measured(trials: Sequence[Trial]) -> str:
    """Say on what it was measured."""
    places = sorted({(one.population, one.database) for one in trials})
    counts = [
        f"{sum((one.population, one.database) == (population, database) for one in trials)} runs on {database} with "
        f"{population:,} patients"
        for population, database in places
    ]
    return "; ".join(counts)


def row(one: Line) -> str:
    """Return a line of the table."""
    spread = f"{one.exposed:g} ({one.exposed_p95:g})" if one.seeds > 1 else f"{one.exposed:g}"
    cells = [
        one.attack,
        one.role if one.accounts < 2 else f"{one.role} × {one.accounts}",  # noqa: PLR2004
        one.database,
        f"{one.population:,}",
        one.seeds,
        spread,
        f"{one.detected:.0%}",
        seconds(one.detected_after_s),
        seconds(one.contained_after_s),
        one.fresh_proofs_asked or "–",
        one.locked or "–",
        one.decoys_caught or "–",
        one.care_refused,
        "yes" if one.exposure_exact else "**no**",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def seconds(value: float | None) -> str:
    """Write a time."""
    return "–" if value is None else f"{value:.1f} s"


def decoys(found: Iterable[Line]) -> str:
    """Say what the decoys caught."""
    caught = [one for one in found if one.decoys_caught]
    names = ", ".join(dict.fromkeys(one.attack for one in caught)) or "none of these"
    return f"They locked {sum(one.decoys_caught for one in caught)} accounts in these runs ({names})."


def proofs(found: Iterable[Line]) -> str:
    """Say how often a fresh proof was asked."""
    asked = [one for one in found if one.fresh_proofs_asked]
    names = ", ".join(dict.fromkeys(one.attack for one in asked)) or "none of these"
    return f"did so {sum(one.fresh_proofs_asked for one in asked)} times ({names})."


def besides(one: Line) -> str:
    """Write what an attack had to show besides."""
    return ", ".join(f"{name}: {value:,}" for name, value in one.proofs.items())


def svg(found: Sequence[Line]) -> str:
    """Return the picture: for each attack and account, the most that was exposed in any place."""
    most: dict[str, float] = {}
    for one in found:
        name = f"{one.attack}, {one.role}"
        most[name] = max(most.get(name, 0), one.exposed_p95)
    rows = [{"attack": name, "exposed": value, "order": order} for order, (name, value) in enumerate(most.items())]
    chart = alt.Chart({"values": rows})
    base = chart.encode(y=alt.Y("attack:N", sort=alt.SortField("order"), title=None))
    scale = alt.Scale(type="symlog", constant=10)
    exposed = alt.X(
        "exposed:Q", scale=scale, title=f"patients exposed (line: {HOURLY}, what one account is shown in an hour)"
    )
    bars = base.mark_bar(color="#2b6cb0", height=8).encode(x=exposed)
    numbers = base.mark_text(align="left", dx=3, fontSize=9).encode(x=exposed, text="exposed:Q")
    line = chart.mark_rule(color="#c53030", strokeDash=[4, 3]).encode(x=alt.datum(HOURLY))
    out = io.StringIO()
    alt.layer(line, bars, numbers).properties(width=520, height=12 * len(rows)).save(out, format="svg")
    return out.getvalue()


def plain(value: object) -> str:
    """Write a figure for people: nothing as a dash, several as a list."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "NO"
        case dict():
            return ", ".join(f"{name}: {one:,}" for name, one in value.items())
        case list():
            return "; ".join(map(str, value))
        case tuple():
            return " to ".join(map(plain, value))
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return an HTML table."""
    named = "".join(f"<th scope=col>{web.escape(name)}</th>" for name in head)
    rows = "\n".join("<tr>" + "".join(f"<td>{web.escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
    return f'<div class="wide"><table>\n<thead><tr>{named}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>'


def html(report: Report) -> str:
    """Return a page of its own with the figures and the picture of a run; it loads nothing."""
    cells = [[plain(value) for value in msgspec.structs.asdict(one).values()] for one in report.attacks]
    reached = [[one.what, one.wanted, one.text, "reached" if one.held else "not reached"] for one in report.goals]
    slow = table(SLOWEST, [[cell.replace("**", "") for cell in slowest(one)] for one in report.frontier])
    return HTML.substitute(
        picture=svg(report.attacks),
        attacks=table([name.replace("_", " ") for name in Line.__struct_encode_fields__], cells),
        goals=f"<h2>What was set, and what was reached</h2>\n{table(SET, reached)}" if report.goals else "",
        frontier=f"<h2>The slowest theft that is found</h2>\n{slow}" if report.frontier else "",
        per_day="".join(
            f"<li>{web.escape(name.replace('_', ' '))}: {value:g}</li>" for name, value in report.per_day.items()
        ),
    )
