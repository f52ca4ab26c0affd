"""FHIR's small types in words for a page: dates, codes, names, references. Plain functions; absent means empty."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

FULL_DATE = 10
FORMATS = {"fr": ("d/m/Y", "m/Y", "d/m/Y H:i"), "en": ("j M Y", "M Y", "j M Y, H:i")}
Node = Mapping[str, Any]


def formats() -> tuple[str, str, str]:
    """Return how a day, a month and an instant are written in the present language."""
    return FORMATS["fr" if (get_language() or "").startswith("fr") else "en"]


def day(text: str | None) -> str:
    """Write a FHIR date, dateTime or instant as a day; a partial date as far as it is known."""
    if not text:
        return ""
    whole, month, _ = formats()
    try:
        if len(text) >= FULL_DATE:
            return date_format(moment(text) if "T" in text else dt.date.fromisoformat(text[:FULL_DATE]), whole)
        return text if "-" not in text else date_format(dt.date.fromisoformat(f"{text}-01"), month)
    except ValueError:
        return text


def clock(text: str | None) -> str:
    """Write a FHIR dateTime with its time of day, as clocks here show it."""
    if not text or "T" not in text:
        return day(text)
    try:
        return date_format(moment(text), formats()[2])
    except ValueError:
        return text


def moment(text: str) -> dt.datetime:
    """Return a FHIR dateTime as clocks here show it.

    Raises:
        ValueError: it is not one.
    """
    read = dt.datetime.fromisoformat(text)
    return timezone.localtime(read) if read.tzinfo else read


def span(period: Node | None) -> str:
    """Write a period: ``from – to``, open ends left open."""
    start, end = day((period or {}).get("start")), day((period or {}).get("end"))
    if not start and not end:
        return ""
    return start if start == end else f"{start or '…'} – {end or '…'}"


def concept(node: Node | None) -> str:
    """Return the words of a CodeableConcept: its text, else a display, else a code."""
    if not node:
        return ""
    codings = node.get("coding") or []
    shown = (str(coding.get(name, "")) for name in ("display", "code") for coding in codings)
    return str(node.get("text") or next(filter(None, shown), ""))


def concepts(nodes: list[Node] | None) -> str:
    """Return the words of several concepts."""
    return ", ".join(filter(None, (concept(node) for node in nodes or [])))


def code_of(node: Node | None) -> str:
    """Return the first code of a concept (a status, say)."""
    return next((str(coding.get("code", "")) for coding in (node or {}).get("coding") or []), "")


def named(reference: Node | None, names: Mapping[str, str]) -> str:
    """Return how a reference is called: its own display, else what the directory calls it."""
    if not reference:
        return ""
    return str(reference.get("display") or names.get(str(reference.get("reference", "")), ""))


def human(name: Node) -> str:
    """Return a HumanName as ``Prefix Given FAMILY``."""
    family = str(name.get("family", "")).upper()
    spoken = " ".join([*name.get("prefix", []), *name.get("given", []), family]).strip()
    return spoken or str(name.get("text", ""))


def quantity(node: Node | None) -> str:
    """Return a quantity: number, decimal comma where the language has one, unit."""
    if not node or "value" not in node:
        return ""
    value = node["value"]
    number = f"{value:.4g}" if isinstance(value, float) else digits(Decimal(str(value)))
    if formats() is FORMATS["fr"]:
        number = number.replace(".", ",")
    return f"{node.get('comparator', '')}{number} {node.get('unit') or node.get('code') or ''}".strip()


def digits(value: Decimal) -> str:
    """Return a decimal as it was written, but for computed ones: four digits after the point are enough to read."""
    return f"{round(value, 2)}" if -value.as_tuple().exponent > 4 else str(value)  # type: ignore[operator]  # noqa: PLR2004


def address_lines(address: Node) -> list[str]:
    """Return the lines of an address."""
    town = " ".join(filter(None, [str(address.get("postalCode", "")), str(address.get("city", ""))]))
    lines = [*address.get("line", []), town, str(address.get("country", ""))]
    found = [line for line in lines if line]
    return found or [str(address["text"])] if found or address.get("text") else []


def years(born: str, until: str | None = None) -> int | None:
    """Return the age in whole years on the day ``until`` (today); None when the birth date is not known to the day."""
    if len(born) < FULL_DATE:
        return None
    birth = dt.date.fromisoformat(born[:FULL_DATE])
    end = dt.date.fromisoformat(until[:FULL_DATE]) if until else timezone.localdate()
    return end.year - birth.year - ((end.month, end.day) < (birth.month, birth.day))
