"""Certificates: issued from the record, and revoked. A part of `Recognition`."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from gridpoints.community.model import Member, Profile
from gridpoints.errors import EmptyInterval, NothingToCertify
from gridpoints.recognition.entering import Entering
from gridpoints.recognition.gathering import Gathering
from gridpoints.recognition.model import (
    CERTIFICATE,
    Certificate,
    CertificateKind,
    CertificateStatus,
    EntryStatus,
    RecordEntry,
)
from gridpoints.storage.port import Work
from gridpoints.values import check_day, check_text, midnight


@frozen
class Certifying(Entering):
    """Who certifies needs the right `CERTIFY`, and does it for others alone: `OwnRecord`."""

    def certify_hours(
        self, member_id: str, *, since: date | None = None, until: date | None = None, id: str | None = None
    ) -> Certificate:
        """Certify the verified hours of some days, from the first (or `since`) to today (or `until`).

        The hours come from the record, never from whoever certifies. Raises `RightReserved`, `OwnRecord`,
        `EmptyInterval`, or `NothingToCertify`.
        """
        self._may_certify(member_id)
        today = self.context.today()
        until = today if until is None else min(check_day("until", until), today)
        since = None if since is None else check_day("since", since)
        with self.context.begin() as work:
            record = Gathering(self.context, work, member_id).record()
            days = [each.day for each in record.services]
            first = since or min(days, default=until)
            if until < first:
                ends = (midnight(day, self.context.zone) for day in (first, until))
                raise EmptyInterval(start=next(ends), end=next(ends))
            if not (hours := record.hours_between(first, until)):
                raise NothingToCertify(member=record.member.name)
            return self._issue(work, member_id, id, hours=hours, since=first, until=until)

    def certify_entry(self, entry_id: str, *, id: str | None = None) -> Certificate:
        """Certify a training or an honour that stands in the record; raises `NothingToCertify`."""
        with self.context.begin() as work:
            entry = work.get(RecordEntry, entry_id, lock=True)
            self._may_certify(entry.member_id)
            if entry.status is not EntryStatus.STANDING:
                raise NothingToCertify(member=work.get(Member, entry.member_id).name)
            return self._issue(
                work, entry.member_id, id, kind=CertificateKind.ENTRY, entry_id=entry.id, hours=entry.hours
            )

    def revoke(self, certificate_id: str, reason: str) -> Certificate:
        """Revoke a certificate, with the reason: it says so from then on, and so does the status list."""
        with self.context.begin() as work:
            certificate = work.get(Certificate, certificate_id, lock=True)
            self._may_certify(certificate.member_id)
            revoked = CERTIFICATE.advance(
                certificate, CertificateStatus.REVOKED, revoked_at=self.context.now()
            )
            return self.context.change(work, certificate, revoked, check_text("reason", reason))

    def _issue(
        self,
        work: Work,
        member_id: str,
        id: str | None,
        *,
        kind: CertificateKind = CertificateKind.HOURS,
        **what: object,
    ) -> Certificate:
        # Who issues locks the community: the numbers are in a row.
        work.get(Profile, self.context.community, lock=True)
        certificate = Certificate(
            id=self.context.id(id),
            number=work.count(Certificate) + 1,
            member_id=member_id,
            kind=kind,
            issued_at=self.context.now(),
            issued_by=self.context.actor.id,
            **what,  # type: ignore[arg-type]
        )
        return self.context.keep(work, certificate)
