"""People, professions, credentials, sessions, approvals: who is there, and how surely.

A1. Without a second factor a session reaches nothing but the pages where one is added.
A2. A lock stops a session that is already open with its very next request, and its account does not sign in again.
A3. When the safe does not answer, nobody signs in and no page is shown.
A4. A session ends after twelve hours, after one hour left alone, or when its account does; carried to another browser
    it proves itself there first.
A5. Each code of an authenticator app opens once, never an older one after a newer; the last factor cannot be removed.
A6. Nothing a browser says makes a person, a strength, or the address that a lock looks at.
A7. Rights over records and locks are changed by two people; when the whole establishment is locked, two still can.
A8. Every act on credentials is traced before it has any effect; what was typed is written nowhere.
A9. A page of the office that the table does not list for a profession is refused, and the try is traced.
"""
