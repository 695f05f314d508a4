"""What points bought: redemptions (兑换)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from attrs import evolve, frozen

from gridpoints.ledger.model import Account
from gridpoints.records import Lifecycle
from gridpoints.redemption.merchants.model import to_the_cent
from gridpoints.values import Explanation

#: How long points and stock stay reserved for somebody who does not come to the till.
RESERVATION = timedelta(minutes=30)


class RedemptionStatus(StrEnum):
    """Authorised (points and stock held), then captured, voided or expired; refunded: all went back."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    EXPIRED = "expired"
    REFUNDED = "refunded"


#: Of a redemption by which somebody got something.
HANDED_OUT = (RedemptionStatus.CAPTURED, RedemptionStatus.REFUNDED)

REDEMPTION = Lifecycle.of(
    {
        RedemptionStatus.AUTHORISED: {
            RedemptionStatus.CAPTURED,
            RedemptionStatus.VOIDED,
            RedemptionStatus.EXPIRED,
        },
        # What was captured may be given back in parts, or earn something later.
        RedemptionStatus.CAPTURED: {RedemptionStatus.CAPTURED, RedemptionStatus.REFUNDED},
    }
)


@frozen
class Line:
    """One offer in a redemption: `quantity` pieces at `price` points and `cash` a piece, as they then stood.

    `captured` of them were handed out, of which `refunded` were given back. `fund`: where the points of a
    donation go.
    """

    offer_id: str
    name: str
    quantity: int
    price: int
    cash: Decimal = Decimal(0)
    fund: str | None = None
    captured: int = 0
    refunded: int = 0

    @property
    def points(self) -> int:
        """What all of its pieces cost."""
        return self.price * self.quantity


@frozen
class Share:
    """What one account pays: `points` were held, `captured` of them taken, of these `refunded` given back.

    `account` is its key in the ledger (``points/member/…``), empty for the points that are missing and
    paid in cash.
    """

    account: str
    points: int
    captured: int = 0
    refunded: int = 0


class CountedBy(StrEnum):
    """What a limit counts: pieces of one offer, points of one account, or redemptions."""

    PIECES = "pieces"
    POINTS = "points"
    TIMES = "times"


@frozen
class Use:
    """What it uses up of a limit under `key`: pieces of the offer, or points of the account, `of`."""

    key: str
    counts: CountedBy
    of: str = ""


@frozen
class Redemption:
    """Points for a merchant's goods, of one member or of several together.

    `points` are all that were held, an amount of `unit`; `shares` say whose. The hold of the first
    share has the id of the redemption, and its transaction is ``redemption:`` and that id; see `hold_id`
    for the others. `cash` is the money that is paid at the till beside them if all of it is handed out:
    that of the `lines`, and `top_up`, for points that are missing. `request` is the fingerprint of what was
    asked for. `earned` are the ids of the transactions that gave points for this purchase.
    """

    id: str
    merchant_id: str
    member_id: str
    unit: str
    points: int
    lines: tuple[Line, ...]
    shares: tuple[Share, ...]
    authorised_at: datetime
    expires_at: datetime
    authorised_by: str = ""
    agreement_id: str | None = None
    currency: str = ""
    cash: Decimal = Decimal(0)
    top_up: Decimal = Decimal(0)
    request: str = ""
    uses: tuple[Use, ...] = ()
    explanation: Explanation = ()
    earned: tuple[str, ...] = ()
    captured_at: datetime | None = None
    status: RedemptionStatus = RedemptionStatus.AUTHORISED
    version: int = 1

    @property
    def offer_id(self) -> str:
        """The offer of the first line."""
        return self.lines[0].offer_id

    @property
    def quantity(self) -> int:
        """All pieces that were asked for."""
        return sum(line.quantity for line in self.lines)

    @property
    def captured(self) -> int:
        """The points that were taken."""
        return sum(share.captured for share in self.shares if share.account)

    @property
    def refunded(self) -> int:
        """The points that were given back of those."""
        return sum(share.refunded for share in self.shares if share.account)

    @property
    def cash_taken(self) -> Decimal:
        """The money that the till took and did not give back."""
        goods = sum((line.cash * (line.captured - line.refunded) for line in self.lines), Decimal(0))
        return to_the_cent(goods) + self._topped_up()

    def _topped_up(self) -> Decimal:
        for share in self.shares:
            if not share.account and share.points:
                return to_the_cent(self.top_up * (share.captured - share.refunded) / share.points)
        return Decimal(0)

    @property
    def taker(self) -> Account:
        """Who gets the points: the merchant, or the fund that a donation is for."""
        if (fund := self.lines[0].fund) is not None:
            return Account.fund(fund, self.unit)
        return Account.merchant(self.merchant_id, self.unit)

    def hold_id(self, share: int) -> str:
        """The id of the hold of the share with that number, from 0."""
        return self.id if share == 0 else f"{self.id}/{share}"

    def held(self) -> dict[str, Account]:
        """The account of each of its holds, by the id of the hold."""
        return {
            self.hold_id(n): Account.parse(share.account)
            for n, share in enumerate(self.shares)
            if share.account
        }

    def not_taken(self) -> dict[str, Account]:
        """Of `held` those of whose points a part was not taken."""
        left = {self.hold_id(n) for n, share in enumerate(self.shares) if share.captured < share.points}
        return {id: account for id, account in self.held().items() if id in left}

    def transaction_id(self, share: int) -> str:
        """The id of the transaction that takes the points of a share, numbered from 0."""
        return f"redemption:{self.hold_id(share)}"

    def taken(self) -> Mapping[str, int]:
        """The pieces of each offer that are reserved or handed out."""
        pieces = Counter[str]()
        for line in self.lines:
            pieces[line.offer_id] += self._standing(line.quantity, line.captured, line.refunded)
        return pieces

    def counted(self) -> Mapping[str, int]:
        """What it uses up of each limit, as it stands."""
        counted = Counter[str]()
        if not self.uses:
            return counted
        pieces = self.taken()
        standing = {
            CountedBy.PIECES: pieces,
            CountedBy.POINTS: {
                share.account: self._standing(share.points, share.captured, share.refunded)
                for share in self.shares
            },
            CountedBy.TIMES: {"": int(any(pieces.values()))},
        }
        for use in self.uses:
            counted[use.key] += standing[use.counts][use.of]
        return counted

    def _standing(self, asked: int, captured: int, refunded: int) -> int:
        match self.status:
            case RedemptionStatus.AUTHORISED:
                return asked
            case RedemptionStatus.VOIDED | RedemptionStatus.EXPIRED:
                return 0
        return captured - refunded


def apportioned(amount: int, parts: Sequence[int]) -> list[int]:
    """`amount` divided over `parts`, in proportion and none more than its part, without a remainder.

    What is less than one goes to the largest fractions, of equal ones to the first (Hamilton). `amount`
    is no more than the sum of the parts.
    """
    whole = sum(parts) or 1
    given = [amount * part // whole for part in parts]
    by_fraction = sorted(range(len(parts)), key=lambda n: -(amount * parts[n] % whole))
    for n in by_fraction[: amount - sum(given)]:
        given[n] += 1
    return given


def capturing(redemption: Redemption, pieces: Mapping[str, int]) -> dict[str, Any]:
    """What is changed by handing out so many pieces of each offer, each account having paid its part."""
    lines = tuple(evolve(line, captured=pieces[line.offer_id]) for line in redemption.lines)
    amount = sum(line.price * line.captured for line in lines)
    parts = apportioned(amount, [share.points for share in redemption.shares])
    shares = tuple(evolve(s, captured=part) for s, part in zip(redemption.shares, parts, strict=True))
    return {"lines": lines, "shares": shares}
