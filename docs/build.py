"""Write the pages of docs/ that are made from the code: `python docs/build.py` writes, `--check` only compares.

invariants.md: promises are the numbered lines (``S1. …``) in the docstrings of the packages; the tests that hold a
promise carry its number in their name (``test_s1_…``). A promise without a test is an error, and a test of none too.
cli.md: what `--help` says.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PROMISE = re.compile(r"^([A-Z]\d+)\. (.+(?:\n    .+)*)", re.MULTILINE)
NUMBERED = re.compile(r"^test_([a-z]\d+)_")


class Promise(NamedTuple):
    number: str
    text: str
    where: Path


def docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")), clean=True) or ""


def promises() -> list[Promise]:
    found = [
        Promise(number, " ".join(text.split()), file.relative_to(ROOT))
        for file in sorted((ROOT / "src").rglob("__init__.py"))
        for number, text in PROMISE.findall(docstring(file))
    ]
    return sorted(found, key=lambda promise: (promise.number[0], int(promise.number[1:])))


def tests() -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (match := NUMBERED.match(node.name)):
                sentence = node.name.split("_", 2)[2].replace("_", " ")
                held.setdefault(match[1].upper(), []).append(f"{sentence} (`{file.relative_to(ROOT)}`)")
    return held


def invariants() -> str:
    held = tests()
    lines = ["# Promises, and the tests that hold them", "", "Made by `docs/build.py` from the code; do not edit.", ""]
    missing = []
    for promise in promises():
        lines += [f"## {promise.number}", "", f"{promise.text} (`{promise.where.parent}`)", ""]
        lines += [f"- {test}" for test in held.get(promise.number, [])]
        lines.append("")
        if promise.number not in held:
            missing.append(promise.number)
    unknown = sorted(set(held) - {promise.number for promise in promises()})
    if missing or unknown:
        sys.exit(f"promises without a test: {missing or 'none'}; tests of no promise: {unknown or 'none'}")
    return "\n".join(lines)


def command_line() -> str:
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    lines = ["# The command `ecluse`", "", "Made by `docs/build.py` from `--help`; do not edit.", ""]
    for words in commands():
        asked = [sys.executable, "-m", "ecluse.cli.main", *words, "--help"]
        done = subprocess.run(asked, check=True, capture_output=True, text=True, env=environment)
        text = "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
        lines += [f"## {' '.join(['ecluse', *words])}", "", "```text", text, "```", ""]
    return "\n".join(lines)


def commands() -> list[list[str]]:
    listed = subprocess.run(
        [sys.executable, "-c", "from ecluse.cli.main import COMMANDS; print(*COMMANDS)"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [[], *([name] for name in listed.stdout.split())]


PAGES = {"docs/invariants.md": invariants, "docs/cli.md": command_line}


def main() -> None:
    only_check = "--check" in sys.argv[1:]
    for name, make in PAGES.items():
        page = ROOT / name
        text = make()
        if not only_check:
            page.write_text(text, encoding="utf-8")
        elif not page.is_file() or page.read_text(encoding="utf-8") != text:
            sys.exit(f"{name} is not what the code says: run `make fix`.")


if __name__ == "__main__":
    main()
