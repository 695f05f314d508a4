"""What a reversal takes out of which lot, or puts back into which: point by point, as it is defined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridpoints.ledger.journal import Line
from gridpoints.ledger.reversal import Original
from gridpoints.testing import START

LI = "points/member/li"
EXPIRIES = st.sampled_from([START + timedelta(days=n) for n in range(4)])
LOTS = st.lists(st.tuples(EXPIRIES, st.integers(-4, 4).filter(bool)), max_size=5)
NETS, COUNTS = st.integers(-12, 12), st.integers(0, 12)


def original(net: int, lots: Sequence[tuple[datetime, int]]) -> Original:
    """A transaction that added `net` to Li's account, and these amounts to lots of it."""
    line = Line(1, "t", "post", "award", "", None, "", "", "[]", None, "{}", None, None)
    return Original(line, net=Counter({LI: net}), lots={LI: list(lots)})


def points(lots: Sequence[tuple[datetime | None, int]]) -> list[datetime | None]:
    """Each point by its expiry."""
    assert all(amount > 0 for _, amount in lots)
    return [expires_at for expires_at, amount in lots for _ in range(amount)]


@given(NETS, LOTS, COUNTS, COUNTS)
def test_what_was_given_is_taken_back_in_the_order_of_its_lots_and_undated_points_last(
    net: int, lots: list[tuple[datetime, int]], skip: int, amount: int
) -> None:
    given = [(expires_at, gift) for expires_at, gift in lots if gift > 0]
    there = (points(given) + [None] * max(0, net))[: max(0, net)]
    taken = original(net, lots).given(LI, skip, amount)
    assert points(taken) == there[skip : skip + amount]


def drawn_from(net: int, lots: list[tuple[datetime, int]], named: Counter[datetime]) -> list[datetime | None]:
    """What was drawn and did not go back into a lot that was named, last first; undated points before all."""
    draws = points([(expires_at, -change) for expires_at, change in reversed(lots) if change < 0])
    undated = max(0, -net) - len(draws)
    named = named.copy()
    there = []
    for expires_at in draws:
        if expires_at is not None and named[expires_at]:
            named[expires_at] -= 1
        else:
            there.append(expires_at)
    return [None] * undated + there[max(0, -undated) :]


@given(NETS, LOTS, st.lists(EXPIRIES, max_size=4).map(Counter), COUNTS, COUNTS)
def test_what_was_drawn_last_is_restored_first(
    net: int, lots: list[tuple[datetime, int]], named: Counter[datetime], skip: int, amount: int
) -> None:
    spent = original(net, lots)
    spent.named = {LI: named}
    restored = points(spent.drawn(LI, skip, amount))
    assert restored == [e for e in drawn_from(net, lots, named)[skip : skip + amount] if e is not None]


@given(st.integers(-12, 0), LOTS, st.lists(EXPIRIES, max_size=3), COUNTS)
def test_what_is_left_of_a_lot_is_what_was_drawn_from_it_and_not_restored(
    net: int, lots: list[tuple[datetime, int]], named: list[datetime], unnamed: int
) -> None:
    spent = original(net, lots)
    for expires_at in named:
        spent.name(LI, expires_at, 1)
    spent.take_back({LI: len(named) + unnamed})
    there = drawn_from(net, lots, Counter(named))[unnamed : max(0, -net - len(named))]
    left = spent.lots_left(LI)
    assert left == Counter(e for e in there if e is not None)
    assert list(left) == list(dict.fromkeys(e for e in there if e is not None))
