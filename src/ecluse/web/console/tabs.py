"""The tabs of the console, in order: each person sees those whose door is theirs."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEAM, CODERS = "console_team", "console_coders"


class Tab(NamedTuple):
    """A tab: the page it leads to, its text, and what the names of the pages below it begin with."""

    page: str
    text: Promise
    below: tuple[str, ...] = ()


TABS = (
    Tab("console_now", _("Now")),
    Tab("console_cases", _("Cases"), ("console_case", "console_exposure")),
    Tab("console_accounts", _("Accounts"), ("console_account",)),
    Tab("console_register", _("Breaches"), ("console_breach", "console_notice")),
    Tab("console_asks", _("Patients’ asks"), ("console_ask",)),
    Tab("console_trace", _("Trace"), ("console_entry", "console_proof")),
    Tab("console_retention", _("Retention")),
    Tab("console_drills", _("Drills")),
    Tab("console_health", _("Health")),
    Tab("console_policy", _("Policy")),
    Tab("console_units", _("Units")),
)


def tabs(doors: frozenset[str], here: str) -> list[dict[str, object]]:
    """Return the tabs that lead somewhere; ``current`` is where the page stands."""
    return [
        {"page": one.page, "text": one.text, "current": here == one.page or here.startswith(one.below or ("\0",))}
        for one in TABS
        if one.page in doors
    ]
