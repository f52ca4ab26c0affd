"""The tags of one audit message.

A message with a document type is refused where it begins: no entity is ever declared, resolved or expanded (XXE,
billion laughs), and no address in a message is ever opened. Texts between tags (names, queries) never become values.
"""

import re
from xml.parsers.expat import ExpatError, ParserCreate

ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']")
UNICODE = frozenset({"utf-8", "utf8", "ascii", "us-ascii"})

Tags = list[tuple[str, dict[str, str]]]
"""The tags of a message in order, each with its attributes: the schema is flat enough to need no tree."""


class UnreadableError(ValueError):
    """The message cannot be read; the reason never quotes it."""


def parse(xml: bytes, head: bytes) -> Tags:
    """Return the tags of ``xml``; ``head`` may hold its declaration.

    Raises:
        UnreadableError: it declares a document type, or is not well-formed.
    """
    if b"<!" in head:
        _no_type(head)
    declared = ENCODING.search(head) if b"<?" in head else None
    name = declared[1].decode().lower() if declared else "utf-8"
    try:
        return _parsed(xml, "utf-8" if name in UNICODE else name)
    except (ExpatError, LookupError, ValueError) as error:
        if name in UNICODE and not isinstance(error, UnreadableError) and not _is_utf8(xml):
            return _latin1(xml)
        raise error if isinstance(error, UnreadableError) else UnreadableError("not well-formed XML") from error


def _no_type(text: bytes) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise UnreadableError("it declares a document type: refused")


def _parsed(xml: bytes, encoding: str) -> Tags:
    if b"<!" in xml:
        _no_type(xml)
    found: Tags = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))

    parser = ParserCreate(encoding)
    parser.StartElementHandler = begin
    parser.Parse(xml, True)  # noqa: FBT003 - expat's own signature
    return found


def _latin1(xml: bytes) -> Tags:
    try:
        return _parsed(xml, "iso-8859-1")
    except (ExpatError, ValueError) as error:
        raise UnreadableError("not well-formed XML") from error


def _is_utf8(xml: bytes) -> bool:
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
