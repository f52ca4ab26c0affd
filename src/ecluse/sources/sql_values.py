"""Values as SQL writes them, taken from text in which one character is one byte (ISO-8859-1)."""

import re

from ecluse.sources.opening import text

ESCAPED = {
    "'": re.compile(r"\\(.)|''", re.DOTALL),
    '"': re.compile(r'\\(.)|""', re.DOTALL),
}
MEANING = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
NULLS = {"NULL", "null", "Null"}
HEX = {"0x", "0X"}


def decoded(raw: str) -> str:
    """Return ``raw``, one character a byte, as the text it is: UTF-8 if it is, else Windows-1252."""
    return raw if raw.isascii() else text(raw.encode("latin-1"))


def value(token: str, *, binary: bool = False) -> str | None:
    """Return what ``token`` stands for: text, ``0x…`` for binary, None for NULL."""
    if token[0] == "'":
        raw = token[1:-1]
        if "\\" in raw or "''" in raw:
            raw = _unescaped(raw, "'")
        if binary:
            return "0x" + raw.encode("latin-1").hex().upper()
        return raw if raw.isascii() else text(raw.encode("latin-1"))
    if token in NULLS:
        return None
    if token[:2] in HEX:
        return "0x" + token[2:].upper()
    return _marked(token) if token[-1] in ESCAPED else token


def _marked(token: str) -> str:
    """Return the value of a string in double quotes, or with a word before its quote (``_binary``, ``x``)."""
    mark, quote, rest = token.partition(token[-1])
    raw = _unescaped(rest[:-1], quote)
    word = mark.strip().lower()
    if word == "x":
        return "0x" + raw.upper()
    return "0x" + raw.encode("latin-1").hex().upper() if word == "_binary" else decoded(raw)


def _unescaped(raw: str, quote: str) -> str:
    return ESCAPED[quote].sub(lambda found: quote if found[1] is None else MEANING.get(found[1], found[1]), raw)
