"""A repeatable one-to-one shuffle of whole numbers: a marker leads back to its patient without any table."""

import math
import random

import msgspec


class Permutation(msgspec.Struct, frozen=True):
    """``x -> (a * x + b) mod size``, which is one-to-one because ``a`` has no factor in common with ``size``."""

    size: int
    a: int
    b: int
    back: int

    @classmethod
    def of(cls, size: int, seed: str) -> "Permutation":
        """Draw the shuffle of ``range(size)`` that ``seed`` gives."""
        chance = random.Random(f"permutation {size} {seed}")
        a = chance.randrange(size // 3, size)
        while math.gcd(a, size) != 1:
            a += 1
        return cls(size, a, chance.randrange(size), pow(a, -1, size))

    def there(self, number: int) -> int:
        """Shuffle ``number``."""
        return (self.a * number + self.b) % self.size

    def home(self, number: int) -> int:
        """Undo :meth:`there`."""
        return (number - self.b) * self.back % self.size
