"""Clocks: from when, until when, how much is left. The lengths are settings; the texts are named beside them."""

from datetime import datetime, timedelta

import msgspec

from ecluse.core.home import Breach as Settings
from ecluse.respond.notices.base import Clock, Times


class Reading(msgspec.Struct, frozen=True):
    """A clock read: ``deadline`` None where the text gives no figure, or the clock has not started.

    ``left`` is in seconds, negative when late. ``said`` is the delay in words.
    """

    started: datetime | None
    deadline: datetime | None
    left: float | None
    late: bool
    said: str
    basis: str


def read(clock: Clock, times: Times, language: str) -> Reading:
    """Read ``clock`` at the time ``times.now``."""
    started, length = clock.start(times), clock.length(times.settings)
    said = in_words(clock, length, language)
    if started is None or length is None:
        return Reading(started, None, None, late=False, said=said, basis=clock.basis)
    deadline = started + length
    left = (deadline - times.now).total_seconds()
    return Reading(started, deadline, left, late=left < 0, said=said, basis=clock.basis)


def in_words(clock: Clock, length: timedelta | None, language: str) -> str:
    """Return the delay in words, with its figure."""
    text = clock.said.to(language)
    if length is None:
        return text
    return text.format(hours=round(length.total_seconds() / 3600), days=length.days)


def check(settings: Settings) -> list[str]:
    """Return which clocks are set longer than the texts in force say: to be shown wherever notices are made."""
    limits = {"cnil_hours": 72, "nis2_early_hours": 24, "nis2_notification_hours": 72, "nis2_final_days": 31}
    return [name for name, most in limits.items() if getattr(settings, name) > most]
