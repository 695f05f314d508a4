"""The forms that a rule may have in a file, those of other packages included.

A package adds a form by an entry point whose name is the key that the form is known by:

    [project.entry-points."gridpoints.amounts"]
    distance = "our_rules:PerKilometre"

and committees write ``points: {distance: 2, …}``. What a form compiles to is its business: the
protocols `Amount`, `Condition` and `Bound` say what it must do.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from importlib.metadata import entry_points
from typing import Annotated, Any, Literal

from attrs import field, frozen
from pydantic import BaseModel, Discriminator, GetCoreSchemaHandler, Tag
from pydantic_core import CoreSchema

from gridpoints.rules.amounts import Amount
from gridpoints.rules.conditions import Condition
from gridpoints.rules.expression.model import Evaluator, Schema, Type
from gridpoints.rules.file.problems import Path
from gridpoints.rules.limits import Bound
from gridpoints.values import Unit

Group = Literal["gridpoints.amounts", "gridpoints.conditions", "gridpoints.limits"]


@frozen
class Building:
    """What a form is compiled with: the day whose figures hold, the unit, and what facts there are.

    `code` is that of the deed, or of the limit, that the form belongs to.
    """

    code: str
    day: date
    unit: Unit
    schema: Schema
    evaluator: Evaluator


@frozen
class Uses:
    """What a form refers to, for the checks: by the path that leads there from the form.

    `amounts` are figures of the unit; `facts` names of facts, each with the values that it is
    compared with; `expressions` texts, with the kind of value that each must give.
    """

    amounts: Mapping[Path, Decimal] = field(factory=dict)
    facts: Mapping[Path, tuple[str, tuple[object, ...]]] = field(factory=dict)
    expressions: Mapping[Path, tuple[str, Type]] = field(factory=dict)

    @classmethod
    def of(cls, parts: Mapping[Path, Uses]) -> Uses:
        """What several parts refer to together, each by the path that leads to it."""

        def joined(name: str) -> dict[Path, Any]:
            return {
                (*to, *at): what for to, part in parts.items() for at, what in getattr(part, name).items()
            }

        return cls(joined("amounts"), joined("facts"), joined("expressions"))


class Form(BaseModel):
    """One way to write a rule. Subclass it together with `Document`, or with pydantic's RootModel."""

    def uses(self) -> Uses:
        """What it refers to; nothing, unless the form says so."""
        return Uses()


class PointsForm(Form):
    """One way to say how many points a deed gives."""

    def takes(self) -> bool:
        """Whether it is a deduction: all its amounts are below 0."""
        amounts = self.uses().amounts.values()
        return bool(amounts) and all(amount < 0 for amount in amounts)

    @abstractmethod
    def compiled(self, building: Building) -> Amount:
        """What judges by it."""


class ConditionForm(Form):
    """One way to say when a deed counts."""

    @abstractmethod
    def compiled(self, building: Building) -> tuple[Condition, ...]:
        """What must hold, all of it."""


class LimitForm(Form):
    """One way to say how much is given at most."""

    @abstractmethod
    def compiled(self, building: Building) -> Bound:
        """What bounds the awards."""


@frozen
class OneForm:
    """Marks a field that takes one of several forms: those that `forms` lists, and those installed.

    `tag` tells which of the listed ones a value has; a mapping with the key of an installed one
    has that.
    """

    group: Group
    forms: Mapping[str, Any] = field(hash=False)
    tag: Callable[[Any], str]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The union of all forms, each under its tag, by which pydantic tells them apart."""
        added = dict(installed(self.group))

        def tag(value: Any) -> str:
            if isinstance(value, BaseModel):
                every = {**self.forms, **added}
                return next((f"<{name}>" for name, form in every.items() if type(value) is form), "")
            key = next((key for key in added if isinstance(value, dict) and key in value), None)
            return f"<{key or self.tag(value)}>"

        parts = [Annotated[form, Tag(f"<{name}>")] for name, form in {**self.forms, **added}.items()]
        union: Any = parts[0]
        for part in parts[1:]:
            union |= part
        return handler.generate_schema(Annotated[union, Discriminator(tag)])


def installed(group: Group) -> Iterator[tuple[str, type[Form]]]:
    """The forms that installed packages add, by the key that each is known by."""
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        yield point.name, point.load()
