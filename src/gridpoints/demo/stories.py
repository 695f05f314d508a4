"""What people do: each story is one generator that says when it goes on (`Story`).

A story calls the rooms as any program would, and every call names who acts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from attrs import define, field, frozen

from gridpoints.awards.model import Report
from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.claiming.wishes import LEASE
from gridpoints.community.model import Household, Member
from gridpoints.demo.customs import ACCOUNTANT, CHAIR, CLERK, GRID_WORKER, SHOPKEEPER
from gridpoints.demo.population import Person
from gridpoints.demo.stage import Stage, Story
from gridpoints.errors import GridpointsError
from gridpoints.exchange import Community
from gridpoints.ledger.model import Account
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.model import RESERVATION
from gridpoints.redemption.offers.model import Offer
from gridpoints.values import Actor, Unit


@frozen
class Villager:
    """A member, and how often they take part, as a weight around 1."""

    member: Member
    zeal: float

    @property
    def id(self) -> str:
        """The member's id."""
        return self.member.id

    @property
    def actor(self) -> Actor:
        """They act for themselves."""
        return Actor(self.id, frozenset({"member"}))


@frozen
class Outlet:
    """A merchant and what can be redeemed there."""

    merchant: Merchant
    offers: tuple[Offer, ...]


@define
class Stories:
    """All that can happen in the village; `villagers` are those who belong to it at present."""

    stage: Stage
    unit: Unit
    villagers: list[Villager] = field(factory=list)
    #: Reports that came in twice and were credited once.
    repeated: int = 0

    # --- where and when -----------------------------------------------------------------------

    def as_(self, actor: Actor) -> Community:
        """The village as somebody acts in it."""
        return self.stage.village.acting_as(actor)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A local time of a day."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.stage.village.context.zone)

    def now(self) -> datetime:
        """The simulated instant."""
        return self.stage.clock.instant

    def evening(self, days: int, hour: int) -> datetime:
        """A time so many days from now."""
        return self.at(self.now().astimezone(self.stage.village.context.zone).date() + timedelta(days), hour)

    def some(self, dice: Random, count: int, besides: Villager | None = None) -> list[Villager]:
        """Up to `count` different villagers, the more zealous the more likely."""
        drawn = [(dice.random() ** (1 / each.zeal), each) for each in self.villagers if each is not besides]
        drawn.sort(key=lambda pair: -pair[0])
        return [villager for _, villager in drawn[:count]]

    def attempt(self, call: Callable[[], object]) -> None:
        """Do what should be refused; the refusal is counted, and the story goes on."""
        try:
            call()
        except GridpointsError as refusal:
            self.stage.note(refusal)

    # --- who belongs to the village -----------------------------------------------------------

    def join(self, person: Person, household: Household, at: datetime) -> Story:
        """Somebody moves in and is enrolled."""
        yield at
        people = self.as_(CLERK).community
        member = people.enrol(person.name, household_id=household.id, number=person.number)
        self.villagers.append(Villager(member, person.zeal))

    def move_away(self, villager: Villager, at: datetime, back_after: timedelta | None) -> Story:
        """Somebody leaves, and perhaps comes back; what they had signed up for they cannot do."""
        yield at
        self.as_(CLERK).community.leave(villager.id, reason="外出务工")
        self.villagers.remove(villager)
        if back_after is not None:
            yield self.now() + back_after
            self.as_(CLERK).community.rejoin(villager.id, reason="返乡")
            self.villagers.append(villager)

    # --- sessions -----------------------------------------------------------------------------

    def occasion(
        self, item: ServiceItem, starts_at: datetime, hours: int, places: int, dice: Random
    ) -> Story:
        """A session is announced, claimed by a few more than it has places for, and held."""
        yield starts_at - timedelta(days=dice.randint(6, 9))
        ends_at = starts_at + timedelta(hours=hours)
        catalog = self.as_(GRID_WORKER).catalog
        session = catalog.hold_session(item.id, starts_at, ends_at, places=places)
        called_off = dice.random() < 0.03
        for villager in self.some(dice, dice.randint(max(1, places - 2), places + 1)):
            self.stage.add(self.volunteer(session, villager, called_off, Random(dice.random())))
        if called_off:
            yield starts_at - timedelta(hours=3)
            catalog.cancel_session(session.id, reason="暴雨")
        else:
            yield ends_at
            catalog.close_session(session.id)

    def volunteer(self, session: Session, villager: Villager, called_off: bool, dice: Random) -> Story:
        """Somebody takes a place, and comes, or not; what they say they did is verified."""
        me, worker = self.as_(villager.actor).claiming, self.as_(GRID_WORKER).claiming
        yield self.now() + (session.starts_at - self.now()) * dice.uniform(0.02, 0.8)
        claim = me.claim_session(session.id, villager.id)
        fate = dice.random()
        if fate < 0.05:
            yield self.now() + (session.starts_at - self.now()) * dice.uniform(0.2, 0.7)
            me.cancel(claim.id, reason="临时有事")
            return
        if called_off:
            return
        yield session.ends_at + timedelta(minutes=dice.randint(10, 90))
        if fate < 0.09:
            worker.no_show(claim.id)
            return
        me.submit_hours(claim.id, session.interval.hours - dice.choice((0, 0, 0, Decimal("0.5"))))
        if fate < 0.10:
            self.attempt(lambda: me.verify(claim.id))
        yield self.evening(1, 17)
        if fate > 0.985:
            worker.dispute(claim.id, reason="签到表上没有名字")
            yield self.evening(2, 10)
            if fate > 0.992:
                self.as_(CLERK).claiming.void(claim.id, reason="经核实未到场")
                return
        worker.verify(claim.id)

    # --- wishes -------------------------------------------------------------------------------

    def wish(self, villager: Villager, text: str, deed: str, made_at: datetime, dice: Random) -> Story:
        """A small wish is made, published, claimed by a neighbour, granted and confirmed."""
        me, clerk = self.as_(villager.actor).claiming, self.as_(CLERK).claiming
        yield made_at
        wish = me.make_wish(villager.id, text, deed=deed)
        fate = dice.random()
        yield self.evening(1, 10)
        if fate < 0.05:
            clerk.reject_wish(wish.id, reason="可由低保政策解决，已转办")
            return
        clerk.publish_wish(wish.id)
        if fate < 0.10:
            self.attempt(lambda: me.claim_wish(wish.id, villager.id))
        yield self.evening(dice.randint(1, 6), 19)
        if fate > 0.95:
            me.withdraw_wish(wish.id, reason="家人已经帮忙办好")
            return
        granters = self.some(dice, 2, besides=villager)
        if fate > 0.90 or not granters:
            return  # nobody takes it on
        first, other = granters[0], granters[-1]
        claim = self.as_(first.actor).claiming.claim_wish(wish.id, first.id)
        if fate < 0.30:  # forgotten: the lease runs out, and somebody else takes over
            yield self.now() + timedelta(days=2)
            self.attempt(lambda: self.as_(other.actor).claiming.claim_wish(wish.id, other.id))
            yield self.now() + LEASE
            first, claim = other, self.as_(other.actor).claiming.claim_wish(wish.id, other.id)
        elif fate < 0.36:
            yield self.now() + timedelta(days=1)
            self.as_(first.actor).claiming.cancel(claim.id, reason="买不到合适的")
            yield self.now() + timedelta(hours=3)
            first, claim = other, self.as_(other.actor).claiming.claim_wish(wish.id, other.id)
        yield self.evening(dice.randint(1, 5), 18)
        self.as_(first.actor).claiming.submit_delivery(claim.id)
        yield self.evening(1, 9)
        (clerk if dice.random() < 0.3 else me).verify(claim.id)

    # --- deeds that somebody reports ----------------------------------------------------------

    def deeds(
        self, deed: str, people: Sequence[Villager], at: datetime, *, by: Actor, twice: bool = False
    ) -> Story:
        """One list of people who did the same is handed in; some lists are handed in `twice`."""
        yield at
        village = self.as_(by)
        day = village.context.today()
        counted = village.rules.in_force(day).rule(deed).amount.per is not None
        reports = [
            Report(
                id=f"{deed}:{at:%Y-%m-%dT%H%M}:{villager.member.number}",
                member_id=villager.id,
                deed=deed,
                day=day,
                quantity=Decimal(1 + place % 3) if counted else None,
                source=f"list:{at:%Y-%m-%d}",
            )
            for place, villager in enumerate(people)
        ]
        for _ in range(2 if twice else 1):
            for outcome in village.awards.credit_all(reports):
                self.repeated += outcome.repeated
                if outcome.error is not None:
                    self.stage.note(outcome.error)
            yield self.evening(1, 9)

    # --- redeeming ----------------------------------------------------------------------------

    def errand(self, villager: Villager, outlet: Outlet, at: datetime, dice: Random) -> Story:
        """Somebody redeems points: most take the goods home, some change their mind or forget."""
        yield at
        me = self.as_(villager.actor)
        available = me.ledger.balance(Account.member(villager.id, self.unit.code)).available
        offer = dice.choice(outlet.offers)
        pieces = dice.randint(1, 4)
        if dice.random() < 0.96:  # looked at the balance first
            pieces = min(pieces, available // offer.price)
            if not pieces:
                return
        receipt = f"{at:%Y%m%d}-{villager.member.number}"
        redemption = me.redemption.authorise(offer.id, villager.id, quantity=pieces, id=receipt)
        fate = dice.random()
        yield self.now() + (RESERVATION * 1.5 if fate > 0.92 else timedelta(minutes=dice.randint(1, 20)))
        if fate < 0.04:
            me.redemption.void(redemption.id, reason="改天再来")
        elif fate < 0.97:  # the few who come after the reservation ran out are refused
            self.as_(SHOPKEEPER).redemption.capture(redemption.id)

    def restock(self, outlet: Outlet, pieces: Sequence[int], at: datetime) -> Story:
        """The goods of a month are delivered, first those that cost least."""
        yield at
        for offer, delivered in zip(outlet.offers, pieces, strict=False):
            self.as_(SHOPKEEPER).redemption.restock(offer.id, delivered)

    def opening(self, outlet: Outlet, at: datetime) -> Story:
        """The agreement with a shop is signed, and from then on it takes points."""
        yield at
        self.as_(CHAIR).redemption.activate_merchant(outlet.merchant.id)

    def books(self, outlet: Outlet, last_day: date) -> Story:
        """At the end of a month a shop's points are settled: drawn up, approved, paid."""
        yield self.at(last_day, 17)
        for offer in outlet.offers:
            self.as_(SHOPKEEPER).redemption.expire(offer.id)
        accountant = self.as_(ACCOUNTANT).redemption
        statement = accountant.settle(outlet.merchant.id)
        if last_day.month == 1:
            self.attempt(lambda: accountant.approve_settlement(statement.id))
        yield self.at(last_day, 18)
        self.as_(CHAIR).redemption.approve_settlement(statement.id)
        yield self.at(last_day, 19)
        accountant.pay_settlement(statement.id, reference=f"{last_day:%Y%m}-{outlet.merchant.name}")
