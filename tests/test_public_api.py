"""What is public is written down, documented, and changed on purpose only."""

from __future__ import annotations

import inspect
import pkgutil

import gridpoints
from tests.public_api import RECORDED, documented_modules, public_api

#: Ours alone: the pages tell how they are used, nobody imports them.
INTERNAL = (
    "gridpoints.awards.posting",
    "gridpoints.claiming.wishes.model",
    "gridpoints.cli",
    "gridpoints.demo",
    "gridpoints.exact_json",
    "gridpoints.i18n.",
    "gridpoints.ledger.request",
    "gridpoints.ledger.verification",
    "gridpoints.redemption.formats.",
    "gridpoints.rules.expression.checking",
    "gridpoints.rules.expression.compiling",
    "gridpoints.rules.expression.functions",
    "gridpoints.rules.expression.impossible",
    "gridpoints.rules.expression.parsing",
    "gridpoints.rules.expression.tokens",
    "gridpoints.rules.expression.tree",
    "gridpoints.rules.file.",
    "gridpoints.rules.publishing",
    "gridpoints.sheets.cells",
    "gridpoints.sheets.delimited",
    "gridpoints.sheets.facts",
    "gridpoints.sheets.formats",
    "gridpoints.sheets.identity",
    "gridpoints.sheets.package",
    "gridpoints.sheets.people",
    "gridpoints.sheets.workbook",
    "gridpoints.sheets.worksheet",
    "gridpoints.storage.memory.",
    "gridpoints.storage.sql",
    "gridpoints.testing.",
)


def test_the_public_api_is_as_recorded() -> None:
    assert public_api() == RECORDED.read_text(encoding="utf-8"), "python -m tests.public_api records it anew"


def test_every_module_is_in_the_reference_or_internal() -> None:
    documented = documented_modules()
    for module in pkgutil.walk_packages(gridpoints.__path__, "gridpoints."):
        if module.ispkg or module.name.startswith(INTERNAL):
            continue
        assert module.name in documented, f"{module.name} has no page in docs/reference"


def test_every_name_of_the_package_has_a_docstring() -> None:
    undocumented = [name for name in gridpoints.__all__ if not inspect.getdoc(getattr(gridpoints, name))]
    assert undocumented == []
