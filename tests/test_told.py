"""Everything that is written is told: in the code, at the doors, by the ledger, and through a whole year.

Three proofs that lean on one another. Records are written at the doors of `gridpoints.context`, which open a
page in the journal each, and elsewhere only where this file says so and why. Every act of the ledger that
writes is gone through. And `tests.telling` watches a year of a community, and every test of a room.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import gridpoints
from gridpoints import Account, Community
from gridpoints.events.model import Event
from gridpoints.ledger.model import Leg, Transaction
from gridpoints.ledger.operations import Ledger
from gridpoints.storage.memory.store import MemoryStore
from gridpoints.testing import ManualClock
from tests.telling import TOLD_OTHERWISE, TellingStore

SOURCE = Path(gridpoints.__file__).parent
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
POINTS = "points"

#: Where records are written in silence, and how they are told: see `TOLD_OTHERWISE`.
SILENT = {
    "awards/crediting.py:_keep": "gives points at once: the line of the ledger has its id",
    "community/caring.py:write_file": "what a file says; the version of the file is told",
    "catalog/indexing.py:enter": "the index, made of what is told",
    "catalog/indexing.py:_gate": "the index, made of what is told",
    "catalog/indexing.py:_numbered": "the index, made of what is told",
}
#: Every other writing goes through one of these.
DOORS = {f"context.py:{door}" for door in ("keep_all", "tell", "change", "write")}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def units_of_work(function: ast.FunctionDef) -> set[str]:
    """The names under which a function has a unit of work."""
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    names = {each.arg for each in arguments if each.annotation and ast.unparse(each.annotation) == "Work"}
    for node in ast.walk(function):
        if isinstance(node, ast.withitem) and ast.unparse(node.context_expr).endswith(
            ("begin()", "transaction()")
        ):
            names.add(ast.unparse(node.optional_vars or node.context_expr))
    return names | {"self.work"}


def writes(function: ast.FunctionDef) -> bool:
    """Whether it writes records into a unit of work itself."""
    names = units_of_work(function)
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("add", "replace", "replace_all", "write")
        and ast.unparse(node.func.value) in names
        for node in ast.walk(function)
    )


def test_records_are_written_at_the_doors() -> None:
    found = {
        f"{path.relative_to(SOURCE)}:{function.name}"
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] not in ("storage", "testing")
        for function in functions(ast.parse(path.read_text("utf-8")))
        if writes(function)
    }
    assert found == DOORS | SILENT.keys()
    assert {kind.__name__ for kind in TOLD_OTHERWISE} == {"IndexEntry", "IndexPosting", "Award", "FileEntry"}


def test_a_year_is_told_to_the_last_record() -> None:
    pytest.importorskip("faker", reason="the demo needs it")
    from gridpoints.demo import Scenario, run

    store = TellingStore(MemoryStore())
    run(Scenario(residents=30, months=2, seed=7), store)
    with gridpoints.open(store) as exchange:
        village = exchange.community("demo")
        told, cursor = set[str](), ""
        while events := village.events.read(cursor, limit=1_000):
            told |= {event.kind for event in events}
            cursor = events[-1].cursor
    assert {"member", "claim", "wish", "award", "transaction", "settlement"} <= told


# --- the ledger -----------------------------------------------------------------------------------


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def village(store_url: str, clock: ManualClock) -> Iterator[Community]:
    with gridpoints.open(store_url, clock=clock) as exchange:
        yield exchange.found("baiyang", name="白羊村", rules="baiyang")


LI = Account.member("li", POINTS)
SHOP = Account.merchant("shop", POINTS)


def moved(id: str, amount: int = 5, *, expires_at: datetime | None = None) -> Transaction:
    return Transaction(
        id=id, legs=(Leg(LI, amount, expires_at), Leg(Account.issuance(POINTS), -amount)), kind="gift"
    )


def held(ledger: Ledger) -> str:
    ledger.post_one(moved("for-the-hold"))
    return ledger.hold(LI, 3, expires_at=START + timedelta(days=9)).id


def capture(ledger: Ledger, clock: ManualClock) -> None:
    ledger.capture(held(ledger), 3, to=SHOP)


def release(ledger: Ledger, clock: ManualClock) -> None:
    ledger.release(held(ledger))


def reverse(ledger: Ledger, clock: ManualClock) -> None:
    ledger.post_one(moved("mistaken"))
    ledger.reverse("mistaken", reason="a mistake")


def expire(ledger: Ledger, clock: ManualClock) -> None:
    ledger.post_one(moved("soon-gone", expires_at=START + timedelta(hours=1)))
    clock.advance(timedelta(hours=2))
    assert ledger.expire() == 1


def collect(ledger: Ledger, clock: ManualClock) -> None:
    ledger.post_one(moved("given"))
    ledger.hold(LI, 5, expires_at=START + timedelta(hours=1))
    ledger.reverse("given", reason="a mistake", queue=True)
    clock.advance(timedelta(hours=2))
    assert ledger.collect()


def close_period(ledger: Ledger, clock: ManualClock) -> None:
    ledger.post_one(moved("in-the-period"))
    ledger.close_period(START)


def seal(ledger: Ledger, clock: ManualClock) -> None:
    ledger.post_one(moved("to-be-sealed"))
    ledger.seal()


def restore(ledger: Ledger, clock: ManualClock) -> None:
    with gridpoints.open("memory://", clock=clock) as exchange:
        other = exchange.found("baiyang", name="白羊村", rules="baiyang").ledger
        other.post_one(moved("there"))
        other.seal()
        file = io.StringIO()
        other.export(file)
    ledger.restore(io.StringIO(file.getvalue()))


#: Every act of the ledger that writes, with what is told of it last: kind and status.
ACTS: Mapping[str, tuple[Callable[[Ledger, ManualClock], object], tuple[str, str]]] = {
    "post": (lambda ledger, _: ledger.post([moved("1")]), ("transaction", "post")),
    "post_each": (lambda ledger, _: list(ledger.post_each([moved("1")])), ("transaction", "post")),
    "post_one": (lambda ledger, _: ledger.post_one(moved("1")), ("transaction", "post")),
    "hold": (lambda ledger, _: held(ledger), ("transaction", "hold")),
    "capture": (capture, ("transaction", "capture")),
    "release": (release, ("transaction", "release")),
    "reverse": (reverse, ("transaction", "reverse")),
    "expire": (expire, ("transaction", "post")),
    "collect": (collect, ("transaction", "reverse")),
    "set_floor": (lambda ledger, _: ledger.set_floor(LI, -9, reason="trusted"), ("transaction", "floor")),
    "close_period": (close_period, ("transaction", "close")),
    "seal": (seal, ("seal", "sealed")),
    "restore": (restore, ("seal", "sealed")),
}
#: These change nothing: to fold is to enter lines that were told into statements.
READS = {
    "balance",
    "balances",
    "debts",
    "export",
    "flows",
    "fold",
    "lots",
    "months",
    "outstanding",
    "prove",
    "seals",
    "statement",
    "transaction",
    "trial_balance",
    "turnover",
    "verify",
}


def test_every_act_of_the_ledger_is_gone_through() -> None:
    public = {name for name in dir(Ledger) if not name.startswith("_")} - {"context", "guard"}
    assert public == ACTS.keys() | READS


@pytest.mark.parametrize("act", ACTS)
def test_every_act_of_the_ledger_is_told(village: Community, clock: ManualClock, act: str) -> None:
    do, expected = ACTS[act]
    last = village.events.read(limit=1_000)[-1].cursor
    do(village.ledger, clock)
    told = [(event.kind, event.status) for event in village.events.read(last, limit=1_000)]
    assert expected in told, told


def test_a_seal_is_told_once_whatever_it_is_over(village: Community, clock: ManualClock) -> None:
    pytest.importorskip("cryptography", reason="seals are signed with it")
    from gridpoints.ledger.checkpoint import PrivateKey

    def told() -> list[Event]:
        return [event for event in village.events.read(limit=1_000) if event.kind == "seal"]

    village.ledger.post([moved(str(n)) for n in range(50)])
    made = village.ledger.seal()
    assert made is not None
    assert village.ledger.seal() == made
    [event] = told()
    assert (event.subject, event.status, event.version) == (str(made.size), "sealed", 1)
    clock.advance(timedelta(minutes=1))
    key = PrivateKey.generate("baiyang")
    signed = village.ledger.seal(key)
    assert village.ledger.seal(PrivateKey.generate("baiyang")) == signed  # the first signature stands
    assert [(event.status, event.version) for event in told()] == [("sealed", 1), ("signed", 2)]
    village.ledger.post_one(moved("more"))
    assert village.ledger.seal(key) is not None
    assert [(event.status, event.version) for event in told()][2:] == [("signed", 2)]
    assert village.ledger.verify(key.public).ok
