"""The trusted base: keys, trace, caps and locks, in a process of its own. No trace, no key.

S1. No key leaves before its trace entry is durable on disk (group commit).
S2. An entry never changes: RFC 6962 tree, C2SP formats, the head signed at least once a second while entries arrive.
S3. No account is shown more distinct patients than its caps in any window, whatever its rights, whatever the web
    process claims; all accounts together are bound by the establishment's cap.
S4. A locked target gets nothing from the next request on, in sessions already open too; a milder lock withholds all
    until identity is proven anew, or all patients but those already shown on a duty; no lock is made milder by another.
    A person locks anybody else with a proof of identity of the same minute only.
S5. What is not listed is refused: unknown profession, action, compartment, purpose.
S6. If the trace cannot be written, nothing is released.
S7. kill -9 at any instruction, or a full disk, loses no acknowledged entry and leaves no released key without its
    entry.
S8. Opening a decoy patient locks the account at once.
S9. The last part of the establishment's cap (``reserve``) is for care under way alone: emergencies, patients already
    shown to the account on a duty, those two people opened. What fills the rest stops none of these.
S10. Accounts that the safe locks in a wave keep the patients they have: when it locked ``wave_accounts`` within ten
    minutes, whoever speaks for them is the thief, and their names prove nothing. These locks ask for a new proof of
    identity and withhold new patients, no more; locks that people or the watch placed are not touched.
"""
