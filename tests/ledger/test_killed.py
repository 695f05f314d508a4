"""Killed at any statement of whatever it does, and opened again: it was done whole, or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from gridpoints import Account, Community, Leg, Transaction
from gridpoints.testing import ManualClock
from tests.ledger.full import DAY, HOME, LI, SHOP, ZHAO, found, issue, live, move, open_at
from tests.ledger.killer import Killer, dump, must_verify, program, stores
from tests.ledger.killing import ACTS, FIRST

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

#: So many statements at least are begun by an act; fewer, and the test shows nothing.
LEAST = 6
#: On PostgreSQL one statement locks a lone account, and one writes its line with what it comes to.
FEWER = {"set_floor": 3, "hold": 5}

HOME_POINTS = Account.household("home", "points")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def killer(request: pytest.FixtureRequest) -> Iterator[Killer]:
    file = io.StringIO()
    with open_at("memory://", clock := ManualClock(tick=timedelta(seconds=1))) as exchange:
        live(village := found(exchange), clock, lines=20)
        village.ledger.export(file)
    with program("tests.ledger.killing") as process, stores(request) as (new, copy):
        killer = Killer(process, copy, _bases(new), file.getvalue())
        killer.run(new("warm"), "warm_up")
        yield killer


def _bases(new: Callable[[str], str]) -> dict[str, str]:
    """A store that was founded, and one in which everything has happened, and a little since."""
    bases = {name: new(name) for name in ("founded", "lived")}
    for name, url in bases.items():
        with open_at(url, clock := ManualClock(tick=timedelta(seconds=1))) as exchange:
            village = found(exchange)
            if name == "lived":
                live(village, clock, lines=20)
                _go_on(village, clock)
    return bases


def _go_on(village: Community, clock: ManualClock) -> None:
    legs = (Leg(Account.issuance("points"), -7), Leg(HOME_POINTS, 7, clock.now() + DAY))
    since = [issue("since-1", HOME, 4), Transaction("since-2", legs), move("since-3", LI, SHOP, 1)]
    village.ledger.post([*since, issue("since-4", ZHAO, 6)])


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_every_statement(killer: Killer, act: str) -> None:
    before = dump(killer.base(act))
    whole = killer.copy(killer.base(act))
    statements = killer.run(whole, act)["begun"]
    assert statements >= FEWER.get(act, LEAST)
    states = [before, dump(whole)]
    if act in FIRST:
        begun = killer.copy(killer.base(act))
        killer.run(begun, act, first=True)
        if (between := dump(begun)) != before:
            states.insert(1, between)
        must_verify(begun)
    assert all(states[n] != states[n + 1] for n in range(len(states) - 1))
    must_verify(whole)
    url = killer.copy(killer.base(act))
    came = []
    for at in moments(statements):
        assert killer.run(url, act, at)["killed"]
        found = dump(url)
        assert found in states, f"{act} was left half done at statement {at} of {statements}"
        came.append(states.index(found))
        if found != before:
            url = killer.copy(killer.base(act))
    assert came[0] == 0
    assert came == sorted(came)  # what was done stays done
    # Whoever comes after those who were killed finds nothing of them in the way.
    assert not killer.run(url, act)["killed"]
    assert dump(url) == states[-1]
    must_verify(url)


def moments(statements: int) -> list[int]:
    """Every statement; of very many, which write row after row, all at either end and some between."""
    every = range(1, statements + 1)
    return sorted({*every[:60], *every[60::11], *every[-40:]})
