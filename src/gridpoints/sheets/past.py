"""Deeds of the past from a clerk's table, for a draft to be tried out on: no community is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import partial

from attrs import field, frozen

from gridpoints.errors import BlankText, DeedUnknown
from gridpoints.rules.case import Deed, Fact, Scope
from gridpoints.rules.model import RuleSet
from gridpoints.rules.simulation import Past
from gridpoints.sheets.cells import read_day, read_quantity
from gridpoints.sheets.deeds import DeedNames, filled
from gridpoints.sheets.facts import FactColumns
from gridpoints.sheets.layouts import WHO
from gridpoints.sheets.reading import Table
from gridpoints.sheets.rows import Misread, Row, RowProblem
from gridpoints.values import check_decimal


def past_deeds(
    table: Table, *rules: RuleSet, since: date = date.min, until: date = date.max
) -> tuple[list[Past], list[RowProblem]]:
    """The deeds in a table with the layout `DEEDS`, in order of day, and the rows that are none.

    Who did one is what is written in the row, whoever that may be: the number, else the member, else
    the name. A deed is called as one of `rules` does; the first that knows it counts. Columns named like
    a fact tell it. Only those from `since` to `until`, both included.
    """
    columns = FactColumns.of(
        table, {name: fact for each in rules for name, fact in each.facts.items()}.values()
    )
    reading = _Reading(table, tuple(DeedNames.of(each) for each in rules), columns)
    found: list[Past] = []
    problems: list[RowProblem] = []
    for row in table:
        try:
            past = reading.past(row)
        except Misread as misread:
            problems.append(misread.problem)
        else:
            if since <= past.deed.day <= until:
                found.append(past)
    found.sort(key=lambda past: past.deed.day)
    return found, problems


@frozen
class _Reading:
    table: Table
    names: Sequence[DeedNames]
    columns: FactColumns
    #: What many deeds share is kept once: so a million of them need little memory.
    subjects: dict[str, dict[Scope, str]] = field(factory=dict)
    deeds: dict[str, str] = field(factory=dict)
    quantities: dict[Decimal | None, Decimal | None] = field(factory=dict)
    days: dict[date, date] = field(factory=dict)
    facts: dict[tuple[tuple[str, Fact], ...], Mapping[str, Fact]] = field(factory=dict)

    def past(self, row: Row) -> Past:
        if row.flaw is not None:
            raise Misread(RowProblem(row.number, None, row.flaw))
        cell = partial(self.table.value, row)
        who = next((text for key in WHO if (text := cell(key, str))), None)
        if who is None:
            raise Misread(RowProblem(row.number, self.table.heading(*WHO), BlankText(field="member")))
        deed = cell("deed", self._code)
        day = cell("day", partial(filled, "day", read_day))
        quantity = cell("quantity", read_quantity)
        if who not in self.subjects:
            self.subjects[who] = {Scope.MEMBER: who, Scope.COMMUNITY: ""}
        told = self.columns.read(row)
        done = Deed(
            deed,
            self.days.setdefault(day, day),
            self.quantities.setdefault(quantity, quantity),
            self.facts.setdefault(tuple(told.items()), told),
            cell("chosen", lambda text: check_decimal("amount", text) if text else None),
        )
        return Past(done, self.subjects[who])

    def _code(self, text: str) -> str:
        """The code of the deed; the text itself where none of the rules knows it."""
        text = filled("deed", str, text)
        if text not in self.deeds:
            self.deeds[text] = self._known(text)
        return self.deeds[text]

    def _known(self, text: str) -> str:
        for names in self.names:
            with suppress(DeedUnknown):
                return names.code(text)
        return text
