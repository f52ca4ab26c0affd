"""Exposure: exactly which patients, which data, when and by which route, from the trace; and what was not opened.

R20. Certain is what a key was released for, and nothing else; possible is told apart, each with its reason.
R21. Every line of a list has its inclusion proof under the signed head that the list carries, and the list's digest is
    itself an entry: with the public key alone a stranger finds a line changed, added or taken out.
R22. That a record was not opened is said only once the whole trace was verified and read without an index.
R23. A list names nobody: pseudonyms. A patient's number is added only for who passes the gate for that patient.
"""
