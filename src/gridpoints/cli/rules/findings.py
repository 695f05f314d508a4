"""What a simulation found, as tables for people and as a document for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen
from rich.table import Table

from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Cell, Listing, data, listing, seen, told
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

    def document(self) -> dict[str, Any]:
        """All of it for programs; amounts are decimals of their unit, members are shown by id."""
        found = self.found
        return {
            "rule_set": found.rule_set,
            "deeds": found.deeds,
            "known": found.known,
            "first": found.first,
            "last": found.last,
            "totals": self._totals().document,
            "money": self._money(),
            "by_deed": self._by_deed().document,
            "by_month": self._by_month().document,
            "by_group": self._by_group().document,
            "members": [self._stakes(each) for each in found.stakes],
            "limits": self._limits().document,
            "refused": dict(found.refusals),
            "conditions": self._conditions().document,
            "budgets": self._budgets().document,
            "impossible": self._impossible().document,
            "consents": {"deeds": found.consents, **found.waiting},
        }

    def tables(self) -> Iterator[Table | str]:
        """One after the other for people; those that have nothing to say are left out."""
        found, said = self.found, self.desk.language
        yield self._headline()
        yield from _drawn(self._totals())
        if found.money is not None:
            yield self._in_money()
        sums = [self._by_deed(), self._by_month()]
        if any(line.of for line in found.by_group):
            sums.append(self._by_group())
        for each in sums:
            yield from _drawn(each)
            if (more := len(each.document) - SHOWN) > 0:
                yield said.text("… and {n} more; --json has all of them", n=more)
        for stakes in found.stakes:
            yield from self._members(stakes)
        yield from _drawn(self._limits())
        refused = [(said.word(refusal), deeds) for refusal, deeds in found.refusals.items()]
        yield from self._counts(said.text("Deeds that give nothing"), said.text("Because"), refused)
        yield from _drawn(self._conditions())
        yield from _drawn(self._budgets())
        yield from _drawn(self._impossible())
        waiting = [(said.word(kind), deeds) for kind, deeds in found.waiting.items()]
        waiting += [(said.text("In all"), found.consents)] if found.consents else []
        yield from self._counts(said.text("Deeds that need consent"), said.text("They wait for"), waiting)

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

    # --- sums ---------------------------------------------------------------------------------

    def _totals(self) -> Listing:
        said = self.desk.language
        liability = self.found.liability
        return listing(
            self.desk,
            said.text("In all"),
            self.found.totals,
            *self._figures(),
            told(
                "liability",
                figures(said.text("Not expired at the end")),
                lambda line: self._decimal(line.unit, liability[line.unit]),
            ),
        )

    def _by_deed(self) -> Listing:
        return self._sums("deed", self.desk.language.text("By deed"), self.found.by_deed, self._deed)

    def _by_month(self) -> Listing:
        return self._sums("month", self.desk.language.text("By month"), self.found.by_month, self._month)

    def _by_group(self) -> Listing:
        return self._sums("group", self.desk.language.text("By group"), self.found.by_group, self._group)

    def _sums(self, key: str, title: str, lines: Sequence[Line], name: Callable[[Line], str]) -> Listing:
        cells = (data(**{key: "of"}), seen(words(""), name), *self._figures())
        return listing(self.desk, title, lines, *cells, most=SHOWN)

    def _figures(self, *, with_unit: bool = True) -> Iterator[Cell[Line]]:
        """The cells of a line; what was given before, and the difference, where that is known."""
        said = self.desk.language
        yield data("unit")
        if with_unit:
            yield seen(words(said.text("Unit")), lambda line: self._unit(line.unit))
        yield told("deeds", figures(said.text("Deeds")))
        if self.known:
            given = figures(said.text("Given"))
            yield told("given", given, lambda line: self._decimal(line.unit, line.given))
        else:
            yield Cell(lambda _: {"given": None, "difference": None})
        drafted = figures(said.text("Under the draft"))
        yield told("drafted", drafted, lambda line: self._decimal(line.unit, line.drafted))
        if self.known:
            yield told("difference", of=lambda line: self._decimal(line.unit, line.difference))
            difference = figures(said.text("Difference"))
            yield seen(difference, lambda line: said.signed(self._decimal(line.unit, line.difference)))

    # --- money --------------------------------------------------------------------------------

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

    # --- members ------------------------------------------------------------------------------

    def _stakes(self, stakes: Stakes) -> dict[str, Any]:
        gained, lost = self._gained_and_lost(stakes)
        return {
            "unit": stakes.unit,
            "gaining": stakes.gaining,
            "losing": stakes.losing,
            "same": stakes.same,
            "gained": gained.document,
            "lost": lost.document,
            "spread": [
                {
                    "least": self._decimal(stakes.unit, span.least),
                    "below": self._decimal(stakes.unit, span.below),
                    "members": span.members,
                }
                for span in stakes.spread
            ],
        }

    def _members(self, stakes: Stakes) -> Iterator[Table]:
        said = self.desk.language
        counts = [
            (said.text("gain"), stakes.gaining),
            (said.text("lose"), stakes.losing),
            (said.text("have as much as before"), stakes.same),
        ]
        yield self.desk.out.table(
            said.text("Members, {unit}", unit=self._unit(stakes.unit)),
            [words(""), figures(said.text("Members"))],
            [(name, said.number(count)) for name, count in counts],
        )
        for each in self._gained_and_lost(stakes):
            yield from _drawn(each)

    def _gained_and_lost(self, stakes: Stakes) -> tuple[Listing, Listing]:
        said, unit = self.desk.language, self._unit(stakes.unit)
        return (
            self._of_members(said.text("Who gains most, {unit}", unit=unit), stakes.gained),
            self._of_members(said.text("Who loses most, {unit}", unit=unit), stakes.lost),
        )

    def _of_members(self, title: str, lines: Sequence[Line]) -> Listing:
        said = self.desk.language
        return listing(
            self.desk,
            title,
            lines,
            data(member="of"),
            seen(words(said.text("Member")), lambda line: self._member(str(line.of))),
            *self._figures(with_unit=False),
        )

    # --- what gave less, or nothing -------------------------------------------------------------

    def _limits(self) -> Listing:
        said = self.desk.language
        return listing(
            self.desk,
            said.text("Limits that gave less"),
            self.found.bindings,
            told("limit", words(said.text("Limit"))),
            told("unit", words(said.text("Unit")), seen=lambda each: self._unit(each.unit)),
            told("deeds", figures(said.text("Deeds"))),
            told("cut", figures(said.text("Less")), lambda each: self._decimal(each.unit, each.cut)),
        )

    def _conditions(self) -> Listing:
        said = self.desk.language
        return listing(
            self.desk,
            said.text("Conditions that were not met"),
            self.found.unmet,
            told("deed", words(said.text("Deed")), seen=lambda each: self._deed_name(each.deed)),
            data(code="step.code", values="step.values"),
            told("message", words(said.text("Condition")), lambda each: said.step(each.step)),
            told("deeds", figures(said.text("Deeds"))),
            most=SHOWN,
        )

    def _budgets(self) -> Listing:
        said = self.desk.language
        return listing(
            self.desk,
            said.text("Budgets that did not suffice"),
            self.found.breaches,
            told("budget", words(said.text("Budget")), seen=lambda each: said.name(each.names, each.budget)),
            data("unit"),
            told("since", figures(said.text("Budget from"))),
            told("most", figures(said.text("At most")), lambda each: self._decimal(each.unit, each.most)),
            told("day", figures(said.text("First day"))),
            told(
                "over", figures(said.text("Too little by")), lambda each: self._decimal(each.unit, each.over)
            ),
        )

    def _impossible(self) -> Listing:
        said, known = self.desk.language, self.desk.known
        return listing(
            self.desk,
            said.text("Deeds that the draft cannot judge"),
            self.found.impossible,
            told("deed", words(said.text("Deed"))),
            told("deeds", figures(said.text("Deeds"))),
            seen(
                words(said.text("The first of them")),
                lambda each: f"{said.date(each.day)} {self._member(each.member)}",
            ),
            data("day", "member", code="error.code", fields="error.fields"),
            told("message", of=lambda each: said.error(each.error)),
            seen(words(said.text("What to do")), lambda each: said.error(each.error, known)),
            most=SHOWN,
        )

    def _counts(self, title: str, of: str, counts: Sequence[tuple[str, int]]) -> Iterator[Table]:
        said = self.desk.language
        if counts:
            rows = [(name, said.number(deeds)) for name, deeds in counts]
            yield self.desk.out.table(title, [words(of), figures(said.text("Deeds"))], rows)

    # --- names --------------------------------------------------------------------------------

    def _decimal(self, unit: str, amount: int) -> Decimal:
        return self.found.units[unit].decimal(amount)

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


def _drawn(listed: Listing) -> Iterator[Table]:
    if listed.document:
        yield listed.table
