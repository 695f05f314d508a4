"""Mutants of single modules of the ledger, those of some judged by the tests nearest to them alone.

``tox -e mutants -- merkle checkpoint`` takes minutes. What survives there may still be noticed by other
tests: under its own name, ``'gridpoints.ledger.merkle.*'``, it is judged by all that `pyproject.toml` names.
Without a name the whole ledger is, in hours.
"""

from __future__ import annotations

import sys

from mutmut.__main__ import run
from mutmut.configuration import config

NEAREST = {
    "checkpoint": ["tests/ledger/test_checkpoint.py"],
    "merkle": ["tests/ledger/test_merkle.py"],
    "receipt": ["tests/ledger/test_receipt.py"],
    "verification": ["tests/ledger/test_differences.py"],
}


def main(*names: str) -> None:
    """Run the mutants with these names, or of these modules."""
    if names and NEAREST.keys() >= set(names):
        nearest = {test for name in names for test in NEAREST[name]}
        config().pytest_add_cli_args_test_selection = sorted(nearest)
    mutants = [name if "." in name else f"gridpoints.ledger.{name}.*" for name in names]
    run.main(["--max-children", "2", *mutants])


if __name__ == "__main__":
    main(*sys.argv[1:])
