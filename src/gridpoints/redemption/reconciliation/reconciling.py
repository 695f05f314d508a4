"""A merchant's own list is held against what is kept, and put right. A part of `Redemptions`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from attrs import evolve, frozen

from gridpoints.errors import DifferenceOutdated, LookNeeded, NothingToCorrect
from gridpoints.ledger.model import Account, Entry
from gridpoints.redemption.merchants.model import Agreement, Merchant, agreed_on
from gridpoints.redemption.model import HANDED_OUT, Redemption
from gridpoints.redemption.reconciliation.model import (
    Difference,
    Listed,
    Proposal,
    Reconciliation,
    Recorded,
    compared,
)
from gridpoints.redemption.statements.model import Adjustment, AdjustmentStatus
from gridpoints.redemption.statements.paying import Paying
from gridpoints.redemption.statements.settling import AT_ONCE, NO_TAKINGS
from gridpoints.redemption.vouchers.model import Voucher
from gridpoints.storage.port import Range, Work
from gridpoints.values import Interval, Unit, check_day, check_text, midnight


@frozen
class Reconciling(Paying):
    """How it is found out whether all three agree: the merchant, the redemptions, the ledger."""

    def reconcile(
        self, merchant_id: str, listed: Iterable[Listed], *, first: date, last: date
    ) -> Reconciliation:
        """Compare a merchant's list with what was handed out on the local days from `first` to `last`.

        A line names a redemption, or the voucher that it was had for. What was given back does not count.
        Nothing is changed: see `correct`.
        """
        zone = self.context.zone
        after_last = check_day("last", last) + timedelta(days=1)
        within = Interval(midnight(check_day("first", first), zone), midnight(after_last, zone))
        with self.context.read() as work:
            merchant = work.get(Merchant, merchant_id)
            self._must_be_let_read(work, merchant.id)
            taken = {
                "merchant_id": merchant.id,
                "status": HANDED_OUT,
                "captured_at": Range(at_least=within.start, below=within.end),
            }
            redemptions = work.find(Redemption, taken, order=("captured_at", "id"))
            posted = self._posted(work, merchant, within)
            recorded = [
                Recorded(
                    each.id,
                    self.context.local_day(each.captured_at or each.authorised_at),
                    each.captured - each.refunded,
                    posted.get(each.id),
                )
                for each in redemptions
                if each.taker == Account.merchant(merchant.id, merchant.unit)
            ]
            lines = list(_by_redemption(work, listed))
        return compared(merchant.id, (first, last), lines, recorded)

    def _posted(self, work: Work, merchant: Merchant, within: Interval) -> Counter[str]:
        """What the ledger has on the merchant's account, by redemption; refunds are those of whenever."""
        account = Account.merchant(merchant.id, merchant.unit)
        points = Counter[str]()
        after = 0
        while page := work.ledger.entries(account, after=after, since=within.start, limit=AT_ONCE):
            for entry in page:
                if entry.kind not in NO_TAKINGS and (id := _redemption_of(work, entry)):
                    points[id] += entry.amount
            after = page[-1].sequence
        return points

    def correct(
        self, merchant_id: str, difference: Difference, *, note: str, looked: bool = False
    ) -> Adjustment:
        """Accept what is proposed for a difference: money with the next statement, once for each.

        Where the proposal is that a person looks first, somebody has `looked`, and says in the note what they
        found: else `LookNeeded`. At the rate that was agreed for its day, rounded half up to the cent, less
        what was accepted for earlier differences about the same redemption. Raises `NothingToCorrect` where
        none is owed, or less than half a cent, and `DifferenceOutdated` where some of it was given back
        since it was compared.
        """
        if not difference.points or difference.proposal is Proposal.NOTHING:
            raise NothingToCorrect(reference=difference.reference)
        if difference.proposal is Proposal.LOOK and not looked:
            about, gap = difference.reference, difference.gap
            raise LookNeeded(reference=about, gap=gap, difference=difference.id)
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id, lock=True)  # as refunds do, first
            about = f"reconciled:{merchant.id}:{difference.about}:"
            id = f"{about}{difference.id}"
            for standing in work.find(Adjustment, {"id": id}):
                return standing
            self._must_be_as_compared(work, difference)
            agreements = work.find(Agreement, {"merchant_id": merchant.id})
            agreement = agreed_on(merchant, agreements, difference.day)
            points = work.get(Unit, merchant.unit).decimal(difference.points)
            exact = points * agreement.rate * (100 - agreement.fee) / 100
            earlier = work.find(Adjustment, {"id": Range(at_least=about, below=f"{about}~")})
            counted = (each for each in earlier if each.status is not AdjustmentStatus.WITHDRAWN)
            accepted = sum((each.money for each in counted), Decimal(0))
            if not (money := exact.quantize(Decimal("0.01"), ROUND_HALF_UP) - accepted):
                raise NothingToCorrect(reference=difference.reference)
            return self.adjust(merchant.id, money, reason=check_text("note", note), id=id)

    def _must_be_as_compared(self, work: Work, difference: Difference) -> None:
        for redemption in work.find(Redemption, {"id": difference.reference}):
            if redemption.captured - redemption.refunded != difference.recorded:
                raise DifferenceOutdated(reference=difference.reference)


def _redemption_of(work: Work, entry: Entry) -> str | None:
    """Of which redemption points were taken or given back; also where that was reversed in the ledger."""
    metadata = entry.metadata
    if "redemption" not in metadata and (reverses := metadata.get("reverses")) is not None:
        line = work.ledger.line(str(reverses))
        metadata = {} if line is None else line.transaction().metadata
    id = metadata.get("redemption")
    return None if id is None else str(id)


def _by_redemption(work: Work, listed: Iterable[Listed]) -> Iterator[Listed]:
    """The lines, each under the id of its redemption, where it names a voucher."""
    lines = list(listed)
    vouchers = {
        each.id: each.redemption_id
        for each in work.find(Voucher, {"id": sorted({line.reference for line in lines})})
    }
    for line in lines:
        yield evolve(line, reference=vouchers.get(line.reference, line.reference))
