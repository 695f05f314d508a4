"""What points buy: members redeem offers, points and stock held together until the till."""

from __future__ import annotations

from attrs import frozen

from gridpoints.redemption.asking import Merits
from gridpoints.redemption.equipping import Equipping
from gridpoints.redemption.funding import Funding
from gridpoints.redemption.model import Redemption, Refund
from gridpoints.redemption.onboarding import Onboarding
from gridpoints.redemption.refunding import Refunding
from gridpoints.redemption.vouchers.delivering import Delivering

__all__ = ["Merits", "Redemptions"]


@frozen
class Redemptions(Onboarding, Equipping, Delivering, Refunding, Funding):
    """The room ``redemption``: merchants, their tills and offers, redeeming, giving back, settling."""

    def redemption(self, id: str) -> Redemption:
        """The redemption of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Redemption, id)

    def redemptions_of(self, member_id: str) -> list[Redemption]:
        """Everything a member ever redeemed or reserved, by time."""
        with self.context.read() as work:
            return work.find(Redemption, {"member_id": member_id}, order=("authorised_at", "id"))

    def refund_of(self, id: str) -> Refund:
        """The refund of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Refund, id)

    def refunds(self, redemption_id: str) -> list[Refund]:
        """What was given back of a redemption, by time."""
        with self.context.read() as work:
            return work.find(Refund, {"redemption_id": redemption_id}, order=("refunded_at", "id"))
