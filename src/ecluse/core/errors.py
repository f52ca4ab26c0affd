"""Errors by what the reader can do. Each says the next step; each family has one exit code."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command ``ecluse``, by family."""

    OK = 0
    BUG = 1
    USAGE = 2
    REFUSED = 3
    BAD_INPUT = 4
    BROKEN_WORLD = 5
    NOT_PROVEN = 6


class EcluseError(Exception):
    """Base of every error Écluse raises on purpose.

    ``message`` says what happened, ``next_step`` what the reader can do about it. Neither ever holds clinical data or
    a secret.
    """

    exit_code = Exit.BUG

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class RefusedError(EcluseError):
    """The rules say no: the reader may appeal, step up, justify or bring a second person."""

    exit_code = Exit.REFUSED


class BadInputError(EcluseError):
    """What was sent is wrong: the sender fixes it."""

    exit_code = Exit.BAD_INPUT


class BrokenWorldError(EcluseError):
    """Disk, socket, database or another process is not as it must be: the operator acts."""

    exit_code = Exit.BROKEN_WORLD


class NotProvenError(EcluseError):
    """A verification failed: the trace, a proof or a signed head is not what it claims to be."""

    exit_code = Exit.NOT_PROVEN
