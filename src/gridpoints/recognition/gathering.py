"""Where the lines of a record come from: verified claims, turns in emergencies, and their corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from attrs import frozen

from gridpoints.awards.exclusions import Exclusion
from gridpoints.awards.model import Award, AwardStatus
from gridpoints.catalog.model import Session
from gridpoints.claiming.model import Claim, ClaimStatus
from gridpoints.community.consents import Consent
from gridpoints.community.emergency import Emergency, Mode
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.emergency.model import Assignment, AssignmentStatus, MusterCall
from gridpoints.recognition.model import Certificate, RecordEntry
from gridpoints.recognition.record import Correction, Service, ServiceKind, VolunteerRecord
from gridpoints.recognition.titles import listed, titles
from gridpoints.records import Change, Record
from gridpoints.storage.port import T, Work

#: Of an award in one of these, the hours count no more: it was given back, or was not agreed to.
TAKEN_BACK = (AwardStatus.REVERSED, AwardStatus.REJECTED, AwardStatus.WITHDRAWN)


@frozen
class Gathering:
    """Reads the record of one member from what the rooms keep."""

    context: Context
    work: Work
    member_id: str

    def record(self) -> VolunteerRecord:
        """The whole record, by day."""
        of_member = {"member_id": self.member_id}
        services = sorted([*self._claims(), *self._turns()], key=lambda each: (each.day, each.id))
        return VolunteerRecord(
            self.work.get(Member, self.member_id),
            tuple(services),
            tuple(self.work.find(RecordEntry, of_member, order=("day", "entered_at", "id"))),
            tuple(self.work.find(Certificate, of_member, order=("number",))),
            tuple(self.work.find(Exclusion, of_member, order=("since", "id"))),
            tuple(self.work.find(Consent, of_member, order=("since", "id"))),
            self.context.now(),
        )

    def _claims(self) -> Iterable[Service]:
        verified = {"member_id": self.member_id, "status": ClaimStatus.VERIFIED}
        claims = self.work.find(Claim, verified)
        found = listed(self.work, claims)
        names = titles(self.work, found)
        awards = self._awards(claims)
        corrections = self._corrections("claim", claims)
        for claim in claims:
            award = awards.get(claim.award_id or "")
            on = claim.target, claim.target_id
            session = found.get(on)
            done_at = session.starts_at if isinstance(session, Session) else claim.claimed_at
            yield Service(
                id=claim.id,
                kind=ServiceKind(claim.target.value),
                title=names.get(on, ""),  # what somebody wished for stands in nobody else's record
                day=award.day if award else self.context.local_day(done_at),
                hours=claim.hours or Decimal(0),
                verified_by=claim.verified_by or "",
                void=award is not None and award.status in TAKEN_BACK,
                corrections=corrections[claim.id],
            )

    def _turns(self) -> Iterable[Service]:
        over = {"member_id": self.member_id, "status": AssignmentStatus.STOOD_DOWN}
        turns = self.work.find(Assignment, over)
        calls = self._by_id(MusterCall, [turn.call_id for turn in turns])
        emergencies = self._by_id(Emergency, [turn.emergency_id for turn in turns])
        awards = self._awards(turns)
        corrections = self._corrections("assignment", turns)
        for turn in turns:
            award = awards.get(turn.award_id or "")
            drill = emergencies[turn.emergency_id].mode is Mode.DRILL
            yield Service(
                id=turn.id,
                kind=ServiceKind.DRILL if drill else ServiceKind.EMERGENCY,
                title=calls[turn.call_id].place,
                day=self.context.local_day(turn.in_action_at or turn.requested_at),
                hours=turn.hours or Decimal(0),
                verified_by=turn.verified_by or "",
                void=award is not None and award.status in TAKEN_BACK,
                corrections=corrections[turn.id],
            )

    def _by_id(self, kind: type[T], ids: Sequence[str]) -> dict[str, T]:
        return {each.id: each for each in self.work.find(kind, {"id": sorted(set(ids))})}

    def _awards(self, records: Sequence[Claim] | Sequence[Assignment]) -> dict[str, Award]:
        return self._by_id(Award, [each.award_id for each in records if each.award_id])

    def _corrections(
        self, kind: str, records: Sequence[Claim] | Sequence[Assignment]
    ) -> defaultdict[str, tuple[Correction, ...]]:
        """What the journal says of each: hours that were others before, and awards that came to nothing."""
        of_award = {each.award_id: each.id for each in records if each.award_id}
        own: list[Record] = list(records)
        found: defaultdict[str, tuple[Correction, ...]] = defaultdict(tuple)
        lines = [
            *self.work.find(Change, {"kind": kind, "subject": [each.id for each in own]}),
            *self.work.find(Change, {"kind": "award", "subject": list(of_award), "status": TAKEN_BACK}),
        ]
        for line in sorted(lines, key=lambda line: (line.at, line.version)):
            hours = line.before.get("hours")
            if line.kind == "award" or isinstance(hours, Decimal):
                subject = of_award[line.subject] if line.kind == "award" else line.subject
                found[subject] += (Correction(line.at, line.actor, line.reason, hours),)
        return found
