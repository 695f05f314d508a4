"""Memory for a million transactions that come one by one from a generator.

They go through ``ledger.post_each``, in a process of its own that does nothing else. Measured is the
most memory it ever had resident, held against a fixed figure: what is kept must not grow with what
was posted.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, islice

from gridpoints.ledger.model import Posted
from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run

TRANSACTIONS, QUICK_TRANSACTIONS = 1_000_000, 20_000
MEMBERS = 1_000
MOST_MEGABYTES = 200


def run(bench: Run) -> Iterator[Figure]:
    """SQLite, then PostgreSQL."""
    size = QUICK_TRANSACTIONS if bench.quick else TRANSACTIONS
    for store, url in bench.stores("memory"):
        command = [sys.executable, "-m", "tests.benchmarks.memory", url, str(size)]
        told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        yield Figure(
            f"{store}, {size:,} transactions",
            told["most"],
            "MB",
            at_most=MOST_MEGABYTES,
            note=f"{told['before']:.0f} MB before the first one",
        )


def _post(url: str, size: int) -> None:
    """Post them and print what the process had resident, before and at the most."""
    to = islice(cycle(measure.members(MEMBERS)), size)
    with measure.opened(url) as ledger:
        before = measure.most_resident()
        outcomes = ledger.post_each(measure.award(member) for member in to)
        posted = sum(isinstance(outcome, Posted) for outcome in outcomes)
        assert posted == size, f"{posted} of {size} were posted"
    print(json.dumps({"before": before, "most": measure.most_resident()}))


if __name__ == "__main__":
    _post(sys.argv[1], int(sys.argv[2]))
