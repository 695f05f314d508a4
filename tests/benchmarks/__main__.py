"""Run every benchmark, print the ratios, and write them to ``bench.json``: ``tox -e bench``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import ledger
from tests.postgres import server


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, server() as url:
        measured = list(ledger.measure(Path(folder), url))
    table = Table(
        "store", "batch", "ours, transfers/s", "raw driver, transfers/s", "ratio", title="ledger.post"
    )
    for each in measured:
        table.add_row(
            each.store, f"{each.batch:,}", f"{each.ours:,.0f}", f"{each.limit:,.0f}", f"{each.ratio:.2f}"
        )
    Console().print(table)
    results = [
        {"store": m.store, "batch": m.batch, "ours": m.ours, "limit": m.limit, "ratio": m.ratio}
        for m in measured
    ]
    Path("bench.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
