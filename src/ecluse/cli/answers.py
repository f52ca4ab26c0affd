"""What a command answers: text for people, JSON for programs."""

import json
import sys
from typing import Annotated

import msgspec
import typer
from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
out = Console(highlight=False)


def say(as_json: bool, data: object, text: str) -> None:
    """Print ``data`` as JSON or ``text``."""
    if as_json:
        sys.stdout.write(json.dumps(msgspec.to_builtins(data), ensure_ascii=False) + "\n")
    else:
        out.print(text, markup=False)
