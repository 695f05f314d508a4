"""Examples in a file: a deed, what was credited before it, and what it must give. They run at every check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from gridpoints.errors import GridpointsError
from gridpoints.rules.case import Deed, Scope
from gridpoints.rules.expression.model import Schema
from gridpoints.rules.file.facts import FactName, FactValue, sure
from gridpoints.rules.file.fields import Code, Count, Day, Document, Note, Number
from gridpoints.rules.file.problems import ExampleFails, ExampleImpossible
from gridpoints.rules.judging import Judgement
from gridpoints.rules.model import RuleSet


class DeedExample(Document):
    """A deed as it would be reported, so many times over."""

    deed: Code
    day: Annotated[Day | None, Field(examples=["2026-03-01"])] = None
    quantity: Annotated[Number | None, Field(examples=[3])] = None
    facts: Annotated[dict[FactName, FactValue], Field(examples=[{"category": "elder_care"}])] = Field(
        default_factory=dict
    )
    chosen: Annotated[Number | None, Field(examples=[8])] = None
    times: Count = 1

    def reported(self, rules: RuleSet, schema: Schema) -> Deed:
        """The deed; without a day of its own, on the first day of the rules."""
        facts = {name: sure(schema[name], value) for name, value in self.facts.items()}
        return Deed(self.deed, self.day or rules.starts_on, self.quantity, facts, self.chosen)


class Example(DeedExample):
    """``{deed: perform, after: [{deed: perform, times: 2}], gives: 10}``: what a deed must give."""

    gives: Annotated[Number, Field(examples=[20])]
    after: Annotated[list[DeedExample], Field(examples=[[{"deed": "perform", "times": 2}]])] = Field(
        default_factory=list
    )
    balance: Annotated[Number | None, Field(examples=[50])] = None
    source: Note | None = None

    @property
    def size(self) -> int:
        """How many deeds are judged for it."""
        return 1 + sum(before.times for before in self.after)

    def tried(self, rules: RuleSet, schema: Schema) -> tuple[Judgement | None, GridpointsError | None]:
        """What it gives, and what is wrong with it: it gives something else, or cannot be judged."""
        try:
            judgement = self.judged(rules, schema)
        except GridpointsError as error:
            return None, ExampleImpossible(why=error)
        gives = judgement.unit.decimal(judgement.awarded)
        if gives == self.gives:
            return judgement, None
        return judgement, ExampleFails(expected=self.gives, given=gives, explanation=judgement.explanation)

    def judged(self, rules: RuleSet, schema: Schema) -> Judgement:
        """The judgement of the deed, after those that came before; raises what `RuleSet.judge` does."""
        used: Counter[str] = Counter()
        balances: Counter[str] = Counter()
        unit = rules.on(self.day or rules.starts_on).rule(self.deed).unit
        if self.balance is not None:
            balances[unit.code] = unit.amount(self.balance)
        for before in self.after:
            for _ in range(before.times):
                given = _judge(before.reported(rules, schema), rules, used, balances, explained=False)
                used.update(given.uses)
                balances[given.unit.code] += given.awarded
        return _judge(self.reported(rules, schema), rules, used, balances)


#: One person in one household in one grid: what every example is about.
_SOMEBODY: Mapping[Scope, str] = {scope: scope.value for scope in Scope}


def _judge(
    deed: Deed,
    rules: RuleSet,
    used: Counter[str],
    balances: Counter[str],
    *,
    explained: bool = True,
) -> Judgement:
    code = rules.on(deed.day).rule(deed.code).unit.code
    return rules.judge(deed, _SOMEBODY, used.__getitem__, balance=lambda: balances[code], explained=explained)
