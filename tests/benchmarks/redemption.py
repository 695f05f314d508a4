"""What a till waits for: points and goods set aside, then handed out.

One client on SQLite: ``authorise`` and ``capture`` of random members and offers, in a store with a million
past redemptions, each with its record, its page in the journal of changes, and its transaction in the
ledger. The limit is what the ledger alone takes for the same two calls, ``hold`` and ``capture``, in the same
store, measured in turn. Eight clients on PostgreSQL, each a process of its own, over 1,000 members and 20
offers: the limit is the driver alone, eight clients that commit twice for a redemption, one row each time,
in the same database; beside it, one client in the same run. And one offer of which there are 100 pieces, with
1,000 members at once: exactly 100 get one, the others are told that it is gone, and keep their points.
"""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from statistics import quantiles
from threading import Barrier as ThreadBarrier
from time import perf_counter

import psycopg
from attrs import frozen

import gridpoints
from gridpoints import Account, Community, GridpointsError, Leg, Redemption, Transaction
from gridpoints.records import Change
from gridpoints.redemption.model import Line, RedemptionStatus, Share
from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run

MEMBERS, OFFERS, CLIENTS = 1_000, 20, 8
PAST, QUICK_PAST = 1_000_000, 10_000
FILLING_BATCH = 5_000
CALLS, QUICK_CALLS = 3_000, 200
SECONDS, QUICK_SECONDS = 5.0, 1.0
#: What each client redeems before the clock starts: what is compiled and prepared by then stays so for days.
FIRST = 20
RACERS, QUICK_RACERS, PIECES = 1_000, 100, 100
PATIENCE = 120
#: Points that everybody has: nobody runs out of them.
WEALTH = 10**9
PRICE = 2
LONG_AGO = datetime(2021, 3, 1, tzinfo=UTC)


def run(bench: Run) -> Iterator[Figure]:
    """One client at a million, many clients, and many for one thing."""
    with gridpoints.open(f"sqlite:///{bench.sqlite('redemption')}") as exchange:
        village = _founded(exchange)
        _fill(village, QUICK_PAST if bench.quick else PAST)
        yield from _latency(village, QUICK_CALLS if bench.quick else CALLS)
    with bench.database("redemption") as url:
        yield from _throughput(url, bench)
    for store, url in chain([("memory", "memory://")], bench.stores("race")):
        yield _race(store, url, QUICK_RACERS if bench.quick else RACERS)


def _founded(exchange: gridpoints.Exchange, stock: int | None = None, offers: int = OFFERS) -> Community:
    """Members who are rich, and a shop with offers."""
    village = exchange.found(measure.COMMUNITY, name="Bench", timezone="UTC", rules=measure.RULES)
    village.community.enrol_all(
        village.community.applicant(f"m{n}", number=str(n), id=f"m{n}") for n in range(MEMBERS)
    )
    shop = village.redemption.register_merchant("shop", unit="points", rate="1", id="shop")
    village.redemption.activate_merchant(shop.id)
    for n in range(offers):
        pieces = 10**8 if stock is None else stock
        village.redemption.draft_offer(shop.id, f"o{n}", price=PRICE, stock=pieces, id=f"o{n}")
        village.redemption.publish_offer(f"o{n}")
    village.ledger.post(
        Transaction(f"rich-{n}", (Leg(account, WEALTH), Leg(measure.ISSUANCE, -WEALTH)))
        for n, account in enumerate(measure.members(MEMBERS))
    )
    return village


# --- one client -----------------------------------------------------------------------------------


def _fill(village: Community, past: int) -> None:
    """Put past redemptions into the store, as they would stand there."""
    members, shop = measure.members(MEMBERS), Account.merchant("shop", "points")
    for batch in measure.batches(range(past), FILLING_BATCH):
        redemptions = [_past(n) for n in batch]
        with village.transaction() as work:
            work.add(*redemptions, *map(_page, redemptions))
            village.ledger.post(
                Transaction(
                    f"redemption:{each.id}",
                    (Leg(members[n % MEMBERS], -PRICE), Leg(shop, PRICE)),
                    kind="redemption",
                )
                for n, each in zip(batch, redemptions, strict=True)
            )


def _past(n: int) -> Redemption:
    at = LONG_AGO + timedelta(minutes=n)
    member, offer = f"m{n % MEMBERS}", f"o{n % OFFERS}"
    return Redemption(
        id=f"past-{n}",
        merchant_id="shop",
        member_id=member,
        unit="points",
        points=PRICE,
        lines=(Line(offer, offer, 1, PRICE, captured=1),),
        shares=(Share(f"points/member/{member}", PRICE, PRICE),),
        authorised_at=at,
        expires_at=at + timedelta(minutes=30),
        captured_at=at,
        status=RedemptionStatus.CAPTURED,
        version=2,
    )


def _page(redemption: Redemption) -> Change:
    return Change(
        f"page-{redemption.id}",
        "redemption",
        redemption.id,
        2,
        redemption.authorised_at,
        "system",
        "captured",
    )


def _latency(village: Community, calls: int) -> Iterator[Figure]:
    chosen = random.Random(1)
    members, shop = measure.members(MEMBERS), Account.merchant("shop", "points")

    def redeem() -> None:
        room = village.redemption
        room.capture(room.authorise(f"o{chosen.randrange(OFFERS)}", f"m{chosen.randrange(MEMBERS)}").id)

    def hold() -> None:
        expires_at = village.context.now() + timedelta(minutes=30)
        held = village.ledger.hold(members[chosen.randrange(MEMBERS)], PRICE, expires_at=expires_at)
        village.ledger.capture(held.id, PRICE, to=shop)

    mine, bare = _timed(redeem, calls), _timed(hold, calls)
    percent, limits = quantiles(mine, n=100), quantiles(bare, n=100)
    note = f"the ledger's hold and capture alone: {limits[49]:.2f} ms"
    yield Figure("sqlite: authorise + capture, p50", percent[49], "ms", at_most=3, note=note)
    note = f"the ledger's hold and capture alone: {limits[98]:.2f} ms"
    yield Figure("sqlite: authorise + capture, p99", percent[98], "ms", at_most=15, note=note)
    ratio = percent[49] / limits[49]
    yield Figure("sqlite: against the ledger alone, p50", ratio, "times", note="limit: hold and capture")


def _timed(act: Callable[[], None], calls: int) -> list[float]:
    """Milliseconds of each call."""
    for _ in range(50):
        act()
    times = []
    for _ in range(calls):
        start = perf_counter()
        act()
        times.append((perf_counter() - start) * 1_000)
    return times


# --- many clients ---------------------------------------------------------------------------------


@frozen
class _Told:
    """What clients redeemed in how many seconds, and `before` these, and what failed, by its error."""

    seconds: float
    done: int
    errors: Counter[str]
    before: int = FIRST


def _throughput(url: str, bench: Run) -> Iterator[Figure]:
    seconds = QUICK_SECONDS if bench.quick else SECONDS
    with gridpoints.open(url) as exchange:
        _founded(exchange)
    told: list[_Told] = []

    def redeem(clients: int) -> float:
        told.append(_together(url, clients, seconds))
        return told[-1].done / told[-1].seconds

    def commit() -> float:
        barest = _together(url, CLIENTS, seconds, act=_bare_client)
        return barest.done / barest.seconds

    rounds = 1 if bench.quick else measure.ROUNDS
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare (id BIGSERIAL PRIMARY KEY, said TEXT NOT NULL)")
    one, rate, bare = measure.medians(lambda: redeem(1), lambda: redeem(CLIENTS), commit, rounds=rounds)
    done = sum(each.done + each.before for each in told)
    with gridpoints.open(url) as exchange:
        village = exchange.community(measure.COMMUNITY)
        taken = village.ledger.balance(Account.merchant("shop", "points")).posted
        assert taken == PRICE * done, "points were lost"
        left = sum(offer.stock or 0 for offer in village.redemption.offers())
        assert left == OFFERS * 10**8 - done, "stock was lost"
        verification = village.ledger.verify()
        assert verification.ok, verification.differences
    note = f"one client: {one:,.0f}; points and stock add up, verified"
    yield Figure(f"postgresql: {CLIENTS} clients", rate, "redemptions/s", at_least=400, note=note)
    note = "limit: two commits of one row each, by the driver alone"
    yield Figure(
        "postgresql: against bare commits", rate / bare, "times", note=f"{note}: {bare:,.0f} times a second"
    )
    errors: Counter[str] = sum((each.errors for each in told), Counter())
    note = ", ".join(f"{code} {times}" for code, times in errors.items())
    yield Figure("postgresql: errors", errors.total(), "errors", at_most=0, note=note)


def _together(url: str, clients: int, seconds: float, act: Callable[..., None] | None = None) -> _Told:
    context = multiprocessing.get_context("spawn")
    started, answers = context.Barrier(clients), context.Queue()
    processes = [
        context.Process(target=act or _client, args=(url, seconds, started, answers), daemon=True)
        for _ in range(clients)
    ]
    for process in processes:
        process.start()
    told = [answers.get(timeout=PATIENCE + seconds) for _ in processes]
    for process in processes:
        process.join()
    errors: Counter[str] = sum((each.errors for each in told), Counter())
    seconds, done = max(each.seconds for each in told), sum(each.done for each in told)
    return _Told(seconds, done, errors, sum(each.before for each in told))


def _client(url: str, seconds: float, started: Barrier, answers: Queue[_Told]) -> None:
    """Redeem until the time is over; runs in a process of its own."""
    chosen, done = random.Random(), 0
    errors: Counter[str] = Counter()
    with gridpoints.open(url) as exchange:
        village = exchange.community(measure.COMMUNITY)
        room = village.redemption

        def redeem() -> None:
            member = f"m{chosen.randrange(MEMBERS)}"
            room.capture(room.authorise(f"o{chosen.randrange(OFFERS)}", member).id)

        for _ in range(FIRST):
            redeem()
        started.wait(PATIENCE)
        start = perf_counter()
        while perf_counter() - start < seconds:
            try:
                redeem()
            except GridpointsError as error:
                errors[error.code] += 1
            else:
                done += 1
        answers.put(_Told(perf_counter() - start, done, errors))


def _bare_client(url: str, seconds: float, started: Barrier, answers: Queue[_Told]) -> None:
    """Commit two rows for each redemption, one after the other, and do nothing else."""
    done = 0
    with psycopg.connect(url) as connection:

        def commit_twice() -> None:
            for said in ("authorised", "captured"):
                connection.execute("INSERT INTO bare (said) VALUES (%s)", [said])
                connection.commit()

        for _ in range(FIRST):
            commit_twice()
        started.wait(PATIENCE)
        start = perf_counter()
        while perf_counter() - start < seconds:
            commit_twice()
            done += 1
        answers.put(_Told(perf_counter() - start, done, Counter()))


# --- one thing that all want ----------------------------------------------------------------------


def _race(store: str, url: str, racers: int) -> Figure:
    pieces = min(PIECES, racers // 10)
    with gridpoints.open(url) as exchange:
        village = _founded(exchange, stock=pieces, offers=1)
        barrier = ThreadBarrier(racers)

        def take(n: int) -> str:
            barrier.wait(PATIENCE)
            try:
                village.redemption.authorise("o0", f"m{n}", id=f"r{n}")
            except GridpointsError as refusal:
                return refusal.code
            return "done"

        with ThreadPoolExecutor(racers) as pool:
            start = perf_counter()
            came = Counter(pool.map(take, range(racers)))
            took = perf_counter() - start
        assert came == {"done": pieces, "out_of_stock": racers - pieces}, came
        assert village.redemption.offer("o0").stock == 0
        held = [village.ledger.balance(account).held for account in measure.members(racers)]
        assert Counter(held) == {PRICE: pieces, 0: racers - pieces}
        assert village.ledger.verify().ok
    note = f"{pieces} of {racers} at once got one, {racers - pieces} were told that it is gone"
    return Figure(f"{store}: {racers} members for {pieces} pieces", took, "s", note=note)
