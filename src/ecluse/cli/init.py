"""``ecluse init DIR``: make the home folder of an establishment.

Every step leaves what it finds and may be repeated, so an ``init`` that was cut short is mended by running it again:

1. folders, all 0700;
2. ``ecluse.toml`` (kept as it is when present);
3. ``secrets/django.key``, 0600 (without it Django does not start; a new one ends every session, nothing else);
4. the safe: its keys, policy and empty trace (a crash here leaves no database, hence no patient);
5. tables, and the service account that imports (``ecluse.cli.first``).
"""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.home import Database, Home, Settings, Site, load

app = typer.Typer()
FOLDERS = ("secrets", "run", "rejects")
STEP_TIMEOUT_S = 600


def init_home(folder: Path, settings: Settings | None = None) -> Home:
    """Make the home folder of an establishment and return it. ``settings`` are written unless the folder has some.

    Raises:
        BadInputError: the folder holds something else, or its settings are wrong.
        BrokenWorldError: the safe or the database could not be made.
    """
    folder = folder.absolute()
    make_folders(folder)
    write_new(folder / "ecluse.toml", as_toml(settings or Settings()), mode=0o640)
    home = load(folder)
    write_new(home.django_key, secrets.token_urlsafe(50), mode=0o600)
    if not any(home.safe.glob("*")):
        step(home, "ecluse.cli.main", "safe", "init")
    step(home, "ecluse.cli.first")
    return home


def make_folders(folder: Path) -> None:
    """Make the folders, closed to everybody else.

    Raises:
        BadInputError: the folder exists and is not an establishment's.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "ecluse.toml").is_file():
        raise BadInputError(f"{folder} holds other things already.", "Name a new or an empty folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)


def write_new(file: Path, text: str, *, mode: int) -> None:
    """Write ``file`` with its mode from the first byte on, unless it is there. A crash leaves all of it or none."""
    if file.exists():
        return
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(file)


def as_toml(settings: Settings) -> str:
    """Write settings as TOML, every key shown so that the file documents itself."""
    lines = ["# The settings of one establishment. docs/guide lists every key; an unknown one is refused.", ""]
    for table in ("site", "database", "accounts", "sessions", "mail"):
        lines.append(f"[{table}]")
        values = msgspec.to_builtins(getattr(settings, table))
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
        lines.append("")
    return "\n".join(lines)


def step(home: Home, *arguments: str) -> None:
    """Run one step as a process of its own, so that settings are read from the new folder and nothing else.

    Raises:
        BrokenWorldError: it failed; its own words are the message.
    """
    environment = {**os.environ, "ECLUSE_HOME": str(home.path)}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=STEP_TIMEOUT_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise BrokenWorldError(
            f"`{' '.join(arguments)}` failed: {said[-1] if said else done.returncode}.",
            "Mend what it says and run `ecluse init` again: every step may be repeated.",
        )


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.", metavar="DIR")],
    name: Annotated[str, typer.Option(help="Name of the establishment, shown on every page.")] = "Écluse",
    language: Annotated[str, typer.Option(help="Language of a person whose browser names none: fr or en.")] = "fr",
    host: Annotated[list[str] | None, typer.Option(help="A name people reach the site by; repeatable.")] = None,
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8443,
    database: Annotated[str, typer.Option(help="postgresql://… ; empty for SQLite in the folder.")] = "",
) -> None:
    """Make the home folder of an establishment: settings, secrets, its safe, its database.

    Example: ecluse init /srv/ecluse --name "CH de Bellerive" --host dossier.bellerive.example
    """
    hosts = tuple(host) if host else Site().hosts
    site = Site(name=name, language=language, hosts=hosts, port=port, https=bool(host))
    home = init_home(folder, Settings(site=site, database=Database(url=database)))
    console = Console(highlight=False)
    console.print(f"{home.path} is ready.", markup=False)
    console.print("Next: people (ecluse accounts add), records (ecluse import), ecluse accounts close-setup;")
    console.print("name a certificate, or set behind_proxy, in ecluse.toml; then ecluse serve.")
    console.print(f"All of them take --home {home.path}", markup=False)
