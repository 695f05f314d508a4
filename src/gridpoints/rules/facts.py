"""What the rules may be told of a deed: the facts that a rule set declares, each with its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from gridpoints.errors import FactNotListed, FactUnknown, FactUnusable
from gridpoints.rules.case import Fact
from gridpoints.rules.expression.model import Type
from gridpoints.values import LONGEST_TEXT, Names, can_be_stored


@frozen
class FactRule:
    """A fact that a report may tell; with `values`, one of these."""

    code: str
    type: Type
    names: Names = field(factory=dict, hash=False)
    values: tuple[Fact, ...] = ()

    def check(self, value: Any) -> Fact:
        """Return `value`; raises `FactUnusable` for one of another type, `FactNotListed`."""
        if not _FITS[self.type](value):
            raise FactUnusable(fact=self.code, value=str(value)[:40], type=self.type.value)
        if self.values and value not in self.values:
            raise FactNotListed(fact=self.code, value=str(value)[:40], known=tuple(map(str, self.values)))
        fact: Fact = value
        return fact


def _is_number(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


_FITS: Mapping[Type, Callable[[Any], bool]] = {
    Type.NUMBER: _is_number,
    Type.TEXT: lambda v: isinstance(v, str) and len(v) <= LONGEST_TEXT and can_be_stored(v),
    Type.TRUTH: lambda v: isinstance(v, bool),
    Type.DAY: lambda v: isinstance(v, date) and not isinstance(v, datetime),
}


def check_facts(known: Mapping[str, FactRule], told: Mapping[str, Any]) -> None:
    """Raise `FactUnknown`, or what `FactRule.check` raises, for the first fact that cannot be used."""
    for name, value in told.items():
        if (rule := known.get(name)) is None:
            raise FactUnknown(fact=str(name)[:40], known=tuple(sorted(known)))
        rule.check(value)
