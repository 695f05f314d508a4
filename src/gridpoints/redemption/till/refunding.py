"""What was handed out comes back, and its points with it (退款). A part of `Redemptions`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve, frozen

from gridpoints.errors import (
    NothingToGiveBack,
    NotUsable,
    RecordExists,
    RefundConflict,
    RefundExceeds,
    RefundOver,
)
from gridpoints.ledger.journal import instant_text
from gridpoints.ledger.model import Account, AccountKind, Leg, Transaction
from gridpoints.ledger.operations import Ledger
from gridpoints.ledger.transactions import with_reversals
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.merchants.outlets import KeyScope
from gridpoints.redemption.model import (
    REDEMPTION,
    Redemption,
    RedemptionStatus,
)
from gridpoints.redemption.statements.settling import CARRIED, REFUND
from gridpoints.redemption.till.asking import check_id, fingerprint
from gridpoints.redemption.till.redeeming import Redeeming, post
from gridpoints.redemption.till.refunds import Refund, Restored, refunding
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules
from gridpoints.storage.port import Work
from gridpoints.values import Unit, check_instant, check_text, check_whole, shown


@frozen
class Refunding(Redeeming):
    """How a redemption is undone, whole or in part, also after the merchant was paid."""

    def refund(
        self,
        redemption_id: str,
        pieces: int | Mapping[str, int] | None = None,
        *,
        points: int | None = None,
        reason: str,
        restock: bool = True,
        lots: Iterable[datetime] = (),
        extend_days: int | None = None,
        id: str | None = None,
    ) -> Refund:
        """Give back all that is left of a redemption, some `pieces` of it, or `points` without goods.

        `pieces` is how many of its one offer, or how many of each; `points` is an amount of the unit. They
        go back to whoever paid, in proportion, into the lots that they came from: what was drawn last is
        restored first, or `lots`, by their expiry, in the order in which they are named; what is past its
        date lives on for `extend_days` (None: as the rules of the day of the redemption say of the unit), and
        expires at once where they are 0. With `restock`, the goods can be had again. What the
        purchase had earned is taken back in proportion, or is owed.

        The same id and content again answers the refund that stands; without an id, each call is a new
        one. Raises `RefundExceeds`, `RefundOver`, `LotExceeded` where the lots did not pay for so much or
        have it back already, `NothingToGiveBack`, `IllegalTransition` for what was not captured,
        `NotTheOrganiser` also for whoever has the goods, or `RefundConflict`.
        """
        if pieces is not None and points is not None:
            raise NotUsable(field="points", value=shown(points))
        if not isinstance(restock, bool):
            raise NotUsable(field="restock", value=shown(restock))
        new = id is None
        id = self.context.id(None) if id is None else check_id(id)
        reason = check_text("reason", reason)
        named = pieces if pieces is None or isinstance(pieces, int) else dict(pieces)
        lots = tuple(check_instant("lots", each) for each in lots)
        asked_for = [redemption_id, named, points, restock, extend_days or 0, reason]
        request = fingerprint([*asked_for, [instant_text(each) for each in lots]] if lots else asked_for)
        while True:
            try:
                with self.context.begin() as work:
                    if not new and (standing := work.find(Refund, {"id": id})):
                        if standing[0].request != request:
                            raise RefundConflict(refund=id)
                        return standing[0]
                    draft = self._draft(work, redemption_id, id=id, reason=reason, request=request)
                    asked = _Back(pieces, points, restock=restock, lots=lots, extend_days=extend_days)
                    return self._refund(work, draft, asked)
            except RecordExists as race:  # somebody sent the same at the same moment: look again
                if race.kind != "refund":
                    raise
                new = False

    def note_earned(self, redemption_id: str, transaction_id: str) -> Redemption:
        """Say that a transaction gave points for this purchase: a refund takes them back as well.

        Again, it changes nothing. Raises `RecordUnknown`, `IllegalTransition` for what was not captured, and
        `StaffOnly` for whoever acts for a merchant.
        """
        self._must_be_of_the_community()
        with self.context.begin() as work:
            redemption = work.get(Redemption, redemption_id, lock=True)
            if transaction_id in redemption.earned:
                return redemption
            Ledger(self.context).transaction(transaction_id)
            earned = (*redemption.earned, transaction_id)
            noted = REDEMPTION.advance(redemption, RedemptionStatus.CAPTURED, earned=earned)
            return self.context.change(work, redemption, noted)

    def _draft(self, work: Work, redemption_id: str, *, id: str, reason: str, request: str) -> Refund:
        redemption = work.get(Redemption, redemption_id)
        return Refund(
            id=id,
            redemption_id=redemption.id,
            merchant_id=redemption.merchant_id,
            refunded_at=self.context.now(),
            refunded_by=self.context.actor.id,
            unit=redemption.unit,
            points=0,
            currency=redemption.currency,
            reason=reason,
            request=request,
        )

    def _refund(self, work: Work, draft: Refund, asked: _Back) -> Refund:
        # The merchant, the offers, then the redemption: everybody locks in this order.
        work.get(Merchant, draft.merchant_id, lock=True)
        offers = self._lock_offers_of(work, [draft.redemption_id])
        old = work.get(Redemption, draft.redemption_id, lock=True)
        self._must_be_served(work, old, KeyScope.REFUND)
        if old.status is RedemptionStatus.REFUNDED:
            raise NothingToGiveBack(redemption=old.id)
        REDEMPTION.advance(old, RedemptionStatus.REFUNDED)  # refuses what was not captured
        rules = self._rules_of(old)
        self._must_be_refundable(old, rules)
        if asked.extend_days is None and (wallet := rules.wallets.get(old.unit)):
            asked = evolve(asked, extend_days=wallet.extend_days)
        pieces, points = asked.of(old, work.get(Unit, old.unit))
        given_back = refunding(old, pieces, points)
        whole = not any((*given_back.taken().values(), _left(given_back)))
        status = RedemptionStatus.REFUNDED if whole else RedemptionStatus.CAPTURED
        new = REDEMPTION.advance(given_back, status)
        restocked = pieces if asked.restock else {}
        moved = self._move(work, old, new, offers, reason=draft.reason, restocked=restocked)
        transactions = _transactions(work, draft.id, old, new, asked)
        self._lock_accounts(work, transactions, old)
        carried = self._carry(work, draft.id, transactions, new)
        post(work, transactions, self.context.now())
        refund = evolve(
            draft,
            points=new.refunded - old.refunded,
            pieces=pieces,
            restocked=restocked,
            cash=old.cash_taken - new.cash_taken,
            restored=tuple(_restored(work, transactions)),
            carried=carried,
            retaken=self._retake(work, draft, moved),
        )
        return self.context.keep(work, refund)

    def _redeemed_on(self, redemption: Redemption) -> date:
        return self.context.local_day(redemption.captured_at or redemption.authorised_at)

    def _rules_of(self, redemption: Redemption) -> RuleSet:
        """Those of its day."""
        redeemed = self._redeemed_on(redemption)
        return Rules(self.context).calendar().on(redeemed).on(redeemed)

    def _must_be_refundable(self, redemption: Redemption, rules: RuleSet) -> None:
        """Refuse what the rules of its day no longer let anybody give back; raises `RefundOver`."""
        redeemed, terms = self._redeemed_on(redemption), rules.terms.redemption
        if terms is None or terms.unit.code != redemption.unit:
            return
        if not terms.refundable(redeemed, self.context.today()):
            raise RefundOver(redemption=redemption.id, redeemed=redeemed)

    def _lock_accounts(self, work: Work, transactions: Sequence[Transaction], old: Redemption) -> None:
        """Lock every account that is touched, those of what was earned too, in their order."""
        if old.earned:
            accounts = {leg.account for each in transactions for leg in each.legs}
            for line in filter(None, map(work.ledger.line, old.earned)):
                accounts |= {Account.parse(key) for key, *_ in line.each_leg()}
            work.ledger.lock_available([a for a in accounts if a.kind.strict], at=self.context.now())

    def _carry(self, work: Work, id: str, transactions: Sequence[Transaction], redemption: Redemption) -> int:
        """Bring back points that the merchant was paid for already, where it has too few of others.

        Its next settlement deducts them. Answers how many they are.
        """
        taker = redemption.taker
        wanted = sum(-leg.amount for each in transactions for leg in each.legs if leg.account == taker)
        if taker.kind is not AccountKind.MERCHANT or not wanted:
            return 0
        there = work.ledger.balances([taker], self.context.now())[taker].posted
        if carried := max(0, wanted - max(0, there)):
            legs = (Leg(Account.settled(taker.unit), -carried), Leg(taker, carried))
            carry = Transaction(
                id=f"carried:{id}",
                legs=legs,
                kind=CARRIED,
                reason=redemption.id,
                metadata={"refund": id, "merchant": redemption.merchant_id},
            )
            post(work, [carry], self.context.now())
        return carried

    def _retake(self, work: Work, draft: Refund, redemption: Redemption) -> dict[str, int]:
        """Take back what the purchase earned, as far as it was given back; what is not there is owed."""
        retaken = Counter[str]()
        for earlier in work.find(Refund, {"redemption_id": redemption.id}) if redemption.earned else ():
            retaken.update(earlier.retaken)
        now: dict[str, int] = {}
        for n, transaction in enumerate(redemption.earned):
            line = work.ledger.line(transaction)
            if line is None:
                continue
            original = with_reversals(work, line)
            earned = sum(amount for amount in original.net.values() if amount > 0)
            wanted = earned * _back(redemption) // max(1, _taken(redemption)) - retaken[transaction]
            part = min(wanted, sum(amount for amount in original.left().values() if amount > 0))
            if part > 0:
                whole = None if part == earned else part
                id = f"retaken:{draft.id}:{n}"
                Ledger(self.context).reverse(transaction, whole, id=id, reason=draft.reason, queue=True)
                now[transaction] = part
        return now


@frozen
class _Back:
    """What is asked to be given back: pieces, or points, or (None and None) all that is left."""

    pieces: int | Mapping[str, int] | None
    points: int | None
    restock: bool
    lots: tuple[datetime, ...]
    extend_days: int | None

    def of(self, redemption: Redemption, unit: Unit) -> tuple[dict[str, int], int]:
        """The pieces by offer and the points that go back; raises `RefundExceeds`."""
        left = _left(redemption)
        if self.points is not None:
            check_whole("points", self.points, most=10**12)
            _must_be_left(redemption, unit.decimal(self.points), unit.decimal(left))
            return {}, self.points
        lines = {line.offer_id: line for line in redemption.lines}
        if self.pieces is None:
            pieces = {id: line.captured - line.refunded for id, line in lines.items()}
            if not left and not any(pieces.values()):
                raise RefundExceeds(redemption=redemption.id, wanted=Decimal(1), left=Decimal(0))
            return {id: number for id, number in pieces.items() if number}, left
        named = {redemption.offer_id: self.pieces} if isinstance(self.pieces, int) else dict(self.pieces)
        for id, number in named.items():
            check_whole("pieces", number)
            there = lines[id].captured - lines[id].refunded if id in lines else 0
            _must_be_left(redemption, Decimal(number), Decimal(there))
        price = sum(lines[id].price * number for id, number in named.items())
        return dict(sorted(named.items())), min(left, price)


def _must_be_left(redemption: Redemption, wanted: Decimal, left: Decimal) -> None:
    if wanted > left:
        raise RefundExceeds(redemption=redemption.id, wanted=wanted, left=left)


def _taken(redemption: Redemption) -> int:
    """The price of what was handed out, in points: those that were paid in cash too."""
    return sum(share.captured for share in redemption.shares)


def _back(redemption: Redemption) -> int:
    """What of that was given back."""
    return sum(share.refunded for share in redemption.shares)


def _left(redemption: Redemption) -> int:
    return _taken(redemption) - _back(redemption)


def _transactions(work: Work, id: str, old: Redemption, new: Redemption, asked: _Back) -> list[Transaction]:
    """What gives every account its part back: reversals, so that the lots are as they were."""
    transactions = []
    for n, (before, after) in enumerate(zip(old.shares, new.shares, strict=True)):
        if (part := after.refunded - before.refunded) and before.account:
            transactions.append(
                Transaction(
                    id=f"refund:{id}" if n == 0 else f"refund:{id}/{n}",
                    legs=(
                        *_legs(work, old.transaction_id(n), before.account, part, asked.lots),
                        Leg(old.taker, -part),
                    ),
                    kind=REFUND,
                    reason="、".join(line.name for line in old.lines)[:1_000],
                    metadata={"refund": id, "redemption": old.id, "merchant": old.merchant_id},
                    reverses=old.transaction_id(n),
                    extend_days=asked.extend_days or 0,
                )
            )
    return transactions


def _legs(
    work: Work, transaction_id: str, account: str, part: int, lots: Sequence[datetime]
) -> Iterator[Leg]:
    """Give an account its part back: into the lots that are named, one after another."""
    line = work.ledger.line(transaction_id) if lots else None
    there = {} if line is None else with_reversals(work, line).lots_left(account)
    for expires_at in lots[:-1]:
        if into := min(part, there.get(expires_at, 0)):
            part -= into
            yield Leg(Account.parse(account), into, expires_at)
    if part:  # into the last one, where there is any: the ledger refuses what is more than it paid
        yield Leg(Account.parse(account), part, lots[-1] if lots else None)


def _restored(work: Work, transactions: Sequence[Transaction]) -> Iterator[Restored]:
    """Into which lots the points went; what is not in a dated one never expires."""
    for transaction in transactions:
        line = work.ledger.line(transaction.id)
        assert line is not None  # noqa: S101  # it was posted just now
        paid, undated = transaction.legs[0].account.key, -transaction.legs[-1].amount
        for account, expires_at, amount in line.each_lot():
            if account == paid:
                undated -= amount
                yield Restored(account, amount, expires_at)
        if undated:
            yield Restored(paid, undated)
