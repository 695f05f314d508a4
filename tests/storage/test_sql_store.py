"""Opening a database that is not one, and what a unit of work in a database promises beside the contract."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from gridpoints.community.model import Grid, Member, Profile
from gridpoints.errors import (
    ConcurrentChange,
    GridpointsError,
    HoldConflict,
    MissingDriver,
    RecordExists,
    StoreUnavailable,
    TransactionConflict,
    UnknownStore,
)
from gridpoints.ledger import reports
from gridpoints.ledger.lots import AccountState
from gridpoints.ledger.model import Account, Hold, Leg, Posted, Rejected, Transaction, Verification
from gridpoints.ledger.verification import verify
from gridpoints.storage.sql import remembered
from gridpoints.storage.sql.engines import Engines
from gridpoints.storage.sql.records import SqlWork
from gridpoints.storage.sql.schema import VERSION_TABLE
from gridpoints.storage.sql.store import SqlStore
from gridpoints.storage.sql.tables import AccountRow, metadata, table_of
from gridpoints.storage.sql.turns import Turns
from gridpoints.testing import START
from gridpoints.testing.contract.base import ISSUANCE, found, issue
from gridpoints.values import Unit

if TYPE_CHECKING:
    from gridpoints.storage.sql.wire import Answer, Wire

#: Never shown.
PASSWORD = "s3cret"  # noqa: S105 -- it opens nothing


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with closing(SqlStore(url)) as store:
        yield store


# --- opening --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite+aiosqlite:///x.db",
        "mysql://user:s3cret@host/points",
        "postgresql+psycopg2://user:s3cret@host/points",
        "points.db",
    ],
)
def test_urls_of_other_stores(url: str) -> None:
    with pytest.raises(UnknownStore) as refusal:
        SqlStore(url)
    assert refusal.value.known == ("memory://", "sqlite:///", "postgresql://")
    assert "s3cret" not in str(refusal.value)


def test_a_relative_and_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SqlStore("sqlite:///relative.db").close()
    SqlStore(f"sqlite:///{tmp_path}/absolute.db").close()
    assert {path.name for path in tmp_path.iterdir()} >= {"relative.db", "absolute.db"}


def test_no_such_directory(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        SqlStore(f"sqlite:///{tmp_path}/nowhere/x.db")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "台账.db"
    path.write_text("姓名,积分\n" * 1000)
    with pytest.raises(StoreUnavailable, match="file is not a database"):
        SqlStore(f"sqlite:///{path}")
    assert path.read_text().startswith("姓名")


def test_a_damaged_database(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    path.write_bytes(path.read_bytes()[:8192] + b"\xff" * 40_000)
    with (
        pytest.raises(StoreUnavailable),
        closing(SqlStore(sqlite_url)) as store,
        store.begin("baiyang") as work,
    ):
        work.add(Grid("g", "g"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://clerk:s3cret@127.0.0.1:1/points",
        "postgresql+psycopg://clerk:s3cret@127.0.0.1:1/points?connect_timeout=2",
        "postgresql://127.0.0.1:1/points?user=clerk&password=s3cret",
    ],
)
def test_no_server(url: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnavailable, match="refused") as refusal:
        SqlStore(url)
    assert "s3cret" not in str(refusal.value)


def test_no_such_database(postgres_url: str) -> None:
    with pytest.raises(StoreUnavailable, match="does not exist"):
        SqlStore(postgres_url.replace("/gridpoints_", "/no_gridpoints_"))


def test_a_user_who_may_not_create_tables(postgres_url: str) -> None:
    role = f"gridpoints_{uuid4().hex}"
    engines = Engines.of(postgres_url)
    with engines.writing.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"))
    url = engines.url.set(username=role, password=PASSWORD)
    try:
        with pytest.raises(StoreUnavailable, match="permission denied") as refusal:
            SqlStore(url.render_as_string(hide_password=False))
        assert "s3cret" not in str(refusal.value)
    finally:
        with engines.writing.begin() as connection:
            connection.execute(text(f"DROP ROLE {role}"))
        engines.dispose()


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingDriver, match=r"gridpoints-platform\[postgres\]"):
        SqlStore("postgresql://127.0.0.1/points")


def test_a_database_is_durable_and_refuses_dangling_ids(sqlite_url: str) -> None:
    engines = Engines.of(sqlite_url)
    for engine, query_only in ((engines.writing, 0), (engines.reading, 1)):
        with engine.begin() as connection:
            found = [
                connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "query_only")
            ]
        assert found == ["wal", 2, 1, query_only]
    engines.dispose()


def test_what_may_be_undone_on_sqlite_stays_in_memory(tmp_path: Path) -> None:
    """Of whoever writes; what migrates sorts the rows of new indexes in files."""
    with (
        closing(SqlStore(f"sqlite:///{tmp_path / 'new.db'}")) as store,
        store._engines.writing.begin() as connection,
    ):
        assert connection.execute(text("PRAGMA temp_store")).scalar_one() == 2


def test_closing_twice_does_nothing(store: SqlStore) -> None:
    store.close()
    store.close()


# --- units of work --------------------------------------------------------------------------------


@pytest.mark.parametrize("snapshot", [True, False])
def test_a_unit_that_reads_cannot_write(store: SqlStore, snapshot: bool) -> None:
    unit = store.begin("baiyang", write=False, snapshot=snapshot)
    with pytest.raises((DBAPIError, StoreUnavailable)), unit as work:
        work.add(Grid("g", "东"))
    with store.begin("baiyang", write=False, snapshot=snapshot) as work:
        assert work.count(Grid) == 0


def test_what_was_read_on_without_a_snapshot_is_written_on(store: SqlStore) -> None:
    """More than are kept for readers go back to where writers take theirs."""
    together = threading.Barrier(12)

    def read(_: int) -> int:
        with store.begin("baiyang", write=False, snapshot=False) as work:
            counted = work.count(Grid)
            together.wait()
            return counted

    def write(n: int) -> None:
        with store.begin("baiyang") as work:
            work.add(Grid(f"g{n}", "东"))

    with ThreadPoolExecutor(12) as threads:
        for turn in range(2):
            assert list(threads.map(read, range(12))) == [12 * turn] * 12
            list(threads.map(write, range(12 * turn, 12 * turn + 12)))
    with store.begin("baiyang", write=False) as work:
        assert work.count(Grid) == 24


def test_a_refused_record_leaves_the_unit_as_it_was(store: SqlStore) -> None:
    with store.begin("baiyang") as work:
        work.add(Grid("a", "东"))
        with pytest.raises(RecordExists):
            work.add(Grid("b", "西"), Grid("a", "南"))
        work.add(Grid("c", "北"))
    with store.begin("baiyang", write=False) as work:
        assert [grid.id for grid in work.find(Grid)] == ["a", "c"]


def test_the_database_refuses_an_overdraft_by_itself(store: SqlStore) -> None:
    with store.begin("baiyang") as work:
        work.add(Profile("baiyang", "白羊村", "Asia/Shanghai", START), Unit("points"))
        work.ledger.post([transfer("t1", Account.member("li", "points"), 5)], at=START)
    accounts = table_of(AccountRow)
    member = update(accounts).where(accounts.c.kind == "member")
    for change in ({"posted": -1}, {"held": 6}, {"held": -1}):
        with pytest.raises(DBAPIError, match=r"(?i)\bcheck\b"), store._engines.writing.begin() as connection:
            connection.execute(member.values(change))


def transfer(id: str, to: Account, amount: int) -> Transaction:
    return Transaction(id, (Leg(Account.issuance(to.unit), -amount), Leg(to, amount)))


# --- what a store remembers -----------------------------------------------------------------------


@pytest.fixture
def remembering(store: SqlStore) -> SqlStore:
    """It posted 5 points to Li, and may remember them."""
    with store.begin("baiyang") as work:
        work.add(Profile("baiyang", "白羊村", "Asia/Shanghai", START), Unit("points"))
        work.ledger.post([transfer("t1", LI, 5)], at=START)
    return store


LI = Account.member("li", "points")


def spent(store: SqlStore, amount: int) -> type:
    """What Li's spending comes to."""
    with store.begin("baiyang") as work:
        [outcome] = work.ledger.post([transfer(f"spend-{uuid4()}", LI, -amount)], at=START)
    return type(outcome)


def undone(store: SqlStore) -> None:
    """Give Li 5 points more in a unit of work that then fails."""
    with store.begin("baiyang") as work:
        work.ledger.post([transfer("t2", LI, 5)], at=START)
        raise KeyError


def test_what_another_process_wrote_is_seen(remembering: SqlStore, url: str) -> None:
    with closing(SqlStore(url)) as other:
        assert spent(other, 3) is Posted
    assert spent(remembering, 3) is Rejected
    assert spent(remembering, 2) is Posted


def test_what_was_undone_is_not_remembered(remembering: SqlStore) -> None:
    with pytest.raises(KeyError):
        undone(remembering)
    assert spent(remembering, 6) is Rejected
    assert spent(remembering, 5) is Posted


def test_what_was_undone_within_a_unit_of_work_is_not_remembered(remembering: SqlStore) -> None:
    with remembering.begin("baiyang") as work:
        with pytest.raises(KeyError):
            undone(remembering)
        [outcome] = work.ledger.post([transfer("t3", LI, -6)], at=START)
        assert isinstance(outcome, Rejected)
    assert spent(remembering, 5) is Posted


def test_what_another_community_undid_with_ours_is_not_remembered(remembering: SqlStore) -> None:
    def undone_together() -> None:
        with remembering.begin("honggu"):
            with remembering.begin("baiyang") as work:
                work.ledger.post([transfer("t2", LI, 5)], at=START)
            raise KeyError

    with pytest.raises(KeyError):
        undone_together()
    assert spent(remembering, 6) is Rejected


def test_no_more_is_remembered_than_there_is_room_for(
    remembering: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "MOST_STATES", 3)
    with remembering.begin("honggu") as work:
        work.add(Profile("honggu", "红谷村", "Asia/Shanghai", START), Unit("points"))
    states = remembering._states
    members = [Account.member(f"m{number}", "points") for number in range(4)]
    for number in range(16):
        village = ("baiyang", "honggu")[number % 2]
        with remembering.begin(village) as work:
            work.ledger.post([transfer(f"m{number}", members[number % 3], 1)], at=START)
        assert sum(len(known) for known in states._kept.values()) <= 3
    with remembering.begin("baiyang") as work:  # more at once than there is room for
        work.ledger.post([transfer(f"all-{each.owner}", each, 1) for each in members], at=START)
    assert not any(states._kept.values())
    assert spent(remembering, 5) is Posted


def test_threads_keep_count_of_what_is_remembered() -> None:
    states = remembered.States()
    keys = [f"points/member/m{n}" for n in range(50)]

    def take_and_keep(number: int) -> None:
        for _ in range(300):
            mine = {key: AccountState(LI, 0) for key in keys[number::4]} | states.take("baiyang", keys[:10])
            states.keep("baiyang", mine)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(take_and_keep, range(8)))
    assert states._size == sum(map(len, states._kept.values()))


# --- what waits to be entered ---------------------------------------------------------------------


def test_a_reader_enters_a_part_of_what_waits(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is told of the rest. Before the statement of an account that many use, all of it is entered."""
    monkeypatch.setattr(reports, "FOLDED_BY_A_READER", 10)
    clerk = found(store, "baiyang")
    clerk.post(*(issue(f"t{n}", LI, 1) for n in range(100)))

    def waits() -> int:
        with store.begin("baiyang", write=False) as work:
            return sum(1 for _ in work.ledger.tail_of(LI))

    assert clerk.ledger.balance(ISSUANCE).posted == -100
    assert waits() == 90
    assert [entry.sequence for entry in clerk.ledger.statement(LI).entries] == list(range(1, 101))
    assert waits() == 80
    assert clerk.ledger.balance(LI, at=START + timedelta(1)).posted == 100
    assert waits() == 70
    assert len(clerk.ledger.statement(ISSUANCE).entries) == 100
    assert waits() == 0


# --- threads --------------------------------------------------------------------------------------


def test_turns_are_taken_in_the_order_in_which_they_were_asked_for() -> None:
    turns = Turns()
    order: list[int] = []

    def take(number: int) -> None:
        with turns:
            order.append(number)

    threads = [threading.Thread(target=take, args=[number]) for number in range(8)]
    with turns:
        for number, thread in enumerate(threads):
            thread.start()
            while len(turns._waiting) <= number:
                pass
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    with turns:  # it is free again
        pass


UNITS = [Unit(f"unit{number}") for number in range(4)]


@pytest.fixture
def four_units(postgres_url: str) -> Iterator[SqlStore]:
    """Each of the units has a member who holds 100 of it: their accounts keep no writers apart."""
    with closing(SqlStore(postgres_url)) as store:
        with store.begin("baiyang") as work:
            work.add(*UNITS)
            funds = [transfer(f"fund-{u.code}", Account.member("li", u.code), 100) for u in UNITS]
            work.ledger.post(funds, at=START)
        yield store


def at_once(act: Callable[[Unit, str], object], id: str) -> list[object]:
    """What `act` answers or raises for each unit and one id, begun by four threads together."""
    barrier = threading.Barrier(len(UNITS))

    def begin(unit: Unit) -> object:
        barrier.wait()
        try:
            return act(unit, id)
        except GridpointsError as error:
            return error

    with ThreadPoolExecutor(len(UNITS)) as threads:
        return list(threads.map(begin, UNITS))


def test_one_transaction_id_on_different_accounts_at_once(four_units: SqlStore) -> None:
    """Whoever is overtaken is told so; asked again, the first outcome stands."""

    def post(unit: Unit, id: str) -> object:
        with four_units.begin("baiyang") as work:
            return work.ledger.post([transfer(id, Account.member("li", unit.code), 5)], at=START)[0]

    for id in ("t1", "t2", "t3", "t4", "t5"):
        outcomes = [
            post(unit, id) if overtaken(outcome) else outcome
            for unit, outcome in zip(UNITS, at_once(post, id), strict=True)
        ]
        assert sum(isinstance(outcome, Posted) for outcome in outcomes) == 1
        refused = [outcome.error for outcome in outcomes if isinstance(outcome, Rejected)]
        assert [type(error) for error in refused] == [TransactionConflict] * 3
    found = verified(four_units)
    assert (found.transactions, found.differences) == (9, ())


def test_one_hold_id_on_different_accounts_at_once(four_units: SqlStore) -> None:
    def place(unit: Unit, id: str) -> object:
        hold = Hold(id, Account.member("li", unit.code), 5, START, START + timedelta(days=1), 5)
        with four_units.begin("baiyang") as work:
            return work.ledger.place(hold, at=START)

    for id in ("h1", "h2", "h3", "h4", "h5"):
        answers = at_once(place, id)
        assert sum(isinstance(answer, Hold) for answer in answers) == 1
        for unit, answer in zip(UNITS, answers, strict=True):
            if overtaken(answer):
                with pytest.raises(HoldConflict):
                    place(unit, id)
            else:
                assert isinstance(answer, Hold | HoldConflict)
    assert verified(four_units).differences == ()
    with four_units.begin("baiyang", write=False) as work:
        assert sum(line.held for line in work.ledger.trial_balance()) == 25


def test_a_post_that_waits_for_commit_is_seen_and_undone(four_units: SqlStore) -> None:
    li, wang = (Account.member(id, UNITS[0].code) for id in ("li", "wang"))

    def post(work: SqlWork, *ids: str) -> None:
        work.ledger.post([transfer(id, li, 5) for id in ids], at=START)

    def post_and_fail(id: str) -> None:
        with four_units.begin("baiyang") as work:
            post(work, id)
            raise KeyError

    def posted(work: SqlWork) -> list[int]:
        return [balance.posted for balance in work.ledger.balances([li, wang], START).values()]

    with four_units.begin("baiyang") as work:
        post(work, "t1", "t2", "t3")
        post(work, "t4")
        assert posted(work) == [120, 0]
        post(work, "t5", "t1")
        with pytest.raises(KeyError):
            post_and_fail("t6")
        work.ledger.post([transfer("t7", wang, 1)], at=START)
        post(work, "t8")
    with pytest.raises(KeyError):
        post_and_fail("t9")
    with four_units.begin("baiyang", write=False) as work:
        assert posted(work) == [130, 1]
    found = verified(four_units)
    assert (found.transactions, found.differences) == (len(UNITS) + 7, ())


def test_of_a_batch_that_is_overtaken_the_id_is_told(four_units: SqlStore) -> None:
    """It is found out with COMMIT, and nothing of the batch stands."""
    li, other = (Account.member("li", unit.code) for unit in UNITS[:2])

    def post_while_another_does() -> None:
        with ThreadPoolExecutor(1) as thread, four_units.begin("baiyang") as work:
            work.ledger.post([transfer(id, li, 5) for id in ("a", "b", "c")], at=START)
            thread.submit(post_alone, four_units, transfer("b", other, 5)).result()

    with pytest.raises(ConcurrentChange) as refusal:
        post_while_another_does()
    assert (refusal.value.kind, refusal.value.id) == ("transaction", "b")
    with four_units.begin("baiyang") as work:
        again = work.ledger.post([transfer(id, li, 5) for id in ("a", "b", "c")], at=START)
    assert [type(outcome) for outcome in again] == [Posted, Rejected, Posted]
    assert verified(four_units).differences == ()


def post_alone(store: SqlStore, transaction: Transaction) -> None:
    with store.begin("baiyang") as work:
        work.ledger.post([transaction], at=START)


def test_what_a_hold_writes_is_sent_before_all_that_follows(four_units: SqlStore) -> None:
    """It may wait for COMMIT; whoever reads by any way, or undoes it, does not notice."""
    account = Account.member("li", UNITS[0].code)

    def place(work: SqlWork, id: str) -> None:
        work.ledger.place(Hold(id, account, 5, START, START + timedelta(days=1), 5), at=START)

    def place_and_fail(id: str) -> None:
        with four_units.begin("baiyang") as work:
            place(work, id)
            raise KeyError

    def held(work: SqlWork) -> int:
        return work.ledger.balances([account], START)[account].held

    with four_units.begin("baiyang") as work:
        place(work, "h1")
        assert held(work) == 5
        place(work, "h0")
        assert list(work.stream(Unit, ["code"]))  # by SQLAlchemy, not by a statement of ours
        place(work, "h2")
        with pytest.raises(KeyError):
            place_and_fail("h3")
        place(work, "h4")
        with pytest.raises(RecordExists):
            work.add(*UNITS)
        assert held(work) == 20
        place(work, "h5")
    with pytest.raises(KeyError):
        place_and_fail("h6")
    with four_units.begin("baiyang", write=False) as work:
        assert held(work) == 25
        assert [hold.id for hold in work.ledger.holds_of(account)] == ["h1", "h0", "h2", "h4", "h5"]
    assert verified(four_units).differences == ()


def test_a_connection_prepares_no_more_statements_than_it_may(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridpoints.storage.sql.wire.MOST", 3)
    with closing(SqlStore(postgres_url)) as store:
        for n in range(5):
            with store.begin("baiyang") as work:
                work.add(Grid(f"g{n}", "东"))
                work.count(Grid, {"name": ["东", None]})
                work.find(Grid, {"name": "东"}, limit=2)
                work.lock_usage(["a"])
            with store.begin("baiyang", write=False) as work:
                assert work.count(Grid) == n + 1
            with store.begin("baiyang", write=False) as work:
                assert work.get(Grid, f"g{n}").name == "东"
                [(prepared,)] = work._connection.execute(text("SELECT count(*) FROM pg_prepared_statements"))
                assert prepared < 15


def test_an_interruption_while_statements_are_sent(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent is undone, and the connection is as good as it was."""

    def interrupted(store: SqlStore) -> None:
        with store.begin("baiyang") as work:
            work.add(Grid("a", "东"))
            with monkeypatch.context() as patched:
                patched.setattr(wire.Wire, "_send", sent_and_interrupted)
                work.add(Grid("b", "西"))

    def sent_and_interrupted(on: Wire, answer: Answer) -> None:
        send(on, answer)
        raise KeyboardInterrupt

    wire = pytest.importorskip("gridpoints.storage.sql.wire")
    send = wire.Wire._send
    with closing(SqlStore(postgres_url)) as store:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                interrupted(store)
        with store.begin("baiyang") as work:
            assert work.find(Grid) == []
            work.add(Grid("b", "西"))
        with store.begin("baiyang", write=False) as work:
            assert [grid.id for grid in work.find(Grid)] == ["b"]


def test_a_connection_plans_its_statements_anew(postgres_url: str) -> None:
    """Else one that was opened while a table was empty would read it from end to end for ever."""
    members = [Member(f"m{n}", f"m{n}", START) for n in range(3_000)]
    with closing(SqlStore(postgres_url)) as store:

        def read() -> int:
            """How many rows, and entries of indexes, the search for one member has read."""
            with store.begin("baiyang") as work:
                work.find(Member, {"id": "m7"}, lock=True)
                counted = text(
                    "SELECT pg_stat_get_xact_tuples_returned(oid) FROM pg_class"
                    " WHERE oid = 'gridpoints_member'::regclass OR oid IN"
                    " (SELECT indexrelid FROM pg_index WHERE indrelid = 'gridpoints_member'::regclass)"
                )
                return sum(work._connection.execute(counted).scalars())

        for _ in range(30):
            read()
        with store.begin("baiyang") as work:
            work.add(*members)
        assert min(read() for _ in range(70)) < 10


def overtaken(answer: object) -> bool:
    return isinstance(answer, ConcurrentChange) and answer.kind == "transaction"


def verified(store: SqlStore) -> Verification:
    with store.begin("baiyang") as work:
        work.ledger.fold()
    with store.begin("baiyang", write=False) as work:
        return verify(work.ledger, "baiyang")


def test_locks_taken_crosswise_end_one_of_the_two(postgres_url: str) -> None:
    """The caller's own order of locks is the caller's: PostgreSQL sees the deadlock, one may repeat."""
    barrier = threading.Barrier(2)
    with closing(SqlStore(postgres_url)) as store:
        with store.begin("baiyang") as work:
            work.add(Grid("east", "东"), Grid("west", "西"))

        def lock(first: str, second: str) -> object:
            try:
                with store.begin("baiyang") as work:
                    work.get(Grid, first, lock=True)
                    barrier.wait()
                    return work.get(Grid, second, lock=True)
            except GridpointsError as error:
                return error

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lock, ("east", "west"), ("west", "east")))
    [error] = [answer for answer in answers if isinstance(answer, ConcurrentChange)]
    assert (error.kind, error.id) == ("profile", "baiyang")
    assert sum(isinstance(answer, Grid) for answer in answers) == 1
