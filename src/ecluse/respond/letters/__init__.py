"""Letters to the people whose data were exposed (RGPD art. 34), by the thousand, on the mail room's own machine.

R40. Every patient of the proven list gets one letter, or stands on the list of who is handled by hand; nobody twice,
    nobody left out, nobody who is not on the list.
R41. A letter names the categories of data exposed for this patient, and no other; it holds no clinical content.
R42. The dead, protected adults and people without an address get no letter by machine; a minor's goes to those who
    have parental authority.
R43. Names and addresses come from exports that two people made for this purpose, and from nowhere else; what is written
    is for its owner alone.
"""
