"""What a merchant is paid: statements (结算单) and the adjustments that go into them (调整)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from attrs import frozen

from gridpoints.records import Lifecycle
from gridpoints.redemption.merchants.model import Agreement
from gridpoints.values import Period, midnight

_CENT = Decimal("0.01")


class SettlementStatus(StrEnum):
    """Drawn up by one person, approved by another, then paid; the bank may return what was paid.

    A statement that is wrong is cancelled before it is approved, and another drawn up.
    """

    DRAWN_UP = "drawn_up"
    APPROVED = "approved"
    PAID = "paid"
    RETURNED = "returned"
    CANCELLED = "cancelled"


SETTLEMENT = Lifecycle.of(
    {
        SettlementStatus.DRAWN_UP: {SettlementStatus.APPROVED, SettlementStatus.CANCELLED},
        SettlementStatus.APPROVED: {SettlementStatus.PAID},
        SettlementStatus.PAID: {SettlementStatus.RETURNED},
        SettlementStatus.RETURNED: {SettlementStatus.PAID},
    }
)


@frozen
class Portion:
    """What of a statement falls under one agreement (None: none was signed): points, less those given back.

    `rate` is the money for one whole point, `fee` the per cent of that money that the merchant pays; `gross`
    is the money, `cost` the fee, both exact.
    """

    agreement_id: str | None
    rate: Decimal
    fee: Decimal
    points: int
    gross: Decimal
    cost: Decimal

    @classmethod
    def of(cls, terms: PaymentTerms, points: int, whole: Decimal) -> Portion:
        """The portion for `points`, which are `whole` ones."""
        gross = whole * terms.rate
        return cls(terms.agreement_id, terms.rate, terms.fee, points, gross, gross * terms.fee / 100)


@frozen
class PaymentTerms:
    """What a merchant is paid by: what of an `Agreement` says how much."""

    agreement_id: str | None
    rate: Decimal
    fee: Decimal = Decimal(0)


@frozen
class Settlement:
    """A merchant's statement (结算单): the points it took, and the money they come to.

    It covers the entries of the merchant's account with `after_sequence` < sequence ≤
    `until_sequence`: the ledger numbers them without gaps, so that no entry falls between two
    statements or into both. `opening` and `points` are amounts of `unit`: what was not settled before,
    and what was taken less what was `refunded`. `redemptions` counts each once, however many paid for it.

    The money is exact: what the statement before left over (`brought`, below 0 where more was given
    back than taken), and `gross`, less `fees`, and `adjustments`. Of that, `money` is paid, in whole
    cents, and `carried` goes into the next one; the two are the whole, to the last digit.
    """

    id: str
    merchant_id: str
    unit: str
    after_sequence: int
    until_sequence: int
    until: datetime
    redemptions: int
    opening: int
    points: int
    rate: Decimal
    money: Decimal
    currency: str
    drawn_up_at: datetime
    drawn_up_by: str
    refunded: int = 0
    portions: tuple[Portion, ...] = ()
    brought: Decimal = Decimal(0)
    gross: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    adjustments: Decimal = Decimal(0)
    carried: Decimal = Decimal(0)
    approved_by: str | None = None
    payment_reference: str | None = None
    status: SettlementStatus = SettlementStatus.DRAWN_UP
    version: int = 1


def payable(total: Decimal) -> tuple[Decimal, Decimal]:
    """What of an exact sum is paid, in whole cents, and what is carried over: below 0, all of it is."""
    money = max(Decimal("0.00"), total.quantize(_CENT, ROUND_DOWN))
    return money, total - money


class AdjustmentStatus(StrEnum):
    """Open until the merchant's next statement takes it in."""

    OPEN = "open"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


ADJUSTMENT = Lifecycle.of(
    {
        AdjustmentStatus.OPEN: {AdjustmentStatus.SETTLED, AdjustmentStatus.WITHDRAWN},
        AdjustmentStatus.SETTLED: {AdjustmentStatus.OPEN},  # its statement was cancelled
    }
)


@frozen
class Adjustment:
    """Money that a merchant is to get besides, or (below 0) to give back, with the reason."""

    id: str
    merchant_id: str
    money: Decimal
    currency: str
    reason: str
    made_at: datetime
    made_by: str
    settlement_id: str | None = None
    status: AdjustmentStatus = AdjustmentStatus.OPEN
    version: int = 1


def cut_off_before(agreement: Agreement, day: date, zone: ZoneInfo) -> datetime:
    """The last instant up to which an agreement lets settle on a local day.

    That is the end of the day number `cut_off` of its period, in this period or the one before; or,
    where that is 0, the end of the last one.
    """
    first = agreement.settled.first_day(day)
    if agreement.cut_off == 0 or agreement.settled in (Period.DEED, Period.DAY):
        return midnight(first, zone)
    end = _end(agreement, first)
    if end > day:
        end = _end(agreement, agreement.settled.first_day(first - timedelta(days=1)))
    return midnight(end, zone)


def _end(agreement: Agreement, first: date) -> date:
    """The day after the cut-off of the period that begins on `first`, which may be shorter than that."""
    following = agreement.settled.first_day(first + timedelta(days=_LONGER[agreement.settled]))
    return min(first + timedelta(days=agreement.cut_off), following)


#: So many days after its first one, the next period has begun, and not the one after.
_LONGER = {Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92, Period.YEAR: 366, Period.LIFETIME: 366}


def terms_between(
    agreements: Iterable[Agreement], standing: PaymentTerms, since: datetime, until: datetime, zone: ZoneInfo
) -> list[tuple[datetime, PaymentTerms]]:
    """By what a merchant is paid in [since, until): each with the end of its time, in order.

    Where no agreement is in force, by what it stands for.
    """
    known = list(agreements)
    bounds = {midnight(day, zone) for each in known for day in (each.starts_on, each.ends_on) if day}
    ends = [*sorted(bound for bound in bounds if since < bound < until), until]
    pieces, start = [], since
    for end in ends:
        pieces.append((end, terms_on(known, standing, start.astimezone(zone).date())))
        start = end
    return pieces


def terms_on(agreements: Iterable[Agreement], standing: PaymentTerms, day: date) -> PaymentTerms:
    """By what a merchant is paid for what it took on a day."""
    in_force = [each for each in agreements if each.covers(day)]
    found = max(in_force, key=lambda each: (each.starts_on, each.id), default=None)
    return standing if found is None else PaymentTerms(found.id, found.rate, found.fee)
