"""The moment at which a version becomes law: it is kept, frozen, and its units are declared."""

from __future__ import annotations

from collections.abc import Callable

from gridpoints.context import Context
from gridpoints.errors import RecordExists, RuleSetFrozen, UnitChanged
from gridpoints.records import kind_of
from gridpoints.rules.model import PublishedRules, RuleSet
from gridpoints.storage.port import Work
from gridpoints.values import Unit


def publishing(context: Context, act: Callable[[Work], RuleSet]) -> RuleSet:
    """Do what publishes in a unit of work; anew where somebody published between its look and its writing."""
    while True:
        try:
            with context.begin() as work:
                return act(work)
        except RecordExists as race:
            if race.kind not in (kind_of(PublishedRules), kind_of(Unit)):
                raise


def publish(context: Context, work: Work, rules: RuleSet, text: str) -> None:
    """Keep a version for ever. The same text from the same day again changes nothing.

    Raises `RuleSetFrozen` where it stands otherwise, `UnitChanged`, and, inside `publishing`,
    `RecordExists` where somebody else publishes at the same moment.
    """
    for standing in work.find(PublishedRules, {"id": rules.id}):
        if (standing.text, standing.starts_on) != (text, rules.starts_on):
            raise RuleSetFrozen(version=rules.id)
        return
    _declare(context, work, rules)
    published = PublishedRules(rules.id, text, rules.starts_on, context.now(), context.actor.id)
    context.keep(work, published)


def _declare(context: Context, work: Work, rules: RuleSet) -> None:
    """Add the units that are new; one in use keeps its scale, or every figure would change."""
    standing = {unit.code: unit for unit in work.find(Unit, order=("code",))}
    for unit in rules.units.values():
        if (known := standing.get(unit.code)) is None:
            context.keep(work, unit)
        elif known.scale != unit.scale:
            raise UnitChanged(unit=unit.code, scale=known.scale)
