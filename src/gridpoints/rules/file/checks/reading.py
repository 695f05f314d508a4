"""A file while it is checked: its text, what it declares, and what of it is sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from attrs import field, frozen

from gridpoints.rules.expression.model import Evaluator, Program, Schema, Type
from gridpoints.rules.file.document import DeedEntry, RuleSetDocument, Tables
from gridpoints.rules.file.examples import Example
from gridpoints.rules.file.facts import schema_of
from gridpoints.rules.file.forms import Uses
from gridpoints.rules.file.limits import Covering
from gridpoints.rules.file.problems import Path
from gridpoints.rules.file.source import Source


@frozen
class Remembered:
    """An engine that compiles each expression of one file once, however often it is looked at."""

    engine: Evaluator
    _programs: dict[tuple[str, Type], Program] = field(factory=dict)

    def compile(self, source: str, schema: Schema, expects: Type) -> Program:
        """What the engine makes of it; raises what that raises."""
        known = self._programs.get((source, expects))
        if known is None:
            known = self._programs[source, expects] = self.engine.compile(source, schema, expects)
        return known


@frozen
class Reading:
    """`declared` holds the sections as they stand in the file, `tables` the entries that are sound."""

    source: Source
    declared: Mapping[str, Any]
    tables: Tables
    evaluator: Evaluator
    #: The places in the file of the examples that are sound.
    sound_examples: Sequence[int] = ()

    @property
    def whole(self) -> bool:
        """Whether no entry was left out of sight because of a wrong value."""
        return isinstance(self.tables, RuleSetDocument)

    def table(self, name: str) -> Mapping[str, Any]:
        """A section as it stands in the file; empty where it is none."""
        table = self.declared.get(name)
        return table if isinstance(table, dict) else {}

    @property
    def first_day(self) -> date:
        """The day from which the rules hold; where that is wrong, before all days of the file."""
        found = self.source.data.get("from")
        return found if isinstance(found, date) else date.min

    @cached_property
    def schema(self) -> Schema:
        """The facts that may be named."""
        return schema_of(self.tables.facts)

    @property
    def examples(self) -> Iterator[tuple[int, Example]]:
        """The examples that are sound, each with its place among all."""
        return zip(self.sound_examples, self.tables.examples, strict=False)

    @cached_property
    def deductions(self) -> frozenset[str]:
        """The deeds that take points."""
        return frozenset(code for code, deed in self.tables.deeds.items() if deed.takes())

    def covered(self, entry: Covering) -> dict[str, DeedEntry]:
        """The deeds that an entry is for; one that names none is for all that are no deduction."""
        return {
            code: deed
            for code, deed in self.tables.deeds.items()
            if code in entry.deeds
            or deed.category in entry.categories
            or not (entry.deeds or entry.categories or code in self.deductions)
        }

    def units(self, entry: Covering) -> list[str]:
        """The units that an entry counts together, sorted."""
        if unit := getattr(entry, "unit", ""):
            return [unit]
        units = self.table("units")
        return sorted({deed.counts_in(units) for deed in self.covered(entry).values()} - {""})

    @cached_property
    def uses(self) -> Sequence[tuple[Path, Uses, str]]:
        """What every entry refers to, with the path that leads to it, and its unit (empty: unclear)."""
        return list(self._uses())

    def _uses(self) -> Iterator[tuple[Path, Uses, str]]:
        units = self.table("units")
        for code, deed in self.tables.deeds.items():
            yield ("deeds", code), deed.uses(), deed.counts_in(units)
        for name in ("limits", "campaigns"):
            for code, entry in getattr(self.tables, name).items():
                of = self.units(entry) if isinstance(entry, Covering) else list(units)
                yield (name, code), entry.uses(), of[0] if len(of) == 1 else ""
        for code, budget in self.tables.budgets.items():
            of = self.units(budget)
            yield ("budgets", code), budget.uses(), of[0] if len(of) == 1 else ""
