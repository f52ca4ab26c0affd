"""E-mail, as ``[mail]`` says, to those a playbook tells, or to a person about their own day. Text only, no patient."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.respond.alarms.base import NotTakenError, Sent


def send(_home: Home, sent: Sent) -> None:
    """Send one message.

    Raises:
        NotTakenError: the server did not take it.
        BadInputError: nothing says how mail goes.
    """
    if settings.MAIL is None:
        raise BadInputError("There is no [mail].", "Say in ecluse.toml how mail goes: [mail] how, server, sender.")
    domain = settings.MAIL.sender.rpartition("@")[2]
    headers = {"Message-ID": f"<{sent.name}@{domain}>", "Auto-Submitted": "auto-generated"}
    subject, text = str(sent.message["subject"]), str(sent.message["text"])
    try:
        EmailMessage(subject, text, None, list(sent.to), headers=headers).send()
    except (OSError, smtplib.SMTPException) as error:
        raise NotTakenError(type(error).__name__) from error
