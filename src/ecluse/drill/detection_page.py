"""Write `docs/detection.md` from what was measured: tables, one picture, and what the figures do not show."""

from collections.abc import Callable, Iterable
from pathlib import Path
from string import Template

import altair as alt

from ecluse.core.errors import BadInputError
from ecluse.drill.figures import Middle, Share, middle, share
from ecluse.drill.frontier import rows as frontier_rows
from ecluse.drill.judging import RATES
from ecluse.drill.measured import Edge, Measured, Outcome, Quiet
from ecluse.drill.seeds import FITTING, SCORING
from ecluse.drill.thieves.catalogue import BY_NAME, THEFTS
from ecluse.drill.wanted import cared_for, goals

PICTURE = "img/detection.svg"
WANTED = 200  # hospitals
Key = Callable[[Outcome], tuple[str, ...]]

TEMPLATE = Template(Path(__file__).with_suffix(".md").read_text(encoding="utf-8"))


def write(measured: Measured, docs: Path, command: str) -> list[Path]:
    """Write the page and its picture into the folder ``docs``.

    Raises:
        BadInputError: there is no such folder.
    """
    if not docs.is_dir():
        raise BadInputError(f"There is no folder {docs}.", "Run this in the root of the repository.")
    page, picture = docs / "detection.md", docs / PICTURE
    picture.parent.mkdir(exist_ok=True)
    page.write_text(text(measured, command), encoding="utf-8")
    chart(measured).save(str(picture), format="svg")
    return [page, picture]


def text(measured: Measured, command: str) -> str:
    """Return the page."""
    task, quiet = measured.task, measured.quiet
    return TEMPLATE.substitute(
        command=command,
        seeds=len(task.seeds),
        fitting=f"{FITTING[0]} to {FITTING[-1]}",
        scoring=f"{SCORING[0]} to {SCORING[-1]}",
        enough=""
        if len(task.seeds) >= WANTED
        else f" **{WANTED} hospitals were wanted; these are {len(task.seeds)}.**",
        every="" if task.every == 1 else f" What no goal is set for was tried in one hospital in {task.every}.",
        first=min(task.seeds),
        last=max(task.seeds),
        events=f"{sorted(one.events for one in quiet)[len(quiet) // 2]:,}",
        per_1000=f"{task.per_1000:g}",
        staff=task.settings.staff,
        patients=f"{task.settings.patients:,}",
        days=task.settings.days,
        goals=_goals(measured),
        thefts=_thefts(measured.outcomes),
        professions=_professions(measured.outcomes),
        frontier=_frontier(measured.edges) if measured.edges else "",
        stories=_stories(),
        **_quiet(measured),
    )


def rates(measured: Measured) -> tuple[Middle | None, float]:
    """Return the false cases a day for 1,000 users, and the share of cases about people who did look."""
    false = [1000 * (one.cases - one.curious) / one.days / one.accounts for one in measured.quiet]
    cases = sum(one.cases for one in measured.quiet)
    return middle(false), sum(one.curious for one in measured.quiet) / max(cases, 1)


def _quiet(measured: Measured) -> dict[str, str]:
    quiet, settings = measured.quiet, measured.task.settings
    false, curious = rates(measured)
    whose = [profession for one in quiet for profession in one.professions]
    counted = sorted({(-whose.count(name), name) for name in whose})
    return {
        "false": _middle(false),
        "most": f"{max(1, int(measured.task.per_1000 * settings.staff * settings.days / 1000))}",
        "cases": _middle(middle([one.cases for one in quiet])),
        "curious": f"{curious:.0%}",
        "whose": ", ".join(f"{name} {-number}" for number, name in counted[:6]) or "none",
        "explained": f"{cared_for(quiet).share:.1%}",
        "median": f"{_mean(quiet, lambda one: one.patients_median):.3g}",
        "p99": f"{_mean(quiet, lambda one: one.patients_p99):.0f}",
        "busiest": f"{max(one.patients_most for one in quiet)}",
    }


def _goals(measured: Measured) -> str:
    lines = ["\n## What was set, and what was reached\n", "\n| | set | reached | |", "\n|---|---|---|---|"]
    lines += [f"\n| {one.what} | {one.wanted} | {_bold(one.text)} | {_yes(one.held)} |" for one in goals(measured)]
    return "".join(lines) + "\n"


def _bold(figure: str) -> str:
    first, _, rest = figure.partition(" ")
    return f"**{first}** {rest}".rstrip()


def _yes(reached: bool) -> str:  # noqa: FBT001 - a cell
    return "reached" if reached else "**not reached**"


def _thefts(outcomes: list[Outcome]) -> str:
    lines = [
        "\n## Each theft, by whose account is stolen\n",
        f"\n![Share of thefts found, with intervals]({PICTURE})\n",
        "\n*Evenings*: until it stood in the queue, 1 = the same evening. *Rank*: cases read up to and with it.",
        "\n*Looks like care*: share of the thief's own first accesses that the watch takes for explained.\n",
        "\n| theft | account of | found | evenings | exposed when found | in all | rank | looks like care |",
        "\n|---|---|---|---|---|---|---|---|",
    ]
    for (attack, variant, role), group in grouped(outcomes, lambda one: (one.attack, one.variant, one.role)):
        found = [one for one in group if one.found]
        name = f"{attack}, {variant}" if variant else f"**{attack}**"
        firsts = sum(one.firsts for one in group)
        looks = f"{sum(one.explained for one in group) / firsts:.0%}" if firsts else "–"
        cells = (
            name,
            role,
            _share(share(len(found), len(group))),
            _middle(middle([one.days for one in found])),
            _middle(middle([one.exposed for one in found]), p95=True),
            _middle(middle([one.stolen for one in group])),
            _middle(middle([one.rank for one in found])),
            looks,
        )
        lines.append(f"\n| {' | '.join(cells)} |")
    return "".join(lines) + "\n"


def _professions(outcomes: list[Outcome]) -> str:
    lines = [
        "\n## By profession\n",
        "\nEvery theft with its usual knobs, pooled.",
        "\n*Precision*: of the cases in the queue on the evening of discovery, the thief's.\n",
        "\n| account of | found | evenings | precision |",
        "\n|---|---|---|---|",
    ]
    usual = [one for one in outcomes if not one.variant]
    for (role,), group in grouped(usual, lambda one: (one.role,)):
        found = [one for one in group if one.found]
        queued = sum(one.queued for one in found)
        precision = f"{len(found) / queued:.0%}" if queued else "–"
        days = _middle(middle([one.days for one in found]))
        lines.append(f"\n| {role} | {_share(share(len(found), len(group)))} | {days} | {precision} |")
    return "".join(lines) + "\n"


def _frontier(edges: list[Edge]) -> str:
    lines = [
        "\n## The frontier: how slow, how small\n",
        f"\nThe smallest of the rates {', '.join(map(str, RATES))} at which the theft is found, by halving:",
        "\nthe median of the seeds, and their range. Whoever stays below is not found while the theft lasts,",
        "\nnor in the week after it.",
        "\n*Harvest*: patients shown, in all, to the thief who knew that and stayed one rate below: the median.\n",
        "\n| theft | account of | unit | found from | in the seeds | never found | harvest |",
        "\n|---|---|---|---|---|---|---|",
    ]
    return "".join(lines) + frontier_rows(edges) + "\n"


def _stories() -> str:
    lines = ["\n## The thefts\n", "\n| | theft | story | hard because | ATT&CK |", "\n|---|---|---|---|---|"]
    for theft in sorted(THEFTS, key=lambda one: one.story.number):
        story = theft.story
        lines.append(
            f"\n| {story.number} | {story.name} | {story.title}. {story.text} | {story.hard} | {story.technique} |"
        )
    return "".join(lines) + "\n"


def chart(measured: Measured) -> alt.LayerChart | alt.FacetChart:
    """Return the picture: for each theft and account, the share found, with its interval."""
    rows: list[dict[str, object]] = []
    for (attack, role), group in grouped(
        [one for one in measured.outcomes if not one.variant], lambda one: (one.attack, one.role)
    ):
        one = share(sum(outcome.found for outcome in group), len(group))
        rows.append(
            {"theft": f"{attack}, {role}", "found": one.share, "low": one.low, "high": one.high, "order": len(rows)}
        )
    axis = alt.Axis(labelLimit=400, labelPadding=6)
    theft = alt.Y("theft:N", sort=alt.SortField("order"), title=None, axis=axis)
    base = alt.Chart({"values": rows}).encode(y=theft)
    found = alt.X("found:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"), title="found within the queue")
    bars = base.mark_bar(color="#2b6cb0", height=9).encode(x=found)
    spans = base.mark_rule(color="#1a202c", strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    return alt.layer(bars, spans).properties(width=520, height=13 * len(rows))


def grouped(outcomes: Iterable[Outcome], key: Key) -> list[tuple[tuple[str, ...], list[Outcome]]]:
    """Return outcomes by ``key``, in the order of the list of thefts, as first met."""
    found: dict[tuple[str, ...], list[Outcome]] = {}
    for one in sorted(outcomes, key=lambda one: (_place(one.attack), bool(one.variant))):
        found.setdefault(key(one), []).append(one)
    return list(found.items())


def _place(attack: str) -> int:
    return BY_NAME[attack].story.number


def _mean(quiet: list[Quiet], value: Callable[[Quiet], float]) -> float:
    return sum(value(one) for one in quiet) / len(quiet)


def _share(one: Share) -> str:
    return f"**{one.share:.0%}** ({one.low:.0%} to {one.high:.0%})"


def _middle(one: Middle | None, *, p95: bool = False) -> str:
    if one is None:
        return "–"
    span = "" if one.low == one.high else f" ({one.low:,.4g} to {one.high:,.4g})"
    return f"{one.median:,.4g}{span}{f', 95 %: {one.p95:,.0f}' if p95 and one.p95 > 1.1 * one.high else ''}"
