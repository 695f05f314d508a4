"""Statements of what merchants took are drawn up (结算). A part of `Redemptions`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from attrs import define, field, frozen

from gridpoints.errors import GridpointsError, NothingToSettle
from gridpoints.ledger.model import Account, Entry, Totals
from gridpoints.redemption.merchants.acting import Acting
from gridpoints.redemption.merchants.model import Agreement, Merchant, MerchantStatus
from gridpoints.redemption.model import Redemption
from gridpoints.redemption.statements.model import (
    ADJUSTMENT,
    Adjustment,
    AdjustmentStatus,
    PaymentTerms,
    Portion,
    Settlement,
    SettlementStatus,
    cut_off_before,
    payable,
    terms_between,
    terms_on,
)
from gridpoints.storage.ledger_port import Only
from gridpoints.storage.port import Range, Work
from gridpoints.values import Unit, check_instant

#: The kind of the transactions that pay points out; they are no takings.
PAYING_OUT = "settlement"
#: The kind of those that bring points back that were paid out, for a refund to take them from the merchant.
CARRIED = "carried"
#: The kind of those that give points back.
REFUND = "refund"
#: What is no taking, and none that was given back.
NO_TAKINGS = frozenset({PAYING_OUT, CARRIED})
_GIVEN_BACK = frozenset({REFUND, "reversal", "debt"})
#: A statement that was cancelled says nothing.
STANDING = tuple(status for status in SettlementStatus if status is not SettlementStatus.CANCELLED)
#: Entries that are read at once.
AT_ONCE = 1_000
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@frozen
class Settled:
    """What came of one merchant when all were settled: its statement, or why there is none."""

    merchant: Merchant
    statement: Settlement | None = None
    error: GridpointsError | None = None


@frozen
class Settling(Acting):
    """How it is found out what merchants are owed."""

    def settle(self, merchant_id: str, until: datetime | None = None, *, id: str | None = None) -> Settlement:
        """Draw up the statement of all points taken before `until` (None: of all there are).

        It begins where the statement before it ended. What was given back since is deducted, also where it
        was paid for before, and open adjustments are taken in; raises `NothingToSettle` where nothing was
        taken or given back, and there is none. An `until` that lies ahead counts as None.
        """
        now = self.context.now()
        cut = None if until is None or (until := check_instant("until", until)) > now else until
        with self.context.begin() as work:
            merchant = work.get(Merchant, merchant_id, lock=True)
            self._must_be_of_the_community(merchant)
            work.ledger.fold()  # what commits later gets a higher sequence, and is settled next time
            drawing = _Drawing(self, work, merchant, cut)
            return drawing.statement(self.context.id(id))

    def settle_due(self) -> list[Settled]:
        """Settle every merchant up to the cut-off of its agreement that came last (结算期).

        One after another, in units of work of their own; those with nothing to settle, or settled up to
        there, are left out; who has left for good is settled up to now. What one is refused for is told,
        and the others go on.
        """
        with self.context.read() as work:
            merchants = work.find(Merchant, order=("name", "id"))
        came = []
        for merchant in merchants:
            try:
                statement = self._settle_due(merchant)
            except NothingToSettle:
                continue
            except GridpointsError as error:
                came.append(Settled(merchant, error=error))
            else:
                if statement is not None:
                    came.append(Settled(merchant, statement))
        return came

    def _settle_due(self, merchant: Merchant) -> Settlement | None:
        today = self.context.today()
        with self.context.begin() as work:
            begun = {"merchant_id": merchant.id, "starts_on": Range(at_most=today)}
            agreements = work.find(Agreement, begun, order=("-starts_on",), limit=1)
            if not agreements:
                return None
            if merchant.status is MerchantStatus.LEFT:
                return self.settle(merchant.id)
            cut = cut_off_before(agreements[0], today, self.context.zone)
            last = last_statement(work, merchant.id)
            if last is not None and last.until >= cut:
                return None
            return self.settle(merchant.id, cut)

    def settlement(self, id: str) -> Settlement:
        """The statement of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            statement = work.get(Settlement, id)
            self._must_be_let_read(work, statement.merchant_id)
            return statement

    def entries_of(self, settlement_id: str) -> Iterator[Entry]:
        """What a statement is about: each taking, and (below 0) what was given back, by sequence.

        Read as it is asked for, a page at a time, however many there are. Where several paid for one
        redemption, each of them is told; `Entry.metadata` says for which ``redemption``.
        """
        statement = self.settlement(settlement_id)
        account = Account.merchant(statement.merchant_id, statement.unit)
        after = statement.after_sequence
        while after < statement.until_sequence:
            with self.context.read() as work:  # whoever reads slowly keeps nothing open meanwhile
                page = work.ledger.entries(account, after=after, limit=AT_ONCE)
            for entry in page:
                after = entry.sequence
                if after <= statement.until_sequence and entry.kind not in NO_TAKINGS:
                    yield entry

    def settlements(self, merchant_id: str | None = None) -> list[Settlement]:
        """The statements of a merchant (None: of all, for the community), oldest first."""
        if not merchant_id:
            self._must_be_of_the_community()
        where = {"merchant_id": merchant_id} if merchant_id else None
        with self.context.read() as work:
            self._must_be_let_read(work, merchant_id)
            return work.find(Settlement, where, order=("drawn_up_at", "id"))


def last_statement(work: Work, merchant_id: str) -> Settlement | None:
    """The statement of a merchant that reaches furthest and was not cancelled."""
    standing = {"merchant_id": merchant_id, "status": STANDING}
    order = ("-until_sequence", "-until", "-drawn_up_at")  # the later ones may be of adjustments alone
    return next(iter(work.find(Settlement, standing, order=order, limit=1)), None)


@define
class _Drawing:
    """One statement while it is drawn up, in a unit of work that has locked the merchant."""

    room: Settling
    work: Work
    merchant: Merchant
    cut: datetime | None
    account: Account = field(init=False)
    unit: Unit = field(init=False)
    last: Settlement | None = field(init=False)
    agreements: list[Agreement] = field(init=False)
    standing: PaymentTerms = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.account = Account.merchant(self.merchant.id, self.merchant.unit)
        self.unit = self.work.get(Unit, self.merchant.unit)
        self.last = last_statement(self.work, self.merchant.id)
        of_it = {"merchant_id": self.merchant.id}
        self.agreements = self.work.find(Agreement, of_it, order=("starts_on", "id"))
        self.standing = PaymentTerms(None, self.merchant.rate)

    @property
    def after(self) -> int:
        return self.last.until_sequence if self.last else 0

    @property
    def until(self) -> datetime:
        """Where the statement ends: never before the one that it goes on from."""
        until = self.cut or self.room.context.now()
        return max(self.last.until, until) if self.last else until

    def statement(self, id: str) -> Settlement:
        now = self.room.context.now()
        reached, totals, points = self._taken()
        open_ones = self._adjustments()
        taken = sum(points.values())
        if not totals and not open_ones:  # a debt is stated as well: the next statements take it in
            raise NothingToSettle(merchant=self.merchant.name, until=self.cut or now)
        portions = tuple(Portion.of(terms, n, self.unit.decimal(n)) for terms, n in points.items())
        gross = sum((portion.gross for portion in portions), Decimal(0))
        fees = sum((portion.cost for portion in portions), Decimal(0))
        adjustments = sum((each.money for each in open_ones), Decimal(0))
        brought = self.last.carried if self.last else Decimal(0)
        money, carried = payable(brought + gross - fees + adjustments)
        statement = Settlement(
            id=id,
            merchant_id=self.merchant.id,
            unit=self.merchant.unit,
            after_sequence=self.after,
            until_sequence=reached,
            until=self.until,
            redemptions=sum(t.entries for t in totals if t.kind not in _GIVEN_BACK),
            opening=self._opening(),
            points=taken,
            rate=portions[-1].rate if portions else self.merchant.rate,
            money=money,
            currency=self.merchant.currency,
            drawn_up_at=now,
            drawn_up_by=self.room.context.actor.id,
            refunded=-sum(t.amount for t in totals if t.kind in _GIVEN_BACK),
            portions=portions,
            brought=brought,
            gross=gross,
            fees=fees,
            adjustments=adjustments,
            carried=carried,
        )
        settled = [
            (each, ADJUSTMENT.advance(each, AdjustmentStatus.SETTLED, settlement_id=id)) for each in open_ones
        ]
        self.room.context.keep(self.work, statement)
        self.room.context.change_all(self.work, settled)
        return statement

    def _adjustments(self) -> list[Adjustment]:
        waiting = {"merchant_id": self.merchant.id, "status": AdjustmentStatus.OPEN}
        return self.work.find(Adjustment, waiting, order=("made_at", "id"), lock=True)

    def _opening(self) -> int:
        """What the account held when the statement begins."""
        first = self.work.ledger.entries(self.account, after=self.after, limit=1)
        if first:
            return first[0].balance - first[0].amount
        return self.work.ledger.balances([self.account], self.room.context.now())[self.account].posted

    def _taken(self) -> tuple[int, list[Totals], Counter[PaymentTerms]]:
        """The last sequence, what moved by kind, and the points under each terms."""
        points, all_totals, reached = Counter[PaymentTerms](), [], self.after
        pieces = self._terms()
        # Where several paid for one redemption, each has a transaction of their own.
        found = self.work.ledger.totals_until(
            self.account, [end for end, _ in pieces], after=self.after, once="redemption"
        )
        for (_, terms), (last, totals) in zip(pieces, found, strict=True):
            begun, reached = reached, max(reached, last)
            of_these = [t for t in totals if t.kind not in NO_TAKINGS]
            all_totals += of_these
            moved = sum(t.amount for t in of_these)
            if moved or of_these:
                points[terms] += moved
            if any(t.kind == REFUND for t in of_these):
                self._refunds_by_their_own(points, terms, begun, reached)
        return reached, all_totals, points

    def _terms(self) -> list[tuple[datetime | None, PaymentTerms]]:
        since = self.last.until if self.last else _BEGINNING
        zone = self.room.context.zone
        pieces = terms_between(self.agreements, self.standing, since, max(since, self.until), zone)
        *before, (_, last) = pieces
        return [*before, (self.cut, last)]

    def _refunds_by_their_own(
        self, points: Counter[PaymentTerms], terms: PaymentTerms, after: int, until: int
    ) -> None:
        """What was given back is deducted at the rate at which it was taken."""
        given_back = _entries(self.work, self.account, after, until, Only(kind=REFUND))
        while page := list(islice(given_back, AT_ONCE)):
            of = [str(entry.metadata.get("redemption")) for entry in page]
            fields = ("id", "captured_at", "authorised_at")
            # That of the day it was handed out, as it was paid for: a voucher may have waited for weeks.
            taken_on = {
                id: self.room.context.local_day(captured_at or authorised_at)
                for id, captured_at, authorised_at in self.work.select(
                    Redemption, fields, {"id": sorted(set(of))}
                )
            }
            for id, entry in zip(of, page, strict=True):
                if id in taken_on:
                    points[terms] -= entry.amount
                    points[terms_on(self.agreements, self.standing, taken_on[id])] += entry.amount


def _entries(
    work: Work, account: Account, after: int, until: int, only: Only | None = None
) -> Iterator[Entry]:
    """The entries with `after` < sequence ≤ `until`, read page by page."""
    while page := work.ledger.entries(account, after=after, only=only, limit=AT_ONCE):
        for entry in page:
            if (after := entry.sequence) > until:
                return
            yield entry
        if len(page) < AT_ONCE:
            return
