"""Who takes points: merchants (商户), what was agreed with them, their staff and alliances (商圈联盟)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.errors import AgreementMissing, MerchantNotActive
from gridpoints.records import Lifecycle
from gridpoints.values import Period


class MerchantStatus(StrEnum):
    """Applied, agreed, active: only an active merchant takes points."""

    APPLIED = "applied"
    AGREED = "agreed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


MERCHANT = Lifecycle.of(
    {
        MerchantStatus.APPLIED: {MerchantStatus.AGREED, MerchantStatus.ACTIVE, MerchantStatus.LEFT},
        MerchantStatus.AGREED: {MerchantStatus.ACTIVE, MerchantStatus.LEFT},
        MerchantStatus.ACTIVE: {MerchantStatus.SUSPENDED, MerchantStatus.LEFT},
        MerchantStatus.SUSPENDED: {MerchantStatus.ACTIVE, MerchantStatus.LEFT},
    }
)


@frozen
class Merchant:
    """A shop that takes points. `rate` is the money it asked to be paid for one whole point of `unit`.

    What it is paid from a day on is agreed: see `Agreement`.
    """

    id: str
    name: str
    unit: str
    rate: Decimal
    currency: str = "CNY"
    status: MerchantStatus = MerchantStatus.APPLIED
    version: int = 1

    def must_be_active(self) -> None:
        """Raise `MerchantNotActive` unless it takes points now."""
        if self.status is not MerchantStatus.ACTIVE:
            raise MerchantNotActive(merchant=self.name, status=self.status)


def to_the_cent(money: Decimal) -> Decimal:
    """`money`, rounded half up to the cent."""
    return money.quantize(Decimal("0.01"), ROUND_HALF_UP)


class AgreementStatus(StrEnum):
    """An agreement is signed, and ended by its last day, or by the one that follows it."""

    SIGNED = "signed"
    ENDED = "ended"


AGREEMENT = Lifecycle.of({AgreementStatus.SIGNED: {AgreementStatus.ENDED}})


@frozen
class Agreement:
    """What was agreed with a merchant (合作协议), from `starts_on` until before `ends_on` (None: open).

    The merchant is paid `rate` in `currency` for one whole point, less `fee` per cent of the money. Its
    points are settled every `settled` period. What is taken after the period's day number `cut_off` (1: its
    first; 0: its last) belongs to the next one. `categories` are those of the offers that it may make
    (none: any).
    """

    id: str
    merchant_id: str
    starts_on: date
    rate: Decimal
    currency: str = "CNY"
    fee: Decimal = Decimal(0)
    settled: Period = Period.MONTH
    cut_off: int = 0
    categories: tuple[str, ...] = ()
    ends_on: date | None = None
    signed_by: str = ""
    status: AgreementStatus = AgreementStatus.SIGNED
    version: int = 1

    def covers(self, day: date) -> bool:
        """Whether it is in force on that local day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def agreed_on(merchant: Merchant, agreements: Iterable[Agreement], day: date) -> Agreement:
    """The agreement of the merchant that is in force on a day; raises `AgreementMissing`.

    Of two, the one that began later.
    """
    in_force = [each for each in agreements if each.covers(day)]
    if not in_force:
        raise AgreementMissing(merchant=merchant.name, day=day)
    return max(in_force, key=lambda each: (each.starts_on, each.id))


class StaffRole(StrEnum):
    """What somebody may do for a merchant: each may do what those after it may.

    An owner names the staff and looks after the tills, a manager after the offers and gives back, a
    cashier takes points.
    """

    OWNER = "owner"
    MANAGER = "manager"
    CASHIER = "cashier"


class StaffStatus(StrEnum):
    """Whether somebody works for the merchant at present."""

    ACTIVE = "active"
    LEFT = "left"


STAFF = Lifecycle.of(
    {
        StaffStatus.ACTIVE: {StaffStatus.ACTIVE, StaffStatus.LEFT},
        StaffStatus.LEFT: {StaffStatus.ACTIVE},
    }
)


@frozen
class Staff:
    """Somebody who works for a merchant (店员): `person` is the id of the actor. The id is made of both."""

    id: str
    merchant_id: str
    person: str
    role: StaffRole
    status: StaffStatus = StaffStatus.ACTIVE
    version: int = 1

    def may(self, role: StaffRole) -> bool:
        """Whether they may do what takes `role`."""
        ranks = list(StaffRole)
        return self.status is StaffStatus.ACTIVE and ranks.index(self.role) <= ranks.index(role)


class AllianceStatus(StrEnum):
    """An alliance stands until it is dissolved."""

    ACTIVE = "active"
    DISSOLVED = "dissolved"


ALLIANCE = Lifecycle.of(
    {AllianceStatus.ACTIVE: {AllianceStatus.ACTIVE, AllianceStatus.DISSOLVED}},
)


@frozen
class Alliance:
    """Merchants who honour one another's offers (商圈联盟): whoever hands out the goods takes the points."""

    id: str
    name: str
    merchants: tuple[str, ...] = ()
    status: AllianceStatus = AllianceStatus.ACTIVE
    version: int = 1
