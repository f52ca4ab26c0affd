"""Who needs a factor that cannot be phished: acting as a privileged profession takes a passkey, used in this session.

A code can be typed into a thief's page; a passkey answers only to the site it was made for (NIST SP 800-63B-4 section
3.2.5, ASVS 5.0 6.3.3). Each reaches accounts, locks, policy or exports: what a thief of 2024 would want most.
"""

from django.conf import settings
from django.http import HttpRequest

from ecluse.accounts.strength import PRIVILEGED
from ecluse.accounts.who import who_of

NOT_PHISHABLE = frozenset({"hwk", "swk"})


def needs_passkey(profession: str) -> bool:
    """Tell whether acting as ``profession`` takes a passkey here. Only a demonstration may say no."""
    if profession not in PRIVILEGED:
        return False
    demo = settings.SITE is not None and settings.SITE.demo
    return not (demo and settings.HOME is not None and settings.HOME.settings.accounts.demo_codes_for_all)


def may_act(request: HttpRequest, profession: str) -> bool:
    """Tell whether this session was proved surely enough to act as ``profession``."""
    return not needs_passkey(profession) or bool(NOT_PHISHABLE & set(who_of(request).amr))
