"""What a simulation found, as tables for people and as a document for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen
from rich.table import Column, Table

from gridpoints.cli.desk import Desk
from gridpoints.cli.output import figures, words
from gridpoints.rules.findings import Line, Simulation, Stakes
from gridpoints.rules.model import RuleSet

#: How many deeds, groups and reasons a table shows; the document has them all.
SHOWN = 30


@frozen
class Findings:
    """A simulation, shown at a desk."""

    desk: Desk
    draft: RuleSet
    found: Simulation

    @property
    def known(self) -> bool:
        """Whether there is anything to compare with."""
        return self.found.known > 0

    # --- for programs -------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """All of it; amounts are decimals of their unit, members are shown by id."""
        found = self.found
        return {
            "rule_set": found.rule_set,
            "deeds": found.deeds,
            "known": found.known,
            "first": found.first,
            "last": found.last,
            "totals": [
                {**self._line(line), "liability": self._decimal(line.unit, found.liability[line.unit])}
                for line in found.totals
            ],
            "money": self._money(),
            "by_deed": [self._line(line, "deed") for line in found.by_deed],
            "by_month": [self._line(line, "month") for line in found.by_month],
            "by_group": [self._line(line, "group") for line in found.by_group],
            "members": [self._stakes(each) for each in found.stakes],
            "limits": [
                {
                    "limit": each.limit,
                    "unit": each.unit,
                    "deeds": each.deeds,
                    "cut": self._decimal(each.unit, each.cut),
                }
                for each in found.bindings
            ],
            "refused": dict(found.refusals),
            "conditions": [
                {
                    "deed": each.deed,
                    "code": each.step.code,
                    "values": each.step.values,
                    "message": self.desk.language.step(each.step),
                    "deeds": each.deeds,
                }
                for each in found.unmet
            ],
            "budgets": [
                {
                    "budget": each.budget,
                    "unit": each.unit,
                    "since": each.since,
                    "most": self._decimal(each.unit, each.most),
                    "day": each.day,
                    "over": self._decimal(each.unit, each.over),
                }
                for each in found.breaches
            ],
            "impossible": [
                {
                    "deed": each.deed,
                    "deeds": each.deeds,
                    "code": each.error.code,
                    "message": self.desk.language.error(each.error),
                    "fields": each.error.fields,
                    "day": each.day,
                    "member": each.member,
                }
                for each in found.impossible
            ],
            "consents": {"deeds": found.consents, **found.waiting},
        }

    def _line(self, line: Line, of: str | None = None) -> dict[str, Any]:
        document: dict[str, Any] = {} if of is None else {of: line.of}
        document |= {
            "unit": line.unit,
            "deeds": line.deeds,
            "given": self._decimal(line.unit, line.given) if self.known else None,
            "drafted": self._decimal(line.unit, line.drafted),
            "difference": self._decimal(line.unit, line.difference) if self.known else None,
        }
        return document

    def _stakes(self, stakes: Stakes) -> dict[str, Any]:
        return {
            "unit": stakes.unit,
            "gaining": stakes.gaining,
            "losing": stakes.losing,
            "same": stakes.same,
            "gained": [self._line(line, "member") for line in stakes.gained],
            "lost": [self._line(line, "member") for line in stakes.lost],
            "spread": [
                {
                    "least": self._decimal(stakes.unit, span.least),
                    "below": self._decimal(stakes.unit, span.below),
                    "members": span.members,
                }
                for span in stakes.spread
            ],
        }

    def _money(self) -> dict[str, Any] | None:
        money = self.found.money
        if money is None:
            return None
        return {
            "currency": money.currency,
            "unit": money.unit,
            "given": money.given if self.known else None,
            "drafted": money.drafted,
            "liability": money.liability,
        }

    def _decimal(self, unit: str, amount: int) -> Decimal:
        return self.found.units[unit].decimal(amount)

    # --- for people ---------------------------------------------------------------------------

    def tables(self) -> Iterator[Table | str]:
        """One after the other; those that have nothing to say are left out."""
        found, said = self.found, self.desk.language
        yield self._headline()
        yield from self._totals()
        if found.money is not None:
            yield self._in_money()
        yield from self._sums(said.text("By deed"), found.by_deed, self._deed)
        yield from self._sums(said.text("By month"), found.by_month, self._month)
        if any(line.of for line in found.by_group):
            yield from self._sums(said.text("By group"), found.by_group, self._group)
        for stakes in found.stakes:
            yield from self._members(stakes)
        yield from self._limits()
        yield from self._refused()
        yield from self._budgets()
        yield from self._impossible()
        yield from self._consents()

    def _headline(self) -> str:
        said, found = self.desk.language, self.found
        if found.first is None or found.last is None:
            return said.text("{rule_set}: there are no deeds to try it out on", rule_set=found.rule_set)
        return said.text(
            "{rule_set}, tried out on {n} deeds from {first} to {last}",
            rule_set=found.rule_set,
            n=found.deeds,
            first=found.first,
            last=found.last,
        )

    def _totals(self) -> Iterator[Table]:
        said, found = self.desk.language, self.found
        yield from self._table(
            said.text("In all"),
            [*self._columns(said.text("Unit")), figures(said.text("Not expired at the end"))],
            [
                (
                    self._unit(line.unit),
                    *self._figures(line),
                    self._number(line.unit, found.liability[line.unit]),
                )
                for line in found.totals
            ],
        )

    def _in_money(self) -> Table:
        said, money = self.desk.language, self.found.money
        assert money is not None  # noqa: S101  # asked before
        rows = [(said.text("Given"), money.given)] if self.known else []
        rows += [
            (said.text("Under the draft"), money.drafted),
            (said.text("Not expired at the end"), money.liability),
        ]
        return self.desk.out.table(
            said.text("In money"),
            [words(""), figures(money.currency)],
            [(name, said.money(amount, money.currency)) for name, amount in rows],
        )

    def _sums(self, title: str, lines: Sequence[Line], name: Callable[[Line], str]) -> Iterator[Table | str]:
        said = self.desk.language
        rows = [[name(line), self._unit(line.unit), *self._figures(line)] for line in lines[:SHOWN]]
        columns = [words(""), *self._columns(said.text("Unit"))]
        if rows:
            yield self.desk.out.table(title, columns, rows)
        if len(lines) > SHOWN:
            yield said.text("… and {n} more; --json has all of them", n=len(lines) - SHOWN)

    def _members(self, stakes: Stakes) -> Iterator[Table]:
        said, unit = self.desk.language, self._unit(stakes.unit)
        counts = [
            (said.text("gain"), stakes.gaining),
            (said.text("lose"), stakes.losing),
            (said.text("have as much as before"), stakes.same),
        ]
        yield self.desk.out.table(
            said.text("Members, {unit}", unit=unit),
            [words(""), figures(said.text("Members"))],
            [(name, said.number(count)) for name, count in counts],
        )
        for title, lines in (
            (said.text("Who gains most, {unit}", unit=unit), stakes.gained),
            (said.text("Who loses most, {unit}", unit=unit), stakes.lost),
        ):
            if lines:
                rows = [[self._member(str(line.of)), *self._figures(line)] for line in lines]
                yield self.desk.out.table(title, self._columns(said.text("Member")), rows)

    def _limits(self) -> Iterator[Table]:
        said = self.desk.language
        yield from self._table(
            said.text("Limits that gave less"),
            [
                words(said.text("Limit")),
                words(said.text("Unit")),
                figures(said.text("Deeds")),
                figures(said.text("Less")),
            ],
            [
                (
                    each.limit,
                    self._unit(each.unit),
                    said.number(each.deeds),
                    self._number(each.unit, each.cut),
                )
                for each in self.found.bindings
            ],
        )

    def _refused(self) -> Iterator[Table]:
        said = self.desk.language
        yield from self._table(
            said.text("Deeds that give nothing"),
            [words(said.text("Because")), figures(said.text("Deeds"))],
            [(said.word(refusal), said.number(deeds)) for refusal, deeds in self.found.refusals.items()],
        )
        yield from self._table(
            said.text("Conditions that were not met"),
            [words(said.text("Deed")), words(said.text("Condition")), figures(said.text("Deeds"))],
            [
                (self._deed_name(each.deed), said.step(each.step), said.number(each.deeds))
                for each in self.found.unmet[:SHOWN]
            ],
        )

    def _budgets(self) -> Iterator[Table]:
        said = self.desk.language
        yield from self._table(
            said.text("Budgets that did not suffice"),
            [
                words(said.text("Budget")),
                figures(said.text("Budget from")),
                figures(said.text("At most")),
                figures(said.text("First day")),
                figures(said.text("Too little by")),
            ],
            [
                (
                    said.name(each.names, each.budget),
                    said.date(each.since),
                    self._number(each.unit, each.most),
                    said.date(each.day),
                    self._number(each.unit, each.over),
                )
                for each in self.found.breaches
            ],
        )

    def _impossible(self) -> Iterator[Table]:
        said = self.desk.language
        yield from self._table(
            said.text("Deeds that the draft cannot judge"),
            [
                words(said.text("Deed")),
                figures(said.text("Deeds")),
                words(said.text("The first of them")),
                words(said.text("What to do")),
            ],
            [
                (
                    each.deed,
                    said.number(each.deeds),
                    f"{said.date(each.day)} {self._member(each.member)}",
                    said.error(each.error, self.desk.known),
                )
                for each in self.found.impossible[:SHOWN]
            ],
        )

    def _consents(self) -> Iterator[Table]:
        said, found = self.desk.language, self.found
        yield from self._table(
            said.text("Deeds that need consent"),
            [words(said.text("They wait for")), figures(said.text("Deeds"))],
            [
                *((said.word(kind), said.number(deeds)) for kind, deeds in found.waiting.items()),
                *([(said.text("In all"), said.number(found.consents))] if found.consents else []),
            ],
        )

    def _table(self, title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Iterator[Table]:
        rows = list(rows)
        if rows:
            yield self.desk.out.table(title, columns, rows)

    def _columns(self, of: str) -> list[Column]:
        said = self.desk.language
        columns = [words(of), figures(said.text("Deeds"))]
        if self.known:
            columns.append(figures(said.text("Given")))
        columns.append(figures(said.text("Under the draft")))
        if self.known:
            columns.append(figures(said.text("Difference")))
        return columns

    def _figures(self, line: Line) -> list[str]:
        said, unit = self.desk.language, line.unit
        cells = [said.number(line.deeds)]
        if self.known:
            cells.append(self._number(unit, line.given))
        cells.append(self._number(unit, line.drafted))
        if self.known:
            cells.append(said.signed(self._decimal(unit, line.difference)))
        return cells

    def _number(self, unit: str, amount: int) -> str:
        return self.desk.language.number(self._decimal(unit, amount))

    def _unit(self, code: str) -> str:
        return self.desk.language.name(self.found.units[code].names, code)

    def _member(self, member: str) -> str:
        return self.desk.known.get(member, member)

    def _deed_name(self, code: str) -> str:
        names: Mapping[str, str] = self.draft.deeds[code].names if code in self.draft.deeds else {}
        return self.desk.language.name(names, code)

    def _deed(self, line: Line) -> str:
        return self._deed_name(str(line.of))

    def _month(self, line: Line) -> str:
        return self.desk.language.month(line.of) if isinstance(line.of, date) else ""

    def _group(self, line: Line) -> str:
        return str(line.of) or self.desk.language.text("Without a grid")
