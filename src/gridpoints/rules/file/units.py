"""How a file says what is counted: units, when they expire, and how many one account may hold."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from gridpoints.rules import expiry
from gridpoints.rules.deeds import Wallet
from gridpoints.rules.file.fields import Count, Day, Document, Named, Scale, Yes, checked, shown
from gridpoints.rules.file.figures import AmountFigure
from gridpoints.rules.file.problems_of_sense import StayingUnknown
from gridpoints.values import Unit


class Staying(StrEnum):
    """When points expire that have no term: never, or with the year in which they were earned."""

    NEVER = "never"
    END_OF_YEAR = "end_of_year"


class Term(Document):
    """``{months: 12}`` after they were earned, or ``{day: 2026-12-31}``, the last on which they count."""

    months: Annotated[Count | None, Field(examples=[12])] = None
    day: Annotated[Day | None, Field(examples=["2026-12-31"])] = None
    years: Annotated[Count | None, Field(examples=[2])] = None


def _staying(value: Any) -> Staying:
    try:
        return Staying(value)
    except ValueError:
        raise StayingUnknown(found=shown(value)) from None


def _tag(value: Any) -> str:
    return "<term>" if isinstance(value, dict | Term) else "<staying>"


Expires = Annotated[
    Annotated[Staying, BeforeValidator(checked(_staying)), Tag("<staying>")] | Annotated[Term, Tag("<term>")],
    Discriminator(_tag),
    Field(examples=["end_of_year"]),
]


class UnitEntry(Named):
    """A unit that is counted, such as points or time coins."""

    scale: Scale = 0
    expires: Expires = Staying.NEVER
    extend_days: Annotated[Count | None, Field(examples=[30])] = None
    cap: AmountFigure | None = None
    transfer: Yes = False
    gift: Yes = False
    pooling: Yes = False

    def unit(self, code: str) -> Unit:
        """The unit of that code."""
        return Unit(code, self.scale, self.name)

    def compiled(self, code: str, day: date) -> Wallet:
        """How it is kept from a day on."""
        unit = self.unit(code)
        return Wallet(
            unit=unit,
            expiry=self._expiry(),
            cap=None if self.cap is None else unit.amount(self.cap.on(day)),
            transfer=self.transfer,
            gift=self.gift,
            pooling=self.pooling,
            extend_days=self.extend_days or 0,
        )

    def _expiry(self) -> expiry.Expiry:
        match self.expires:
            case Term(months=int(months)):
                return expiry.Months(months)
            case Term(years=int(years)):
                return expiry.EndOfYear(years)
            case Term(day=date() as day):
                return expiry.LastDay(day)
            case Staying.END_OF_YEAR:
                return expiry.EndOfYear()
        return expiry.Never()
