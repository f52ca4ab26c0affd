"""E-mail over SMTP, to those a playbook tells, or to a person about their own day. Text only, no patient."""

import smtplib

from django.core.mail import EmailMessage, get_connection

from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.core.outside import Email
from ecluse.respond.alarms.base import TIMEOUT_S, NotTakenError, Sent, secret

SECURITY = ("tls", "starttls", "none")
BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def send(home: Home, sent: Sent) -> None:
    """Send one message.

    Raises:
        NotTakenError: the server did not take it.
        BadInputError: the settings cannot be used.
    """
    settings = home.settings.alarms.email
    if settings is None:
        raise BadInputError("There is no [alarms.email].", "Add it to ecluse.toml.")
    check(settings)
    password = secret(home, settings.password_file, "alarms.email") if settings.password_file else ""
    connection = get_connection(
        BACKEND,
        host=settings.host,
        port=settings.port,
        username=settings.user,
        password=password,
        use_tls=settings.security == "starttls",
        use_ssl=settings.security == "tls",
        timeout=TIMEOUT_S,
    )
    headers = {"Message-ID": f"<{sent.name}@{settings.sender.rpartition('@')[2]}>", "Auto-Submitted": "auto-generated"}
    subject, text = str(sent.message["subject"]), str(sent.message["text"])
    mail = EmailMessage(subject, text, settings.sender, list(sent.to), headers=headers, connection=connection)
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        raise NotTakenError(type(error).__name__) from error


def check(settings: Email) -> None:
    """Refuse settings that say nothing, or would send a password in clear.

    Raises:
        BadInputError: which one.
    """
    if settings.security not in SECURITY:
        raise BadInputError(f"[alarms.email] security = {settings.security!r}.", "Say tls, starttls or none.")
    if settings.security == "none" and settings.user:
        raise BadInputError("[alarms.email] would send its password in clear.", "Say tls or starttls.")
