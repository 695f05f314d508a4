"""Vouchers (兑换券): a code, a QR code or a sheet of paper that stands for goods that are set aside.

A voucher is the key to an authorised redemption: its points are held and its goods reserved for as
long as it is valid, and whoever presents it has that redemption captured, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from gridpoints.errors import VoucherClosed, VoucherExpired
from gridpoints.records import Lifecycle

#: How long a voucher is valid where nobody says otherwise.
VALIDITY = timedelta(days=30)
#: For so long after its end, tills that had no network may deliver a voucher that they took before.
GRACE = timedelta(days=7)


class VoucherStatus(StrEnum):
    """Issued, then redeemed, revoked, or expired: those are final."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    REVOKED = "revoked"
    EXPIRED = "expired"


VOUCHER = Lifecycle.of(
    {
        VoucherStatus.ISSUED: {  # to itself: it was handed on
            VoucherStatus.ISSUED,
            VoucherStatus.REDEEMED,
            VoucherStatus.REVOKED,
            VoucherStatus.EXPIRED,
        }
    }
)


@frozen
class Voucher:
    """One voucher. Of its code only the `code_hash` is kept: nobody can read it in the store.

    `holder_id` is whose it is; where it is `named`, they show their own code as well (记名), else it is had
    by whoever brings it (不记名). It is valid until before `valid_until`. `offline`: tills take it without
    a network, so its points stay held for `GRACE` after that.
    """

    id: str
    redemption_id: str
    holder_id: str
    code_hash: str = field(repr=False)
    issued_at: datetime
    valid_until: datetime
    named: bool = False
    offline: bool = False
    status: VoucherStatus = VoucherStatus.ISSUED
    version: int = 1

    def must_be_good(self, now: datetime) -> None:
        """Raise `VoucherClosed` or `VoucherExpired` for one that nothing is had for at that instant."""
        if self.status is not VoucherStatus.ISSUED:
            raise VoucherClosed(voucher=self.id, status=self.status)
        if now >= self.valid_until:
            raise VoucherExpired(voucher=self.id, until=self.valid_until)


class SecretStatus(StrEnum):
    """Of a key or a permission: what was revoked never works again."""

    ACTIVE = "active"
    REVOKED = "revoked"


SECRET = Lifecycle.of({SecretStatus.ACTIVE: {SecretStatus.ACTIVE, SecretStatus.REVOKED}})


@frozen
class VoucherKey:
    """A public key that vouchers of the community are signed with; `id` is how tokens name it.

    `text` is the key as one line, as `PublicKey.parse` reads it.
    """

    id: str
    text: str
    known_at: datetime
    status: SecretStatus = SecretStatus.ACTIVE
    version: int = 1


@frozen
class MemberSecret:
    """What a member's rotating code is made of; `id` is the member's. `last_step` was used last."""

    id: str
    secret: str = field(repr=False)
    made_at: datetime
    last_step: int = 0
    status: SecretStatus = SecretStatus.ACTIVE
    version: int = 1


@frozen
class Attempt:
    """A voucher or a member's code that was shown and refused: to whom, and the true `reason`, a code.

    `voucher_id` is which one it was, where that could be told.
    """

    id: str
    by: str
    at: datetime
    reason: str
    voucher_id: str | None = None


@frozen
class OfflineGrant:
    """A till that may take vouchers without a network; `id` is the till's.

    `limit` is how many points it may take before it delivers them.
    """

    id: str
    limit: Decimal
    granted_at: datetime
    granted_by: str
    status: SecretStatus = SecretStatus.ACTIVE
    version: int = 1


class Arrival(StrEnum):
    """What came of a voucher that a till delivered.

    Captured; contested, and laid before a person; or refused, because it was none for that till.
    """

    CAPTURED = "captured"
    CONTESTED = "contested"
    REFUSED = "refused"


@frozen
class Delivery:
    """A voucher that a till took without a network, as it arrived; the id is the till's, and its `number`.

    `reason` is the code of the error for which it was contested or refused. `over_limit`: with it, what
    arrived together came to more than the till may take.
    """

    id: str
    till_id: str
    number: int
    token: str
    taken_at: datetime
    delivered_at: datetime
    arrival: Arrival
    voucher_id: str | None = None
    redemption_id: str | None = None
    points: Decimal = Decimal(0)
    over_limit: bool = False
    reason: str | None = None


class DoubleUseStatus(StrEnum):
    """Open until a person decides whether the community pays the second merchant."""

    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"


DOUBLE_USE = Lifecycle.of({DoubleUseStatus.OPEN: {DoubleUseStatus.PAID, DoubleUseStatus.DECLINED}})


@frozen
class DoubleUse:
    """A voucher for which goods were given though nothing was to be had for it any more.

    `id` is the delivery's. `reason` says what had become of it by then: the code of an error. `first` is
    where it was taken before, a till and an instant. Nothing is decided, and nobody is charged, by itself.
    """

    id: str
    voucher_id: str
    merchant_id: str
    points: int
    unit: str
    taken_at: datetime
    reason: str
    first: str | None = None
    decided_by: str | None = None
    note: str | None = None
    status: DoubleUseStatus = DoubleUseStatus.OPEN
    version: int = 1
