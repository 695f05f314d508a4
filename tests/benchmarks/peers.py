"""Other libraries with a ledger, doing the same transfers, against the raw driver in the same run.

The limit is that of ``ledger``: compare the ratios with ours there. What each does for a transfer
differs, and is said in its function. One that is not installed is listed with the reason.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import count, cycle, islice
from typing import Any

import psycopg

from tests.benchmarks import ledger, measure
from tests.benchmarks.measure import Figure, Run

#: Transfers of one round, by the size of the batch.
SIZES, QUICK_SIZES = {1: 1_000, 100: 5_000}, {1: 50, 100: 500}


def run(bench: Run) -> Iterator[Figure]:
    """Each peer in turn."""
    yield from django_hordak(bench)
    yield from python_accounting(bench)
    yield tigerbeetle()
    yield pgledger()


def django_hordak(bench: Run) -> Iterator[Figure]:
    """A transaction row and two leg rows on PostgreSQL; a balance is added up when it is read.

    One transfer by ``Account.transfer_to``; a hundred by ``bulk_create`` in one database transaction,
    as hordak's own benchmark makes them. A trigger of the database checks that they balance.
    """
    try:
        import hordak  # noqa: F401
    except ImportError as error:
        yield _missing("django-hordak", str(error))
        return
    sizes = QUICK_SIZES if bench.quick else SIZES
    with bench.database("hordak") as url:
        posters = _hordak(url)
        for batch, size in sizes.items():
            yield _beside_raw(f"django-hordak, postgresql, batch {batch}", url, posters[batch], batch, size)
        _close_hordak()
        with psycopg.connect(url) as connection:
            [legs] = connection.execute("SELECT count(*) FROM hordak_leg").fetchall()
        assert legs == (2 * measure.ROUNDS * sum(sizes.values()),), "not all were posted"


def _hordak(url: str) -> dict[int, ledger.Poster]:
    """Set up Django on the database; how to post 1 and 100, by the numbers of the members."""
    import django
    from django.conf import settings

    server = psycopg.conninfo.conninfo_to_dict(url)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": server["dbname"],
        "USER": server.get("user", ""),
        "PASSWORD": server.get("password", ""),
        "HOST": server.get("host", ""),
        "PORT": server.get("port", ""),
    }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command
    from django.db import transaction
    from hordak.models import Account, AccountType, Leg, Transaction
    from moneyed import Money

    call_command("migrate", verbosity=0)
    source, *members = (
        Account.objects.create(name=f"a{n}", code=str(n), type=AccountType.liability, currencies=["EUR"])
        for n in range(ledger.MEMBERS + 1)
    )
    points = Money(measure.POINTS, "EUR")

    def one(numbers: Sequence[int]) -> None:
        [number] = numbers
        with transaction.atomic():
            source.transfer_to(members[number], points)

    def many(numbers: Sequence[int]) -> None:
        transactions = [Transaction() for _ in numbers]
        legs = []
        for each, number in zip(transactions, numbers, strict=True):
            legs.append(Leg(transaction=each, account=source, debit=points))
            legs.append(Leg(transaction=each, account=members[number], credit=points))
        with transaction.atomic():
            Transaction.objects.bulk_create(transactions)
            Leg.objects.bulk_create(legs)

    return {1: one, 100: many}


def _close_hordak() -> None:
    from django.db import connections

    connections.close_all()


def python_accounting(bench: Run) -> Iterator[Figure]:
    """A journal entry with a line item and two chained ledger rows in an SQLite file, as it comes.

    ``post`` commits by itself, more than once, so that there is no batch to measure.
    """
    try:
        import python_accounting  # noqa: F401
    except ImportError as error:
        yield _missing("python-accounting", str(error))
        return
    url = f"sqlite:///{bench.sqlite('python-accounting')}"
    size = (QUICK_SIZES if bench.quick else SIZES)[1] // 2
    with _accounting_session(url) as session:
        post = _accounting(session)
        yield _beside_raw("python-accounting, sqlite, batch 1", url, post, 1, size)
    with closing(sqlite3.connect(bench.sqlite("python-accounting"))) as file:
        [rows] = file.execute("SELECT count(*) FROM ledger").fetchall()
    assert rows == (2 * measure.ROUNDS * size,), "not all were posted"


def _accounting_session(url: str) -> Any:
    from python_accounting.database.session import get_session
    from python_accounting.models import Base
    from sqlalchemy import create_engine

    engine = create_engine(url)
    Base.metadata.create_all(engine)
    return get_session(engine)


def _accounting(session: Any) -> ledger.Poster:
    """Found an entity with its accounts; how to post one, by the number of the member."""
    from python_accounting.models import Account, Currency, Entity, LineItem
    from python_accounting.transactions import JournalEntry

    entity = Entity(name="Bench")
    session.add(entity)
    session.commit()
    currency = Currency(name="Points", code="PTS", entity_id=entity.id)
    session.add(currency)
    session.commit()
    ids = []
    for n in range(ledger.MEMBERS + 1):
        account = Account(
            name=f"a{n}",
            account_type=Account.AccountType.BANK,
            currency_id=currency.id,
            entity_id=entity.id,
        )
        session.add(account)
        session.commit()
        ids.append(account.id)
    source, *members = ids
    here, now = entity.id, datetime.now(UTC)

    def one(numbers: Sequence[int]) -> None:
        [number] = numbers
        entry = JournalEntry(narration="award", transaction_date=now, account_id=source, entity_id=here)
        session.add(entry)
        session.flush()
        line = LineItem(narration="award", account_id=members[number], amount=measure.POINTS, entity_id=here)
        session.add(line)
        session.flush()
        entry.line_items.add(line)
        session.add(entry)
        entry.post(session)
        session.commit()

    return one


def tigerbeetle() -> Figure:
    """Its package on PyPI is the client alone; a server would have to be downloaded apart."""
    return _missing("tigerbeetle", "the package on PyPI brings the client and no server")


def pgledger() -> Figure:
    """One file of SQL, not on PyPI; its author's figures, without a limit to hold them against.

    https://www.pgrs.net/2025/05/16/pgledger-in-postgresql-is-fast
    """
    published = "published for a laptop, PostgreSQL 17.5: 10,000 transfers/s, 7,500 on few accounts; no limit"
    return _missing("pgledger", f"not on PyPI; {published}")


def _missing(peer: str, why: str) -> Figure:
    return Figure(peer, None, "transfers/s", note=f"not available: {why}")


def _beside_raw(what: str, url: str, post: ledger.Poster, batch: int, size: int) -> Figure:
    """A peer's rate and the raw driver's, in alternating rounds; the peer is given members' numbers."""
    numbers, to = count(), cycle(range(ledger.MEMBERS))
    store = url.partition(":")[0]
    with ledger.raw(store, url) as raw_post:
        limit, theirs = measure.medians(
            lambda: measure.rate(raw_post, islice(numbers, size), batch),
            lambda: measure.rate(post, islice(to, size), batch),
        )
    return Figure(what, theirs, "transfers/s", limit)
