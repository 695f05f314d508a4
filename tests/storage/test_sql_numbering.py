"""Whoever posts many on PostgreSQL numbers the few lines that wait before its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from gridpoints.ledger.model import Transaction
from gridpoints.storage.sql import recording
from gridpoints.storage.sql.recording import FEW, IN_TURN
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing.contract.base import LI, ZHAO, Clerk, codes, issue

#: So many lines are there, and have their numbers.
FIRST = 4 + IN_TURN


@pytest.fixture(autouse=True)
def all_is_numbered(clerk: Clerk) -> None:
    clerk.ledger.fold()
    clerk.post(*awards("y"))


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One for each time that somebody would have numbered lines that wait."""
    made: list[object] = []
    start = recording._NUMBER_FEW.start

    def noted(connection: Any, **values: Any) -> Any:
        made.append(values)
        return start(connection, **values)

    monkeypatch.setattr(recording._NUMBER_FEW, "start", noted)
    return made


def awards(name: str, size: int = IN_TURN) -> list[Transaction]:
    return [issue(f"{name}{n:04}", LI, 1) for n in range(size)]


def waiting(clerk: Clerk) -> int:
    with clerk.store.begin("baiyang", write=False) as work:
        return work.ledger.waiting()


@contextmanager
def turn_of(colleague: Clerk) -> Iterator[None]:
    """It numbers lines, and is not done with it."""
    with colleague.store.begin("baiyang") as work:
        work.ledger.number()
        yield


def order(clerk: Clerk) -> str:
    """The first letters of lines, in the order of their numbers, which have no gap."""
    with clerk.store.begin("baiyang", write=False) as work:
        lines = list(work.ledger.lines())
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    ids = [line.id for line in lines[FIRST:]]
    assert ids == sorted(ids, key=lambda id: (ids.index(f"{id[0]}0000"), id))
    return "".join(dict.fromkeys(id[0] for id in ids))


def written_together(clerk: Clerk) -> list[str]:
    """The first letters of what a transaction wrote last, for each: of lines, and of their numbers."""
    assert isinstance(clerk.store, SqlStore)
    with clerk.store._engines.reading.begin() as connection:
        found = connection.execute(
            text(
                "SELECT string_agg(DISTINCT left(id, 1), '') FROM gridpoints_journal "
                "WHERE number > :first GROUP BY xmin::text ORDER BY 1"
            ),
            {"first": FIRST},
        )
        return [letters for (letters,) in found]


@pytest.mark.parametrize("few", [1, IN_TURN - 1, 3 * IN_TURN])
def test_what_others_left_is_numbered_by_the_second_batch(clerk: Clerk, colleague: Clerk, few: int) -> None:
    """The first one finds it, and has to wait as well."""
    with colleague.store.begin("baiyang"):
        colleague.post(*awards("a", few))
    for name in "bcde":
        clerk.post(*awards(name))
    assert (waiting(clerk), order(clerk)) == (0, "abcde")
    assert written_together(clerk) == ["abc", "d", "e"]
    clerk.must_verify()


def test_what_one_left_itself_is_numbered_by_its_next_batch(clerk: Clerk) -> None:
    clerk.post(*awards("a", 1))
    clerk.post(*awards("b", 3))
    clerk.post(*awards("c"))
    assert (waiting(clerk), order(clerk), written_together(clerk)) == (0, "abc", ["abc"])
    clerk.must_verify()


def test_while_another_one_numbers_lines_wait_and_no_longer(clerk: Clerk, colleague: Clerk) -> None:
    with turn_of(colleague):
        for n in range(100):
            clerk.post(*awards(chr(256 + n)))
        assert waiting(clerk) == 100 * IN_TURN
    for name in "cde":
        clerk.post(*awards(name))
    before = "".join(chr(256 + n) for n in range(100))
    assert (waiting(clerk), order(clerk)) == (0, f"{before}cde")
    assert sorted(map(len, written_together(clerk))) == [1, 1, 101]
    clerk.must_verify()


@pytest.mark.parametrize("wait", [FEW - IN_TURN, FEW - IN_TURN + 1])
def test_more_than_a_few_are_left_to_whoever_folds(clerk: Clerk, wait: int, tries: list[object]) -> None:
    """The first batch finds that some wait, and then waits itself."""
    with clerk.store.begin("baiyang"):
        clerk.post(*awards("a", wait))
    batches = 50
    for n in range(batches):
        clerk.post(*awards(chr(256 + n)))
    if wait + IN_TURN == FEW:
        assert (waiting(clerk), len(tries)) == (0, 1)
    else:
        assert waiting(clerk) == wait + batches * IN_TURN
        assert 1 <= len(tries) <= 6
        assert clerk.ledger.fold() == wait + (batches + 1) * IN_TURN
        clerk.post(*awards("z", 1))
        while waiting(clerk):  # who had no luck tries again, now and then
            batches += 1
            clerk.post(*awards(chr(256 + batches)))
            assert batches < 70
    clerk.must_verify()


def test_a_batch_that_is_refused_has_numbered_nothing(clerk: Clerk, colleague: Clerk) -> None:
    with turn_of(colleague):
        clerk.post(*awards("a"))
    colleague.post(issue("b0007", ZHAO, 2))
    outcomes = clerk.post(*awards("b"))
    assert codes(outcomes) == ["posted"] * 7 + ["transaction_conflict"] + ["posted"] * (IN_TURN - 8)
    clerk.post(*awards("c"))
    clerk.post(*awards("d"))
    assert waiting(clerk) == 0
    clerk.must_verify()


def test_a_unit_of_work_that_goes_on_numbers_nothing(clerk: Clerk, tries: list[object]) -> None:
    clerk.post(*awards("a", 1))
    with clerk.store.begin("baiyang"):
        clerk.post(*awards("b"))
        clerk.post(*awards("c"))
    assert (waiting(clerk), tries) == (2 * IN_TURN + 1, [])
    clerk.must_verify()
