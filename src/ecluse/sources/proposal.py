"""The mapping file as `ecluse sources guess` writes it: what was found, and what to check, in comments."""

import json

from ecluse.sources.guess import Proposal
from ecluse.sources.mapping import ACCESS_COLUMNS, WORDS

MEANING = {
    "at": "when",
    "account": "who: the account",
    "patient": "which patient",
    "deed": "what was done; see [deeds]",
    "shown": "how many patients a row displayed",
    "duty": "the reason given by the software",
    "session": "session",
    "device": "workstation",
    "address": "network address",
    "site": "site",
    "route": "screen or page",
    "request": "request or transaction",
}
MISSING = 'is not found: name the column that holds it, e.g. {ours} = "{example}"'
ROW = '# row = "…": a column of keys never used twice, in no other file either: a row then counts once across files.'


def toml(proposal: Proposal, path: str) -> str:
    """Return ``proposal`` as the text of a mapping file, complete and ready to be corrected."""
    found = proposal.mapping
    lines = [
        f"# Mapping proposed for {_plain(path)}. Check the lines marked CHECK, then: ecluse scan FILE --map THIS-FILE",
        *(f"# CHECK: {note}" for note in proposal.notes),
        f"delimiter = {quoted(found.delimiter or ',')}",
        f"encoding = {quoted(found.encoding)}",
        f"skip = {found.skip}",
        f"header = {'true' if found.header else 'false'}",
        f'time = {quoted(found.time)}  # "iso", "unix", "unix-ms", or a form as %d/%m/%Y %H:%M:%S',
        "",
        "[columns]",
        f"# The file has: {', '.join(_plain(name) for name in proposal.names)}",
        *_columns(proposal),
        ROW,
    ]
    return "\n".join([*lines, *_deeds(proposal)]) + "\n"


def _columns(proposal: Proposal) -> list[str]:
    found = proposal.mapping
    lines = []
    for ours in ACCESS_COLUMNS:
        names = found.named(ours)
        if names:
            value = quoted(names[0]) if len(names) == 1 else f"[{', '.join(quoted(name) for name in names)}]"
            lines.append(f"{ours} = {value}  # {MEANING[ours]}")
        elif ours in proposal.unsure:
            hint = MISSING.format(ours=ours, example=_example(proposal))
            lines.append(f"# CHECK: {ours} ({MEANING[ours]}) {hint}")
    return lines


def _example(proposal: Proposal) -> str:
    used = set(proposal.mapping.wanted)
    return _plain(next((name for name in proposal.names if name not in used), "Column"))


def _deeds(proposal: Proposal) -> list[str]:
    found = proposal.mapping
    if not found.deeds:
        return []
    lines = ["", "[deeds]", f"# Each word of the action column means one of: {', '.join(sorted(WORDS))}"]
    for word, ours in found.deeds.items():
        seen = proposal.deeds.get(word)
        note = "all other words" if seen is None else f"seen {seen} times in the part read"
        check = "CHECK, this word is unknown; " if word in proposal.unknown else ""
        lines.append(f"{quoted(word)} = {quoted(ours)}  # {check}{note}")
    return lines


def quoted(text: str) -> str:
    """Return ``text`` as a basic string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(text: str) -> str:
    """Return ``text`` on one line, for a comment."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
