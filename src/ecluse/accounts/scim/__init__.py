"""Provisioning by the establishment's identity system (SCIM 2.0, RFC 7643 and 7644), at ``/scim/v2``.

P1. ``active: false`` ends every session of the account with its next request, and revokes its tokens.
P2. Provisioning grants no right over records: professions are proposed, a second person approves, the answer says so.
P3. It sees and changes only the accounts it made, or that were put under it at the console; never a service's.
P4. What identifies a person to others (user name, RPPS number) is written once and never changed by it.
P5. Nothing but a provisioning service with its key and the scope ``scim`` gets in; every change is traced before it is
    made.
"""
