"""The forms that a rule may have in a file, those of other packages included.

A package adds a form by an entry point whose name is the key that the form is known by:

    [project.entry-points."gridpoints.amounts"]
    distance = "our_rules:PerKilometre"

and committees write ``points: {distance: 2, …}``. What a form compiles to is its business: the
protocols `Amount`, `Condition` and `Bound` say what it must do. What a package needs for it stands
in `gridpoints.rules.extending`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, Literal

from attrs import field, frozen
from pydantic import BaseModel, Discriminator, GetCoreSchemaHandler, Tag, WrapValidator
from pydantic_core import CoreSchema, PydanticCustomError

from gridpoints.errors import GridpointsError
from gridpoints.rules.amounts import Amount
from gridpoints.rules.conditions import Condition
from gridpoints.rules.expression.model import Evaluator, Schema, Type
from gridpoints.rules.file.problems import Path
from gridpoints.rules.file.problems_of_sense import FormDoubled, FormNotLoaded, FormTaken
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

    def problems(self) -> Iterable[tuple[Path, GridpointsError]]:
        """What does not fit together in it, each with the path that leads there from the form."""
        return ()


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
    has that. Keys of the listed ones, and `reserved` ones, no installed one may have.
    """

    group: Group
    forms: Mapping[str, Any] = field(hash=False)
    tag: Callable[[Any], str]
    reserved: frozenset[str] = frozenset()

    def added(self) -> Mapping[str, type[Form]]:
        """The forms that installed packages add."""
        return installed(self.group, _keys_of(self.forms.values()) | self.reserved)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The union of all forms, each under its tag, by which pydantic tells them apart."""
        added = self.added()

        def tag(value: Any) -> str:
            if isinstance(value, BaseModel):
                every = {**self.forms, **added}
                return next((f"<{name}>" for name, form in every.items() if type(value) is form), "")
            key = next((key for key in added if isinstance(value, dict) and key in value), None)
            return f"<{key or self.tag(value)}>"

        parts: list[Any] = [Annotated[form, Tag(f"<{name}>")] for name, form in self.forms.items()]
        parts += [Annotated[form, _TYPED, Tag(f"<{name}>")] for name, form in added.items()]
        union: Any = parts[0]
        for part in parts[1:]:
            union |= part
        return handler.generate_schema(Annotated[union, Discriminator(tag)])


def _typed(value: Any, validate: Callable[[Any], Any]) -> Any:
    """A check of a form may raise an error of ours: it is told with its place."""
    try:
        return validate(value)
    except GridpointsError as error:
        raise PydanticCustomError("gridpoints", "{error}", {"error": error}) from None


_TYPED = WrapValidator(_typed)


@lru_cache
def installed(group: Group, taken: frozenset[str]) -> Mapping[str, type[Form]]:
    """The forms that installed packages add, by the key that each is known by.

    Raises `FormDoubled` where two packages add the same key, `FormTaken` where it is one of those that are
    `taken`, and `FormNotLoaded`.
    """
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=group), key=lambda point: (point.name, _package(point))):
        if point.name in taken:
            raise FormTaken(key=point.name, group=group, package=_package(point))
        first = found.setdefault(point.name, point)
        if first.value != point.value or _package(first) != _package(point):
            packages = (_package(first), _package(point))
            raise FormDoubled(key=point.name, group=group, packages=packages)
    return {key: _loaded(point, group) for key, point in found.items()}


def _loaded(point: EntryPoint, group: Group) -> type[Form]:
    try:
        form = point.load()
    except (ImportError, AttributeError) as error:
        reason = str(error)
    else:
        if isinstance(form, type) and issubclass(form, _BASES[group]):
            return form
        reason = f"{point.value} is no {_BASES[group].__name__}"
    raise FormNotLoaded(key=point.name, group=group, package=_package(point), reason=reason)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "?"


def _keys_of(forms: Iterable[Any]) -> frozenset[str]:
    """The keys that mappings of those forms have: a form that is added cannot be told apart by them."""
    fields = (form.model_fields for form in forms if "root" not in form.model_fields)
    return frozenset(info.alias or name for each in fields for name, info in each.items())


_BASES: Mapping[str, type[Form]] = {
    "gridpoints.amounts": PointsForm,
    "gridpoints.conditions": ConditionForm,
    "gridpoints.limits": LimitForm,
}
