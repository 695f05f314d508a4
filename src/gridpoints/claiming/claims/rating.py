"""Both sides of a claim rate each other, once; nobody loses anything by a rating alone."""

from __future__ import annotations

from attrs import frozen

from gridpoints.claiming.claims.machine import Claims
from gridpoints.claiming.model import Claim, ClaimStatus
from gridpoints.claiming.ratings import BEST, RATING, WORST, Rating, RatingStatus, Reputation
from gridpoints.errors import NotConcerned, NotRatable, NotRated, OwnRating, RatedAlready
from gridpoints.values import check_text, check_whole


@frozen
class RatingEachOther(Claims):
    """The claimant rates what it was like, the other side rates the claimant."""

    def rate(self, claim_id: str, score: int, *, text: str = "") -> Rating:
        """Rate the other side of a verified claim, from 1 (very bad) to 5 (very good).

        Its claimant rates the session or the wish; whoever verified it, an organiser, or who may verify
        it, rates the claimant. Raises `NotRatable`, `NotConcerned`, `RatedAlready` or `NotWholeNumber`.
        """
        score = check_whole("score", score, least=WORST, most=BEST)
        actor = self.context.actor
        with self.context.begin() as work:
            claim = work.get(Claim, claim_id, lock=True)
            if claim.status is not ClaimStatus.VERIFIED:
                raise NotRatable(claim=claim.id, status=claim.status)
            theirs = actor.id == claim.member_id
            if not theirs and actor.id != claim.verified_by and not actor.organises:
                raise NotConcerned(actor=actor.id, claim=claim.id)
            if work.count(Rating, {"claim_id": claim.id, "rater": actor.id}):
                raise RatedAlready(actor=actor.id, claim=claim.id)
            about = f"{claim.target}:{claim.target_id}" if theirs else claim.member_id
            rating = Rating(
                id=self.context.id(None),
                claim_id=claim.id,
                rater=actor.id,
                about=about,
                score=score,
                rated_at=self.context.now(),
                text=check_text("text", text) if text else "",
            )
            return self.context.keep(work, rating)

    def appeal_rating(self, rating_id: str, *, reason: str) -> Rating:
        """Say that a rating of oneself, or of what one organises, is not right. Raises `NotRated`."""
        actor = self.context.actor
        with self.context.begin() as work:
            rating = work.get(Rating, rating_id, lock=True)
            of_a_thing = rating.rater == work.get(Claim, rating.claim_id).member_id
            rated = actor.organises if of_a_thing else actor.id == rating.about
            if not rated:
                raise NotRated(rating=rating.id, actor=actor.id)
            return self.context.change(work, rating, RATING.advance(rating, RatingStatus.APPEALED), reason)

    def decide_rating(self, rating_id: str, *, leave_out: bool, reason: str) -> Rating:
        """Leave an unreasonable rating out, appealed against or not, or let it count after an appeal.

        An organiser decides who neither gave it nor is rated. Raises `NotTheOrganiser`, `OwnRating`.
        """
        actor = self.context.actor
        self.context.must_organise()
        with self.context.begin() as work:
            rating = work.get(Rating, rating_id, lock=True)
            if actor.id in (rating.rater, rating.about):
                raise OwnRating(rating=rating.id, actor=actor.id)
            to = RatingStatus.LEFT_OUT if leave_out else RatingStatus.UPHELD
            return self.context.change(work, rating, RATING.advance(rating, to), reason)

    def ratings_of(self, about: str) -> list[Rating]:
        """What was said of a member (their id), or of ``session:`` or ``wish:`` and an id, by time."""
        with self.context.read() as work:
            return work.find(Rating, {"about": about}, order=("rated_at", "id"))

    def reputation(self, about: str) -> Reputation:
        """What the ratings come to: no average before there are enough (`LEAST_SAMPLES`)."""
        return Reputation.of(self.ratings_of(about))
