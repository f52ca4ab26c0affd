"""The slow, plain engine that judges the fast ones: Python loops over lists of rows, from the Definitions alone.

Each module says again, the shortest way, what one table or detector means. It shares with the fast engines the words
of ``core.events``, never an expression nor a number. Where the two differ, the Definition decides.
"""
