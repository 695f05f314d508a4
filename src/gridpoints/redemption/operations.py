"""What points buy: members redeem offers, points and stock held together until the till."""

from __future__ import annotations

from attrs import frozen

from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import RedemptionConflict, RedemptionExpired
from gridpoints.ledger.model import Account, Leg, Transaction
from gridpoints.ledger.operations import Ledger
from gridpoints.redemption.merchants import Merchants
from gridpoints.redemption.model import (
    REDEMPTION,
    RESERVATION,
    Merchant,
    Offer,
    Redemption,
    RedemptionStatus,
)
from gridpoints.redemption.settlement import Settlements
from gridpoints.storage.port import Work
from gridpoints.values import check_whole


@frozen
class Redemptions(Merchants, Settlements):
    """The room ``redemption``: merchants and offers, redeeming, settling."""

    context: Context

    def authorise(
        self, offer_id: str, member_id: str, *, quantity: int = 1, id: str | None = None
    ) -> Redemption:
        """Hold the points and set the goods aside for `RESERVATION`; both or neither.

        The same id and content again answers the redemption that stands. Raises
        `InsufficientPoints`, `OutOfStock`, `MerchantNotActive`, `NotPublished`, `MemberInactive`
        or `RedemptionConflict`.
        """
        check_whole("quantity", quantity, most=10_000)
        id = self.context.id(id)
        now = self.context.now()
        with self.context.begin() as work:
            # The offer first, then redemptions, then accounts: everybody locks in this order.
            offer = work.get(Offer, offer_id, lock=True)
            merchant = work.get(Merchant, offer.merchant_id)
            wanted = Redemption(
                id=id,
                offer_id=offer.id,
                merchant_id=merchant.id,
                member_id=member_id,
                quantity=quantity,
                unit=merchant.unit,
                points=offer.price * quantity,
                authorised_at=now,
                expires_at=now + RESERVATION,
            )
            for standing in work.find(Redemption, {"id": id}):
                if not standing.same_request(wanted):
                    raise RedemptionConflict(redemption=id)
                return standing
            work.get(Member, member_id).must_be_active()
            merchant.must_be_active()
            offer.must_be_published()
            offer = self._expire(work, offer)
            if offer.stock is not None:
                self.context.change(work, offer, offer.moved(-quantity))
            Ledger(self.context).hold(
                Account.member(member_id, merchant.unit),
                wanted.points,
                expires_at=wanted.expires_at,
                reason=offer.name,
                id=id,
            )
            return self.context.keep(work, wanted)

    def capture(self, redemption_id: str) -> Redemption:
        """Hand over the goods: the merchant gets the points. Again, it changes nothing.

        Raises `RedemptionExpired`, or `IllegalTransition` for one that was voided.
        """
        now = self.context.now()
        with self.context.begin() as work:
            redemption = work.get(Redemption, redemption_id, lock=True)
            if redemption.status is RedemptionStatus.CAPTURED:
                return redemption
            if redemption.status is not RedemptionStatus.VOIDED and redemption.expires_at <= now:
                # Whether its goods were taken back already or not.
                raise RedemptionExpired(redemption=redemption.id, expired_at=redemption.expires_at)
            captured = REDEMPTION.advance(redemption, RedemptionStatus.CAPTURED, captured_at=now)
            offer = work.get(Offer, redemption.offer_id)
            unit = redemption.unit
            Ledger(self.context).post_one(
                Transaction(
                    id=f"redemption:{redemption.id}",
                    legs=(
                        Leg(Account.member(redemption.member_id, unit), -redemption.points),
                        Leg(Account.merchant(redemption.merchant_id, unit), redemption.points),
                    ),
                    kind="redemption",
                    reason=offer.name,
                    metadata={
                        "redemption": redemption.id,
                        "offer": offer.id,
                        "merchant": redemption.merchant_id,
                        "quantity": redemption.quantity,
                    },
                    hold=redemption.id,
                )
            )
            return self.context.change(work, redemption, captured)

    def redeem(
        self, offer_id: str, member_id: str, *, quantity: int = 1, id: str | None = None
    ) -> Redemption:
        """Authorise and capture at once, as when the goods are handed over on the spot."""
        with self.context.begin():
            return self.capture(self.authorise(offer_id, member_id, quantity=quantity, id=id).id)

    def void(self, redemption_id: str, *, reason: str | None = None) -> Redemption:
        """Call a redemption off before the goods are handed over: points and stock go back."""
        with self.context.begin() as work:
            offer = work.get(Offer, work.get(Redemption, redemption_id).offer_id, lock=True)
            redemption = work.get(Redemption, redemption_id, lock=True)
            if redemption.status is RedemptionStatus.VOIDED:
                return redemption
            voided = REDEMPTION.advance(redemption, RedemptionStatus.VOIDED)
            self._put_back(work, offer, redemption)
            return self.context.change(work, redemption, voided, reason)

    def expire(self, offer_id: str) -> int:
        """Take back the goods of an offer whose reservations ran out; answers how many did.

        Nobody needs to call it for the figures to be right: expired points are available at
        once, and `authorise` puts the stock back before it says that an offer is gone.
        """
        with self.context.begin() as work:
            offer = work.get(Offer, offer_id, lock=True)
            due = len(self._due(work, offer))
            self._expire(work, offer)
            return due

    def _due(self, work: Work, offer: Offer) -> list[Redemption]:
        waiting = work.find(Redemption, {"offer_id": offer.id, "status": RedemptionStatus.AUTHORISED})
        now = self.context.now()
        return [redemption for redemption in waiting if redemption.expires_at <= now]

    def _expire(self, work: Work, offer: Offer) -> Offer:
        for due in self._due(work, offer):
            redemption = work.get(Redemption, due.id, lock=True)
            if redemption.status is RedemptionStatus.AUTHORISED:
                offer = self._put_back(work, offer, redemption)
                expired = REDEMPTION.advance(redemption, RedemptionStatus.EXPIRED)
                self.context.change(work, redemption, expired)
        return offer

    def _put_back(self, work: Work, offer: Offer, redemption: Redemption) -> Offer:
        Ledger(self.context).release(redemption.id)
        if offer.stock is None:
            return offer
        return self.context.change(work, offer, offer.moved(redemption.quantity))

    def redemption(self, id: str) -> Redemption:
        """The redemption of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Redemption, id)

    def redemptions_of(self, member_id: str) -> list[Redemption]:
        """Everything a member ever redeemed or reserved, by time."""
        with self.context.read() as work:
            return work.find(Redemption, {"member_id": member_id}, order=("authorised_at", "id"))
