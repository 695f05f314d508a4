"""The room ``oversight``: what looks odd is laid before a person, with its evidence (监督)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice, starmap
from typing import TypeVar

from attrs import frozen

from gridpoints.awards.model import Award
from gridpoints.awards.reviews import Review, Vote
from gridpoints.claiming.model import Claim
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import NotForYourEyes
from gridpoints.oversight.findings import (
    Confirmed,
    is_odd,
    odd_hours,
    one_family,
    refunds_after_earning,
    rings,
    velocity,
)
from gridpoints.oversight.model import USUAL, Finding, Look, Looked, Thresholds, Verdict
from gridpoints.records import Change, kind_of
from gridpoints.redemption.merchants.acting import till_actor_id
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.merchants.outlets import Outlet, Till
from gridpoints.redemption.model import Redemption, RedemptionStatus
from gridpoints.redemption.till.refunds import Refund
from gridpoints.redemption.vouchers.model import Arrival, Delivery
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Range, Work
from gridpoints.values import Interval, check_day, check_one_of, check_text, midnight

T = TypeVar("T")

#: Records that others are looked up for together.
_AT_ONCE = 1_000


@frozen
class Oversight:
    """Findings, and what people made of them."""

    context: Context

    def findings(
        self, *, first: date | None = None, last: date | None = None, thresholds: Thresholds = USUAL
    ) -> list[Looked]:
        """What looks odd on the local days from `first` to `last`: without them, of the last 90 days.

        Each with what was made of it, the ones that nobody looked at first. Nothing is changed, and nobody
        is told. Raises `NotForYourEyes` unless the actor may see the statements of others.
        """
        self._must_be_let()
        last = self.context.day("last", last)
        first = last - timedelta(days=89) if first is None else check_day("first", first)
        zone = self.context.zone
        within = Interval(midnight(first, zone), midnight(last + timedelta(days=1), zone))
        with self.context.read() as work:
            found = list(self._found(work, within, thresholds))
            looks = {look.id: look for look in work.find(Look, {"id": [each.id for each in found]})}
        looked = [Looked(each, looks.get(each.id)) for each in found]
        return sorted(looked, key=lambda each: each.look is not None)

    def look(self, finding: Finding, verdict: Verdict | str, *, note: str) -> Look:
        """Note what somebody made of a finding, and why; it can be looked at again with more evidence.

        Raises `RecordExists` where somebody did.
        """
        self._must_be_let()
        look = Look(
            id=finding.id,
            suspicion=finding.suspicion,
            verdict=check_one_of("verdict", verdict, Verdict),
            note=check_text("note", note),
            looked_at=self.context.now(),
            looked_by=self.context.actor.id,
        )
        with self.context.begin() as work:
            return self.context.keep(work, look)

    def _must_be_let(self) -> None:
        today = self.context.today()
        permissions = Rules(self.context).calendar().on(today).on(today).terms.permissions
        if not permissions.permits(Right.SEE_STATEMENTS, self.context.actor.roles):
            raise NotForYourEyes(
                actor=self.context.actor.id, roles=tuple(sorted(permissions.rights[Right.SEE_STATEMENTS]))
            )

    def _found(self, work: Work, within: Interval, limits: Thresholds) -> Iterator[Finding]:
        when = Range(at_least=within.start, below=within.end)
        handed_out = {"captured_at": when}
        fields = ("id", "member_id", "captured_at")
        yield from velocity(work.stream(Redemption, fields, handed_out, order=("captured_at",)), limits)
        yield from rings(partial(_confirmed, work, when), limits)
        homes = dict(work.select(Member, ("id", "household_id")))
        for merchant in work.find(Merchant):
            of_it = {"merchant_id": merchant.id, **handed_out}
            taken = partial(work.stream, Redemption, ("id", "member_id", "points"), of_it)
            yield from one_family(merchant.id, taken, homes.get, limits)
        yield from refunds_after_earning(_given_back(work, when), limits)
        yield from odd_hours(self._at_odd_hours(work, when, limits), limits)

    def _at_odd_hours(self, work: Work, when: Range, limits: Thresholds) -> Mapping[str, list[str]]:
        """What tills took while their outlets were closed, by the actor that the till is."""
        outlets = {outlet.id: outlet for outlet in work.find(Outlet)}
        places = {till_actor_id(till.id): outlets[till.outlet_id] for till in work.find(Till)}

        def is_odd_at(till: str, at: datetime) -> bool:
            return till in places and is_odd(places[till], at.astimezone(self.context.zone), limits)

        by_till: defaultdict[str, list[str]] = defaultdict(list)
        for merchant in sorted({outlet.merchant_id for outlet in places.values()}):
            theirs = [place for place in places.values() if place.merchant_id == merchant]
            at_night = self._of_a_closed_shop(work, merchant, theirs, when, limits)
            for page in _pages(at_night):
                for id, till in _captured_by(work, [id for id, _ in page]).items():
                    if is_odd_at(till, dict(page)[id]):
                        by_till[till].append(id)
        # A till without a network took it earlier: then counts, and not when it had one again.
        delivered = {"arrival": Arrival.CAPTURED, "taken_at": when}
        fields = ("till_id", "redemption_id", "taken_at")
        for till_id, id, at in work.stream(Delivery, fields, delivered, order=("taken_at",)):
            if is_odd_at(till := till_actor_id(till_id), at):
                by_till[till].append(id)
        return by_till

    def _of_a_closed_shop(
        self, work: Work, merchant_id: str, outlets: Sequence[Outlet], when: Range, limits: Thresholds
    ) -> Iterator[tuple[str, datetime]]:
        """What was captured while one of a merchant's outlets was closed: few of all there are."""
        taken = {"merchant_id": merchant_id, "captured_at": when}
        for id, at in work.stream(Redemption, ("id", "captured_at"), taken, order=("captured_at",)):
            local = at.astimezone(self.context.zone)
            if any(is_odd(outlet, local, limits) for outlet in outlets):
                yield id, at


def _captured_by(work: Work, ids: Sequence[str]) -> Mapping[str, str]:
    """Who captured these redemptions, but for those that a till delivered later."""
    captured = {"kind": kind_of(Redemption), "subject": ids, "status": RedemptionStatus.CAPTURED}
    # The first page of them: something may have been noted of it, or a part given back, since.
    pages = work.select(Change, ("subject", "actor"), captured, order=("-version",))
    delivered = {"redemption_id": ids, "arrival": Arrival.CAPTURED}
    later = {id for (id,) in work.select(Delivery, ("redemption_id",), delivered)}
    return {id: actor for id, actor in pages if id not in later}


def _given_back(work: Work, when: Range) -> Iterator[tuple[str, str]]:
    """Refunds of what had earned points: the member, and the refund."""
    refunds = work.stream(Refund, ("id", "redemption_id"), {"refunded_at": when}, order=("refunded_at",))
    for page in _pages(refunds):
        of = {"id": sorted({redemption for _, redemption in page})}
        earned = {
            id: member
            for id, member, earned in work.select(Redemption, ("id", "member_id", "earned"), of)
            if earned
        }
        yield from ((earned[redemption], id) for id, redemption in page if redemption in earned)


def _confirmed(work: Work, when: Range) -> Iterator[Confirmed]:
    """Who confirmed what of whom: claims that were verified, and votes for awards."""
    verified = {"claimed_at": when, "verified_by": Range()}
    fields = ("verified_by", "member_id", "id")
    yield from starmap(Confirmed, work.stream(Claim, fields, verified, order=("claimed_at",)))
    votes = work.stream(
        Vote, ("voter", "review_id", "id"), {"cast_at": when, "side": "for"}, order=("cast_at",)
    )
    for page in _pages(votes):
        of = {"id": sorted({review for _, review, _ in page})}
        awards = dict(work.select(Review, ("id", "award_id"), of))
        members = dict(work.select(Award, ("id", "member_id"), {"id": sorted(set(awards.values()))}))
        for voter, review, id in page:
            yield Confirmed(voter, members[awards[review]], id)


def _pages(rows: Iterator[T]) -> Iterator[list[T]]:
    """So many at once as others are looked up for."""
    while page := list(islice(rows, _AT_ONCE)):
        yield page
