"""Every import contract can fail: each is broken once, in a copy, by one import that it forbids."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

grimp = pytest.importorskip("grimp", reason="imports are checked where the linters are installed")

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}

#: For each contract one import that breaks it, and no other: (the module that gets it, the import).
VIOLATIONS = {
    "flow": ("community/operations.py", "import gridpoints.catalog.model"),
    "community": ("community/operations.py", "import gridpoints.ledger.model"),
    "awards": ("awards/operations.py", "import gridpoints.catalog.model"),
    "catalog": ("catalog/operations.py", "import gridpoints.ledger.model"),
    "claiming": ("claiming/operations.py", "import gridpoints.ledger.model"),
    "claims": ("claiming/claims/machine.py", "import gridpoints.claiming.wishes.gifts"),
    "redemption": ("redemption/operations.py", "import gridpoints.awards.model"),
    "till": ("redemption/offers/offering.py", "import gridpoints.redemption.vouchers.tokens"),
    "sheets": ("sheets/__init__.py", "import gridpoints.catalog.model"),
    "models": ("catalog/model.py", "import gridpoints.presets"),
    "pure": ("ledger/posting.py", "import random"),
    "stores": ("storage/sql/__init__.py", "import gridpoints.storage.memory"),
    "port": ("storage/memory/store.py", "import gridpoints.ledger.operations"),
    "wiring": ("testing/__init__.py", "import gridpoints.storage.memory"),
    "sentences": ("claiming/operations.py", "import gridpoints.i18n"),
    "sql": ("ledger/operations.py", "import sqlalchemy"),
    "documents": ("storage/sql/__init__.py", "import pydantic"),
    "typer": ("demo/__init__.py", "import typer"),
    "rich": ("notices/operations.py", "import rich"),
    "babel": ("cli/__init__.py", "import babel"),
    "dateutil": ("demo/__init__.py", "import dateutil"),
    "faker": ("testing/__init__.py", "import faker"),
    "testing": ("demo/__init__.py", "import hypothesis"),
    "matplotlib": ("demo/__init__.py", "import matplotlib"),
    "icalendar": ("demo/__init__.py", "import icalendar"),
    "pdf": ("demo/__init__.py", "import fpdf"),
    "segno": ("demo/__init__.py", "import segno"),
    "xlsxwriter": ("demo/__init__.py", "import xlsxwriter"),
    "cryptography": ("ledger/receipt.py", "import cryptography"),
}


def broken_contracts(source: Path) -> set[str]:
    """The ids of the contracts that the package in `source` breaks."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=source,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONPATH": str(source)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
    names = {contract["name"]: id for id, contract in CONTRACTS.items()}
    assert set(verdicts) == set(names), done.stdout + done.stderr
    return {names[name] for name, verdict in verdicts.items() if verdict == "BROKEN"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the package's source that may be spoilt."""
    copy = tmp_path / "src"
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_every_contract_is_kept(source: Path) -> None:
    assert broken_contracts(source) == set()


def test_every_contract_has_a_planted_violation() -> None:
    assert set(VIOLATIONS) == set(CONTRACTS)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_planted_violation_breaks_its_contract_alone(contract: str, source: Path) -> None:
    path, planted = VIOLATIONS[contract]
    with (source / "gridpoints" / path).open("a", encoding="utf-8") as module:
        module.write(f"\n{planted}\n")
    assert broken_contracts(source) == {contract}


def test_every_third_party_package_has_its_place() -> None:
    graph = grimp.build_graph("gridpoints", include_external_packages=True, cache_dir=None)
    imported = {module for module in graph.modules if module.partition(".")[0] != "gridpoints"}
    confined = {name for contract in CONTRACTS.values() for name in contract.get("protected_modules", ())}
    assert imported - sys.stdlib_module_names - confined == {"attrs", "cattrs"}
