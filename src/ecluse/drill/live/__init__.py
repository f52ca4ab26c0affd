"""Attacks carried out for real: against a served establishment, over HTTP, its files or its safe's socket.

D1. Exposed patients are counted in the bytes the thief holds, never in what the server says it sent.
D2. An attack, whoever adds it, has a story, knobs, a live form and an offline form (or says why it cannot have one).
D3. Every attack meets the establishment as it was before any other: a fresh copy of its files and its database.
D4. People work while the attack lasts; whatever stops one of them is counted.
"""
