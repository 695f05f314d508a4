"""Accounts (账户): whose points they are, how far each may go down, and what it holds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import Factory, field, frozen

from gridpoints.errors import NotOneOf, NotUsable
from gridpoints.values import shown


class AccountKind(StrEnum):
    """Whose account it is. The last four are the community's own.

    `floor` is the lowest balance it may have unless `Ledger.set_floor` says otherwise; None: any.
    `strict` accounts are those that people spend from: every posting locks them. The others are hot:
    half of all postings go to one of them. What they are given is entered in their statements by
    `fold`, later and together, so that posting never waits for them; only what takes points from one
    that has a floor works on it alone.
    """

    floor: int | None
    strict: bool

    MEMBER = "member"
    HOUSEHOLD = "household"
    FUND = "fund"
    MERCHANT = "merchant"
    ISSUANCE = "issuance"
    SETTLED = "settled"
    EXPIRY = "expiry"
    FEES = "fees"


for _kind in AccountKind:  # attributes, not properties: they are asked for at every leg
    _kind.floor = None if _kind is AccountKind.ISSUANCE else 0
    _kind.strict = _kind in (AccountKind.MEMBER, AccountKind.HOUSEHOLD, AccountKind.FUND)


def _kind_of(kind: AccountKind | str) -> AccountKind:
    if type(kind) is AccountKind:
        return kind
    try:
        return AccountKind(kind)
    except ValueError:
        raise NotOneOf(field="kind", value=shown(kind), known=tuple(AccountKind)) from None


def _key(account: Account) -> str:
    if not (isinstance(account.unit, str) and isinstance(account.owner, str)):
        raise NotUsable(field="account", value=shown((account.unit, account.owner)))
    head = f"{account.unit}/{account.kind}"
    return f"{head}/{account.owner}" if account.owner else head


@frozen(order=True)
class Account:
    """Names an account; it is opened by its first use. `owner` is empty for the community's own.

    Raises `NotOneOf` for a `kind` that there is not, and `NotUsable` where the others are no texts.

    `key` (and ``str(account)``) is how stores and the journal name it: ``points/member/0190…``.
    """

    unit: str
    kind: AccountKind = field(converter=_kind_of)
    owner: str = ""
    key: str = field(init=False, eq=False, order=False, repr=False, default=Factory(_key, takes_self=True))

    @classmethod
    def member(cls, id: str, unit: str) -> Account:
        """A member's account."""
        return cls(unit, AccountKind.MEMBER, id)

    @classmethod
    def household(cls, id: str, unit: str) -> Account:
        """A household's account (户)."""
        return cls(unit, AccountKind.HOUSEHOLD, id)

    @classmethod
    def fund(cls, id: str, unit: str) -> Account:
        """A fund's account."""
        return cls(unit, AccountKind.FUND, id)

    @classmethod
    def merchant(cls, id: str, unit: str) -> Account:
        """A merchant's account: the points it took and was not paid for yet."""
        return cls(unit, AccountKind.MERCHANT, id)

    @classmethod
    def issuance(cls, unit: str) -> Account:
        """Where points come from. Its balance is minus all that was ever issued."""
        return cls(unit, AccountKind.ISSUANCE)

    @classmethod
    def settled(cls, unit: str) -> Account:
        """Where points go when a merchant is paid for them."""
        return cls(unit, AccountKind.SETTLED)

    @classmethod
    def expiry(cls, unit: str) -> Account:
        """Where points go that nobody spent in time."""
        return cls(unit, AccountKind.EXPIRY)

    def __str__(self) -> str:
        return self.key

    @classmethod
    def parse(cls, key: str) -> Account:
        """The account whose ``str`` is `key`; raises `NotOneOf` where there is none."""
        unit, _, rest = key.partition("/")
        kind, _, owner = rest.partition("/")
        return cls(unit, _kind_of(kind), owner)


@frozen
class Balance:
    """What an account holds: `posted`, of which `held` is set aside for holds.

    `expired` is what is past its date and not held; the next touch of the account posts its expiry.
    """

    account: Account
    posted: int = 0
    held: int = 0
    expired: int = 0

    @property
    def available(self) -> int:
        """What can be spent now."""
        return self.posted - self.held - self.expired


@frozen
class Lot:
    """The points (批) of an account that expire at one instant: what remains of them.

    `expires_at` is None for those that never do: all that is in no dated lot. An account's lots add up
    to its balance, always; in debt, it has only an undated one, below 0.
    """

    account: Account
    expires_at: datetime | None
    remaining: int


class HoldStatus(StrEnum):
    """An open hold past its `expires_at` counts as expired at once, released or not."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


@frozen
class Hold:
    """Points set aside on `account` until they are captured, released, or `expires_at`.

    `remaining` is what can still be captured; after the last capture, 0. A release gives back what
    remained and leaves the figure, for whoever reads it.
    """

    id: str
    account: Account
    amount: int
    placed_at: datetime
    expires_at: datetime
    remaining: int
    reason: str = ""
    status: HoldStatus = HoldStatus.OPEN

    def status_at(self, now: datetime) -> HoldStatus:
        """`status`, but expired for an open hold whose time is over."""
        return (
            HoldStatus.EXPIRED if self.status is HoldStatus.OPEN and self.expires_at <= now else self.status
        )

    def same_request(self, other: Hold) -> bool:
        """Whether `other` asks for the same points on the same account."""
        return (self.account, self.amount, self.reason) == (other.account, other.amount, other.reason)
