"""From the alarm to the case: the live watch, containment, alarms to the outside, what a person concludes.

C1. The trace reaches the watch within 10 seconds; only what the safe has acknowledged is looked at; how far the watch
    is behind, it says.
C2. No entry is lost: killed at any moment, the watch goes on where it had durably finished, and opens no case twice.
C3. The watch never slows the safe nor stops the record: it reads files, and whatever happens to it, the rest serves on.
C4. A playbook file is taken whole or not at all, and says what to do for every kind of case; a dry run changes nothing.
C5. What a playbook locks, the safe locks by its own policy; a lock the safe refuses is told in the case.
C6. Nothing of a case is changed or deleted; each change is traced before it is kept, and what the database says of it
    is compared with the trace.
C7. The queue never holds more cases a day than the team said it reads, the gravest first, one for each actor.
C8. Nothing that leaves as an alarm names a patient or holds free text, and no signal kept of a case names a patient.
C9. An alarm is kept until its receiver has taken it.
C10. What goes to other machines is signed, and standard libraries verify it: webhooks (HMAC-SHA-256), security event
    tokens (RFC 8417, ES256).
C11. People are told how many records they opened without a link of care, the same day; their answer is kept, and "it
    was not me" opens a case at once.
C12. A verdict changes what the watch expects of that account alone: days of a theft are no habit; what was legitimate
    is expected up to what was seen, for a time, and no further.
"""
