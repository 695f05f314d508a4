"""Who does what: offices with terms, teams, partner organisations, and the lists of codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from attrs import frozen

from gridpoints.community.model import (
    STANDING,
    TENURE,
    Grid,
    Household,
    Member,
    Standing,
    Tenure,
)
from gridpoints.community.offices import Engagement, Office, Partner, PartnershipAgreement, Team, TeamMember
from gridpoints.community.room import Room, check_name, check_or_empty, check_term
from gridpoints.community.standards import Reassignment
from gridpoints.community.terms import KNOWN, SEAT, Term, TermList
from gridpoints.errors import HeldAlready, OnePlaceOnly, OwnOffice, ProposalStale
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work
from gridpoints.values import SYSTEM, Actor, Names, check_identifier, check_text


@frozen
class Serving(Room):
    """Offices, teams and partners. Who has left the community is given none: `MemberInactive`.

    An office is a role, and a role has rights. So who gives offices, or adds to the list of roles, needs the
    right `APPOINT`, which organisers have where the rules name nobody (else `RightReserved`); and nobody
    gives an office to themselves (`OwnOffice`).
    """

    # --- lists of codes -----------------------------------------------------------------------

    def add_term(self, list: TermList | str, code: str, names: Names) -> Term:
        """Add a code to a list: a role, a care flag, a member type, a way of managing."""
        of = TermList(list)
        code = check_identifier("code", code, longest=60)
        if of is TermList.ROLE:
            self._must_appoint()
        return self._keep(Term(f"{of}/{code}", of, code, {k: check_name(v) for k, v in names.items()}))

    def terms(self, list: TermList | str) -> dict[str, Names]:
        """The codes of a list; those that every community knows have no names of their own."""
        of = TermList(list)
        added = self._find(Term, {"list": of})
        return {code: {} for code in sorted(KNOWN[of])} | {term.code: term.names for term in added}

    # --- offices ------------------------------------------------------------------------------

    def appoint(
        self,
        member_id: str,
        role: str,
        *,
        grid_id: str | None = None,
        household_id: str | None = None,
        overlay_id: str | None = None,
        partner_id: str | None = None,
        since: date | None = None,
        until: date | None = None,
        duty: str = "",
        contact: str = "",
        engagement: Engagement = Engagement.PART_TIME,
        id: str | None = None,
    ) -> Office:
        """Give a member a role at a place, beside all that they have; see `Office` for what each says.

        The term begins today where `since` is left out. Raises `TermUnknown` for a role that is not on
        the list, `OnePlaceOnly`, `TermEndsFirst`, `PlaceClosed`, and `HeldAlready` for the same again.
        """
        if sum(place is not None for place in (grid_id, household_id, overlay_id)) > 1:
            raise OnePlaceOnly
        office = Office(
            id=self.context.id(id),
            member_id=member_id,
            role=check_identifier("role", role),
            since=self.context.day("since", since),
            until=until,
            grid_id=grid_id,
            household_id=household_id,
            overlay_id=overlay_id,
            partner_id=partner_id,
            duty=check_or_empty("duty", duty),
            contact=check_or_empty("contact", contact),
            engagement=Engagement(engagement),
        )
        check_term(office.since, until)
        with self.context.begin() as work:
            self._must_appoint(member_id)
            member = self._member(work, member_id)
            self._term(work, TermList.ROLE, role)
            self._must_be_in_use(work, office)
            held = work.find(Office, {"member_id": member_id, "role": role, "status": Tenure.HELD})
            if any(_same_place(office, other) and _overlap(office, other) for other in held):
                raise HeldAlready(member=member.name)
            return self.context.keep(work, office)

    def _must_appoint(self, member_id: str | None = None) -> None:
        """Raise `RightReserved`, or `OwnOffice` for who would appoint themselves."""
        Rules(self.context).require(Right.APPOINT)
        actor = self.context.actor
        if actor.id == member_id and actor.roles.isdisjoint(SYSTEM.roles):
            raise OwnOffice(actor=actor.id)

    def _must_be_in_use(self, work: Work, office: Office) -> None:
        for grid in work.find(Grid, {"id": office.grid_id}) if office.grid_id else ():
            grid.must_be_active()
        for household in work.find(Household, {"id": office.household_id}) if office.household_id else ():
            household.must_be_active()

    def appoint_seat(
        self, partner_id: str, member_id: str, *, since: date | None = None, until: date | None = None
    ) -> Office:
        """Give somebody a partner organisation's seat in the community (兼职委员)."""
        return self.appoint(member_id, SEAT, partner_id=partner_id, since=since, until=until)

    def end_office(self, office_id: str, *, on: date | None = None, reason: str | None = None) -> Office:
        """End a term: from the day `on` (today) it is no longer held, whoever it was for longer.

        Who holds it may resign.
        """
        with self.context.begin() as work:
            office = work.get(Office, office_id, lock=True)
            if self.context.actor.id != office.member_id:
                self._must_appoint()
            until = max(self.context.day("on", on), office.since)
            until = min(until, office.until or until)
            return self.context.change(
                work, office, TENURE.advance(office, Tenure.ENDED, until=until), reason
            )

    def extend_office(self, office_id: str, until: date | None, *, reason: str | None = None) -> Office:
        """Let a term end on another day, or, with None, when it is ended. Raises `TermEndsFirst`."""
        with self.context.begin() as work:
            office = work.get(Office, office_id, lock=True)
            self._must_appoint(office.member_id)
            check_term(office.since, until)
            return self.context.change(work, office, self._still_held(office, until=until), reason)

    def reassign(self, office_id: str, grid_id: str, *, reason: str | None = None) -> Office:
        """Let somebody do what they do in another grid. Raises `PlaceClosed`."""
        with self.context.begin() as work:
            self._must_appoint()
            office = work.get(Office, office_id, lock=True)
            work.get(Grid, grid_id).must_be_active()
            moved = self._still_held(office, grid_id=grid_id, household_id=None, overlay_id=None)
            return self.context.change(work, office, moved, reason)

    def _still_held(self, office: Office, **changes: object) -> Office:
        """`office` with changes; raises `IllegalTransition` for one that was ended."""
        if office.status is not Tenure.HELD:
            return TENURE.advance(office, Tenure.ENDED, **changes)
        return TENURE.amend(office, **changes)

    def carry_out(self, moves: Iterable[Reassignment], *, reason: str | None = None) -> list[Office]:
        """Do what a proposal proposes, all of it or nothing: somebody decided that it is right.

        Raises `ProposalStale` where somebody is no longer where the proposal found them.
        """
        wanted = {move.office_id: move for move in moves}
        with self.context.begin() as work:
            self._must_appoint()
            offices = work.find(Office, {"id": sorted(wanted)}, lock=True)
            found = {office.id: office for office in offices}
            for id, move in wanted.items():
                office = found.get(id)
                if office is None or office.status is not Tenure.HELD or office.grid_id != move.held_at:
                    raise ProposalStale(member=move.member)
            for grid in work.find(Grid, {"id": sorted({move.to_id for move in wanted.values()})}):
                grid.must_be_active()
            changes = [(o, TENURE.amend(o, grid_id=wanted[o.id].to_id)) for o in offices]
            self.context.change_all(work, changes, reason)
        return [new for _, new in changes]

    def offices(
        self,
        *,
        member_id: str | None = None,
        grid_id: str | None = None,
        role: str | None = None,
        partner_id: str | None = None,
        on: date | None = None,
    ) -> list[Office]:
        """The offices that are in term today, or on the day `on`: of a member, at a grid, of a role."""
        day = self.context.day("on", on)
        given = {"member_id": member_id, "grid_id": grid_id, "role": role, "partner_id": partner_id}
        where = {name: value for name, value in given.items() if value is not None}
        return [office for office in self._find(Office, where, "role", "since", "id") if office.in_term(day)]

    def actor(self, member_id: str) -> Actor:
        """A member as one who acts, in the roles of all the offices that they have today."""
        member = self._get(Member, member_id)
        return Actor(member.id, frozenset(office.role for office in self.offices(member_id=member_id)))

    # --- teams --------------------------------------------------------------------------------

    def form_team(
        self,
        name: str,
        *,
        purpose: str,
        field: str | None = None,
        captain_id: str | None = None,
        grid_id: str | None = None,
        parent_id: str | None = None,
        id: str | None = None,
    ) -> Team:
        """Form a team; its captain, where there is one, is on its list from the beginning."""
        team = Team(
            id=self.context.id(id),
            name=check_name(name),
            purpose=check_text("purpose", purpose),
            field=None if field is None else check_identifier("field", field),
            captain_id=captain_id,
            grid_id=grid_id,
            parent_id=parent_id,
        )
        with self.context.begin() as work:
            self.context.keep(work, team)
            if captain_id is not None:
                self.join_team(team.id, captain_id)
        return team

    def join_team(self, team_id: str, member_id: str, *, duty: str = "") -> TeamMember:
        """Put a member on the list of a team, or write down what they do there now (职责)."""
        duty = check_or_empty("duty", duty)
        with self.context.begin() as work:
            self._member(work, member_id)
            work.get(Team, team_id, lock=True).must_be_active()
            for place in work.find(TeamMember, {"team_id": team_id, "member_id": member_id}, lock=True):
                if place.status is Tenure.HELD:
                    return self._amend(TeamMember, TENURE, place.id, duty=duty)
                again = TENURE.advance(place, Tenure.HELD, duty=duty, since=self.context.today(), until=None)
                return self.context.change(work, place, again)
            place = TeamMember(self.context.id(None), team_id, member_id, duty, self.context.today())
            return self.context.keep(work, place)

    def leave_team(self, team_id: str, member_id: str, *, reason: str | None = None) -> TeamMember:
        """Take a member off the list; a captain who leaves is captain no more. Raises `RecordUnknown`."""
        with self.context.begin() as work:
            team = work.get(Team, team_id, lock=True)
            if team.captain_id == member_id:
                self.context.change(work, team, STANDING.amend(team, captain_id=None), reason)
            on_list = work.find(TeamMember, {"team_id": team_id, "member_id": member_id}, lock=True)
            place = on_list[0] if on_list else work.get(TeamMember, f"{team_id}/{member_id}")
            ended = TENURE.advance(place, Tenure.ENDED, until=self.context.today())
            return self.context.change(work, place, ended, reason)

    def name_captain(self, team_id: str, member_id: str) -> Team:
        """Let a member lead the team; they are put on its list where they are not."""
        with self.context.begin():
            self.join_team(team_id, member_id)
            return self._amend(Team, STANDING, team_id, captain_id=member_id)

    def close_team(self, team_id: str, *, reason: str | None = None) -> Team:
        """A team does nothing any more; its list is kept."""
        return self._advance(Team, STANDING, team_id, Standing.CLOSED, reason)

    def teams(self, *, member_id: str | None = None, field: str | None = None) -> list[Team]:
        """The teams there are, by name: those that a member belongs to, those of a field."""
        where: dict[str, object] = {"status": Standing.ACTIVE}
        if field is not None:
            where["field"] = field
        if member_id is not None:
            on_lists = self._find(TeamMember, {"member_id": member_id, "status": Tenure.HELD})
            where["id"] = [place.team_id for place in on_lists]
        return self._find(Team, where, "name", "id")

    def team_list(self, team_id: str) -> list[tuple[Member, TeamMember]]:
        """Who belongs to a team and what they do there (花名册), by name."""
        with self.context.read() as work:
            places = work.find(TeamMember, {"team_id": team_id, "status": Tenure.HELD})
            by_id = {place.member_id: place for place in places}
            members = work.find(Member, {"id": sorted(by_id)}, order=("name", "id"))
        return [(member, by_id[member.id]) for member in members]

    # --- partners -----------------------------------------------------------------------------

    def add_partner(self, name: str, *, sort: str, contact: str = "", id: str | None = None) -> Partner:
        """Note an organisation that does its part; `sort` is a code such as ``department`` or ``school``."""
        return self._keep(
            Partner(
                id=self.context.id(id),
                name=check_name(name),
                sort=check_identifier("sort", sort),
                contact=check_or_empty("contact", contact),
            )
        )

    def close_partner(self, partner_id: str, *, reason: str | None = None) -> Partner:
        """An organisation does its part no more."""
        return self._advance(Partner, STANDING, partner_id, Standing.CLOSED, reason)

    def partners(self) -> list[Partner]:
        """The partner organisations there are, by name."""
        return self._find(Partner, {"status": Standing.ACTIVE}, "name", "id")

    def agree(
        self,
        partner_id: str,
        title: str,
        content: str,
        *,
        signed_on: date | None = None,
        since: date | None = None,
        until: date | None = None,
        id: str | None = None,
    ) -> PartnershipAgreement:
        """Note what was agreed with a partner (共建协议); it begins when it is signed unless told."""
        signed_on = self.context.day("signed_on", signed_on)
        agreement = PartnershipAgreement(
            id=self.context.id(id),
            partner_id=partner_id,
            title=check_name(title),
            content=check_text("content", content, longest=20_000),
            signed_on=signed_on,
            since=signed_on if since is None else since,
            until=until,
        )
        check_term(agreement.since, until)
        return self._keep(agreement)

    def end_agreement(self, agreement_id: str, *, reason: str | None = None) -> PartnershipAgreement:
        """End an agreement from today on."""
        with self.context.begin() as work:
            agreement = work.get(PartnershipAgreement, agreement_id, lock=True)
            until = max(self.context.today(), agreement.since)
            until = min(until, agreement.until or until)
            ended = TENURE.advance(agreement, Tenure.ENDED, until=until)
            return self.context.change(work, agreement, ended, reason)

    def agreements(
        self, partner_id: str | None = None, *, on: date | None = None
    ) -> list[PartnershipAgreement]:
        """The agreements in force today, or on another day, with one partner or with all."""
        day = self.context.day("on", on)
        where = {} if partner_id is None else {"partner_id": partner_id}
        return [each for each in self._find(PartnershipAgreement, where, "since", "id") if each.in_force(day)]


def _same_place(one: Office, other: Office) -> bool:
    places: Collection[str] = ("grid_id", "household_id", "overlay_id", "partner_id")
    return all(getattr(one, name) == getattr(other, name) for name in places)


def _overlap(one: Office, other: Office) -> bool:
    """Whether there is a day on which both are held."""
    first = max(one.since, other.since)
    return one.in_term(first) and other.in_term(first)
