"""Thanks for a wish that came true: for the giver, or for everybody to read."""

from __future__ import annotations

from attrs import frozen

from gridpoints.claiming.model import Claim, ClaimStatus, Target
from gridpoints.claiming.wishes.gifts import THANKS, Thanks, ThanksStatus
from gridpoints.claiming.wishes.model import Wish, WishStatus
from gridpoints.claiming.wishes.publishing import Publishing
from gridpoints.claiming.wishes.wished import speaks_for, terms_in
from gridpoints.errors import (
    NotGranted,
    NotTheBeneficiary,
    PersonalDataLeft,
    WishClosed,
    WrongTarget,
)
from gridpoints.values import check_text

#: Thanks that count for the giver.
_COUNTED = (ThanksStatus.GIVEN, ThanksStatus.WAITING, ThanksStatus.PUBLISHED)


@frozen
class Thanking(Publishing):
    """Beneficiaries thank givers; what is meant for everybody is read by somebody first."""

    def thank(self, claim_id: str, text: str, *, public: bool = False) -> Thanks:
        """Thank the giver of a part that came true, once.

        Raises `NotGranted`, `NotTheBeneficiary`, `RecordExists`, or `WishClosed`.
        """
        actor, words = self.context.actor, check_text("text", text)
        with self.context.begin() as work:
            claim = work.get(Claim, claim_id)
            if claim.target is not Target.WISH:
                raise WrongTarget(claim=claim.id, target=claim.target)
            wish = work.get(Wish, claim.target_id, lock=True)
            claim = work.get(Claim, claim_id)
            if not (speaks_for(work, wish, actor) or terms_in(work).entrusted(actor)):
                raise NotTheBeneficiary(wish=wish.number or wish.id)
            if claim.status is not ClaimStatus.VERIFIED:
                raise NotGranted(claim=claim.id, status=claim.status)
            if wish.status is WishStatus.CLOSED:
                raise WishClosed(wish=wish.number or wish.id)
            thanks = Thanks(
                id=claim.id,
                claim_id=claim.id,
                wish_id=wish.id,
                member_id=claim.member_id,
                text=words,
                written_by=actor.id,
                written_at=self.context.now(),
                status=ThanksStatus.WAITING if public else ThanksStatus.GIVEN,
            )
            return self.context.keep(work, thanks)

    def publish_thanks(self, claim_id: str, *, text: str | None = None, despite: str | None = None) -> Thanks:
        """Let everybody read thanks that were meant for them, in other words where `text` gives them.

        Raises `PersonalDataLeft`, unless `despite` says for what reason it may stand there.
        """
        with self.context.begin() as work:
            thanks = work.get(Thanks, claim_id, lock=True)
            wish = work.get(Wish, thanks.wish_id)
            self._must_judge(work, wish)
            words = thanks.text if text is None else check_text("text", text)
            published = THANKS.advance(thanks, ThanksStatus.PUBLISHED, text=words)
            found = self._leftovers(work, wish, words)
            if found and despite is None:
                kinds = tuple(dict.fromkeys(str(each.kind) for each in found))
                raise PersonalDataLeft(wish=wish.number or wish.id, personal=kinds)
            return self.context.change(work, thanks, published, despite)

    def keep_thanks(self, claim_id: str, *, reason: str | None = None) -> Thanks:
        """Leave thanks to the giver alone that were meant for everybody."""
        return self._judge_thanks(claim_id, ThanksStatus.GIVEN, reason)

    def reject_thanks(self, claim_id: str, *, reason: str) -> Thanks:
        """Refuse a text that thanks nobody; it does not count."""
        return self._judge_thanks(claim_id, ThanksStatus.REJECTED, reason)

    def _judge_thanks(self, claim_id: str, to: ThanksStatus, reason: str | None) -> Thanks:
        with self.context.begin() as work:
            thanks = work.get(Thanks, claim_id, lock=True)
            self._must_judge(work, work.get(Wish, thanks.wish_id))
            return self.context.change(work, thanks, THANKS.advance(thanks, to), reason)

    def waiting_thanks(self) -> list[Thanks]:
        """Thanks that somebody has to read before everybody does, oldest first."""
        with self.context.read() as work:
            terms_in(work).must_entrust(self.context.actor)
            return work.find(Thanks, {"status": ThanksStatus.WAITING}, order=("written_at", "id"))

    def thanks_of(self, member_id: str) -> list[Thanks]:
        """What a giver was thanked with, oldest first: they see all of it, others what is published."""
        actor = self.context.actor
        with self.context.read() as work:
            all_of_it = actor.id == member_id or terms_in(work).entrusted(actor)
            statuses = _COUNTED if all_of_it else (ThanksStatus.PUBLISHED,)
            return work.find(Thanks, {"member_id": member_id, "status": statuses}, order=("written_at", "id"))

    def thanks_count(self, member_id: str) -> int:
        """How often a giver was thanked, in public or not: for their record."""
        with self.context.read() as work:
            return work.count(Thanks, {"member_id": member_id, "status": _COUNTED})
