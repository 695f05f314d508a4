"""Points and goods are set aside together, or neither. A part of `Redemptions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Unpack

from attrs import define, evolve, field, frozen

from gridpoints.community.model import Member, MemberStatus
from gridpoints.errors import (
    AgreementMissing,
    HoldConflict,
    NotInAlliance,
    NotRedeemable,
    OfferLimitReached,
    OffersApart,
    OutOfStock,
    PoolingNotAllowed,
    RecordExists,
    RecordUnknown,
    RedemptionConflict,
    SharesDiffer,
)
from gridpoints.ledger.model import Account, Hold
from gridpoints.redemption.merchants.model import Agreement, Alliance, AllianceStatus, Merchant
from gridpoints.redemption.merchants.outlets import KeyScope
from gridpoints.redemption.model import HANDED_OUT, RESERVATION, Line, Redemption, Use
from gridpoints.redemption.offers.model import Offer
from gridpoints.redemption.offers.offering import Offering, must_cover
from gridpoints.redemption.till.asking import Asked, Merits, Wanted, check_id
from gridpoints.redemption.till.pricing import Paid, Payer, Pricing, pieces_limited
from gridpoints.redemption.till.redeeming import Redeeming
from gridpoints.rules.case import Scope
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules, in_force_on
from gridpoints.storage.port import Of, Sought, Work
from gridpoints.values import Explanation, Interval, Step, Unit, check_instant

#: Refusals that may be owed to what is set aside for somebody who did not come.
_TAKEN = (OutOfStock, OfferLimitReached, NotRedeemable)


@frozen
class Reserving(Redeeming, Offering):
    """How a redemption begins."""

    def authorise(
        self,
        goods: str | Mapping[str, int],
        member_id: str,
        *,
        quantity: int = 1,
        shares: Mapping[Account, int] | None = None,
        pooled: bool = False,
        merits: Merits | None = None,
        merchant_id: str | None = None,
        member_code: str | None = None,
        expires_at: datetime | None = None,
        id: str | None = None,
    ) -> Redemption:
        """Hold the points and set the goods aside, both or neither, for `RESERVATION` or until `expires_at`.

        `goods` is an offer, of which there are `quantity` pieces, or several offers of one merchant with
        their pieces. `merchant_id` is who gives them, where that is another one of the offer's alliance.
        The member pays. With `pooled`, their household pays what they lack, from its own account, and from
        those of its members where the rules let them pool the unit; or `shares` say which of these accounts
        pay how much together. Where the rules
        let cash make up for missing points, what is missing is paid so. Star, hours and no-shows are those
        that the community knows of, or what `merits` say.

        Who may spend whose points, `Spending` says; a till gives the `member_code` that the member shows
        there. The same id and content again answers the redemption that stands. Raises `InsufficientPoints`,
        `OutOfStock`, `OfferLimitReached`, `NotRedeemable` (the rules, with their reasons), `StarTooLow`,
        `TakesNoPart`, `RedeemReserved`, `PoolingNotAllowed`, `SharesDiffer`, `OffersApart`,
        `NotInAlliance`, `MerchantNotActive`, `AgreementMissing`, `CategoryNotAgreed`, `NotPublished`,
        `NotOfferedNow`, `MemberInactive`, `NotYourPoints`, `MemberNotThere`, `TooManyAttempts`, `TillMayNot`,
        `StaffOnly`, `EmptyInterval` where it would be over already, or `RedemptionConflict`.
        """
        asked = Asked.of(
            goods, member_id, quantity, shares, pooled=pooled, merchant_id=merchant_id, merits=merits
        )
        if expires_at is None:
            until = self.context.now() + RESERVATION
        else:
            until = check_instant("expires_at", expires_at)
        new = id is None
        id = self.context.id(None) if id is None else check_id(id)
        while True:
            try:
                with self._attempting(), self.context.begin() as work:
                    return self._authorise(work, asked, id, until, member_code, new=new)
            except RecordExists as race:  # somebody sent the same at the same moment: look again
                if race.kind != "redemption":
                    raise
                new = False
            except HoldConflict:  # or did so for somebody else
                with self.context.read() as work:
                    if new or not work.find(Redemption, {"id": id}):
                        raise
            except _TAKEN:
                # Only now, for it looks at everything that is set aside: what ran out is put back.
                if not self.expire():
                    raise

    def _authorise(
        self, work: Work, asked: Asked, id: str, until: datetime, member_code: str | None, *, new: bool
    ) -> Redemption:
        if self._acts_for_a_merchant:
            self._must_not_try_too_often(work)
        today = self.context.today()
        # People first, then offers, limits, accounts: everybody locks in this order.
        people, (published, offers, merchants, agreements) = _locked(work, asked, self._sought(asked))
        if not new and (standing := work.find(Redemption, {"id": id})):
            if standing[0].request != asked.fingerprint():
                raise RedemptionConflict(redemption=id)
            return standing[0]
        Interval(self.context.now(), until)
        rules = Rules(self.context).of_found(published, today).on(today)
        self._must_be_let(rules, people[0])
        offers = _in_basket(asked, offers)
        merits = asked.merits or self._merits(work, rules, people[0], offers)
        merits.must_take_part(rules, people[0].name, today)
        merchant, agreement = self._giver(work, asked, offers, merchants, agreements)
        self._must_spend(work, people[0], merchant.unit, member_code, rules)
        for offer in offers:
            offer.must_be_published()
            offer.must_be_on(self.context.now())
            merits.must_have_star(rules, offer, people[0].name)
            must_cover(agreement, merchant, offer)
        reservation = _Reservation(self, work, asked, rules, people, offers, merchant)
        return reservation.made(id, agreement, until, new=new)

    def redeem(self, goods: str | Mapping[str, int], member_id: str, **wanted: Unpack[Wanted]) -> Redemption:
        """Authorise what is `wanted`, and capture it at once, as when goods are handed over on the spot."""
        with self._attempting(), self.context.begin():
            return self.capture(self.authorise(goods, member_id, **wanted).id)

    def _sought(self, asked: Asked) -> list[Sought]:
        """What is looked at beside who redeems: the rules, the offers, locked, and who gives them."""
        ids = list(asked.basket)
        giver = asked.merchant_id or Of(Offer, "merchant_id", ids)
        return [
            in_force_on(self.context.today()),
            Sought(Offer, {"id": ids}, lock=True),
            Sought(Merchant, {"id": giver}),
            self._agreements_begun(giver),
        ]

    def _giver(
        self,
        work: Work,
        asked: Asked,
        offers: Sequence[Offer],
        merchants: Sequence[Merchant],
        agreements: Sequence[Agreement],
    ) -> tuple[Merchant, Agreement]:
        """Who of these gives the goods, and on what terms."""
        id = asked.merchant_id or offers[0].merchant_id
        merchant = next((each for each in merchants if each.id == id), None)
        if merchant is None:
            raise RecordUnknown(kind="merchant", id=id)
        if self._acts_for_a_merchant:
            self._must_serve(work, merchant, KeyScope.AUTHORISE, offers[0].name)
        merchant.must_be_active()
        for offer in offers:
            if offer.merchant_id != merchant.id:
                _must_be_allied(work, merchant, offer, named=asked.merchant_id is not None)
        if len({offer.fund for offer in offers}) > 1:
            raise OffersApart(offers=tuple(offer.name for offer in offers))
        today = self.context.today()
        for agreement in agreements:
            if agreement.merchant_id == id and agreement.covers(today):
                return merchant, agreement
        raise AgreementMissing(merchant=merchant.name, day=today)


@define
class _Reservation:
    """One redemption while it is made, in a unit of work that has locked its people and offers."""

    room: Reserving
    work: Work
    asked: Asked
    rules: RuleSet
    people: Sequence[Member]
    offers: Sequence[Offer]
    merchant: Merchant
    unit: Unit = field(init=False)
    now: datetime = field(init=False)
    _used: Mapping[str, int] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        unit = self.merchant.unit
        self.unit = self.rules.units.get(unit) or self.work.get(Unit, unit)
        self.now = self.room.context.now()

    def made(self, id: str, agreement: Agreement, until: datetime, *, new: bool) -> Redemption:
        """Take the goods off the stock, count them, hold the points, and keep all of it."""
        lines = tuple(_line(offer, self.asked.basket[offer.id]) for offer in self.offers)
        taken = [
            (offer, offer.moved(-line.quantity))
            for offer, line in zip(self.offers, lines, strict=True)
            if offer.stock is not None
        ]
        paid, uses = self._paid(sum(line.points for line in lines))
        cash = sum((line.cash * line.quantity for line in lines), Decimal(0))
        redemption = Redemption(
            id=id,
            merchant_id=self.merchant.id,
            member_id=self.asked.member_id,
            unit=self.unit.code,
            points=sum(share.points for share in paid.shares if share.account),
            lines=lines,
            shares=paid.shares,
            authorised_at=self.now,
            expires_at=until,
            authorised_by=self.room.context.actor.id,
            agreement_id=agreement.id,
            currency=agreement.currency,
            cash=cash + paid.cash,
            top_up=paid.cash,
            request=self.asked.fingerprint(),
            uses=uses,
            explanation=self._told(lines, paid),
        )
        if counted := redemption.counted():
            self.work.set_usage({key: self._used[key] + used for key, used in counted.items()})
        self._hold(redemption, new=new)
        self.room.context.write(self.work, [redemption], taken, at_end=True)
        return redemption

    # --- limits and the rules -----------------------------------------------------------------

    def _paid(self, price: int) -> tuple[Paid, tuple[Use, ...]]:
        """Who pays how much by the rules, and what it uses up of all limits, which is counted."""
        member, day = self.people[0], self.room.context.local_day(self.now)
        terms = self.rules.terms.redemption
        if self.asked.shares is not None and (shares := sum(self.asked.shares.values())) != price:
            raise SharesDiffer(shares=self.unit.decimal(shares), price=self.unit.decimal(price))
        pricing = Pricing(
            price=price,
            unit=self.unit,
            day=day,
            member=member.name,
            terms=terms if terms is not None and terms.unit.code == self.unit.code else None,
            payers=self._payers(),
            categories=[offer.category for offer in self.offers],
        )
        subjects = self._subjects(member)
        keys = {limit.key(offer.id, day, subjects) for offer in self.offers for limit in offer.limits}
        self._used = self.work.lock_usage(keys.union(pricing.keys()))
        pricing.used = dict(self._used)
        uses = [
            use
            for offer in self.offers
            for use in pieces_limited(offer, self.asked.basket[offer.id], day, subjects, pricing.used)
        ]
        if pricing.terms is not None and pricing.terms.hours:
            pricing.first = not self.work.count(Redemption, {"member_id": member.id, "status": HANDED_OUT})
            pricing.hours = self._hours(member) if pricing.first else Decimal(0)
        if pricing.needs_balances:
            self._look_at_balances(pricing)
        paid = pricing.paid()
        return paid, tuple(dict.fromkeys([*uses, *paid.uses]))

    def _hours(self, member: Member) -> Decimal:
        if self.asked.merits is not None:
            return self.asked.merits.hours
        return self.room.known.hours(self.work, member.id)

    def _look_at_balances(self, pricing: Pricing) -> None:
        there = self.work.ledger.lock_available([p.account for p in pricing.payers], at=self.now)
        pricing.payers = [evolve(payer, available=there[payer.account]) for payer in pricing.payers]

    def _subjects(self, member: Member) -> Mapping[Scope, str]:
        subjects = {Scope.MEMBER: member.id, Scope.COMMUNITY: self.room.context.community}
        if member.household_id is not None:
            subjects[Scope.HOUSEHOLD] = member.household_id
        return subjects

    # --- accounts -----------------------------------------------------------------------------

    def _payers(self) -> list[Payer]:
        """The accounts that may pay, the member's own first; raises `PoolingNotAllowed`, `SharesDiffer`."""
        unit, member = self.unit.code, self.people[0]
        own = Account.member(member.id, unit)
        if self.asked.shares is None and not self.asked.pooled:
            return [Payer(own, self._subjects(member))]
        pooling = unit in self.rules.wallets and self.rules.wallets[unit].pooling
        # What the household itself was given is common to it; what its members have, where they pool it.
        by_account = {
            Account.member(each.id, unit): each
            for each in self.people
            if each.status is MemberStatus.ACTIVE and (pooling or each is member)
        }
        if member.household_id is not None:
            by_account[Account.household(member.household_id, unit)] = member
        elif self.asked.pooled and not pooling:
            raise PoolingNotAllowed(unit=unit, account=own.key)
        if self.asked.shares is None:
            named: dict[Account, int | None] = dict.fromkeys(sorted(by_account, key=lambda a: a != own))
        else:
            named = dict(self.asked.shares)
        for account in named:
            if account not in by_account:
                raise PoolingNotAllowed(unit=unit, account=account.key)
        return [Payer(a, self._subjects(by_account[a]), points=points) for a, points in named.items()]

    def _hold(self, redemption: Redemption, *, new: bool) -> None:
        """Set the points of every share aside, account after account in their order."""
        shares = [(share.account, n, share.points) for n, share in enumerate(redemption.shares)]
        for key, n, points in sorted(shares):
            if key:
                hold = Hold(
                    id=redemption.hold_id(n),
                    account=Account.parse(key),
                    amount=points,
                    placed_at=self.now,
                    expires_at=redemption.expires_at,
                    remaining=points,
                    reason=redemption.lines[0].name,
                )
                self.work.ledger.place(hold, at=self.now, new=new)

    def _told(self, lines: Sequence[Line], paid: Paid) -> Explanation:
        """Why it costs what it does: the goods, who pays, and what the rules say."""
        decimal, unit = self.unit.decimal, self.unit.code
        steps = [
            Step(
                "redemption_line",
                {"quantity": line.quantity, "offer": line.name, "points": decimal(line.points), "unit": unit},
            )
            for line in lines
        ]
        accounts = [share for share in paid.shares if share.account]
        if len(accounts) > 1:
            steps += [
                Step("redemption_share", {"account": s.account, "points": decimal(s.points), "unit": unit})
                for s in accounts
            ]
        return (*steps, *paid.explanation)


def _locked(work: Work, asked: Asked, sought: Sequence[Sought]) -> tuple[list[Member], list[list[Any]]]:
    """Who redeems, locked, and then what is sought; one question where one person pays."""
    if asked.shares is not None or asked.pooled:
        return _lock_household(work, asked), work.find_all(*sought)
    payer = Sought(Member, {"id": asked.member_id}, lock=True)
    people, *found = work.find_all(payer, *sought)
    if not people:
        raise RecordUnknown(kind="member", id=asked.member_id)
    return people, found


def _lock_household(work: Work, asked: Asked) -> list[Member]:
    """Who redeems, and then whoever may pay with them: locked in the order of their ids."""
    member = work.get(Member, asked.member_id)
    ids = {member.id}
    if member.household_id is not None:
        ids |= {each.id for each in work.find(Member, {"household_id": member.household_id})}
    locked = {each.id: each for each in work.find(Member, {"id": sorted(ids)}, lock=True)}
    home = locked[member.id].household_id
    others = (each for each in locked.values() if each.household_id == home and home is not None)
    return [locked[member.id], *(each for each in others if each.id != member.id)]


def _in_basket(asked: Asked, found: Iterable[Offer]) -> list[Offer]:
    """The offers in the order of what is asked for; raises `RecordUnknown`."""
    offers = {offer.id: offer for offer in found}
    for id in asked.basket:
        if id not in offers:
            raise RecordUnknown(kind="offer", id=id)
    return [offers[id] for id in asked.basket]


def _must_be_allied(work: Work, merchant: Merchant, offer: Offer, *, named: bool) -> None:
    """Refuse a merchant that does not give another one's offer; raises `NotInAlliance` or `OffersApart`."""
    if not named and offer.alliance_id is None:
        raise OffersApart(offers=(offer.name, merchant.name))
    if offer.alliance_id is not None:
        alliance = work.get(Alliance, offer.alliance_id)
        both = {merchant.id, offer.merchant_id} <= {*alliance.merchants}
        same_unit = work.get(Merchant, offer.merchant_id).unit == merchant.unit
        if alliance.status is AllianceStatus.ACTIVE and both and same_unit:
            return
    raise NotInAlliance(merchant=merchant.name, offer=offer.name)


def _line(offer: Offer, pieces: int) -> Line:
    return Line(offer.id, offer.name, pieces, offer.price, offer.cash, offer.fund)
