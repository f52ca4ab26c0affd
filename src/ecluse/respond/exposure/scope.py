"""What is asked: whose accesses, and between which times."""

from datetime import datetime

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.record.trace_index import Span


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts and sessions (as the trace names them), from ``since`` on and before ``until``; a case gives several.

    Without account and session, everybody's accesses of the span.
    """

    accounts: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def span(self) -> Span:
        """Return the times."""
        return Span(self.since, self.until)

    def check(self) -> None:
        """Refuse a question that asks for nothing.

        Raises:
            BadInputError: no account, session or time; times without a zone, or the wrong way round.
        """
        if not (self.accounts or self.sessions or self.since or self.until):
            raise BadInputError("Nothing is asked for.", "Name an account, a session, or a time.")
        if any(at is not None and at.tzinfo is None for at in (self.since, self.until)):
            raise BadInputError("A time has no zone.", "Write it as 2026-01-31T08:00:00Z.")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise BadInputError("The span ends before it begins.", "Exchange the two times.")
