"""Importing people, units and last days from an LDAP directory (RFC 4511), as often as one likes.

Y1. A directory is asked over TLS, its certificate checked; in clear only on this machine.
Y2. A dry run shows every difference and writes nothing.
Y3. An entry that may not be an account is kept aside with its reason; the others are taken.
Y4. A directory makes nobody a service, changes no RPPS number, grants no right: professions are proposed. A last day
    that has passed ends the sessions at once; who is only missing from it is not touched.
Y5. A unit or profession that the directory no longer says is closed at once, if its own tables can give it; never a
    privileged profession, and nothing at all when suddenly many would lose something.
"""
