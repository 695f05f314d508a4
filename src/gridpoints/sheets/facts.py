"""Columns of a table that are named like a fact of the rules: by its code, or its name in any language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial

from attrs import evolve, frozen

from gridpoints.errors import ColumnDoubled, DayImpossible, DayUnclear, DayUnreadable, FactUnusable
from gridpoints.rules.case import NO_FACTS, Fact
from gridpoints.rules.expression.model import Type
from gridpoints.rules.facts import FactRule
from gridpoints.sheets.cells import read_day
from gridpoints.sheets.headings import plain_heading
from gridpoints.sheets.reading import Table
from gridpoints.sheets.rows import Row

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_TRUTHS: Mapping[str, bool] = {
    **dict.fromkeys(("是", "有", "对", "對", "√", "yes", "y", "true", "1"), True),
    **dict.fromkeys(("否", "无", "無", "不", "×", "no", "n", "false", "0"), False),
}


def _day(text: str) -> Fact | None:
    try:
        return read_day(text)
    except (DayImpossible, DayUnclear, DayUnreadable):
        return None


_READ: Mapping[Type, Callable[[str], Fact | None]] = {
    Type.TEXT: lambda text: text,
    Type.NUMBER: lambda text: Decimal(text) if _NUMBER.fullmatch(text) else None,
    Type.DAY: _day,
    Type.TRUTH: lambda text: _TRUTHS.get(text.casefold()),
}


def read_fact(rule: FactRule, text: str) -> Fact:
    """A fact as somebody wrote it; raises `FactUnusable` or `FactNotListed`."""
    if (value := _READ[rule.type](text)) is None:
        raise FactUnusable(fact=rule.code, value=text[:40], type=rule.type.value)
    return rule.check(value)


@frozen
class FactColumns:
    """The facts of one rule set that a table has columns for."""

    rules: Mapping[str, FactRule]
    _table: Table

    @classmethod
    def of(cls, table: Table, rules: Iterable[FactRule]) -> FactColumns:
        """Those among the columns that mean nothing else. Raises `ColumnDoubled`."""
        taken = set(table.columns.values())
        free = {i: plain_heading(text) for i, text in enumerate(table.headings) if text and i not in taken}
        found: dict[str, FactRule] = {}
        columns: dict[str, int] = {}
        for rule in rules:
            names = {plain_heading(name) for name in (rule.code, *rule.names.values())}
            places = [index for index, heading in free.items() if heading in names]
            if len(places) > 1:
                doubled = tuple(table.headings[index] for index in places)
                raise ColumnDoubled(file=table.file, column=rule.code, found=doubled)
            if places:
                found[rule.code], columns[rule.code] = rule, places[0]
        return cls(found, evolve(table, columns=columns))

    def read(self, row: Row) -> Mapping[str, Fact]:
        """What the cells of a row tell: nothing where they are empty. Raises `Misread`."""
        if not self.rules:
            return NO_FACTS
        told: dict[str, Fact] = {}
        for code, rule in self.rules.items():
            value = self._table.value(row, code, partial(_read_if_told, rule))
            if value is not None:
                told[code] = value
        return told


def _read_if_told(rule: FactRule, text: str) -> Fact | None:
    return read_fact(rule, text) if text else None
