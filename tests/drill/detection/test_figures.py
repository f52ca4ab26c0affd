"""Shares and medians say how sure they are."""

import pytest

from ecluse.drill.figures import middle, share


def test_a_share_of_few_is_unsure_and_of_many_is_not() -> None:
    few, many = share(2, 2), share(200, 200)
    assert few.share == many.share == 1
    assert few.low < 0.4
    assert many.low > 0.98


def test_wilson_agrees_with_the_textbook() -> None:
    one = share(81, 263)  # Newcombe 1998, table I
    assert one.low == pytest.approx(0.2553, abs=1e-4)
    assert one.high == pytest.approx(0.3662, abs=1e-4)


def test_nothing_of_nothing_may_be_anything() -> None:
    assert (share(0, 0).low, share(0, 0).high) == (0, 1)


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (3, 10), (10, 10)])
def test_a_share_lies_in_its_interval(hits: int, of: int) -> None:
    one = share(hits, of)
    assert 0 <= one.low <= one.share <= one.high <= 1


def test_a_median_has_an_interval_that_is_the_same_each_time() -> None:
    one = middle([1, 2, 3, 4, 100])
    assert one is not None
    assert one == middle([1, 2, 3, 4, 100])
    assert one.low <= one.median == 3 <= one.high
    assert one.p95 > 4


def test_no_values_have_no_median() -> None:
    assert middle([]) is None


def test_equal_values_are_sure() -> None:
    one = middle([7, 7, 7])
    assert one is not None
    assert (one.low, one.median, one.high, one.p95) == (7, 7, 7, 7)
