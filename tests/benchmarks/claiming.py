"""How quickly people claim: one at a time among many, all at once for few places, and what the clock does.

A claim is held against one row that is written durably in the same file: nobody can be told that they
have a place in less than that. 200 people who claim 10 places at the same moment must leave 10 confirmed
and 190 waiting in order, and see nothing but that. A tick is held against reading the claims that are due.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter

import gridpoints
from gridpoints import Claim, Community, Exchange, Member
from gridpoints.claiming.model import ClaimStatus, Target
from gridpoints.testing import ManualClock
from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run
from tests.racing import race

PEOPLE, PLACES = 200, 10
MEMBERS, PAST = 100_000, 1_000_000
OPEN, DUE, A_SESSION = 100_000, 1_000, 10
CLAIMS = 2_000
BATCH = 5_000
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(bench: Run) -> Iterator[Figure]:
    """All at once on both stores, then one at a time and the clock on SQLite."""
    people = 40 if bench.quick else PEOPLE
    for store, url in bench.stores("claiming-rush"):
        yield from _rush(store, url, people)
    path = bench.sqlite("claiming")
    divided = 100 if bench.quick else 1
    clock = ManualClock(NOW)
    with gridpoints.open(f"sqlite:///{path}", clock=clock) as exchange:
        village = _village(exchange)
        members = [f"m{n}" for n in range(MEMBERS // divided)]
        _enrol(village, members)
        _past(village, members, PAST // divided)
        yield from _claims(village, members, path.with_name("limit.db"), CLAIMS // min(divided, 10))
    for store, url in bench.stores("claiming-tick"):
        with gridpoints.open(url, clock=clock) as exchange:
            clock.set(NOW)
            yield from _ticks(store, _village(exchange), clock, OPEN // divided, DUE // divided)


def _village(exchange: Exchange) -> Community:
    return exchange.found(measure.COMMUNITY, name="Bench", timezone="UTC", rules=measure.RULES)


def _enrol(village: Community, ids: list[str]) -> None:
    for some in measure.batches(ids, BATCH):
        village.community.enrol_all(Member(id, id, NOW) for id in some)


# --- all at once ----------------------------------------------------------------------------------


def _rush(store: str, url: str, people: int) -> Iterator[Figure]:
    with gridpoints.open(url) as exchange:
        village = _village(exchange)
        _enrol(village, [f"m{n}" for n in range(people)])
        item = village.catalog.publish(village.catalog.draft("Rush", deed="deed").id)
        start = datetime.now(UTC) + 24 * HOUR
        session = village.catalog.hold_session(item.id, start, start + HOUR, places=PLACES)
        claim = partial(village.claiming.claim_session, session.id, wait=True)
        began = perf_counter()
        came = race([partial(claim, f"m{n}") for n in range(people)])
        seconds = perf_counter() - began
        claims = village.claiming.claims_on(session.id)
        statuses = [each.status for each in claims]
        assert came == {"done": people}, came
        assert statuses == [ClaimStatus.CONFIRMED] * PLACES + [ClaimStatus.WAITLISTED] * (people - PLACES)
        note = f"{PLACES} confirmed, {people - PLACES} waiting in order, no error"
        yield Figure(f"{store}: {people} people at once", people / seconds, "claims/s", note=note)


# --- one at a time --------------------------------------------------------------------------------


def _past(village: Community, members: list[str], count: int) -> None:
    """Claims of sessions that are over, spread over all members."""
    chance = random.Random(7)
    with village.transaction() as work:
        for some in measure.batches(range(count), BATCH):
            work.add(
                *(
                    Claim(
                        f"past-{n}",
                        Target.SESSION,
                        f"s{n // A_SESSION}",
                        chance.choice(members),
                        NOW - timedelta(days=400) + timedelta(seconds=30 * n),
                        status=ClaimStatus.VERIFIED,
                    )
                    for n in some
                )
            )


def _claims(village: Community, members: list[str], limit: object, count: int) -> Iterator[Figure]:
    item = village.catalog.publish(village.catalog.draft("Bench", deed="deed").id)
    sessions = [
        village.catalog.hold_session(
            item.id, NOW + day * 24 * HOUR, NOW + (day * 24 + 2) * HOUR, places=500
        ).id
        for day in range(1, 11)
    ]
    chance = random.Random(11)
    some = chance.sample(members, min(count, len(members)))
    took = []
    for n, member in enumerate(some):
        start = perf_counter()
        village.claiming.claim_session(sessions[n % 10], member, wait=True)
        took.append(perf_counter() - start)
    one_row = _one_row(str(limit), min(count, 500))
    p50, p99 = median(took) * 1_000, sorted(took)[len(took) * 99 // 100] * 1_000
    what = f"sqlite: a claim, {len(members):,} members"
    yield Figure(f"{what}, p50", p50, "ms", at_most=3, note=f"one durable row: {one_row:.2g} ms")
    yield Figure(f"{what}, p99", p99, "ms")


def _one_row(path: str, count: int) -> float:
    """The median time of one row that is written durably, in milliseconds."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
        took = []
        for n in range(count):
            start = perf_counter()
            connection.execute("INSERT INTO t VALUES (?, ?)", (n, "x" * 200))
            took.append(perf_counter() - start)
    return median(took) * 1_000


# --- the clock ------------------------------------------------------------------------------------


def _ticks(store: str, village: Community, clock: ManualClock, count: int, due: int) -> Iterator[Figure]:
    """Of the open claims, so many are offers that end, each with somebody who waits behind it."""
    sessions = count // A_SESSION
    _enrol(village, [f"m{n}" for n in range(A_SESSION)])
    item = village.catalog.publish(village.catalog.draft("Bench", deed="deed").id)
    start, ends = NOW + 48 * HOUR, NOW + HOUR
    ids = [f"s{n}" for n in range(sessions)]
    with village.transaction():
        for id in ids:
            village.catalog.hold_session(item.id, start, start + HOUR, places=A_SESSION - 1, id=id)
    chance = random.Random(13)
    offered = set(chance.sample(range(sessions), min(due, sessions)))
    with village.transaction() as work:
        for some in measure.batches(range(sessions), 500):
            claims = []
            for n in some:
                statuses = [ClaimStatus.CONFIRMED] * A_SESSION
                if n in offered:
                    statuses[-2:] = [ClaimStatus.OFFERED, ClaimStatus.WAITLISTED]
                for m, status in enumerate(statuses):
                    times = {ClaimStatus.OFFERED: ends, ClaimStatus.WAITLISTED: start}
                    claims.append(
                        Claim(
                            f"c{n}-{m}",
                            Target.SESSION,
                            ids[n],
                            f"m{m}",
                            NOW + timedelta(seconds=m),
                            due_at=times.get(status),
                            status=status,
                        )
                    )
            work.add(*claims)
    what = f"{store}: tick over {count:,} open claims"
    idle = _timed(village, 0)
    yield Figure(f"{what}, nothing due", idle * 1_000, "ms")
    clock.set(ends)
    seconds = _timed(village, len(offered))
    note = "each place offered to the next in line"
    yield Figure(f"{what}, {len(offered):,} due", seconds, "s", at_most=1, note=note)
    assert _timed(village, 0) < seconds, "the second time, nothing is due"


def _timed(village: Community, expected: int) -> float:
    began = perf_counter()
    moved = village.claiming.tick()
    seconds = perf_counter() - began
    assert len(moved) == expected, len(moved)
    return seconds
