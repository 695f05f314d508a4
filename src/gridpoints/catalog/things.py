"""Things that a station lends (书籍、雨伞), and who has them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import evolve, field, frozen

from gridpoints.catalog.model import ItemStatus, must_be_published
from gridpoints.catalog.wording import check_name, check_names, check_optional
from gridpoints.records import Lifecycle
from gridpoints.values import Names, check_whole


@frozen
class Thing:
    """Something of which there are `stock` to be lent, each for so many `days`."""

    id: str
    name: str
    stock: int
    days: int
    description: str = ""
    names: Names = field(factory=dict, hash=False)
    place: str = ""
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 1

    def checked(self) -> Thing:
        """Itself, as it can be kept."""
        check_whole("stock", self.stock, least=0, most=1_000_000)
        check_whole("days", self.days, most=3_660)
        return evolve(
            self,
            name=check_name(self.name),
            description=check_optional("description", self.description),
            names=check_names("name", self.names),
            place=check_optional("place", self.place, longest=200),
        )

    def must_be_published(self) -> None:
        """Raise `NotPublished` for a draft, and for what is lent no more."""
        must_be_published(self)


class LoanStatus(StrEnum):
    """Out, and overdue once its day is over; back, or lost."""

    OUT = "out"
    OVERDUE = "overdue"
    RETURNED = "returned"
    LOST = "lost"


LOAN = Lifecycle.of(
    {
        LoanStatus.OUT: {LoanStatus.OUT, LoanStatus.OVERDUE, LoanStatus.RETURNED, LoanStatus.LOST},
        LoanStatus.OVERDUE: {LoanStatus.OUT, LoanStatus.RETURNED, LoanStatus.LOST},
        LoanStatus.LOST: {LoanStatus.RETURNED},
    }
)

#: A loan in one of these is not on the shelf.
AWAY = (LoanStatus.OUT, LoanStatus.OVERDUE, LoanStatus.LOST)


@frozen
class Loan:
    """One piece of a thing that a member has, until the end of a day: `due_at`."""

    id: str
    thing_id: str
    member_id: str
    lent_at: datetime
    due_at: datetime
    lent_by: str
    returned_at: datetime | None = None
    returned_to: str | None = None
    status: LoanStatus = LoanStatus.OUT
    version: int = 1
