"""Teams take places before they know who comes (集体报名), and name them until a time."""

from __future__ import annotations

from datetime import date

from attrs import evolve, frozen

from gridpoints.claiming.claims.machine import must_stand
from gridpoints.claiming.model import CLAIM, Claim, ClaimStatus, Target
from gridpoints.claiming.sessions.attending import Attending
from gridpoints.claiming.sessions.places import Places
from gridpoints.errors import NamesOver, NotForTeam
from gridpoints.values import check_text, check_whole


@frozen
class Teams(Attending):
    """Seats before names."""

    def claim_for_team(
        self, session_id: str, leader_id: str, seats: int, *, team: str, wait: bool = False
    ) -> Claim:
        """Take places for a `team`, for which the leader answers until its people are named.

        Places for which nobody is named until the `naming_minutes` of the `Conditions` go back. With
        `wait`, all of them wait in line together. Raises as `Attending.claim_session` does where a session
        takes no claims.
        """
        seats = check_whole("seats", seats, most=100_000)
        with self.context.begin() as work:
            leader = self._active(work, leader_id)
            places = Places.locked(self.context, work, session_id)
            self._must_claim_for(leader, places)
            places.session.must_take_claims(self.context.now())
            conditions = places.conditions()
            admission = places.admission(leader, conditions)
            admission.item.must_be_published()
            admission.must_be_in_time(places.session)
            claim = Claim(
                self.context.id(None),
                Target.SESSION,
                session_id,
                leader.id,
                claimed_at=self.context.now(),
                due_at=places.session.starts_at,
                seats=seats,
                team=check_text("team", team, longest=200),
            )
            status = self._place(places, conditions, seats, wait=wait)
            due_at = places.due(claim) if status is ClaimStatus.CONFIRMED else claim.due_at
            return self.context.keep(work, evolve(claim, status=status, due_at=due_at))

    def name(
        self, claim_id: str, member_id: str, *, born: date | None = None, acknowledged: bool = False
    ) -> Claim:
        """Name somebody who comes for a team; answers their own claim, which takes over one of its places.

        Raises `NotForTeam`, `NamesOver`, and what `Admission` does of the member.
        """
        with self.context.begin() as work:
            member = self._active(work, member_id)
            claim, places = self._locked_places(work, claim_id)
            self._must_be_theirs(claim, places)
            if claim.team is None:
                raise NotForTeam(claim=claim.id)
            must_stand(claim, ClaimStatus.CONFIRMED, ClaimStatus.TRANSFERRED)
            if claim.due_at is not None and claim.due_at <= self.context.now():
                raise NamesOver(claim=claim.id, until=claim.due_at)
            taker = self._in_place_of(claim, places, member, born=born, acknowledged=acknowledged)
            if claim.seats == 1:  # nobody is left to be named
                fewer = CLAIM.advance(claim, ClaimStatus.TRANSFERRED, due_at=None)
            else:
                fewer = CLAIM.advance(claim, ClaimStatus.CONFIRMED, seats=claim.seats - 1)
            self.context.change(work, claim, fewer)
            return self.context.keep(work, taker)
