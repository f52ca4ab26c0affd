"""Notices of a breach: to the authority, to the health sector's CERT, to the controller, to people; and the register.

R30. A notice with a field empty that the law asks for is not finished, and says which.
R31. Every figure is computed from the trace when the notice is finished; nobody can write one in its place.
R32. A clock runs from when the breach was known; a notice that is late asks for the reasons of the delay.
R33. Every breach stays in the register, notified or not; nothing of it is changed or deleted.
R34. What people write stands sealed in the database, and only its digest is traced.
R35. Only the data protection officer and the security officer open, write and finish; each act is traced before.
R36. No notice claims that the law is met: each says what a person must check before it leaves.
"""
