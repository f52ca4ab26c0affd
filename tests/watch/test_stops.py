"""A stopped log is told, once for each who, whose and how, whatever the queue holds."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ecluse.core.events import AccountAct, AccountEvent
from ecluse.watch import memory
from ecluse.watch.schema import INTEGRITY
from ecluse.watch.stops import fault, stops_of

NIGHT = datetime(2031, 3, 4, 2, tzinfo=UTC)


def stop(account: str, by: str = "", detail: str = "", days: int = 0, row: int = 1) -> AccountEvent:
    at = NIGHT + timedelta(days=days)
    return AccountEvent(at, account, AccountAct.LOG_OFF, by=by, detail=detail, source="users", row=row)


def told(*events: AccountEvent) -> list[dict[str, object]]:
    connection = memory.connect()
    signs = memory.base_of(connection, events).signs
    return [fault(row) for row in connection.to_pyarrow(stops_of(signs)).to_pylist()]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (stop("i.one", detail="audit"), "i.one stopped or weakened the log on 2031-03-04 (audit)."),
        (stop("n.one", "i.one"), "i.one stopped or weakened the log of n.one on 2031-03-04."),
        (stop("i.one", "i.one"), "i.one stopped or weakened the log on 2031-03-04."),
    ],
)
def test_k15_one_act_that_stops_a_log_is_told(event: AccountEvent, text: str) -> None:
    [row] = told(event, AccountEvent(NIGHT, "n.two", AccountAct.LOGIN))
    assert list(row) == INTEGRITY.names
    assert (row["fault"], row["source"], row["text"]) == ("logging-off", "users", text)
    assert (row["account"], row["day"], row["first"], row["last"]) == (event.account, date(2031, 3, 4), 1, 1)


def test_k15_what_is_stopped_every_day_is_one_sentence() -> None:
    [row] = told(*(stop("audit", days=number, row=number + 5) for number in range(30)))
    assert row["text"] == "audit stopped or weakened the log 30 times from 2031-03-04 to 2031-04-02."
    assert (row["first"], row["last"]) == (5, 34)
