"""The closed vocabularies of cases and alarms. The values are the stored words: changing one is a migration."""

from enum import StrEnum


class CaseKind(StrEnum):
    """What made somebody, or something, open a case."""

    DISOWNED = "disowned"  # a person says: it was not me
    DECOY = "decoy"  # a planted record was opened
    UNPROVEN = "unproven"  # again and again asked for a proof of identity that does not come
    LOCKED = "locked"  # the safe locked the account by itself: caps, refusals
    CAPS = "caps"  # more patients asked for than the account may be shown
    BURST = "burst"  # patients opened faster than work opens them
    REFUSALS = "refusals"  # one refused request after the other
    GLASS = "glass"  # glass broken again and again
    PATTERN = "pattern"  # the detectors of the watch, over days
    REPORTED = "reported"  # a person opened the case


class EventKind(StrEnum):
    """What happened to a case."""

    OPENED = "opened"
    GREW = "grew"
    CONTAINED = "contained"
    NOT_CONTAINED = "not-contained"
    ALARMED = "alarmed"
    PLAYED = "played"  # the playbook of a signal has been carried out to its end
    ANSWERED = "answered"
    ASSIGNED = "assigned"
    NOTED = "noted"
    DECIDED = "decided"


class Verdict(StrEnum):
    """What a person concludes."""

    THEFT = "theft"
    MISUSE = "misuse"
    MISTAKE = "mistake"
    LEGITIMATE = "legitimate"


class Channel(StrEnum):
    """How an alarm leaves."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    SYSLOG = "syslog"
    CAEP = "caep"
