"""MD4 (RFC 1320), which OpenSSL no longer offers: only to look up passwords in lists of NTLM hashes.

NTLM is MD4 of the password in UTF-16LE (MS-NLMP section 3.3.1).
"""

import struct

WORD = 0xFFFFFFFF
START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
BLOCK, TAIL = 64, 56
ROUNDS = (
    (0, tuple(range(16)), (3, 7, 11, 19)),
    (0x5A827999, (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), (3, 5, 9, 13)),
    (0x6ED9EBA1, (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
)


def ntlm(password: str) -> bytes:
    """Return the NTLM hash, 16 bytes."""
    return md4(password.encode("utf-16-le", "surrogatepass"))


def md4(message: bytes) -> bytes:
    """Return the MD4 digest, 16 bytes."""
    padded = message + b"\x80" + bytes((TAIL - 1 - len(message)) % BLOCK) + struct.pack("<Q", 8 * len(message))
    state = START
    for start in range(0, len(padded), BLOCK):
        mixed = mix(state, struct.unpack_from("<16I", padded, start))
        state = tuple((old + new) & WORD for old, new in zip(state, mixed, strict=True))  # type: ignore[assignment]
    return struct.pack("<4I", *state)


def mix(state: tuple[int, ...], words: tuple[int, ...]) -> tuple[int, ...]:
    """Run the three rounds over one block of 16 words."""
    a, b, c, d = state
    for number, (constant, order, turns) in enumerate(ROUNDS):
        for step, index in enumerate(order):
            chosen = ((b & c) | (~b & d), (b & c) | (b & d) | (c & d), b ^ c ^ d)[number]
            total = (a + chosen + words[index] + constant) & WORD
            turn = turns[step % 4]
            a, b, c, d = d, ((total << turn) | (total >> (32 - turn))) & WORD, b, c
    return a, b, c, d
