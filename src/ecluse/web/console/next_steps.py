"""What to do next, the most urgent first: the first thing an officer reads who was woken up at three in the morning."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ecluse.respond.queue import Seen
from ecluse.web.console.deadlines import Deadline
from ecluse.web.console.words import kind

SOON_H = 24
MOST = 4


class Step(NamedTuple):
    """One thing to do: what is the matter, what to press, and how bad it is (``danger`` or ``warning``)."""

    text: str
    press: str
    link: str
    level: str


def steps(cases: list[Seen], watch: dict[str, Any], due: list[Deadline], waiting: int) -> list[Step]:
    """Return the first things to do; none when there is nothing."""
    found = [*of_cases(cases), *of_watch(watch), *of_clocks(due), *of_approvals(waiting)]
    return sorted(found, key=lambda one: one.level != "danger")[:MOST]


def of_cases(cases: list[Seen]) -> Iterator[Step]:
    """Cases that nobody has contained come first, then those that wait for a conclusion."""
    loose = [one for one in cases if not one.contained]
    if loose:
        first = loose[0]
        text = _("%(account)s is not stopped: %(what)s.") % {"account": first.account, "what": kind(first.kinds[0])}
        yield Step(text, _("Look and decide"), reverse("console_case", args=[first.ref]), "danger")
    held = [one for one in cases if one.contained]
    if held:
        text = ngettext(
            "%(n)d account is stopped and waits for your conclusion.",
            "%(n)d accounts are stopped and wait for your conclusion.",
            len(held),
        ) % {"n": len(held)}
        yield Step(text, _("Conclude"), reverse("console_case", args=[held[0].ref]), "warning")


def of_watch(watch: dict[str, Any]) -> Iterator[Step]:
    """A watch that sleeps sees nobody."""
    if watch["late"]:
        yield Step(_("The watch does not look at what happens now."), _("See why"), reverse("console_health"), "danger")


def of_clocks(due: list[Deadline]) -> Iterator[Step]:
    """The notice whose clock ends first, once it is a day away."""
    first = next(iter(due), None)
    if first is None or (not first.clock.late and first.hours > SOON_H):
        return
    told = {"title": first.title, "hours": first.hours}
    text = _("%(title)s: %(hours)d h late.") if first.clock.late else _("%(title)s: %(hours)d h left.")
    link = reverse("console_notice", args=[first.breach, first.notice])
    yield Step(text % told, _("Write it"), link, "danger" if first.clock.late else "warning")


def of_approvals(waiting: int) -> Iterator[Step]:
    """Colleagues who wait for a second person."""
    if waiting:
        text = ngettext("%(n)d act waits for a second person.", "%(n)d acts wait for a second person.", waiting)
        yield Step(text % {"n": waiting}, _("Decide"), reverse("accounts_waiting"), "warning")
