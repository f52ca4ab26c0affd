"""Audit out: the trace in the forms of the field, for the hospital's own repository and its auditors.

R50. Every entry about a patient becomes an AuditEvent of its BALP profile, and our own reader reads it back as the same
    access.
R51. The AuditEvent interface is closed to all but the security officer, the data protection officer and the services
    that a setting names; each reading of it is an entry of the trace.
R52. What goes out by syslog was durable and signed before; a stop or a broken line sends again, never skips.
R53. No clinical content, no name of a patient and no secret goes out: pseudonyms, codes, times.
R54. No account is given more entries of the trace within an hour than a person reads (a service: copies), however it
    asks; what it was given is counted from the trace. The statement of capabilities tells of the interface.
"""
