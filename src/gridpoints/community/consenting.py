"""Consents are written down, told to those concerned, and withdrawn. A part of `Membership`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from gridpoints.community.consents import ATTESTATION, EVERYWHERE, GRADES, AttestationStatus, Consent
from gridpoints.community.guarding import guards, must_guard
from gridpoints.community.model import Member
from gridpoints.community.room import Room
from gridpoints.errors import NotTheOrganiser
from gridpoints.storage.port import Work
from gridpoints.values import LONGEST_DERIVED, check_identifier, check_instant, check_text


@frozen
class Consenting(Room):
    """What somebody agreed to, or a guardian for them, and since when they do no longer."""

    def record_consent(
        self,
        member_id: str,
        given_by: str,
        *,
        covers: str = EVERYWHERE,
        until: datetime | None = None,
        id: str | None = None,
    ) -> Consent:
        """Write down that somebody agrees for a member to what `covers` names: see `Consent`.

        Members agree themselves that their `GRADES` are made public, or a guardian does; a guardian alone,
        that a minor takes part. They say so themselves, or an organiser writes it down, naming them by their
        id: the community must know guardians as such, else `NotTheGuardian`. For one who is no member, the
        organiser answers. Nobody else writes anything down: `NotTheOrganiser`.
        """
        actor = self.context.actor.id
        if actor != given_by:
            self.context.must_organise()
            if actor == member_id:
                raise NotTheOrganiser(actor=actor)
        consent = Consent(
            id=self.context.id(id),
            member_id=member_id,
            given_by=check_text("guardian", given_by, longest=200),
            covers=check_identifier("covers", covers, longest=LONGEST_DERIVED),
            recorded_by=actor,
            since=self.context.now(),
            until=None if until is None else check_instant("until", until),
        )
        own = given_by == member_id and covers.partition(":")[0] == GRADES
        with self.context.begin() as work:
            member = work.get(Member, member_id)
            if not own and (actor == given_by or work.count(Member, {"id": given_by})):
                must_guard(work, given_by, member)
            return self.context.keep(work, consent)

    def withdraw_consent(self, id: str, *, reason: str | None = None) -> Consent:
        """Agree to it no longer, from now on; what was claimed with it is to be called off by hand.

        Whom it concerns does, who gave it, a guardian, or an organiser; else `NotTheOrganiser`.
        """
        with self.context.begin() as work:
            given = work.get(Consent, id, lock=True)
            actor = self.context.actor.id
            if actor not in (given.member_id, given.given_by) and not guards(work, actor, given.member_id):
                self.context.must_organise()
            withdrawn = ATTESTATION.advance(
                given, AttestationStatus.WITHDRAWN, withdrawn_at=self.context.now()
            )
            return self.context.change(work, given, withdrawn, reason)

    def consents_for(self, member_id: str) -> list[Consent]:
        """All that somebody, or a guardian for them, ever agreed to: for these, and for organisers."""
        with self.context.read() as work:
            actor = self.context.actor.id
            if actor != member_id and not guards(work, actor, member_id):
                self.context.must_organise()
            return work.find(Consent, {"member_id": member_id}, order=("since", "id"))


def who_agreed(work: Work, subjects: Mapping[str, str], grades: str, at: datetime) -> frozenset[str]:
    """Of whom grades may be made public: those for whom everybody agreed who counts for them.

    `subjects` says for whom each member counts: for themself, their household or their grid.
    """
    covers = {"covers": [GRADES, f"{GRADES}:{grades}"], "status": AttestationStatus.GIVEN}
    agreed = {each.member_id for each in work.find(Consent, covers) if each.holds_at(at)}
    return frozenset(subjects.values()) - {
        subject for member, subject in subjects.items() if member not in agreed
    }
