"""Points that neighbours put up for a wish: held until it comes true, then captured to its givers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from attrs import frozen

from gridpoints.claiming.claims.machine import Claims
from gridpoints.claiming.wishes.gifts import Bounty, BountyStatus
from gridpoints.claiming.wishes.model import Wish, WishStatus
from gridpoints.claiming.wishes.purse import Purse
from gridpoints.claiming.wishes.wished import Wished, terms_in
from gridpoints.errors import BountyPromised, NotPublished, NotUsable, NotYourPoints
from gridpoints.ledger.model import MOST_AMOUNT, Account
from gridpoints.ledger.operations import Ledger
from gridpoints.values import Interval, Unit, check_instant, check_whole

#: How long a bounty stands where nobody says, and at most.
BOUNTY_DAYS = timedelta(days=180)
LONGEST_BOUNTY = timedelta(days=3 * 366)
#: Its hold lasts longer: a bounty does not lapse while somebody has claimed the wish.
HOLD_LONGER = timedelta(days=7 * 366)


@frozen
class Bounties(Claims):
    """Neighbours put up points for a wish, and take them back while nobody has claimed it."""

    def put_up_bounty(
        self,
        wish_id: str,
        member_id: str,
        amount: Decimal | int | str,
        *,
        unit: str,
        until: datetime | None = None,
        id: str | None = None,
    ) -> Bounty:
        """Put up points for whoever grants a wish; several neighbours may. They are held at once.

        Raises `InsufficientPoints` for more than is available, `NotPublished` once the wish is
        delivered or ended, `NotYourPoints`, `NotAnAmount`, `EmptyInterval`, or `NotUsable` for
        longer than three years.
        """
        now, actor = self.context.now(), self.context.actor
        until = now + BOUNTY_DAYS if until is None else check_instant("until", until)
        Interval(now, until)
        if until - now > LONGEST_BOUNTY:
            raise NotUsable(field="until", value=until.isoformat())
        with self.context.begin() as work:
            member = self._active(work, member_id)
            if actor.id != member.id and not terms_in(work).entrusted(actor):
                raise NotYourPoints(member=member.name)
            wish = work.get(Wish, wish_id, lock=True)
            if wish.status not in (WishStatus.PUBLISHED, WishStatus.CLAIMED, WishStatus.CONTACTED):
                raise NotPublished(kind="wish", id=wish.id, status=wish.status)
            points = check_whole("amount", work.get(Unit, unit).amount(amount), most=MOST_AMOUNT)
            bounty = Bounty(self.context.id(id), wish.id, member.id, unit, points, now, until)
            Ledger(self.context).hold(
                Account.member(member.id, unit),
                points,
                expires_at=until + HOLD_LONGER,
                reason=wish.number or "",
                id=bounty.hold_id,
            )
            return self.context.keep(work, bounty)

    def withdraw_bounty(self, bounty_id: str, *, reason: str | None = None) -> Bounty:
        """Take a bounty back: its points are available again.

        Raises `BountyPromised` while somebody has claimed the wish, `NotYourPoints`, or
        `IllegalTransition` for one that has ended.
        """
        actor = self.context.actor
        with self.context.begin() as work:
            bounty = work.get(Bounty, bounty_id)
            if actor.id != bounty.member_id and not terms_in(work).entrusted(actor):
                raise NotYourPoints(member=bounty.member_id)
            wished = Wished.locked(self.context, work, bounty.wish_id)
            wish, held = wished.sweep()
            bounty = work.get(Bounty, bounty_id, lock=True)
            if bounty.status is BountyStatus.OPEN and held:
                raise BountyPromised(wish=wish.number or wish.id)
            return Purse(self.context, work, wish).end(bounty, BountyStatus.WITHDRAWN, reason=reason)

    def bounties(self, wish_id: str) -> list[Bounty]:
        """What was ever put up for a wish, oldest first."""
        with self.context.read() as work:
            return work.find(Bounty, {"wish_id": wish_id}, order=("put_up_at", "id"))
