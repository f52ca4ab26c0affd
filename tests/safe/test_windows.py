"""Sliding windows against the plain definition."""

from hypothesis import given
from hypothesis import strategies as st

from ecluse.safe.windows import SPANS, Distinct, Tally

EVENTS = st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0, 1, 13, 61, 400, 20_000])), max_size=150)


@given(EVENTS)
def test_counts_are_those_of_the_definition(events: list[tuple[int, int]]) -> None:
    distinct, tick, last = Distinct(), 1_000_000, dict[int, int]()
    for patient, wait in events:
        tick += wait
        fresh = {span.window for span, _ in distinct.news(patient, tick)}
        totals = {span.window: total for span, total in distinct.news(99, tick)}
        for span in SPANS:
            oldest = tick // span.grain - span.buckets
            inside = {p for p, at in last.items() if at // span.grain >= oldest}
            assert totals[span.window] == len(inside)
            assert (span.window in fresh) == (patient not in inside)
        distinct.show(patient, tick)
        last[patient] = tick
    again = Distinct.of(last, tick)
    assert [c.total for c in again.counters] == [_total(c, tick) for c in distinct.counters]


def _total(counter: object, tick: int) -> int:
    counter.forget(tick)  # type: ignore[attr-defined]
    return counter.total  # type: ignore[attr-defined,no-any-return]


@given(EVENTS)
def test_a_window_never_forgets_before_its_time(events: list[tuple[int, int]]) -> None:
    distinct, tick, shown = Distinct(), 1_000_000, list[tuple[int, int]]()
    lengths = {SPANS[0].window: 12, SPANS[1].window: 720, SPANS[2].window: 17_280, SPANS[3].window: 518_400}
    for patient, wait in events:
        tick += wait
        distinct.show(patient, tick)
        shown.append((tick, patient))
        for span, total in distinct.news(-1 % 2**64, tick):
            assert total >= len({p for at, p in shown if at >= tick - lengths[span.window]})


def test_memory_follows_the_window_not_the_history() -> None:
    distinct = Distinct()
    for i in range(3000):
        distinct.show(i, i * 17_280)
    assert len(distinct.patients) < 200


@given(st.lists(st.sampled_from([0, 1, 13, 700]), max_size=60))
def test_rates_are_those_of_the_definition(waits: list[int]) -> None:
    tally, tick, times = Tally(), 1_000_000, list[int]()
    for wait in waits:
        tick += wait
        tally.add(tick)
        times.append(tick)
        minute = sum(at >= tick - 12 for at in times)
        hour = sum(at // 60 >= tick // 60 - 12 for at in times)
        assert tally.totals(tick) == (minute, hour)
