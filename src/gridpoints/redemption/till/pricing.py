"""Whether the rules of the community let somebody redeem, and which account pays how much. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from attrs import define, evolve, field, frozen

from gridpoints.errors import InsufficientPoints, NotRedeemable, OfferLimitReached
from gridpoints.ledger.model import Account
from gridpoints.redemption.model import CountedBy, Share, Use
from gridpoints.redemption.offers.model import Offer
from gridpoints.rules.case import Scope
from gridpoints.rules.limits import Counted
from gridpoints.rules.redemption import Redeeming, RedemptionDays, RedemptionTerms, redeemable
from gridpoints.values import Explanation, Unit

ANY_DAY = RedemptionDays()


@frozen
class Payer:
    """An account that pays, what it has to spend, and whose limits count its points."""

    account: Account
    subjects: Mapping[Scope, str] = field(hash=False)
    available: int = 0
    points: int | None = None


@frozen
class Paid:
    """What the accounts pay, the points of which `missing` are paid in cash, and what tells why."""

    shares: tuple[Share, ...]
    uses: tuple[Use, ...] = ()
    missing: int = 0
    cash: Decimal = Decimal(0)
    explanation: Explanation = ()


@define
class Pricing:
    """A price, divided among those who pay it.

    `used` is what was counted under every key of `keys`, and is moved on.
    """

    price: int
    unit: Unit
    day: date
    member: str
    terms: RedemptionTerms | None
    payers: Sequence[Payer]
    categories: Sequence[str]
    hours: Decimal = Decimal(0)
    first: bool = False
    used: dict[str, int] = field(factory=dict)

    def keys(self) -> Iterator[str]:
        """Where the limits of the rules count what is paid."""
        for limit in self.terms.limits if self.terms else ():
            for payer in self.payers if limit.counts is Counted.POINTS else self.payers[:1]:
                yield limit.counter.key(self.day, payer.subjects)

    @property
    def needs_balances(self) -> bool:
        """Whether it depends on what the accounts have."""
        return self.terms is not None or any(payer.points is None for payer in self.payers[1:])

    def paid(self) -> Paid:
        """Who pays how much; raises `NotRedeemable` or `InsufficientPoints`."""
        terms = self.terms
        if len(self.payers) == 1 and self.payers[0].points is None:
            [payer] = self.payers
            return self._alone(payer, terms) if terms else Paid((Share(payer.account.key, self.price),))
        parts = self._parts()
        shares = tuple(Share(payer.account.key, part) for payer, part in parts)
        if terms is None:
            return Paid(shares)
        self._judge_whole(terms)
        uses = []
        for payer, part in parts:
            uses += self._judge_part(terms, payer, part)
        return Paid(shares, (*self._times(terms), *uses))

    # --- one account --------------------------------------------------------------------------

    def _alone(self, payer: Payer, terms: RedemptionTerms) -> Paid:
        if not terms.cash and payer.available < self.price:
            self._refuse_short(payer, self.price)
        found = redeemable(terms, self._asked(payer, self.price))
        if not found.allowed:
            raise NotRedeemable(member=self.member, explanation=found.explanation)
        shares = [Share(payer.account.key, found.points)] if found.points else []
        if found.missing:
            shares.append(Share("", found.missing))
        points = [Use(key, CountedBy.POINTS, payer.account.key) for key in self._points_keys(terms, payer)]
        return Paid(
            tuple(shares),
            (*self._times(terms), *points),
            found.missing,
            found.cash or Decimal(0),
            found.explanation,
        )

    def _asked(self, payer: Payer, price: int, *, balance: int | None = None) -> Redeeming:
        return Redeeming(
            price=price,
            day=self.day,
            balance=payer.available if balance is None else balance,
            subjects=payer.subjects,
            used=self.used.__getitem__,
            category=self._category(),
            hours=self.hours,
            first=self.first,
        )

    def _category(self) -> str:
        """The first that the rules do not take, or any."""
        known = self.terms.categories if self.terms else frozenset[str]()
        return next((each for each in self.categories if known and each not in known), self.categories[0])

    def _refuse_short(self, payer: Payer, wanted: int) -> None:
        decimal = self.unit.decimal
        raise InsufficientPoints(
            account=payer.account.key,
            unit=self.unit.code,
            available=decimal(payer.available),
            wanted=decimal(wanted),
        )

    # --- several ------------------------------------------------------------------------------

    def _parts(self) -> list[tuple[Payer, int]]:
        """What each pays: what was said, or as much as it has, one after the other."""
        left, parts = self.price, []
        for payer in self.payers:
            least = self.terms.balance if self.terms else 0
            can = payer.available if payer.available >= least else 0
            part = payer.points if payer.points is not None else min(left, max(0, can))
            if part:
                left -= part
                parts.append((payer, part))
        if left > 0:
            short = self.payers[0]
            self._refuse_short(evolve(short, available=self.price - left), self.price)
        return parts

    def _judge_whole(self, terms: RedemptionTerms) -> None:
        """What is said of a redemption, and of whoever takes the goods: days, kinds, least, most, times."""
        times = tuple(limit for limit in terms.limits if limit.counts is not Counted.POINTS)
        whole = evolve(terms, balance=0, limits=times, cash=False)
        found = redeemable(whole, self._asked(self.payers[0], self.price, balance=self.price))
        if not found.allowed:
            raise NotRedeemable(member=self.member, explanation=found.explanation)

    def _judge_part(self, terms: RedemptionTerms, payer: Payer, part: int) -> list[Use]:
        """What is said of every account that pays: its balance, and the points it may spend."""
        limits = tuple(limit for limit in terms.limits if limit.counts is Counted.POINTS)
        own = evolve(
            terms,
            least=1,
            most=None,
            limits=limits,
            categories=frozenset(),
            days=ANY_DAY,
            hours=Decimal(0),
            cash=False,
        )
        if payer.available < part:
            self._refuse_short(payer, part)
        found = redeemable(own, self._asked(payer, part))
        if not found.allowed:
            raise NotRedeemable(member=self.member, explanation=found.explanation)
        for key, points in found.uses.items():  # of one household, the next one finds less
            self.used[key] += points
        return [Use(key, CountedBy.POINTS, payer.account.key) for key in found.uses]

    # --- limits -------------------------------------------------------------------------------

    def _points_keys(self, terms: RedemptionTerms, payer: Payer) -> Iterator[str]:
        for limit in terms.limits:
            if limit.counts is Counted.POINTS:
                yield limit.counter.key(self.day, payer.subjects)

    def _times(self, terms: RedemptionTerms) -> list[Use]:
        return [
            Use(limit.counter.key(self.day, self.payers[0].subjects), CountedBy.TIMES)
            for limit in terms.limits
            if limit.counts is not Counted.POINTS
        ]


def pieces_limited(
    offer: Offer, pieces: int, day: date, subjects: Mapping[Scope, str], used: Mapping[str, int]
) -> list[Use]:
    """What so many pieces of an offer use up of its limits; raises `OfferLimitReached`."""
    uses = []
    for limit in offer.limits:
        key = limit.key(offer.id, day, subjects)
        left = max(0, limit.most - used[key])
        if pieces > left:
            raise OfferLimitReached(
                offer=offer.name,
                most=limit.most,
                period=limit.period,
                scope=limit.scope,
                left=left,
                wanted=pieces,
            )
        uses.append(Use(key, CountedBy.PIECES, offer.id))
    return uses
