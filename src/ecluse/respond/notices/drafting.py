"""A notice drafted: each field with its value and where it comes from, what is still missing, how long is left."""

from collections.abc import Mapping

import msgspec

from ecluse.respond import sealing
from ecluse.respond.notices import clocks
from ecluse.respond.notices.base import Facts, Field, Notice
from ecluse.respond.notices.drafting_shape import Draft, Filled
from ecluse.respond.notices.models import Breach


def draft(breach: Breach, notice: Notice, facts: Facts, language: str) -> Draft:
    """Return ``notice`` with what is known of it."""
    clock = clocks.read(notice.clock, facts, language)
    facts = msgspec.structs.replace(facts, late=clock.late and notice.clock.reasons)
    said = said_of(breach, notice.name)
    filled = tuple(fill(field, facts, said, language) for field in notice.fields)
    return Draft(
        breach=breach.name,
        notice=notice.name,
        language=language,
        title=notice.title.to(language),
        basis=notice.basis,
        to=notice.to.to(language),
        how=notice.how.to(language),
        fields=filled,
        missing=tuple(one.key for one in filled if one.asked and not one.text),
        clock=clock,
        check=tuple(one.to(language) for one in notice.check),
        facts=facts,
    )


def fill(field: Field, facts: Facts, said: Mapping[str, str], language: str) -> Filled:
    """Return a field with its value; what is computed is never what somebody wrote (R31)."""
    text = field.value(facts, language) if field.value is not None else said.get(field.key, "")
    return Filled(
        key=field.key,
        label=field.label.to(language),
        basis=field.basis,
        source=field.source,
        text=text.strip(),
        asked=field.asked(facts),
        hint=field.hint.to(language),
    )


def said_of(breach: Breach, notice: str) -> dict[str, str]:
    """Return what people wrote for a notice: its own words first, else those written for another of the same breach."""
    own: dict[str, str] = {}
    shared: dict[str, str] = {}
    for saying in breach.sayings.order_by("pk"):
        text = sealing.unseal(bytes(saying.text), about(breach.name, saying.notice, saying.field)).decode()
        shared[saying.field] = text
        if saying.notice == notice:
            own[saying.field] = text
    return shared | own


def about(breach: str, notice: str, field: str) -> str:
    """Return what a sealed text belongs to."""
    return f"{breach}/{notice}/{field}"
