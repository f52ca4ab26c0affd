"""The result of a scan on the terminal."""

from pathlib import Path

from rich.console import Console

from ecluse.cli.scan_read import UNREAD
from ecluse.cli.scan_result import Result
from ecluse.watch.cases import Case

SHOWN_CASES = 50
SHOWN_SKIPS = 5
SHOWN_LINES = 20


def tell(result: Result, console: Console, report: Path | None = None) -> None:
    """Print the cases, then what the logs cannot show and what is wrong with them."""
    taken, totals = result.taken, result.totals
    _line(
        console,
        f"{totals.events:,} events of {totals.accounts:,} accounts and {totals.patients:,} patients in "
        f"{totals.span_days:,} days ({totals.first} to {totals.last}), from {taken.files:,} files.",
    )
    console.print()
    if result.cases:
        _tell_cases(result.cases[:SHOWN_CASES], console)
        _line(console, "Check a case by hand: ecluse explain CASE", style="dim")
    else:
        _line(console, "No account behaves like a thief, as far as these logs show.")
    _tell_queue(result, console)
    _list(console, "What these logs cannot show", result.blind_spots)
    _list(console, "What is wrong with these logs as evidence", result.integrity)
    _tell_files(result, console)
    if report is not None:
        _line(console, f"Report: {report}", style="bold")


def _tell_cases(told: list[Case], console: Console) -> None:
    """Print a line for each case, in columns, and its reasons below, one line each."""
    rows = [(case.id, _who(case), _when(case), _patients(case)) for case in told]
    table = [("case", "account", "when", "patients"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    for number, row in enumerate(table):
        padded = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=False)]
        _line(console, "  ".join([*padded, row[3].rjust(widths[3])]), style="bold")
        for reason in told[number - 1].reasons if number else ():
            _line(console, f"  - {reason}")


def _who(case: Case) -> str:
    more = f" and {len(case.accounts) - 1} more" if len(case.accounts) > 1 else ""
    return f"{case.account}{more}{f' ({case.profession})' if case.profession else ''}"


def _when(case: Case) -> str:
    begin, end = case.begin[:16].replace("T", " "), case.end[:16].replace("T", " ")
    return f"{begin} to {end[11:] if begin[:10] == end[:10] else end}"


def _patients(case: Case) -> str:
    return f"{'≥ ' if case.at_least else ''}{case.patients:,}"


def _line(console: Console, words: str, style: str = "") -> None:
    """Print one line, whole wherever it goes: a terminal wraps it, a pipe gets it as it is."""
    console.print(words, markup=False, style=style, soft_wrap=True)


def _tell_queue(result: Result, console: Console) -> None:
    queue = result.queue
    words = f"At {queue.cases_per_day:.2g} cases a day, at most {queue.expected_false:.2g} cases are to be expected "
    words += "from such a log if nothing was stolen."
    if queue.left_out:
        words += f" {queue.left_out} weaker cases did not fit; --cases-per-day shows more."
    if len(result.cases) > SHOWN_CASES:
        words += f" {len(result.cases) - SHOWN_CASES} more with --json."
    _line(console, words, style="dim")


def _list(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print()
        _line(console, title, style="bold")
        for line in lines[:SHOWN_LINES]:
            _line(console, f"  - {line}")
        if len(lines) > SHOWN_LINES:
            _line(console, f"  … and {len(lines) - SHOWN_LINES} more with --json.")


def _tell_files(result: Result, console: Console) -> None:
    taken = result.taken
    console.print()
    for why, number in taken.skipped.most_common(SHOWN_SKIPS):
        _line(console, f"{number:,} lines skipped on purpose: {why}.")
    if taken.repeated:
        _line(console, f"{taken.repeated:,} rows were there in another form too; each counts once.")
    if taken.rejected:
        _line(console, f"{taken.rejected:,} lines could not be read: {result.rejects}", style="yellow")
    for one in (one for one in taken.unread if one.broken):
        _line(console, f"NOT READ: {one.path}: {one.why}", style="bold red")
    if others := sum(1 for one in taken.unread if not one.broken):
        place = result.rejects / f"{UNREAD}.jsonl"
        _line(console, f"{others} files are no logs that can be read: {place}")
    _line(console, f"Lake: {result.lake}", style="dim")
