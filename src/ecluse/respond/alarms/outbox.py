"""The outbox: an alarm is written down in the database, then sent, again and again, until its receiver took it (C9)."""

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import override

from ecluse.accounts.addresses import of
from ecluse.accounts.bridge import note, the_home
from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.core.words import Action, Profession
from ecluse.respond.alarms import caep, mail, syslog, webhook
from ecluse.respond.alarms.base import NotTakenError, Sent
from ecluse.respond.cases import THE_WATCH
from ecluse.respond.kinds import CaseKind, Channel
from ecluse.respond.models import Delivery
from ecluse.respond.queue import Seen

SENDERS: dict[Channel, Callable[[Home, Sent], None]] = {
    Channel.EMAIL: mail.send,
    Channel.WEBHOOK: webhook.send,
    Channel.SYSLOG: syslog.send,
    Channel.CAEP: caep.send,
}
FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 3600
AT_ONCE = 20
NOBODY = "ecluse-test"


def receivers() -> frozenset[Channel]:
    """Return the channels that have a receiver in the settings."""
    alarms = the_home().settings.alarms
    return frozenset(channel for channel in Channel if getattr(alarms, channel.value) is not None)


def enqueue(case: Seen, kind: CaseKind, channels: Iterable[Channel], told: Iterable[Profession]) -> list[Delivery]:
    """Trace that alarms leave about a case, and write them down. What is sent holds counts, never a patient (C8)."""
    wanted = list(channels)
    note(THE_WATCH, Action.ALARM, kind.value, target=case.ref, detail=" ".join(wanted))
    made = []
    for channel in wanted:
        to = addresses(told) if channel is Channel.EMAIL else ()
        if to or channel is not Channel.EMAIL:
            message = mailed(case, kind) if channel is Channel.EMAIL else machine(case, kind)
            made.append(_put(channel, case.ref, to, message))
    return made


def to_person(account: str, subject: str, text: str) -> Delivery | None:
    """Write down a message to the person behind an account; nothing when they have no address."""
    address = of([account]).get(account)
    return _put(Channel.EMAIL, "", (address,), {"subject": subject, "text": text}) if address else None


def _put(channel: Channel, ref: str, to: tuple[str, ...], message: dict[str, Any]) -> Delivery:
    now = datetime.now(UTC)
    name = secrets.token_hex(12)
    return Delivery.objects.create(
        channel=channel, name=name, case_ref=ref, to=list(to), message=message, made=now, due=now
    )


def addresses(told: Iterable[Profession]) -> tuple[str, ...]:
    """Return the addresses of professions, each once."""
    email = the_home().settings.alarms.email
    found = (one for profession in told for one in (email.to.get(profession, ()) if email else ()))
    return tuple(dict.fromkeys(found))


def machine(case: Seen, kind: CaseKind) -> dict[str, Any]:
    """Return what other machines are told."""
    return {
        "type": "case",
        "case": case.ref,
        "kind": kind.value,
        "kinds": list(case.kinds),
        "account": case.account,
        "profession": case.profession,
        "patients": case.patients,
        "gravity": round(case.gravity, 2),
        "locks": [{"target": lock["kind"], "grade": lock["grade"]} for lock in case.contained],
        "establishment": the_home().settings.site.name,
    }


def mailed(case: Seen, kind: CaseKind) -> dict[str, str]:
    """Return what people are told, in the establishment's language."""
    site = the_home().settings.site
    with override(site.language):
        said = {
            "account": case.account,
            "case": case.ref,
            "kind": kind.value,
            "patients": case.patients,
            "locks": ", ".join(f"{lock['kind']} ({lock['grade']})" for lock in case.contained) or _("none"),
        }
        return {
            "subject": _("[%(site)s] Case %(case)s: %(account)s") % {**said, "site": site.name},
            "text": _(
                "Account: %(account)s\nSignal: %(kind)s\nPatients counted: %(patients)s\nLocks placed: %(locks)s\n\n"
                "Open the console to read case %(case)s."
            )
            % said,
        }


def deliver(now: datetime | None = None) -> tuple[int, int]:
    """Try what is due; return how many were taken and how many were not. A later try waits twice as long."""
    moment = now or datetime.now(UTC)
    waiting = list(Delivery.objects.filter(sent=None, due__lte=moment).order_by("due")[:AT_ONCE])
    taken = sum(_try(the_home(), one, moment) for one in waiting)
    return taken, len(waiting) - taken


def _try(home: Home, one: Delivery, now: datetime) -> bool:
    sent = Sent(one.name, now.timestamp(), tuple(one.to), one.message)
    try:
        SENDERS[Channel(one.channel)](home, sent)
    except Exception as error:  # noqa: BLE001 - one receiver's surprise stops no other
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(one.tries, 12))
        changed = {
            "tries": one.tries + 1,
            "due": now + timedelta(seconds=pause),
            "error": (str(error) or type(error).__name__)[:200],
        }
    else:
        changed = {"tries": one.tries + 1, "sent": now, "error": ""}
    Delivery.objects.filter(pk=one.pk).update(**changed)
    return "sent" in changed


def rehearse() -> dict[Channel, str]:
    """Send one message about nobody by every channel that has a receiver; return what went wrong, empty when taken."""
    home, now = the_home(), datetime.now(UTC).timestamp()
    email = home.settings.alarms.email
    to = tuple(one for addresses_ in email.to.values() for one in addresses_) if email else ()
    words = {"type": "test", "case": "test", "kind": "test", "account": NOBODY, "subject": "Écluse", "text": "Test."}
    found = {}
    for channel in sorted(receivers()):
        try:
            SENDERS[channel](home, Sent(secrets.token_hex(12), now, to, words))
            found[channel] = ""
        except (NotTakenError, BadInputError) as error:
            found[channel] = str(error)
    return found


class Waiting(msgspec.Struct, frozen=True):
    """How the outbox stands: how many wait, since when, and what the last error was."""

    waiting: int
    oldest: datetime | None
    error: str


def waiting() -> Waiting:
    """Return how the outbox stands."""
    rows = Delivery.objects.filter(sent=None).order_by("made")
    first = rows.first()
    failed = rows.exclude(error="").order_by("-due").first()
    return Waiting(rows.count(), first.made if first else None, failed.error if failed else "")
