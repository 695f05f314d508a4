"""Killed at any statement at the till, and opened again: it was done whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.ledger.killer import Killer, dump, must_verify, program, stores
from tests.rooms.killing import ACTS, lived

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def killer(request: pytest.FixtureRequest) -> Iterator[Killer]:
    with program("tests.rooms.killing") as process, stores(request) as (new, copy):
        base = new("lived")
        lived(base)
        killer = Killer(process, copy, {"lived": base}, "")
        killer.run(new("warm"), "warm_up")
        yield killer


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_any_statement(killer: Killer, act: str) -> None:
    before = dump(killer.base(act))
    whole = killer.copy(killer.base(act))
    statements = killer.run(whole, act)["begun"]
    after = dump(whole)
    assert before != after
    url, came = killer.copy(killer.base(act)), []
    # The first and the last, and every seventh between: they are many, and each takes a process.
    for at in sorted({1, *range(2, statements, 7), statements}):
        assert killer.run(url, act, at)["killed"]
        found = dump(url)
        assert found in (before, after), f"{act} was left half done at statement {at} of {statements}"
        came.append(found == after)
        if found == after:
            url = killer.copy(killer.base(act))
    assert came == sorted(came)  # what was done stays done
    # Whoever comes after those who were killed finds nothing of them in the way.
    assert not killer.run(url, act)["killed"]
    assert dump(url) == after
    must_verify(url)
