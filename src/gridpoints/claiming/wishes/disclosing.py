"""Personal data of a wish are disclosed in steps, to those who grant it, and each time is logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from gridpoints.claiming.model import Claim, ClaimStatus, Target
from gridpoints.claiming.wishes.gifts import Detail, Disclosure
from gridpoints.claiming.wishes.model import Particulars, Wish
from gridpoints.claiming.wishes.showing import Showing, one_of
from gridpoints.claiming.wishes.wished import speaks_for, terms_in
from gridpoints.community.model import Grid, Household, Member
from gridpoints.errors import NotDisclosed, NothingToDisclose, NotTheBeneficiary, WrongTarget
from gridpoints.storage.port import Work


@frozen
class Disclosing(Showing):
    """Its number everybody sees; members ask for its area, claimants for address and contact."""

    def disclose_area(self, wish_id: str) -> str:
        """About where a wish would be granted (片区): for members, before they claim it.

        What was noted with the wish, or the grid of the beneficiary. Raises `NotDisclosed`,
        `NotPublished` or `NothingToDisclose`.
        """
        actor = self.context.actor
        with self.context.begin() as work:
            wish = work.get(Wish, wish_id, lock=True)
            wish.must_be_public()
            if not terms_in(work).entrusted(actor):
                for member in work.find(Member, {"id": actor.id}):
                    member.must_be_active()
                    break
                else:
                    raise NotDisclosed(wish=wish.number or wish.id, detail=Detail.AREA, actor=actor.id)
            return self._logged(work, wish, None, Detail.AREA)

    def disclose(self, claim_id: str, detail: Detail | str) -> str:
        """What a claimant needs to know of the wish, for as long as their claim stands.

        Its area, its address (as noted, or the door of the beneficiary), and its contact. A clerk may ask
        for the claimant, who is then told. Raises `NotDisclosed` or `NothingToDisclose`.
        """
        detail, actor = one_of("detail", Detail, detail), self.context.actor
        with self.context.begin() as work:
            claim = work.get(Claim, claim_id)
            if claim.target is not Target.WISH:
                raise WrongTarget(claim=claim.id, target=claim.target)
            wish = work.get(Wish, claim.target_id, lock=True)
            claim = work.get(Claim, claim_id, lock=True)
            theirs = actor.id == claim.member_id or terms_in(work).entrusted(actor)
            if not theirs or not self._stands(claim) or detail is Detail.FILE:
                raise NotDisclosed(wish=wish.number or wish.id, detail=detail, actor=actor.id)
            return self._logged(work, wish, claim, detail)

    def disclosures(self, wish_id: str) -> list[Disclosure]:
        """Who was shown what of a wish, oldest first: for those whose it is, and the desk."""
        actor = self.context.actor
        with self.context.read() as work:
            wish = work.get(Wish, wish_id)
            if not (speaks_for(work, wish, actor) or terms_in(work).entrusted(actor)):
                raise NotTheBeneficiary(wish=wish.number or wish.id)
            return work.find(Disclosure, {"wish_id": wish_id}, order=("at", "id"))

    def _stands(self, claim: Claim) -> bool:
        """Whether its claimant still has to do with the wish."""
        standing = claim.status in (ClaimStatus.CONFIRMED, ClaimStatus.SUBMITTED, ClaimStatus.DISPUTED)
        return standing and not claim.lapsed_at(self.context.now())

    def _logged(self, work: Work, wish: Wish, claim: Claim | None, detail: Detail) -> str:
        if (told := _SAID[detail](work, wish)) is None:
            raise NothingToDisclose(wish=wish.number or wish.id, detail=detail)
        id, actor, now = self.context.id(None), self.context.actor, self.context.now()
        disclosure = Disclosure(id, wish.id, None if claim is None else claim.id, detail, actor.id, now)
        self.context.keep(work, disclosure)
        return told


def _area(work: Work, wish: Wish) -> str | None:
    home = _home(work, wish)
    return work.get(Particulars, wish.id).area or (work.get(Grid, home.grid_id).name if home else None)


def _address(work: Work, wish: Wish) -> str | None:
    home = _home(work, wish)
    return work.get(Particulars, wish.id).address or (home.label if home else None)


def _contact(work: Work, wish: Wish) -> str | None:
    return work.get(Particulars, wish.id).contact


def _home(work: Work, wish: Wish) -> Household | None:
    household = work.get(Member, wish.beneficiary_id).household_id
    return None if household is None else work.get(Household, household)


_SAID: Mapping[Detail, Callable[[Work, Wish], str | None]] = {
    Detail.AREA: _area,
    Detail.ADDRESS: _address,
    Detail.CONTACT: _contact,
}
