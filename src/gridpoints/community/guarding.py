"""Who answers for whom: guardians (监护人) of children, and of those who cannot speak for themselves."""

from __future__ import annotations

from attrs import frozen

from gridpoints.community.model import TENURE, Member, Tenure
from gridpoints.community.people import Guardianship
from gridpoints.community.room import Room
from gridpoints.errors import NotTheGuardian, NotTheOrganiser, NotUsable
from gridpoints.storage.port import Work


@frozen
class Guarding(Room):
    """Guardians are noted, by organisers who have seen that they are."""

    def name_guardian(self, member_id: str, guardian_id: str, *, reason: str | None = None) -> Guardianship:
        """Note that a member is the guardian of another; where it is noted already, nothing is written.

        An organiser does, who is neither: else `NotTheOrganiser`. Raises `MemberInactive`, or `NotUsable`
        for somebody's own guardian.
        """
        self._must_be_neither(member_id, guardian_id)
        if member_id == guardian_id:
            raise NotUsable(field="guardian", value=guardian_id)
        with self.context.begin() as work:
            for id in sorted((member_id, guardian_id)):
                self._member(work, id)
            named = Guardianship(f"{member_id}/{guardian_id}", member_id, guardian_id)
            for known in work.find(Guardianship, {"id": named.id}, lock=True):
                if known.status is Tenure.HELD:
                    return known
                return self.context.change(work, known, TENURE.advance(known, Tenure.HELD), reason)
            return self.context.keep(work, named)

    def end_guardianship(
        self, member_id: str, guardian_id: str, *, reason: str | None = None
    ) -> Guardianship:
        """Note that somebody is a guardian no longer: they speak for the other no more from now on.

        Nor do they confirm wishes that they made for them; whoever looks after wishes does. Raises as
        `name_guardian` does, and `RecordUnknown`.
        """
        self._must_be_neither(member_id, guardian_id)
        return self._advance(Guardianship, TENURE, f"{member_id}/{guardian_id}", Tenure.ENDED, reason)

    def guardians_of(self, member_id: str) -> list[Member]:
        """Who answers for a member, by name: for these two, and for organisers (`NotTheOrganiser`)."""
        with self.context.read() as work:
            held = work.find(Guardianship, {"member_id": member_id, "status": Tenure.HELD})
            ids = sorted(each.guardian_id for each in held)
            if self.context.actor.id not in (member_id, *ids):
                self.context.must_organise()
            return work.find(Member, {"id": ids}, order=("name", "id"))

    def _must_be_neither(self, *ids: str) -> None:
        self.context.must_organise()
        if self.context.actor.id in ids:
            raise NotTheOrganiser(actor=self.context.actor.id)


def must_guard(work: Work, actor: str, member: Member) -> None:
    """Raise `NotTheGuardian` unless the community knows `actor` as a guardian of the member, now."""
    if not guards(work, actor, member.id):
        raise NotTheGuardian(actor=actor, member=member.name)


def guards(work: Work, actor: str, member_id: str) -> bool:
    """Whether the community knows `actor` as a guardian of a member, now."""
    return work.count(Guardianship, {"id": f"{member_id}/{actor}", "status": Tenure.HELD}) > 0
