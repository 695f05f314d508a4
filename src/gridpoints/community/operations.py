"""The room ``community``: members are enrolled, found, and leave; the other modules do the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from gridpoints.community.caring import Caring
from gridpoints.community.consenting import Consenting
from gridpoints.community.guarding import Guarding
from gridpoints.community.hosting import Hosting
from gridpoints.community.looking import Looking
from gridpoints.community.model import Household, Member, MemberStatus, Profile
from gridpoints.community.noting import Noting
from gridpoints.community.placing import Places
from gridpoints.community.serving import Serving
from gridpoints.errors import MemberAmbiguous, MemberUnknown
from gridpoints.values import check_identifier, check_text


@frozen
class Membership(Places, Serving, Noting, Guarding, Consenting, Hosting, Caring, Looking):
    """The room ``community``: who belongs to it, where they live, and who does what for whom."""

    def profile(self) -> Profile:
        """The community itself."""
        with self.context.read() as work:
            return work.get(Profile, self.context.community)

    def enrol(
        self, name: str, *, household_id: str | None = None, number: str | None = None, id: str | None = None
    ) -> Member:
        """Enrol somebody; `number` is the clerk's own, unique in the community."""
        [member] = self.enrol_all([self.applicant(name, household_id=household_id, number=number, id=id)])
        return member

    def applicant(
        self, name: str, *, household_id: str | None = None, number: str | None = None, id: str | None = None
    ) -> Member:
        """A member as `enrol_all` takes them: checked, not kept yet."""
        return Member(
            id=self.context.id(id),
            name=check_text("name", name, longest=200),
            enrolled_at=self.context.now(),
            household_id=household_id,
            number=None if number is None else check_identifier("number", number),
        )

    def enrol_all(self, applicants: Iterable[Member]) -> list[Member]:
        """Enrol many at once, all or none; raises `RecordExists` for a taken number, and `PlaceClosed`.

        Only an organiser enrols somebody into a household (`NotTheOrganiser`), as in `place_all`.
        """
        members = [
            evolve(member, status=MemberStatus.ACTIVE, version=1, left_at=None) for member in applicants
        ]
        homes = sorted({member.household_id for member in members if member.household_id is not None})
        if homes:
            self.context.must_organise()
        with self.context.begin() as work:
            for household in work.find(Household, {"id": homes}, lock=True) if homes else ():
                household.must_be_active()
            self.context.keep_all(work, members)
        return members

    def leave(self, member_id: str, *, reason: str | None = None) -> Member:
        """Note that a member left: their balance and record stay, they claim and earn no more.

        What they had taken on and not begun, and what they had asked for, ends with the next
        `gridpoints.Community.tick`; what they worked before is still verified and credited. They say so
        themselves, or an organiser does: else `NotTheOrganiser`.
        """
        if self.context.actor.id != member_id:
            self.context.must_organise()
        with self.context.begin() as work:
            member = work.get(Member, member_id, lock=True)
            return self.context.change(work, member, member.gone(self.context.now()), reason)

    def rejoin(self, member_id: str, *, reason: str | None = None) -> Member:
        """Note that a member who left is back, as an organiser: else `NotTheOrganiser`."""
        self.context.must_organise()
        with self.context.begin() as work:
            member = work.get(Member, member_id, lock=True)
            return self.context.change(work, member, member.back(), reason)

    def member(self, id: str) -> Member:
        """The member of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Member, id)

    def members(self) -> list[Member]:
        """Everybody who belongs or belonged to the community, by number and name."""
        with self.context.read() as work:
            return work.find(Member, order=("number", "name", "id"))

    def identify(self, text: str) -> Member:
        """The member whom a clerk means by a number, an id, or a name.

        Raises `MemberUnknown`, and `MemberAmbiguous` where several bear the name.
        """
        found = self.identify_all([text])[text]
        if not isinstance(found, Member):
            raise found
        return found

    def identify_all(self, texts: Iterable[str]) -> dict[str, Member | MemberUnknown | MemberAmbiguous]:
        """What `identify` answers or raises for each of many texts, looked up together."""
        open_texts = {text: text.strip() for text in texts}
        answers: dict[str, Member | MemberUnknown | MemberAmbiguous] = {}
        with self.context.read() as work:
            for field in ("number", "id", "name"):
                found: dict[str, list[Member]] = {}
                for member in work.find(Member, {field: sorted(set(open_texts.values()))}):
                    found.setdefault(getattr(member, field), []).append(member)
                for text, stripped in list(open_texts.items()):
                    if stripped in found:
                        answers[text] = _the_one(stripped, found[stripped])
                        del open_texts[text]
        return answers | {text: MemberUnknown(member=text[:80]) for text in open_texts}


def _the_one(text: str, found: Sequence[Member]) -> Member | MemberAmbiguous:
    if len(found) == 1:
        return found[0]
    return MemberAmbiguous(name=text, numbers=tuple(member.number or member.id for member in found[:6]))
