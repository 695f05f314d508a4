"""What passes between neighbours because of a wish: contact, bounties (悬赏积分), thanks (感谢)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from gridpoints.records import Lifecycle


@frozen
class Contact:
    """A giver has spoken with the beneficiary; its id is that of their claim. Never changes."""

    id: str
    claim_id: str
    wish_id: str
    at: datetime
    noted_by: str
    note: str | None = None


class Detail(StrEnum):
    """What is disclosed, in the order of the steps; `FILE` is all of it, for those who keep it."""

    AREA = "area"
    ADDRESS = "address"
    CONTACT = "contact"
    FILE = "file"


@frozen
class Disclosure:
    """Somebody was shown what is personal in a wish: who, when, what, for which claim. Never changes."""

    id: str
    wish_id: str
    claim_id: str | None
    detail: Detail
    shown_to: str
    at: datetime


class BountyStatus(StrEnum):
    """Open: its points are held. Paid: the givers have them, or those parts that were granted.

    Reversed: it was paid, and all of it was taken back, since no giver's part was granted after all.
    """

    OPEN = "open"
    PAID = "paid"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REVERSED = "reversed"


BOUNTY = Lifecycle.of(
    {
        BountyStatus.OPEN: {BountyStatus.PAID, BountyStatus.WITHDRAWN, BountyStatus.LAPSED},
        BountyStatus.PAID: {BountyStatus.PAID, BountyStatus.REVERSED},
    }
)


@frozen
class Bounty:
    """Points that a neighbour puts up for whoever grants a wish: held, then captured to the givers.

    After `until` it lapses, but not while somebody has claimed the wish. `paid` is what the givers have of
    `amount`; its hold in the ledger is ``bounty:`` and its id.
    """

    id: str
    wish_id: str
    member_id: str
    unit: str
    amount: int
    put_up_at: datetime
    until: datetime
    paid: int = 0
    status: BountyStatus = BountyStatus.OPEN
    version: int = 1

    @property
    def hold_id(self) -> str:
        """The hold of its points."""
        return f"bounty:{self.id}"

    def shares(self, givers: Sequence[str], parts: int) -> list[tuple[str, int]]:
        """What each of the givers gets where a wish has `parts`: equal shares, the first ones one more.

        Parts that nobody granted get nothing, and what would go to whoever put it up stays with them.
        """
        each, more = divmod(self.amount, parts)
        shares = [(giver, each + (place < more)) for place, giver in enumerate(givers[:parts])]
        return [(giver, points) for giver, points in shares if points and giver != self.member_id]


class ThanksStatus(StrEnum):
    """Given: for the giver alone. What is meant for everybody waits until somebody has read it."""

    GIVEN = "given"
    WAITING = "waiting"
    PUBLISHED = "published"
    REJECTED = "rejected"


THANKS = Lifecycle.of(
    {ThanksStatus.WAITING: {ThanksStatus.GIVEN, ThanksStatus.PUBLISHED, ThanksStatus.REJECTED}}
)


@frozen
class Thanks:
    """A beneficiary's thanks to one giver, `member_id`; its id is that of their claim."""

    id: str
    claim_id: str
    wish_id: str
    member_id: str
    text: str
    written_by: str
    written_at: datetime
    status: ThanksStatus = ThanksStatus.GIVEN
    version: int = 1
