"""What a person is told of changes to their credentials: on a page at the next sign-in, and by mail where it is set.

1. A notice waits until the person says that they saw it; nobody else can put it away.
2. Mail is a second way to hear, never a way in: it holds no link and no code. That it cannot be sent stops nothing.
"""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ecluse.accounts import addresses
from ecluse.accounts.labels import label
from ecluse.accounts.models import Account, Notice

log = logging.getLogger(__name__)

SENTENCES = {
    "added": gettext_noop("A factor was added: %(detail)s."),
    "removed": gettext_noop("A factor was removed: %(detail)s."),
    "password-changed": gettext_noop("The password was changed."),
    "recovery-code-used": gettext_noop("Somebody signed in with a recovery code."),
    "slip-asked": gettext_noop("A reset was started for this account (%(detail)s)."),
    "slip-given": gettext_noop("A sealed slip was handed over for this account (%(detail)s)."),
    "slip-used": gettext_noop("A sealed slip was used (%(detail)s)."),
}


def tell(account: Account, rule: str, detail: str = "") -> None:
    """Keep a notice for ``account``, and mail it where that is set."""
    notice = Notice.objects.create(account=account, rule=rule, detail=detail)
    for address in addresses.of([account.username]).values():
        mail(address, notice)


def mail(address: str, notice: Notice) -> None:
    """Send a notice; a failure is logged without the address."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("A change to your account")
        at = timezone.localtime(notice.at).strftime("%Y-%m-%d %H:%M")
        advice = _("If it was not you, call the IT service of your establishment now.")
        text = f"{at}\n{in_words(notice)}\n\n{advice}\n"
    try:
        send_mail(subject, text, None, [address])
    except OSError:
        log.exception("a notice could not be mailed")


def unseen(account: Account) -> list[Notice]:
    """Return what ``account`` has not said they saw, newest first."""
    return list(Notice.objects.filter(account=account, seen=None))


def put_away(account: Account) -> None:
    """Keep that ``account`` saw everything shown until now."""
    Notice.objects.filter(account=account, seen=None).update(seen=timezone.now())


def in_words(notice: Notice) -> str:
    """Return one sentence."""
    return _(SENTENCES[notice.rule]) % {"detail": label(notice.detail)}
