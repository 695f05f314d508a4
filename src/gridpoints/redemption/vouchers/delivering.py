"""Tills that had no network deliver what they took. A part of `Redemptions`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from attrs import evolve, frozen

from gridpoints.errors import (
    ConcurrentChange,
    DeliveryConflict,
    GridpointsError,
    OfflineEnded,
    OfflineNotAllowed,
    QueueUnreadable,
    StaffOnly,
    StoreError,
    VoucherClosed,
    VoucherElsewhere,
    VoucherFromLater,
    VoucherTaken,
)
from gridpoints.ledger.model import Account, Leg, Transaction
from gridpoints.ledger.operations import Ledger
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.merchants.outlets import KeyScope, Till
from gridpoints.redemption.model import Redemption, RedemptionStatus
from gridpoints.redemption.vouchers.issuing import _keys
from gridpoints.redemption.vouchers.model import (
    DOUBLE_USE,
    SECRET,
    VOUCHER,
    Arrival,
    Delivery,
    DoubleUse,
    DoubleUseStatus,
    OfflineGrant,
    SecretStatus,
    Voucher,
    VoucherStatus,
)
from gridpoints.redemption.vouchers.offline import TakenVoucher
from gridpoints.redemption.vouchers.taking import Taking
from gridpoints.redemption.vouchers.tokens import Ticket
from gridpoints.storage.port import Work
from gridpoints.values import check_decimal, check_text

#: So far may the clock of a device be ahead.
CLOCK_DRIFT = timedelta(minutes=5)
#: Errors after which the same is delivered again: they say nothing about a voucher.
_NOTHING_FOUND_OUT = (StoreError, ConcurrentChange)


@frozen
class Delivering(Taking):
    """Vouchers that were taken without a network."""

    def allow_offline(self, till_id: str, *, limit: Decimal | int | str) -> OfflineGrant:
        """Let a till take vouchers without a network, of up to `limit` points before it delivers them."""
        limit = check_decimal("limit", limit)
        with self.context.begin() as work:
            till = work.get(Till, till_id)
            self._must_be_of_the_community(work.get(Merchant, till.merchant_id))
            for standing in work.find(OfflineGrant, {"id": till_id}, lock=True):
                if standing.status is SecretStatus.ACTIVE:
                    return self.context.change(
                        work, standing, SECRET.advance(standing, SecretStatus.ACTIVE, limit=limit)
                    )
                raise OfflineNotAllowed(till=till.name)
            grant = OfflineGrant(till_id, limit, self.context.now(), self.context.actor.id)
            return self.context.keep(work, grant)

    def end_offline(self, till_id: str, *, reason: str) -> OfflineGrant:
        """Let a till take nothing more without a network.

        What it hands in from now on is `CONTESTED`, and a person decides: it says itself when it took that,
        and the device may be in other hands.
        """
        with self.context.begin() as work:
            grant = work.get(OfflineGrant, till_id, lock=True)
            ended = SECRET.advance(grant, SecretStatus.REVOKED)
            return self.context.change(work, grant, ended, check_text("reason", reason))

    def deliver(
        self, takings: Iterable[TakenVoucher | QueueUnreadable], *, till_id: str | None = None
    ) -> list[Delivery]:
        """Take in what a till took, one by one; the same again answers what came of it the first time.

        Acts as the till, in its order; or, with `till_id`, as a clerk to whom its file was brought, also
        where its keys are no longer good (`StaffOnly` for others). What cannot be captured is no error, nor
        is what comes after `end_offline`: it is `CONTESTED`, and a person decides (`double_uses`); or it is
        `REFUSED`, where it was no voucher for this till when it took it: forged, expired, another
        merchant's, or signed with a key that is not known any more; a line that could not be read is left
        out. Raises `NotATill`, `OfflineNotAllowed`, `TillMayNot` for a key that is not for taking points, and
        `DeliveryConflict` where the till delivered something else under the same number.
        """
        with self.context.read() as work:
            till = self._delivered_by(work, till_id)
            grant = next(iter(work.find(OfflineGrant, {"id": till.id})), None)
        if grant is None:
            raise OfflineNotAllowed(till=till.name)
        arrived, room = [], grant.limit
        for taken in takings:
            if isinstance(taken, TakenVoucher):
                delivery, new = self._deliver(till, taken, room)
                room -= delivery.points if new else 0
                arrived.append(delivery)
        return arrived

    def _delivered_by(self, work: Work, till_id: str | None) -> Till:
        if till_id is None:
            return self._till_for(work, KeyScope.CAPTURE)
        till = work.get(Till, till_id)
        self._must_be_of_the_community(work.get(Merchant, till.merchant_id))
        if not self._speaks():
            raise StaffOnly(actor=self.context.actor.id, merchant=till.name, staff_role="clerk")
        return till

    def _deliver(self, till: Till, taken: TakenVoucher, room: Decimal) -> tuple[Delivery, bool]:
        """What came of it, and whether it came just now; `room` is what the till could still take."""
        id = f"{till.id}:{taken.number}"
        delivery = Delivery(
            id=id,
            till_id=till.id,
            number=taken.number,
            token=taken.token,
            taken_at=taken.at,
            delivered_at=self.context.now(),
            arrival=Arrival.CAPTURED,
        )
        with self.context.begin() as work:
            work.get(Till, till.id, lock=True)  # one delivery of a till after another
            for standing in work.find(Delivery, {"id": id}):
                if standing.token != taken.token:
                    raise DeliveryConflict(till=till.name, number=taken.number)
                return standing, False
            try:
                ticket = self._verified(work, till, taken)
                voucher = work.get(Voucher, ticket.voucher)
            except _NOTHING_FOUND_OUT:
                raise
            except GridpointsError as refusal:
                refused = evolve(delivery, arrival=Arrival.REFUSED, reason=refusal.code)
                self.context.keep(work, refused)
                return refused, True
            delivery = evolve(
                delivery,
                voucher_id=voucher.id,
                redemption_id=voucher.redemption_id,
                points=ticket.points,
                over_limit=ticket.points > room,  # what its token says, and not what the till says
            )
            try:
                with self.context.begin() as inner:
                    if taken.at > self.context.now() + CLOCK_DRIFT:
                        raise VoucherFromLater(at=taken.at)
                    self._capture_taken(inner, voucher.id, till.merchant_id)
                    if work.get(OfflineGrant, till.id).status is SecretStatus.REVOKED:
                        raise OfflineEnded(till=till.name)  # nothing else is against it: it is undone
            except _NOTHING_FOUND_OUT:
                raise
            except GridpointsError as contested:
                delivery = evolve(delivery, arrival=Arrival.CONTESTED, reason=contested.code)
                self.context.keep(work, self._double_use(work, delivery, till))
            self.context.keep(work, delivery)
            return delivery, True

    def _verified(self, work: Work, till: Till, taken: TakenVoucher) -> Ticket:
        """What the token says, as the till should have read it when it took it."""
        return Ticket.verify(
            taken.token,
            _keys(work),
            community=self.context.community,
            merchant=till.merchant_id,
            now=min(taken.at, self.context.now()),
        )

    def _capture_taken(self, work: Work, voucher_id: str, merchant_id: str) -> None:
        redemption_id = work.get(Voucher, voucher_id).redemption_id
        self._lock_offers_of(work, [redemption_id])
        voucher = work.get(Voucher, voucher_id, lock=True)
        redemption = work.get(Redemption, redemption_id, lock=True)
        if redemption.merchant_id != merchant_id:
            raise VoucherElsewhere(voucher=voucher.id, merchant=redemption.merchant_id)
        if redemption.captured_at is not None:
            raise VoucherTaken(voucher=voucher.id, at=redemption.captured_at)
        if redemption.status is RedemptionStatus.VOIDED:
            raise VoucherClosed(voucher=voucher.id, status=VoucherStatus.REVOKED)
        self._capture(work, redemption.id)
        self.context.change(work, voucher, VOUCHER.advance(voucher, VoucherStatus.REDEEMED))

    def _double_use(self, work: Work, delivery: Delivery, till: Till) -> DoubleUse:
        redemption = work.get(Redemption, str(delivery.redemption_id))
        earlier = work.find(
            Delivery, {"voucher_id": delivery.voucher_id, "arrival": Arrival.CAPTURED}, limit=1
        )
        first = None
        if earlier:
            first = f"{earlier[0].till_id} {earlier[0].taken_at.isoformat()}"
        elif redemption.captured_at is not None:
            first = f"{redemption.merchant_id} {redemption.captured_at.isoformat()}"
        return DoubleUse(
            id=delivery.id,
            voucher_id=str(delivery.voucher_id),
            merchant_id=till.merchant_id,
            points=redemption.points,
            unit=redemption.unit,
            taken_at=delivery.taken_at,
            reason=str(delivery.reason),
            first=first,
        )

    # --- a person decides ---------------------------------------------------------------------

    def double_uses(self, status: DoubleUseStatus = DoubleUseStatus.OPEN) -> list[DoubleUse]:
        """What waits for a decision, by time: vouchers used twice, or too late, or handed in too late.

        Raises `StaffOnly` for whoever acts for a merchant.
        """
        self._must_be_of_the_community()
        with self.context.read() as work:
            return work.find(DoubleUse, {"status": status}, order=("taken_at", "id"))

    def decide_double_use(self, id: str, *, pay: bool, note: str) -> DoubleUse:
        """Decide whether the community pays the merchant who gave the goods in good faith.

        Where it pays, the points are issued to the merchant's account, and settled as all others are; or,
        where nothing was had for the voucher so far (only the till's clock was wrong), they are those that
        are held for it.
        Raises `StaffOnly` for whoever acts for a merchant, the till that delivered it among them.
        """
        actor = self.context.actor
        with self.context.begin() as work:
            case = work.get(DoubleUse, id, lock=True)
            self._must_be_of_the_community(work.get(Merchant, case.merchant_id))
            to = DoubleUseStatus.PAID if pay else DoubleUseStatus.DECLINED
            note = check_text("note", note)
            decided = DOUBLE_USE.advance(case, to, decided_by=actor.id, note=note)
            if pay and self._stands(work, case):
                self._capture_taken(work, case.voucher_id, case.merchant_id)
            elif pay:
                Ledger(self.context).post_one(
                    Transaction(
                        id=f"double_use:{case.id}",
                        legs=(
                            Leg(Account.issuance(case.unit), -case.points),
                            Leg(Account.merchant(case.merchant_id, case.unit), case.points),
                        ),
                        kind="double_use",
                        reason=note[:200],
                        metadata={"voucher": case.voucher_id, "merchant": case.merchant_id},
                    )
                )
            return self.context.change(work, case, decided)

    def _stands(self, work: Work, case: DoubleUse) -> bool:
        """Whether the points are still held for the voucher of a case."""
        redemption = work.get(Redemption, work.get(Voucher, case.voucher_id).redemption_id)
        held = redemption.expires_at > self.context.now()
        return held and redemption.status is RedemptionStatus.AUTHORISED
