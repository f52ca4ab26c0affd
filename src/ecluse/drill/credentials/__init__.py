"""What a thief gets with one stolen credential: eight thefts, each a small file, over real HTTP against a real server.

D5. A thief is counted in the bytes received, never in what the server says; the owner's own bytes count apart.
D6. A theft proves something only if the rightful owner was shown patients with that very credential.
D7. Each theft has an owner, an address and a clock of its own: what the trace says of them in that time is the thief's.
D8. Two stolen factors are counted apart and never called one.
"""
