"""Small rule sets with whatever section a test is about."""

from __future__ import annotations

from gridpoints.rules.loading import load
from gridpoints.rules.model import RuleSet

HEAD = """\
gridpoints: 1
code: village
version: 1
name: {en: Village}
source: written for the tests
from: 2020-01-01
"""
UNITS = "units: {points: {name: {en: points}}}\n"
DEEDS = "deeds: {deed: {name: {en: Deed}, points: 5}}\n"


def text(sections: str, *, units: str = UNITS, deeds: str = DEEDS) -> str:
    """The file with those sections."""
    return f"{HEAD}{units}{deeds}{sections}\n"


def rules(sections: str, *, units: str = UNITS, deeds: str = DEEDS) -> RuleSet:
    """The rule set of that file."""
    return load(text(sections, units=units, deeds=deeds))
