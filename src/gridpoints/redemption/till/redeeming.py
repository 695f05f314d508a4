"""What was set aside is handed out, called off, or expires. A part of `Redemptions`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from attrs import evolve, frozen

from gridpoints.errors import (
    CapturesMore,
    NothingCaptured,
    RedemptionConflict,
    RedemptionExpired,
    VoucherNeeded,
)
from gridpoints.ledger.model import Account, HoldStatus, Leg, Rejected, Transaction
from gridpoints.records import Stateful
from gridpoints.redemption.merchants.outlets import KeyScope
from gridpoints.redemption.model import REDEMPTION, Redemption, RedemptionStatus, capturing
from gridpoints.redemption.offers.model import Offer
from gridpoints.redemption.till.spending import Spending
from gridpoints.redemption.vouchers.model import Voucher
from gridpoints.rules.operations import Rules
from gridpoints.storage.port import Range, Work
from gridpoints.values import Explanation, Step, Unit, check_whole

#: So many reservations that ran out are put back at once.
AT_ONCE = 500


@frozen
class Redeeming(Spending):
    """How a redemption goes on, and ends."""

    def capture(self, redemption_id: str, pieces: int | Mapping[str, int] | None = None) -> Redemption:
        """Hand over the goods: the merchant gets the points. Again, it changes nothing.

        Of a part, `pieces` says how many (of one offer, or by offer); the rest of the goods and points is
        let go, as when all of it is called off: see `void`. Raises `RedemptionExpired`, `IllegalTransition`
        for one that was voided, `CapturesMore`, `NothingCaptured`, `NotYourPoints`, `RedemptionConflict`
        where it was captured with other pieces, or `VoucherNeeded` for tills and whoever else acts for a
        merchant, where a voucher was issued for it.
        """
        with self.context.begin() as work:
            if self._acts_for_a_merchant and work.find(Voucher, {"redemption_id": redemption_id}):
                raise VoucherNeeded(redemption=redemption_id)
            return self._capture(work, redemption_id, pieces)

    def _capture(
        self, work: Work, redemption_id: str, pieces: int | Mapping[str, int] | None = None
    ) -> Redemption:
        # The offers first, then the redemption: everybody locks in this order.
        offers = self._lock_offers_of(work, [redemption_id]) if pieces is not None else {}
        redemption = work.get(Redemption, redemption_id, lock=True)
        self._must_be_served(work, redemption, KeyScope.CAPTURE)
        now, wanted = self.context.now(), _pieces(redemption, pieces)
        if redemption.status in (RedemptionStatus.CAPTURED, RedemptionStatus.REFUNDED):
            if wanted != {line.offer_id: line.captured for line in redemption.lines}:
                raise RedemptionConflict(redemption=redemption.id)
            return redemption
        if redemption.status is not RedemptionStatus.VOIDED and redemption.expires_at <= now:
            # Whether its goods were taken back already or not.
            raise RedemptionExpired(redemption=redemption.id, expired_at=redemption.expires_at)
        captured = REDEMPTION.advance(
            redemption, RedemptionStatus.CAPTURED, captured_at=now, **capturing(redemption, wanted)
        )
        # Limits, then accounts, and the records at last: everybody locks in this order.
        self._give_back(work, redemption, captured)
        if left := captured.not_taken():
            work.ledger.lock_available(redemption.held().values(), at=now)
        self._take(work, captured)
        if told := self._let_go(work, captured, left):
            captured = evolve(captured, explanation=(*captured.explanation, *told))
        self.context.write(work, (), self._replacing(redemption, captured, offers), at_end=True)
        return captured

    def _take(self, work: Work, captured: Redemption) -> None:
        """Give the points to the merchant."""
        goods = "、".join(line.name for line in captured.lines)
        metadata = {
            "redemption": captured.id,
            "offer": captured.offer_id,
            "merchant": captured.merchant_id,
            "quantity": sum(line.captured for line in captured.lines),
        }
        transactions = [
            Transaction(
                id=captured.transaction_id(n),
                legs=(
                    Leg(Account.parse(share.account), -share.captured),
                    Leg(captured.taker, share.captured),
                ),
                kind="redemption",
                reason=goods[:1_000],
                metadata=metadata,
                hold=captured.hold_id(n),
            )
            for n, share in enumerate(captured.shares)
            if share.account and share.captured
        ]
        post(work, transactions, self.context.now())

    def void(self, redemption_id: str, *, reason: str | None = None) -> Redemption:
        """Call a redemption off before the goods are handed over: points and stock go back.

        Points that passed their date while they were set aside live on for as long as the rules of the day
        say on which they were set aside, or are gone: the explanation tells it.
        """
        with self.context.begin() as work:
            offers = self._lock_offers_of(work, [redemption_id])
            redemption = work.get(Redemption, redemption_id, lock=True)
            self._must_be_served(work, redemption, KeyScope.VOID)
            if redemption.status is RedemptionStatus.VOIDED:
                return redemption
            REDEMPTION.advance(redemption, RedemptionStatus.VOIDED)  # refuses what was captured
            held = redemption.held()
            work.lock_usage(redemption.counted())  # before the accounts: everybody locks in this order
            work.ledger.lock_available(held.values(), at=self.context.now())
            explanation = (*redemption.explanation, *self._let_go(work, redemption, held))
            voided = REDEMPTION.advance(redemption, RedemptionStatus.VOIDED, explanation=explanation)
            return self._move(work, redemption, voided, offers, reason=reason)

    def _let_go(self, work: Work, redemption: Redemption, held: Mapping[str, Account]) -> Explanation:
        """Give back what is left of these holds, whose accounts are locked; answers what is to be told.

        That is what becomes of points that are past their date, which the holds alone keep from expiring.
        """
        now = self.context.now()
        late = {id: points for id, account in held.items() if (points := _kept_by(work, id, account, now))}
        days = self._extend_days(redemption) if late else 0
        for id, account in held.items():
            lives_on = days and id in late
            if lives_on:
                post(work, _revived(redemption, id, account, late[id], days), now)
            hold = work.ledger.find_hold(id) if lives_on else None
            if hold is None or hold.remaining:
                work.ledger.release(id, at=now)
        return self._told(work, redemption, late, days)

    def _extend_days(self, redemption: Redemption) -> int:
        day = self.context.local_day(redemption.authorised_at)
        return Rules(self.context).calendar().extend_days(redemption.unit, day)

    def _told(self, work: Work, redemption: Redemption, late: Mapping[str, int], days: int) -> Explanation:
        """What becomes of the points that are past their date."""
        if not late:
            return ()
        unit, held = work.get(Unit, redemption.unit), redemption.held()
        code, ends = "points_gone", dict[str, date]()
        if days:
            until = self.context.local_day(self.context.now() + timedelta(days=days))
            code, ends = "points_live_on", {"until": until}
        return tuple(
            Step(code, {"account": held[id].key, "points": unit.decimal(points), "unit": unit.code, **ends})
            for id, points in late.items()
        )

    def expire(self, offer_id: str | None = None) -> int:
        """Put back the goods (of an offer; None: all) whose reservations ran out; answers how many did.

        Nobody needs to call it for the figures to be right: expired points are available at
        once, and `authorise` puts goods back before it says that they are gone.
        """
        expired = 0
        while True:
            with self.context.begin() as work:
                due = self._due(work)
                concerned = [each for each in due if offer_id is None or offer_id in each.taken()]
                expired += self._expire(work, concerned)
            if len(due) < AT_ONCE or not concerned:
                return expired

    def _due(self, work: Work) -> list[Redemption]:
        ran_out = {
            "status": RedemptionStatus.AUTHORISED,
            "expires_at": Range(at_most=self.context.now()),
        }
        return work.find(Redemption, ran_out, order=("expires_at", "id"), limit=AT_ONCE)

    def _expire(self, work: Work, due: Sequence[Redemption]) -> int:
        """The ledger lets go of the holds itself, when their accounts are next touched."""
        if not due:
            return 0
        ids = [redemption.id for redemption in due]
        offers = self._lock_offers_of(work, ids)
        waiting = {"id": ids, "status": RedemptionStatus.AUTHORISED}
        standing = work.find(Redemption, waiting, lock=True)
        for redemption in standing:
            expired = REDEMPTION.advance(redemption, RedemptionStatus.EXPIRED)
            self._move(work, redemption, expired, offers)
        return len(standing)

    # --- what every step has in common --------------------------------------------------------

    def _lock_offers_of(self, work: Work, redemption_ids: Sequence[str]) -> dict[str, Offer]:
        """The offers of these redemptions, locked in order; what they are of never changes."""
        found = work.find(Redemption, {"id": redemption_ids})
        ids = sorted({line.offer_id for redemption in found for line in redemption.lines})
        return {offer.id: offer for offer in work.find(Offer, {"id": ids}, lock=True)}

    def _move(
        self,
        work: Work,
        old: Redemption,
        new: Redemption,
        offers: dict[str, Offer],
        *,
        reason: str | None = None,
        restocked: Mapping[str, int] | None = None,
    ) -> Redemption:
        """Put `new` in the place of `old`: what it no longer takes goes back to the stock and the limits.

        `offers` are locked, and are moved on. `restocked` are the pieces that go back, where that is not all.
        """
        self._give_back(work, old, new)
        self.context.change_all(work, self._replacing(old, new, offers, restocked), reason)
        return new

    def _replacing(
        self,
        old: Redemption,
        new: Redemption,
        offers: dict[str, Offer],
        restocked: Mapping[str, int] | None = None,
    ) -> list[tuple[Stateful, Stateful]]:
        """What takes the place of what: see `_move`."""
        changes: list[tuple[Stateful, Stateful]] = [(old, new)]
        left = new.taken()
        for offer_id, pieces in old.taken().items():
            freed = pieces - left[offer_id] if restocked is None else restocked.get(offer_id, 0)
            if freed and (offer := offers[offer_id]).stock is not None:
                offers[offer_id] = offer.moved(freed)
                changes.append((offer, offers[offer_id]))
        return changes

    def _give_back(self, work: Work, old: Redemption, new: Redemption) -> None:
        """Count less under the limits."""
        if not old.uses:
            return
        less = Counter(old.counted())
        less.subtract(new.counted())
        if less := Counter({key: used for key, used in less.items() if used}):
            used = work.lock_usage(less)
            work.set_usage({key: used[key] - less[key] for key in less})


def post(work: Work, transactions: Iterable[Transaction], now: datetime) -> None:
    """Post all of them; raises the error of the first that is refused, and then nothing may be kept."""
    for outcome in work.ledger.post(list(transactions), at=now):
        if isinstance(outcome, Rejected):
            raise outcome.error


def _kept_by(work: Work, hold_id: str, account: Account, now: datetime) -> int:
    """What of a locked account would expire if a hold were let go; nothing else of it is overdue."""
    past = sum(amount for expires_at, amount in work.ledger.lots(account).items() if expires_at <= now)
    hold = work.ledger.find_hold(hold_id) if past else None
    if hold is None or hold.status_at(now) is not HoldStatus.OPEN:
        return 0
    balance = work.ledger.balances([account], now)[account]
    free = hold.remaining + min(0, balance.posted - balance.held)
    return max(0, min(past, free))


def _revived(
    redemption: Redemption, hold_id: str, account: Account, points: int, days: int
) -> list[Transaction]:
    """The expiry of points that a hold had kept from it, and its reversal, by which they live on."""
    expired, about = f"expired:{hold_id}", {"redemption": redemption.id}
    legs = (Leg(account, -points), Leg(Account.expiry(account.unit), points))
    return [
        Transaction(id=expired, legs=legs, kind="expiry", metadata=about, hold=hold_id),
        Transaction(
            id=f"revived:{hold_id}",
            legs=tuple(Leg(leg.account, -leg.amount) for leg in legs),
            kind="reversal",
            reason="、".join(line.name for line in redemption.lines)[:1_000],
            metadata={**about, "reverses": expired},
            reverses=expired,
            extend_days=days,
        ),
    ]


def _pieces(redemption: Redemption, pieces: int | Mapping[str, int] | None) -> dict[str, int]:
    """How many of each line are handed out; raises `CapturesMore` or `NothingCaptured`."""
    lines = {line.offer_id: line for line in redemption.lines}
    if pieces is None:
        return {line.offer_id: line.quantity for line in redemption.lines}
    named = {redemption.offer_id: pieces} if isinstance(pieces, int) else dict(pieces)
    for offer_id, number in named.items():
        check_whole("pieces", number, least=0)
        reserved = lines[offer_id].quantity if offer_id in lines else 0
        if number > reserved:
            name = lines[offer_id].name if offer_id in lines else offer_id
            raise CapturesMore(offer=name, wanted=number, reserved=reserved)
    if not any(named.values()):
        raise NothingCaptured
    return {offer_id: named.get(offer_id, 0) for offer_id in lines}
