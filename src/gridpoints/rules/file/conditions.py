"""How a file says when a deed counts: the forms of ``when``.

``when: hours >= 1 and member.stars >= 3`` is an expression. Most need none::

    when:
      category: [elder_care, child_care]    # one of them
      hours: {at_least: 1, at_most: 8}      # both belong to it
      emergency: true

A list holds several of these, all of which must be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, RootModel, Tag

from gridpoints.rules import conditions
from gridpoints.rules.conditions import Condition
from gridpoints.rules.expression.model import Type
from gridpoints.rules.file.facts import BUILT_IN, FactName, FactValue, sure
from gridpoints.rules.file.fields import Document, Note
from gridpoints.rules.file.forms import Building, ConditionForm, OneForm, Uses
from gridpoints.rules.file.problems import Path


class ExpressionHolds(RootModel[Annotated[Note, Field(examples=["hours >= 1"])]], ConditionForm):
    """An expression that must be true."""

    def uses(self) -> Uses:
        """The expression, which must give a truth."""
        return Uses(expressions={(): (self.root, Type.TRUTH)})

    def compiled(self, building: Building) -> tuple[Condition, ...]:
        """Whether the expression is true."""
        return (conditions.Holds(building.evaluator.compile(self.root, building.schema, Type.TRUTH)),)


class Bounds(Document):
    """A number or a day between two, which belong to it."""

    at_least: Annotated[FactValue | None, Field(examples=[1])] = None
    at_most: Annotated[FactValue | None, Field(examples=[8])] = None


def _tested(value: Any) -> str:
    if isinstance(value, list):
        return "<values>"
    return "<bounds>" if isinstance(value, dict | Bounds) else "<value>"


Test = Annotated[
    Annotated[FactValue, Tag("<value>")]
    | Annotated[list[FactValue], Tag("<values>"), Field(min_length=1)]
    | Annotated[Bounds, Tag("<bounds>")],
    Discriminator(_tested),
]


class FactsHold(
    RootModel[Annotated[dict[FactName, Test], Field(min_length=1, examples=[{"category": "elder_care"}])]],
    ConditionForm,
):
    """Facts by name, each with the value, the values, or the bounds that it must have."""

    def uses(self) -> Uses:
        """The facts, each with the values that it is compared with; bounds are looked at by themselves."""
        facts: dict[Path, tuple[str, tuple[object, ...]]] = {}
        for name, test in self.root.items():
            facts[name,] = (name, () if isinstance(test, Bounds | list) else (test,))
            if isinstance(test, list):
                facts |= {(name, n): (name, (value,)) for n, value in enumerate(test)}
        return Uses(facts=facts)

    def compiled(self, building: Building) -> tuple[Condition, ...]:
        """One condition for each fact."""
        return tuple(self._condition(name, test, building.schema[name]) for name, test in self.root.items())

    @staticmethod
    def _condition(name: str, test: Any, kind: Type) -> Condition:
        if isinstance(test, Bounds):
            least, most = (None if b is None else sure(kind, b) for b in (test.at_least, test.at_most))
            return conditions.Between(name, least, most)
        values = test if isinstance(test, list) else [test]
        return conditions.OneOf(name, tuple(sure(kind, value) for value in values))


def _tag(value: Any) -> str:
    if isinstance(value, list):
        return "all"
    return "facts" if isinstance(value, dict) else "expression"


def _one_of(forms: Mapping[str, Any]) -> OneForm:
    return OneForm("gridpoints.conditions", forms, _tag, frozenset(BUILT_IN))


_FORMS = {"expression": ExpressionHolds, "facts": FactsHold}


class AllHold(RootModel[list[Any]], ConditionForm):
    """Several conditions, all of which must hold."""

    # As a parameter of RootModel the forms would be looked up when this module is loaded.
    model_config = ConfigDict(defer_build=True)
    root: Annotated[
        list[Annotated[ConditionForm, _one_of(_FORMS)]], Field(min_length=1, examples=[["hours >= 1"]])
    ]

    def uses(self) -> Uses:
        """What each of them refers to."""
        return Uses.of({(n,): form.uses() for n, form in enumerate(self.root)})

    def compiled(self, building: Building) -> tuple[Condition, ...]:
        """All of them, in order."""
        return tuple(condition for form in self.root for condition in form.compiled(building))


FORMS = _one_of({**_FORMS, "all": AllHold})
When = Annotated[
    ConditionForm,
    FORMS,
    Field(examples=["hours >= 1"]),
]
