"""Rule sets of a community: published from a day, frozen, and found again by the day of a deed."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from pathlib import Path

from attrs import frozen

from gridpoints.context import Context
from gridpoints.errors import NoRulesInForce, RecordUnknown, RuleSetFrozen, UnitChanged
from gridpoints.rules.loading import load, read
from gridpoints.rules.model import PublishedRules, RuleSet
from gridpoints.storage.port import Work
from gridpoints.values import Unit


@lru_cache(maxsize=64)
def _compiled(text: str, id: str) -> RuleSet:
    """A published text never changes, so it is compiled once."""
    return load(text, source=id)


@frozen
class RulesCalendar:
    """The published rule sets by the day they began to apply."""

    rule_sets: tuple[RuleSet, ...]

    def on(self, day: date) -> RuleSet:
        """The rule set in force on a local day; raises `NoRulesInForce`."""
        index = bisect_right(self.rule_sets, day, key=lambda rules: rules.starts_on)
        if not index:
            raise NoRulesInForce(day=day, first=self.rule_sets[0].starts_on if self.rule_sets else None)
        return self.rule_sets[index - 1]

    def of(self, id: str) -> RuleSet:
        """The rule set of that id; raises `RecordUnknown`."""
        for rules in self.rule_sets:
            if rules.id == id:
                return rules
        raise RecordUnknown(kind="published_rules", id=id)


@frozen
class Rules:
    """The room ``rules``: what the community decided that deeds are worth."""

    context: Context

    def publish(self, source: str | Path) -> RuleSet:
        """Publish a rule set: a file, the name of a preset, or the YAML text itself.

        The same text again changes nothing. Raises `RuleSetInvalid`, `RuleSetFrozen` where the
        version stands with another text, and `UnitChanged`.
        """
        text, name = read(source)
        rules = load(text, source=name)
        published = PublishedRules(
            id=rules.id,
            text=text,
            starts_on=rules.starts_on,
            published_at=self.context.now(),
            published_by=self.context.actor.id,
        )
        with self.context.begin() as work:
            for standing in work.find(PublishedRules, {"id": rules.id}):
                if standing.text != text:
                    raise RuleSetFrozen(version=rules.id)
                return rules
            self._declare(work, rules)
            work.add(published)
        return rules

    def _declare(self, work: Work, rules: RuleSet) -> None:
        """Add the units that are new; one in use keeps its scale, or every figure would change."""
        standing = {unit.code: unit for unit in work.find(Unit, order=("code",))}
        for unit in rules.units.values():
            if (known := standing.get(unit.code)) is None:
                work.add(unit)
            elif known.scale != unit.scale:
                raise UnitChanged(unit=unit.code, scale=known.scale)

    def calendar(self) -> RulesCalendar:
        """All published rule sets by the day they began to apply.

        Of two that begin on the same day the later published one applies.
        """
        with self.context.read() as work:
            published = work.find(PublishedRules, order=("starts_on", "published_at", "id"))
        return RulesCalendar(tuple(_compiled(each.text, each.id) for each in published))

    def in_force(self, day: date | None = None) -> RuleSet:
        """The rule set of a local day (None: today); raises `NoRulesInForce`."""
        return self.calendar().on(day or self.context.today())

    def units(self) -> dict[str, Unit]:
        """Every unit that was ever declared, by its code."""
        with self.context.read() as work:
            return {unit.code: unit for unit in work.find(Unit, order=("code",))}
