"""How the databases find what they are asked for: by an index, however much there is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

from gridpoints.awards.model import Award
from gridpoints.awards.reviews import Vote
from gridpoints.catalog.index import IndexPosting
from gridpoints.catalog.model import Quorum, Session
from gridpoints.catalog.posts import Post
from gridpoints.catalog.series import Series
from gridpoints.catalog.tasks import TaskList
from gridpoints.catalog.things import Loan
from gridpoints.claiming.model import TIMED, Claim
from gridpoints.community.model import Member
from gridpoints.ledger.model import Account, Leg, Transaction
from gridpoints.records import Change, Record
from gridpoints.redemption.model import Redemption
from gridpoints.redemption.statements.model import Settlement
from gridpoints.redemption.till.refunds import Refund
from gridpoints.redemption.vouchers.model import Attempt, Delivery
from gridpoints.storage.port import Range
from gridpoints.storage.sql import (
    bulk,
    folding,
    ledger,
    locking,
    prepared,
    presuming,
    proof,
    reading,
    recording,
    records,
    statements,
    sums,
    unseen,
)
from gridpoints.storage.sql.kept import KEPT, conditions, ordering
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.store import SqlStore
from gridpoints.testing import START
from gridpoints.values import Unit


@pytest.mark.parametrize(
    "statement",
    [
        locking._KNOWN,
        locking._LOCK,
        locking._LOCK_ALONE,
        locking._NAMED_HOLDS,
        locking._NAMED_AND_OVERDUE_HOLDS["sqlite"],
        ledger._UNOPEN,
        statements._BALANCES,
        reading._HOLD,
        reading._LINE,
        sums._OPENED,
        folding._TIPS,
        folding.READ_HOT,
        records._LOCK_USAGE,
    ],
    ids=[
        "outcomes",
        "accounts",
        "accounts that nobody else locks",
        "holds",
        "holds beside those that are overdue",
        "accounts that were not needed",
        "balances",
        "hold",
        "line",
        "accounts that are there",
        "last entries",
        "hot accounts",
        "limits",
    ],
)
def test_many_ids_are_looked_up_one_by_one(statement: Prepared | ClauseElement, sqlite_url: str) -> None:
    assert "community_id=? AND id=?" in plan(statement, sqlite_url)


@pytest.mark.parametrize(
    ("statement", "found_by"),
    [
        (locking._LOCK_ALONE, "community_id=? AND id>? AND id<?"),
        (locking._LOTS, "community_id=? AND account_id=?"),
        (locking._OVERDUE_HOLDS["sqlite"], "community_id=? AND account_id=? AND expires_at<?"),
        (locking._NAMED_AND_OVERDUE_HOLDS["sqlite"], "community_id=? AND account_id=? AND expires_at<?"),
        (reading._ABOUT, "community_id=? AND subject=?"),
        (reading._DEBTS, "ix_gridpoints_journal_act (community_id=? AND act=?)"),
        (locking._KNOWN_OR_AHEAD, "ix_gridpoints_journal_act (community_id=? AND act=? AND effective_at>?)"),
        (reading._LINES, "community_id=? AND number>?"),
        (reading._TAIL["sqlite"], "community_id=? AND number>?"),
        (folding._NUMBERED_TAIL, "community_id=? AND number>?"),
        (statements._FIRST_ENTRIES, "community_id=? AND account_id=? AND sequence>?"),
        (statements._LAST_ENTRY, "community_id=? AND account_id=?"),
        (
            statements._totals("sqlite", 1, bounded=True, once=True),
            "community_id=? AND account_id=? AND sequence>?",
        ),
        (statements._OVERDUE_ACCOUNTS, "community_id=? AND expires_at<?"),
        (proof._PLACES_OF, "community_id=? AND account_id=? AND sequence>?"),
        (proof._LAST_SEAL, "community_id=?"),
        (proof._NODE, "community_id=? AND level=? AND index=?"),
    ],
    ids=[
        "lines under a batch",
        "lots",
        "overdue holds",
        "overdue holds beside those that are named",
        "what is about a hold",
        "debts",
        "a period that is closed ahead",
        "lines",
        "tail",
        "what is folded",
        "statement",
        "last entry",
        "totals",
        "overdue accounts",
        "places",
        "last seal",
        "node",
    ],
)
def test_what_grows_is_read_by_an_index(statement: Prepared, found_by: str, sqlite_url: str) -> None:
    found = plan(statement, sqlite_url)
    assert found_by in found
    assert "SCAN gridpoints" not in found


def test_records_are_found_by_many_ids(sqlite_url: str) -> None:
    kept = KEPT[Member]
    wanted = kept.all.where(*conditions(kept, {"id": ["1", "2"]}))
    assert "community_id=? AND id=?" in plan(wanted, sqlite_url)


@pytest.mark.parametrize(
    ("kind", "where", "found_by"),
    [
        (Quorum, {"status": "waiting", "due_at": Range(at_most=START)}, "status=? AND due_at<?"),
        (Loan, {"status": "out", "due_at": Range(at_most=START)}, "status=? AND due_at<?"),
        (Loan, {"thing_id": "t", "status": ["out", "lost"]}, "thing_id=? AND status=?"),
        (TaskList, {"status": "published", "ends_on": Range(below=START.date())}, "status=? AND ends_on<?"),
        (Post, {"status": "published", "ends_on": Range(below=START.date())}, "ends_on>? AND ends_on<?"),
        (
            Series,
            {"status": "published", "announced_until": Range(below=START.date())},
            "status=? AND announced_until<?",
        ),
        (Session, {"item_id": ["a", "b"], "starts_at": Range(at_least=START)}, "item_id=? AND starts_at>?"),
        (IndexPosting, {"id": ["0/t:a", "1/t:a"]}, "community_id=? AND id=?"),
        (Claim, {"status": TIMED, "due_at": Range(at_most=START)}, "due_at>? AND due_at<?"),
        (Claim, {"target": "session", "target_id": ["a", "b"]}, "target_id=? AND target=?"),
        (Claim, {"waits_since": Range(above=START)}, "USING INDEX ix_gridpoints_claim_waits_since"),
        (Claim, {"waits_since": START, "id": Range(above="a")}, "waits_since=? AND id>?"),
        (Member, {"left_at": Range(at_most=START)}, "USING INDEX ix_gridpoints_member_left_at"),
        (Award, {"member_id": "li"}, "community_id=? AND part=? AND member_id=?"),
        (Award, {"member_id": ["li", "wang"], "status": "credited"}, "part=? AND member_id=?"),
    ],
    ids=[
        "minimums",
        "overdue",
        "on the shelf",
        "lists",
        "posts",
        "series",
        "sessions",
        "index",
        "claims",
        "places",
        "what waits",
        "what waits since then",
        "who left",
        "a member's awards",
        "awards of some",
    ],
)
def test_what_a_tick_and_a_search_ask_for_is_found_by_an_index(
    kind: type[Record], where: dict[str, Any], found_by: str, sqlite_url: str
) -> None:
    kept = KEPT[kind]
    found = plan(kept.all.where(*conditions(kept, where)), sqlite_url)
    assert found_by in found
    assert "SCAN gridpoints" not in found


WITHIN = Range(at_least=START, below=START + timedelta(days=90))


@pytest.mark.parametrize(
    ("kind", "where", "order", "found_by"),
    [
        (Redemption, {"captured_at": WITHIN}, "captured_at", "captured_at>? AND captured_at<?"),
        (
            Redemption,
            {"merchant_id": "s", "captured_at": WITHIN},
            "captured_at",
            "merchant_id=? AND captured_at>? AND captured_at<?",
        ),
        (Refund, {"refunded_at": WITHIN}, "refunded_at", "refunded_at>? AND refunded_at<?"),
        (
            Claim,
            {"claimed_at": WITHIN, "verified_by": Range()},
            "claimed_at",
            "claimed_at>? AND claimed_at<?",
        ),
        (Vote, {"cast_at": WITHIN, "side": "for"}, "cast_at", "cast_at>? AND cast_at<?"),
        (Delivery, {"arrival": "captured", "taken_at": WITHIN}, "taken_at", "taken_at>? AND taken_at<?"),
        (Delivery, {"redemption_id": ["r"], "arrival": "captured"}, "id", "redemption_id=?"),
        (Settlement, {"currency": "CNY", "status": ["drawn_up"]}, "id", "currency=? AND status=?"),
        (Attempt, {"at": Range(at_most=START), "id": Range(below="a")}, "-at", "at<?"),
        (
            Change,
            {"kind": "redemption", "subject": ["r"], "status": "captured"},
            "-version",
            "subject=? AND kind=?",
        ),
    ],
    ids=[
        "handed out",
        "handed out by one",
        "given back",
        "verified",
        "agreed to",
        "taken without a network",
        "delivered",
        "due",
        "refused",
        "captured by whom",
    ],
)
def test_what_reads_many_records_reads_those_of_its_time(
    kind: type[Record], where: dict[str, Any], order: str, found_by: str, sqlite_url: str
) -> None:
    kept = KEPT[kind]
    wanted = kept.all.where(*conditions(kept, where))
    found = plan(wanted.order_by(*ordering(kept, [order])), sqlite_url)
    assert found_by in found
    assert "SCAN gridpoints" not in found


@pytest.mark.parametrize("statement", [sums._FLOWS_WITHIN, sums._TURNOVER_WITHIN], ids=["flows", "turnover"])
def test_of_an_interval_the_journal_alone_is_read(
    statement: dict[str, Prepared], sqlite_url: str, new_postgres_url: str
) -> None:
    """Its legs stand in its lines: neither entries nor accounts are looked up."""
    with closing(SqlStore(sqlite_url)):
        found = plan(statement["sqlite"], sqlite_url).splitlines()
    tables = [line for line in found if line.startswith(("SCAN", "SEARCH"))]
    assert [line.split()[1] for line in tables] == ["gridpoints_journal", "leg"], found
    with closing(SqlStore(new_postgres_url)) as store, store._engines.writing.begin() as connection:
        compiled = clause(statement["postgresql"]).compile(dialect=connection.dialect)
        given = {**compiled.params, **GIVEN, "since": GIVEN["until_0"]}
        explained = connection.exec_driver_sql(f"EXPLAIN {compiled}", given).scalars().all()
        assert not [line for line in explained if "gridpoints_entry" in line or "gridpoints_account" in line]
        assert any("Scan" in line and "gridpoints_journal" in line for line in explained)


def test_a_community_founded_since_the_statistics_were_taken(new_postgres_url: str) -> None:
    """A join is by the whole key, or by a hash: never over all of the community for every row."""
    with closing(SqlStore(new_postgres_url)) as store:
        with store.begin("old") as work:
            work.add(Unit("points"))
            for first in range(0, 4000, 1000):
                work.ledger.post(awards(first), at=START)
            work.ledger.fold()
        with store._engines.writing.begin() as connection:
            connection.execute(text("ANALYZE"))
            for name, statement in JOINS.items():
                compiled = clause(statement).compile(dialect=connection.dialect)
                found = connection.exec_driver_sql(f"EXPLAIN {compiled}", {**compiled.params, **GIVEN})
                assert not [line for line in found.scalars() if "Join Filter" in line], name


@pytest.mark.parametrize("name", ["tail", "tail of an account", "what is numbered"])
def test_the_tail_is_found_without_the_rest(name: str, new_postgres_url: str) -> None:
    """However long the journal is, what is in no statement yet has an index of its own."""
    statement = {
        "tail": reading._TAIL["postgresql"],
        "tail of an account": reading._TAIL_OF["postgresql"],
        "what is numbered": recording._NUMBER,
    }[name]
    with closing(SqlStore(new_postgres_url)) as store:
        with store.begin("old") as work:
            work.add(Unit("points"))
            for first in range(0, 4000, 1000):
                work.ledger.post(awards(first), at=START)
            work.ledger.fold()
            work.ledger.post(awards(4000)[:3], at=START + timedelta(hours=1))
        with store._engines.writing.begin() as connection:
            connection.execute(text("ANALYZE"))
            compiled = clause(statement).compile(dialect=connection.dialect)
            given = {**compiled.params, **GIVEN, "community": "old", "leg": '["points/member/m1",'}
            found = connection.exec_driver_sql(f"EXPLAIN {compiled}", given).scalars().all()
    assert any("Index Scan" in line and "ix_gridpoints_journal_writer" in line for line in found), found
    assert not any("Seq Scan on gridpoints_journal" in line for line in found), found


@pytest.mark.parametrize(
    "statement",
    [presuming.AS_SEEN, ledger._RECORD_AND_MOVE_AS_SEEN, unseen.MAY_ADD, unseen.RECORD_AND_ADD],
    ids=["seen", "one that was seen", "added to", "one that is added to"],
)
def test_what_is_presumed_is_looked_up(statement: Prepared, new_postgres_url: str) -> None:
    """Also before PostgreSQL has counted them; and lots only where they are over."""
    with closing(SqlStore(new_postgres_url)) as store:
        with store.begin("old") as work:
            work.add(Unit("points"))
            work.ledger.post(awards(0, members=5_000), at=START)
        with store._engines.writing.begin() as connection:
            sql = prepared._compile(clause(statement), connection.dialect).sql
            found = connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {sql}").scalars().all()
    assert any("pk_gridpoints_account" in line for line in found), found
    assert not any("Seq Scan on gridpoints_" in line or "pk_gridpoints_lot" in line for line in found), found


@pytest.mark.parametrize("move", [ledger._MOVE, unseen.ADD], ids=["set", "added to"])
def test_a_few_accounts_are_moved_without_a_look_at_the_others(
    move: bulk.Bulk, new_postgres_url: str
) -> None:
    """Also before PostgreSQL has counted them, when it takes every community for a small one."""
    with closing(SqlStore(new_postgres_url)) as store:
        with store.begin("old") as work:
            work.add(Unit("points"))
            work.ledger.post(awards(0, members=5_000), at=START)
        with store._engines.writing.begin() as connection:
            sql, _ = bulk._compiled(move._arrays, connection.dialect)
            found = connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {sql}").scalars().all()
    assert any("Tid Scan on gridpoints_account" in line for line in found), found
    assert not any("Heap Scan on" in line or "Seq Scan on" in line for line in found), found


JOINS: dict[str, Prepared | ClauseElement] = {
    "statement": statements._ENTRIES,
    "totals": statements._totals("postgresql", 0, bounded=False, once=False),
    "totals of periods": statements._totals("postgresql", 2, bounded=True, once=True),
    "flows": sums._FLOWS,
    "turnover": sums._TURNOVER,
    "moved until": statements._MOVED_UNTIL[True],
    "last entries": folding._TIPS,
    "outstanding": sums._DATED,
    "overdue accounts": statements._OVERDUE_ACCOUNTS,
    "holds": reading._HOLDS_OF,
}

GIVEN: dict[str, Any] = {
    "community": "new",
    "id": "points/member/li",
    "ids": ["points/member/li"],
    "after": 0,
    "last": 9,
    "limit": 100,
    "unit": "points",
    "at": START,
    "until": "2026-03-02T01:00:00.000000Z",
    "until_0": "2026-03-02T01:00:00.000000Z",
    "until_1": "2026-03-03T01:00:00.000000Z",
    "once": "redemption",
    "since": 1,
}


def awards(first: int, members: int = 1_000) -> list[Transaction]:
    """One for each of so many members."""
    issuance = Account.issuance("points")
    return [
        Transaction(f"t{first + n}", (Leg(issuance, -5), Leg(Account.member(f"m{n}", "points"), 5)))
        for n in range(members)
    ]


def clause(statement: Prepared | ClauseElement) -> ClauseElement:
    return statement._statement if isinstance(statement, Prepared) else statement


def plan(statement: Prepared | ClauseElement, url: str) -> str:
    compiled = clause(statement).compile(
        dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}
    )
    positions = compiled.positiontup or ()  # type: ignore[attr-defined]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {compiled}", [None] * len(positions))
        return "\n".join(detail for *_, detail in rows)
