"""Times as clocks here show them: unlike Django's short formats, no reader can take the month for the day."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from ecluse.record.pages.words import formats

register = template.Library()


@register.filter
def clock(at: datetime | None) -> str:
    """Write an instant with its time of day; empty for none."""
    return date_format(timezone.localtime(at), formats()[2]) if at else ""


@register.filter
def second(at: datetime | None) -> str:
    """Write an instant with its seconds."""
    return f"{clock(at)}:{timezone.localtime(at).second:02}" if at else ""
