"""What is unusual about a sign-in: a plain question to plain values."""

import pytest

from ecluse.accounts.odd_sign_ins import Seen, network, unusual

DAY = [Seen("pc", "10.1.2.0/24", hour) for hour in range(8, 18)] * 2


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ([], Seen("pc", "10.1.2.0/24", 3), ()),
        (DAY, Seen("pc", "10.1.2.0/24", 9), ()),
        (DAY, Seen("pc", "10.1.2.0/24", 19), ()),
        (DAY, Seen("pc", "10.1.2.0/24", 3), ("hour",)),
        (DAY[:5], Seen("pc", "10.1.2.0/24", 3), ()),
        (DAY, Seen("new", "10.1.2.0/24", 9), ("device",)),
        (DAY, Seen("pc", "10.9.9.0/24", 9), ("place",)),
        (DAY, Seen("new", "10.9.9.0/24", 2), ("device", "place", "hour")),
        ([Seen("pc", "a", 23)] * 20, Seen("pc", "a", 1), ()),
    ],
)
def test_what_was_never_seen_is_unusual(before: list[Seen], now: Seen, found: tuple[str, ...]) -> None:
    assert unusual(before, now) == found


def test_a_place_is_a_network_and_never_a_whole_address() -> None:
    assert network("192.0.2.77") == "192.0.2.0/24"
    assert network("2001:db8:1:2::9") == "2001:db8:1::/48"
    assert network("") == ""
