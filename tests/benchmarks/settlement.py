"""What reads many records: a million redemptions at 500 shops are settled, watched over and reported on.

Each is done in a process of its own, so that the memory it had at the most is its own. The limit is the
database alone: one statement that reads the same rows and adds them up, right before, in the same process.
What the merchants are owed is compared to the last digit with what the terms come to.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlsplit

import psycopg

from gridpoints import Community
from tests.benchmarks import measure, takings
from tests.benchmarks.measure import Figure, Run
from tests.benchmarks.takings import AFTER, BEFORE, MERCHANTS, POINTS

REDEMPTIONS, QUICK_REDEMPTIONS = 1_000_000, 100_000
MOST_SECONDS, MOST_MEGABYTES = 30, 300

_ENTRIES = (
    "SELECT e.account_id, j.kind, count(*), sum(e.amount) FROM gridpoints_entry e JOIN gridpoints_journal j"
    " ON j.community_id = e.community_id AND j.number = e.number"
    " WHERE e.community_id = 'bench' AND e.account_id LIKE 'points/merchant/%' GROUP BY e.account_id, j.kind"
)
_REDEMPTIONS = (
    "SELECT merchant_id, count(*), sum(points), min(captured_at), max(member_id) FROM gridpoints_redemption"
    " WHERE community_id = 'bench' GROUP BY merchant_id"
)


def run(bench: Run) -> Iterator[Figure]:
    """SQLite, then PostgreSQL."""
    size = QUICK_REDEMPTIONS if bench.quick else REDEMPTIONS
    for store, url in bench.stores("settlement"):
        start = perf_counter()
        takings.fill(url, size)
        yield Figure(f"{store}: {size:,} redemptions are written", perf_counter() - start, "s")
        if bench.quick:
            with takings.opened(url) as exchange:
                assert exchange.community(measure.COMMUNITY).ledger.verify().ok
        for what, (said, *_) in _ACTS.items():  # the last one writes: the others do not find it done
            command = [sys.executable, "-m", "tests.benchmarks.settlement", url, str(size), what]
            told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            most = MOST_SECONDS if what == "settle" else None
            note = f"processor {told['cpu']:.1f} s; the database alone: {told['limit']:.1f} s; {told['came']}"
            yield Figure(f"{store}: {said}", told["seconds"], "s", at_most=most, note=note)
            note = f"{told['before']:.0f} MB before"
            yield Figure(f"{store}: {said}, memory", told["most"], "MB", at_most=MOST_MEGABYTES, note=note)


def _findings(town: Community, size: int) -> str:
    return f"{len(town.oversight.findings())} findings"


def _fund(town: Community, size: int) -> str:
    report = town.redemption.fund_report()
    assert report.taken == _owed(size), report.taken
    return f"{report.taken} to be settled"


def _settle(town: Community, size: int) -> str:
    statements = [each.statement for each in town.redemption.settle_due() if each.statement is not None]
    assert len(statements) == MERCHANTS
    assert sum(each.redemptions for each in statements) == size
    assert all(each.money + each.carried == each.gross - each.fees for each in statements)
    assert all(each.money == round(each.money, 2) and each.carried < Decimal("0.01") for each in statements)
    assert sum(each.gross - each.fees for each in statements) == _owed_exactly(size)
    return f"{sum(each.money for each in statements)} to be paid"


def _owed_exactly(size: int) -> Decimal:
    """What the shops are owed: half of it on each terms, less what was given back."""
    points = size // 2 * POINTS * 99 // 100
    return sum((points * rate * (100 - fee) / 100 for rate, fee in (BEFORE, AFTER)), Decimal(0))


def _owed(size: int) -> Decimal:
    """The same at the terms of today: so a fund reckons with what is not settled."""
    rate, fee = AFTER
    return size * POINTS * 99 // 100 * rate * (100 - fee) / 100


#: What is done, in words, and what the database alone does for it.
_ACTS: dict[str, tuple[str, str, Callable[[Community, int], str]]] = {
    "findings": ("what looks odd", _REDEMPTIONS, _findings),
    "fund": ("the report on the fund", _ENTRIES, _fund),
    "settle": (f"{MERCHANTS} statements", _ENTRIES, _settle),
}


def _alone(url: str, statement: str) -> float:
    """Seconds that the database takes for one statement."""
    connection: Any = (
        sqlite3.connect(urlsplit(url).path[1:]) if url.startswith("sqlite") else psycopg.connect(url)
    )
    start = perf_counter()
    assert connection.execute(statement).fetchall()
    took = perf_counter() - start
    connection.close()
    return took


def _do(url: str, size: int, what: str) -> None:
    """Do one of them, and print how long it took and what the process had resident."""
    _, statement, act = _ACTS[what]
    limit = _alone(url, statement)
    with takings.opened(url) as exchange:
        town = exchange.community(measure.COMMUNITY)
        town.rules.in_force()
        before = measure.most_resident()
        start, busy = perf_counter(), process_time()
        came = act(town, size)
        told = {"seconds": perf_counter() - start, "cpu": process_time() - busy, "limit": limit, "came": came}
        print(json.dumps({**told, "before": before, "most": measure.most_resident()}))


if __name__ == "__main__":
    _do(sys.argv[1], int(sys.argv[2]), sys.argv[3])
