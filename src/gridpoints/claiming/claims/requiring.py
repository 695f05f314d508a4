"""The conditions of claims are set; qualifications are written down."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve, frozen

from gridpoints.catalog.model import Session
from gridpoints.claiming.claims.admission import scopes_of
from gridpoints.claiming.claims.machine import Claims, conditions_under
from gridpoints.claiming.conditions import (
    CONDITIONS,
    OF_LINES,
    OF_SESSIONS,
    UNCONDITIONAL,
    Conditions,
    ConditionsStatus,
    Qualification,
)
from gridpoints.claiming.model import Target
from gridpoints.community.consents import ATTESTATION, AttestationStatus
from gridpoints.community.guarding import guards
from gridpoints.errors import ConditionOfSessions, NotTheOrganiser
from gridpoints.values import LONGEST_DERIVED, check_identifier, check_instant, check_text, check_whole

#: The fields of `Conditions` that are whole numbers, with the least that they may be.
_LEAST = {
    "opens_before": 0,
    "closes_before": 0,
    "newcomers_before": 0,
    "most_open": 1,
    "cooldown_days": 0,
    "late_minutes": 0,
    "offer_minutes": 1,
    "naming_minutes": 0,
    "travel_minutes": 0,
    "lease_days": 1,
    "least_age": 0,
    "guardian_below": 0,
}


@frozen
class Requiring(Claims):
    """What is asked of claimants, and what they bring. For organisers, else `NotTheOrganiser`."""

    def set_conditions(self, conditions: Conditions) -> Conditions:
        """Let these conditions apply from now on, in place of the former ones of the same id.

        What was claimed before stands. Raises `NotWholeNumber`, `BadIdentifier`, `BadText`, or
        `ConditionOfSessions` where it would never hold for what they are of.
        """
        self._must_be_organiser()
        checked = _checked(conditions)
        with self.context.begin() as work:
            for former in work.find(Conditions, {"id": checked.id}, lock=True):
                following = CONDITIONS.advance(former, ConditionsStatus.IN_FORCE)
                renewed = evolve(checked, status=following.status, version=following.version)
                return self.context.change(work, former, renewed)
            return self.context.keep(work, evolve(checked, status=ConditionsStatus.IN_FORCE, version=1))

    def conditions(self, session_id: str | None = None) -> Conditions:
        """The conditions that apply to a session; without one, those of the community."""
        with self.context.read() as work:
            scopes = () if session_id is None else scopes_of(work.get(Session, session_id))
            [conditions] = conditions_under(work, scopes)
            return conditions

    def qualify(
        self, member_id: str, skill: str, *, until: datetime | None = None, id: str | None = None
    ) -> Qualification:
        """Attest that somebody has a skill (its code), for good or until a time; not of oneself."""
        self._must_be_organiser(member_id)
        qualification = Qualification(
            id=self.context.id(id),
            member_id=member_id,
            skill=check_identifier("skill", skill),
            attested_by=self.context.actor.id,
            since=self.context.now(),
            until=None if until is None else check_instant("until", until),
        )
        with self.context.begin() as work:
            return self.context.keep(work, qualification)

    def withdraw_qualification(self, id: str, *, reason: str) -> Qualification:
        """Note that somebody is no longer qualified."""
        self._must_be_organiser()
        with self.context.begin() as work:
            given = work.get(Qualification, id, lock=True)
            withdrawn = ATTESTATION.advance(given, AttestationStatus.WITHDRAWN)
            return self.context.change(work, given, withdrawn, reason)

    def qualifications_of(self, member_id: str) -> list[Qualification]:
        """All that was ever attested of somebody: for these, for who guards them, and for organisers."""
        with self.context.read() as work:
            actor = self.context.actor.id
            if actor != member_id and not guards(work, actor, member_id):
                self.context.must_organise()
            return work.find(Qualification, {"member_id": member_id}, order=("since", "id"))

    def _must_be_organiser(self, member_id: str | None = None) -> None:
        self.context.must_organise()
        if self.context.actor.id == member_id:
            raise NotTheOrganiser(actor=member_id)


def _must_hold(conditions: Conditions) -> None:
    """Raise `ConditionOfSessions` for what a post, an errand or a task can never fulfil."""
    kind = conditions.id.partition(":")[0]
    if kind in (Target.POST, Target.ERRAND, Target.TASK):
        for name in OF_SESSIONS if kind == Target.POST else (*OF_SESSIONS, *OF_LINES):
            if getattr(conditions, name) != getattr(UNCONDITIONAL, name):
                raise ConditionOfSessions(field=name, kind=kind)


def _checked(conditions: Conditions) -> Conditions:
    check_identifier("id", conditions.id, longest=LONGEST_DERIVED)
    _must_hold(conditions)
    for name, least in _LEAST.items():
        if (value := getattr(conditions, name)) is not None:
            check_whole(name, value, least=least, most=10_000_000)
    if conditions.called_off_deed is not None:
        check_identifier("deed", conditions.called_off_deed)
    return evolve(
        conditions,
        skills=tuple(check_identifier("skill", skill) for skill in conditions.skills),
        risk=check_text("risk", conditions.risk) if conditions.risk else "",
    )
