"""How a file says what points buy: ``redemption``."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from gridpoints.rules.file.fields import Code, Document
from gridpoints.rules.file.figures import AmountFigure
from gridpoints.rules.terms import RedemptionTerms


class RedemptionEntry(Document):
    """``redemption: {points: 10, money: 1, currency: CNY}``: 10 points are 1 yuan."""

    points: AmountFigure
    money: AmountFigure
    currency: Annotated[Code, Field(examples=["CNY"])]
    unit: Annotated[Code, Field(examples=["points"])] = ""

    def compiled(self, unit: str, day: date) -> RedemptionTerms:
        """The terms of a day; `unit` where it names none."""
        return RedemptionTerms(self.unit or unit, self.points.on(day), self.money.on(day), self.currency)
