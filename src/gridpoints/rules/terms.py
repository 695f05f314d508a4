"""What a rule set says beside its deeds: stars, redemption, grades, permissions."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen


@frozen
class RedemptionTerms:
    """What points buy (兑换规则): `points` of the unit are worth `money` of the currency."""

    unit: str
    points: Decimal
    money: Decimal
    currency: str

    @property
    def rate(self) -> Decimal:
        """The money that one point is worth."""
        return self.money / self.points


@frozen
class Terms:
    """The parts of a rule set that judge no deed. None: the file says nothing of it."""

    redemption: RedemptionTerms | None = None
