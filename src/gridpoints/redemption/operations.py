"""What points buy: members redeem offers, points and stock held together until the till."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import frozen

from gridpoints.redemption.fund.funding import Funding
from gridpoints.redemption.merchants.equipping import Equipping
from gridpoints.redemption.merchants.onboarding import Onboarding
from gridpoints.redemption.model import Redemption
from gridpoints.redemption.till.asking import Merits
from gridpoints.redemption.till.refunding import Refunding
from gridpoints.redemption.till.refunds import Refund
from gridpoints.redemption.till.stocking import Stocking
from gridpoints.redemption.vouchers.delivering import Delivering
from gridpoints.storage.port import Range
from gridpoints.values import Interval

__all__ = ["Merits", "Redemptions"]


@frozen
class Redemptions(Onboarding, Equipping, Delivering, Stocking, Refunding, Funding):
    """The room ``redemption``: merchants, their tills and offers, redeeming, giving back, settling."""

    def redemption(self, id: str) -> Redemption:
        """The redemption of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            redemption = work.get(Redemption, id)
            self._must_be_let_read(work, redemption.merchant_id)
            return redemption

    def redemptions_at(self, merchant_id: str, day: date | None = None) -> list[Redemption]:
        """What a merchant handed out on a local day (None: today), by time, for its till to count up."""
        day = self.context.day("day", day)
        within = Interval.of_days(day, day + timedelta(days=1), self.context.zone)
        handed_out = {
            "merchant_id": merchant_id,
            "captured_at": Range(at_least=within.start, below=within.end),
        }
        with self.context.read() as work:
            self._must_be_let_read(work, merchant_id)
            return work.find(Redemption, handed_out, order=("captured_at", "id"))

    def redemptions_of(self, member_id: str) -> list[Redemption]:
        """Everything a member ever redeemed or reserved, by time. Raises `StaffOnly`, but for one's own."""
        if self.context.actor.id != member_id:
            self._must_be_of_the_community()
        with self.context.read() as work:
            return work.find(Redemption, {"member_id": member_id}, order=("authorised_at", "id"))

    def refund_of(self, id: str) -> Refund:
        """The refund of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            refund = work.get(Refund, id)
            self._must_be_let_read(work, refund.merchant_id)
            return refund

    def refunds(self, redemption_id: str) -> list[Refund]:
        """What was given back of a redemption, by time."""
        with self.context.read() as work:
            self._must_be_let_read(work, work.get(Redemption, redemption_id).merchant_id)
            return work.find(Refund, {"redemption_id": redemption_id}, order=("refunded_at", "id"))
