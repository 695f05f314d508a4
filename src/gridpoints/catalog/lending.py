"""Things are lent and brought back. A part of `Catalog`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from attrs import frozen

from gridpoints.catalog.listing import Amendable, Listing
from gridpoints.catalog.model import ItemStatus
from gridpoints.catalog.things import AWAY, LOAN, Loan, LoanStatus, Thing
from gridpoints.catalog.wording import worded
from gridpoints.community.leaving import left_among
from gridpoints.community.model import Member
from gridpoints.errors import DaysReversed, NoneLeft
from gridpoints.records import Stateful
from gridpoints.storage.port import Range, Work
from gridpoints.values import Names, midnight


@frozen
class Lending(Listing):
    """Books, umbrellas, wheelchairs: never more of them are lent than there are."""

    def draft_thing(
        self,
        name: str | Names,
        *,
        stock: int,
        days: int,
        description: str = "",
        place: str = "",
        id: str | None = None,
    ) -> Thing:
        """Draft something to be lent: how many there are, and for how many days one is lent."""
        name, names = worded(name)
        return self._keep(Thing(self.context.id(id), name, stock, days, description, names, place))

    def thing(self, id: str) -> Thing:
        """The thing of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Thing, id)

    def things(self, status: ItemStatus | None = ItemStatus.PUBLISHED) -> list[Thing]:
        """The published things (or those of another status; None: all), by name."""
        with self.context.read() as work:
            return work.find(Thing, {"status": status} if status else None, order=("name", "id"))

    def on_the_shelf(self, thing_id: str) -> int:
        """How many of a thing can be lent now."""
        with self.context.read() as work:
            thing = work.get(Thing, thing_id)
            return thing.stock - self._away(work, thing)

    def lend(self, thing_id: str, member_id: str, *, until: date | None = None) -> Loan:
        """Lend one to a member: until the end of a day, or for as long as this thing is lent.

        Raises `NoneLeft`, `NotPublished`, `MemberInactive` or `DaysReversed`.
        """
        self.context.must_organise()
        with self.context.begin() as work:
            # The person first, then the thing: everybody locks in this order.
            member = work.get(Member, member_id, lock=True)
            member.must_be_active()
            thing = work.get(Thing, thing_id, lock=True)
            thing.must_be_published()
            if self._away(work, thing) >= thing.stock:
                raise NoneLeft(thing=thing.name, stock=thing.stock)
            loan = Loan(
                id=self.context.id(None),
                thing_id=thing.id,
                member_id=member.id,
                lent_at=self.context.now(),
                due_at=self._due(thing, until),
                lent_by=self.context.actor.id,
            )
            return self.context.keep(work, loan)

    def renew(self, loan_id: str, *, until: date | None = None) -> Loan:
        """Let somebody keep it longer: until the end of a day, or as long again from today."""
        self.context.must_organise()
        with self.context.begin() as work:
            loan = work.get(Loan, loan_id, lock=True)
            due_at = self._due(work.get(Thing, loan.thing_id), until)
            return self.context.change(work, loan, LOAN.advance(loan, LoanStatus.OUT, due_at=due_at))

    def take_back(self, loan_id: str) -> Loan:
        """Note that it was brought back, even if it had been thought lost."""
        self.context.must_organise()
        with self.context.begin() as work:
            loan = work.get(Loan, loan_id, lock=True)
            returned = LOAN.advance(
                loan,
                LoanStatus.RETURNED,
                returned_at=self.context.now(),
                returned_to=self.context.actor.id,
            )
            return self.context.change(work, loan, returned)

    def note_lost(self, loan_id: str, *, reason: str | None = None) -> Loan:
        """Note that it will not come back; amend the stock of the thing when it is written off."""
        self.context.must_organise()
        with self.context.begin() as work:
            loan = work.get(Loan, loan_id, lock=True)
            return self.context.change(work, loan, LOAN.advance(loan, LoanStatus.LOST), reason)

    def loans(
        self,
        *,
        thing_id: str | None = None,
        member_id: str | None = None,
        status: LoanStatus | tuple[LoanStatus, ...] | None = AWAY,
    ) -> list[Loan]:
        """What is not on the shelf (or loans of another status; None: all), by when it is due."""
        asked = {"thing_id": thing_id, "member_id": member_id, "status": status}
        with self.context.read() as work:
            where = {name: value for name, value in asked.items() if value is not None}
            return work.find(Loan, where, order=("due_at", "id"))

    def overdue(self) -> list[Loan]:
        """What should have been brought back, the longest overdue first; found by `tick`."""
        return self.loans(status=LoanStatus.OVERDUE)

    def left_behind(self) -> list[Loan]:
        """What members have who left the community, the first due first: a finding, for a person to decide.

        Somebody fetches it (`take_back`), leaves it to the family until a day (`renew`), or writes it off
        (`note_lost`); what was noted as lost is not asked after. For organisers.
        """
        self.context.must_organise()
        out = {"status": (LoanStatus.OUT, LoanStatus.OVERDUE)}
        with self.context.read() as work:
            loans = work.find(Loan, out, order=("due_at", "id"))
            gone = left_among(work, (loan.member_id for loan in loans), self.context.now())
            return [loan for loan in loans if loan.member_id in gone]

    def _find_overdue(self, work: Work, now: datetime) -> list[Stateful]:
        """Note which loans are overdue."""
        due = work.find(Loan, self._due_loans(now), lock=True)
        changes = [(loan, LOAN.advance(loan, LoanStatus.OVERDUE)) for loan in due]
        self.context.change_all(work, changes)
        return [new for _, new in changes]

    def _due_loans(self, now: datetime) -> Mapping[str, object]:
        return {"status": LoanStatus.OUT, "due_at": Range(at_most=now)}

    def _due(self, thing: Thing, until: date | None) -> datetime:
        today = self.context.today()
        last = today + timedelta(days=thing.days) if until is None else until
        if last < today:
            raise DaysReversed(first=today, last=last)
        return midnight(last + timedelta(days=1), self.context.zone)

    def _offered(self, record: Amendable) -> int | None:
        return record.stock if isinstance(record, Thing) else super()._offered(record)

    def _held_by(self, work: Work, kind: type[Amendable], ids: Sequence[str]) -> Mapping[str, int]:
        if kind is not Thing:
            return super()._held_by(work, kind, ids)
        away = work.count_by(Loan, "thing_id", {"thing_id": list(ids), "status": AWAY})
        return dict.fromkeys(ids, 0) | away

    def _away(self, work: Work, thing: Thing) -> int:
        return work.count(Loan, {"thing_id": thing.id, "status": AWAY})
