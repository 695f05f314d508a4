"""The stock of an offer: what came, and what is written off. A part of `Redemptions`.

It stands beside the till: what nobody came for is put back before it is said that there is too little.
"""

from __future__ import annotations

from attrs import evolve, frozen

from gridpoints.errors import NotWholeNumber, WritesOffMore
from gridpoints.redemption.offers.model import Offer
from gridpoints.redemption.offers.offering import Offering
from gridpoints.redemption.till.redeeming import Redeeming
from gridpoints.values import check_text, check_whole

#: More pieces at once are a mistake.
_MOST = 10**9


@frozen
class Stocking(Redeeming, Offering):
    """How many there are to be had."""

    def restock(self, offer_id: str, pieces: int, *, reason: str | None = None) -> Offer:
        """Add pieces to the stock of an offer, or (below 0) write off what broke or is missing.

        The first ones that come begin to be counted. What is reserved stays reserved: raises `WritesOffMore`
        where fewer than that are there besides. What is written off has a `reason` (`BlankText`).
        """
        if pieces == 0:
            raise NotWholeNumber(field="pieces", value="0", least=1, most=_MOST)
        check_whole("pieces", pieces, least=-_MOST, most=_MOST)
        if pieces < 0 or reason is not None:
            reason = check_text("reason", reason or "")
        while True:
            try:
                return self._restock(offer_id, pieces, reason)
            except WritesOffMore:
                if not self.expire(offer_id):  # what nobody came for is there again
                    raise

    def _restock(self, offer_id: str, pieces: int, reason: str | None) -> Offer:
        with self.context.begin() as work:
            offer = self._to_change(work, offer_id)
            stock = offer.stock or 0
            if stock + pieces < 0:
                raise WritesOffMore(offer=offer.name, wanted=-pieces, left=stock)
            return self.context.change(work, offer, evolve(offer, stock=stock).moved(pieces), reason)
