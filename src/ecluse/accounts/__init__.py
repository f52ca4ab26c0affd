"""People, professions, credentials, sessions, approvals: who is there, and how surely.

A1. Without a second factor a session reaches nothing but the pages where one is added.
A2. A lock stops a session that is already open with its very next request, and its account does not sign in again.
A3. When the safe does not answer, nobody signs in and no page is shown.
A4. A session ends at the limits of its profession, place and circumstance (one table, `strength.py`), or when its
    account does; carried to another browser it proves itself there first.
A5. Each code of an authenticator app opens once, never an older one after a newer; the last factor cannot be removed.
A6. Nothing a browser says makes a person, a strength, or the address that a lock looks at.
A7. Rights over records and locks are changed by two people; when the whole establishment is locked, two still can.
A8. Every act on credentials is traced before it has any effect; what was typed is written nowhere.
A9. A page of the office that the table does not list for a profession is refused, and the try is traced.
A10. A session opened by a browser that proved a key of its own goes on only with that key: every cookie of it, carried
    to another address or browser, opens nothing at once, and anywhere after twenty seconds; the try is traced.
A11. Privileged people work with nothing that a fake page can take.
A12. A badge opens a session on a registered ward workstation only, after a PIN once a shift, for ordinary work, one
    person at a time; a PIN is judged five times at most.
A13. The key of a session changes at each sign-in and whenever more is proved.
A14. A temporary identity is a new account of one listed profession, issued by one and confirmed by another; it ends by
    itself, in the safe and in open sessions.
A15. Rights are taken away by one person at once, never from the last two who can give them back, never by oneself.
A16. An account that nobody used for the time set does not sign in until two people have re-opened it.
A17. An account that is nobody's own is not imported.
A30. At most ten wrong proofs in a row of one person are evaluated, however many come at once; then one at a time after
    waits that grow, and after a hundred none. Each is counted before it is evaluated.
A31. A password has 15 characters where it stands alone and 8 beside a second factor; nothing else is asked of it.
A32. What names the person, the place or the software, and what many people choose, is no password.
A33. A password in the imported list of breached ones is refused; to know it nothing leaves this machine, and a list
    that cannot be read lets none through.
A34. Acting as a privileged profession takes a passkey used in this session.
A35. Strangers' wrong tries shut out neither the person at their own desk, nor a passkey, nor the others behind one
    address.
A36. A factor is added or removed only after a proof with a factor asked for that very change; the person is told.
A37. A recovery code opens once, and only the pages where a new factor is added.
A38. Whoever ever had a second factor gets a first one again only with a sealed slip: asked for by one, handed over by
    another, worth nothing without what the person still has. No reset skips the second factor.
A40. A proposal waits four hours, is executed once, and only after a fresh proof of somebody who neither asked nor
    benefits; whoever could approve is told that it waits, without its subject; every side of it is traced.
"""
