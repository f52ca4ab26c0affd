"""Entry point of ``ecluse``: one table of commands, each in a module of its own, loaded only when called.

Loading late keeps the safe free of the web framework and every `--help` fast.
"""

import importlib
import os
import sys
from pathlib import Path
from typing import NamedTuple

import django
import typer
from rich.console import Console
from rich.table import Table

from ecluse import __version__
from ecluse.core.errors import EcluseError, Exit


class Late(NamedTuple):
    """A command before it is loaded. ``django`` commands need the establishment's settings and database."""

    module: str
    text: str
    django: bool = True


COMMANDS = {
    "init": Late("ecluse.cli.init", "Make the home folder of an establishment.", django=False),
    "serve": Late("ecluse.cli.serve", "Serve the record, with its safe as a supervised child.", django=False),
    "demo": Late("ecluse.cli.demo", "A whole synthetic hospital, then the 2024 theft against it.", django=False),
    "safe": Late("ecluse.cli.safe", "The safe: init, serve, status.", django=False),
    "trace": Late("ecluse.cli.trace", "The trace: show, verify, prove, check-proof, exposure, index.", django=False),
    "exposure": Late("ecluse.cli.exposure", "What was exposed, with proofs, and what was not opened."),
    "notices": Late("ecluse.cli.notices", "Breaches, their clocks, their notices, the register."),
    "letters": Late("ecluse.cli.letters", "Letters to the people whose data were exposed.", django=False),
    "audit": Late("ecluse.cli.audit", "The trace to the hospital's audit repository.", django=False),
    "accounts": Late("ecluse.cli.accounts", "People and services: add, load, list, client, lock."),
    "workstations": Late("ecluse.cli.workstations", "Shared workstations of wards: add, list, remove."),
    "doctor": Late("ecluse.cli.doctor", "What is weak here, worst first, with what mends it."),
    "passwords": Late("ecluse.cli.passwords", "Breached passwords: import a list, check, status."),
    "import": Late("ecluse.cli.import_", "Import FHIR bundles and NDJSON."),
    "export": Late("ecluse.cli.export", "Make a recipient's key, open an export.", django=False),
    "respond": Late("ecluse.cli.respond", "The watch, its cases, playbooks, locks and alarms."),
    "drill": Late("ecluse.cli.drill", "Attack yourself and count records.", django=False),
    "scan": Late("ecluse.cli.scan", "Read any system's access logs and find the thief.", django=False),
    "explain": Late("ecluse.cli.explain", "The very events behind a case of the last scan.", django=False),
    "sources": Late("ecluse.cli.sources", "Log formats: list, guess a mapping for any table.", django=False),
    "bench": Late("ecluse.cli.bench", "Measure speed against a baseline in the same run.", django=False),
}


def load(name: str) -> typer.Typer:
    """Import the module of command ``name`` and return its typer application."""
    late = COMMANDS[name]
    if late.django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")
        django.setup()
    app: typer.Typer = importlib.import_module(late.module).app
    return app


def take_home(arguments: list[str]) -> list[str]:
    """Put the folder given by ``--home DIR``, wherever it stands, into ``ECLUSE_HOME``; return the rest."""
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if name != "--home":
            rest.append(word)
        else:
            os.environ["ECLUSE_HOME"] = str(Path(value if equals else next(words, "")).absolute())
    return rest


def show_help() -> None:
    """Print the commands, one line each."""
    console = Console(highlight=False)
    console.print("Écluse: patient records that a stolen account cannot empty.\n", markup=False)
    console.print("Usage: ecluse [--home DIR] COMMAND …        Example: ecluse demo\n", markup=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, late in COMMANDS.items():
        table.add_row(f"  {name}", late.text)
    console.print(table)
    console.print(
        "\nEvery command has --help. --home DIR (or ECLUSE_HOME) is the folder of one establishment.", markup=False
    )


def explain(error: EcluseError) -> int:
    """Say on stderr what happened and what to do next; return the exit code of the error's family."""
    console = Console(stderr=True, highlight=False)
    console.print(error.message, style="bold red", markup=False)
    if error.next_step:
        console.print(error.next_step, markup=False)
    return error.exit_code


def run(arguments: list[str]) -> int:
    """Run the command named first in ``arguments`` and return its exit code."""
    words = take_home(arguments)
    if not words or words[0] in {"-h", "--help", "help"}:
        show_help()
        return Exit.OK
    if words[0] == "--version":
        Console().print(f"ecluse {__version__}", highlight=False)
        return Exit.OK
    if words[0] not in COMMANDS:
        return explain_unknown(words[0])
    try:
        load(words[0])(args=words[1:], prog_name=f"ecluse {words[0]}")
    except EcluseError as error:
        return explain(error)
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else Exit.OK
    return Exit.OK


def explain_unknown(word: str) -> int:
    """Say that ``word`` is no command."""
    console = Console(stderr=True, highlight=False)
    console.print(f"There is no command {word!r}. `ecluse --help` lists them.", markup=False)
    return Exit.USAGE


def main() -> None:
    """Run the command line. Whatever it writes, its owner alone can read, wherever the home folder stands."""
    os.umask(0o077)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
