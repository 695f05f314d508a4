"""The room ``recognition``: the volunteer's record, and certificates of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from attrs import frozen

from gridpoints.catalog.model import Session, SessionStatus
from gridpoints.catalog.posts import Errand, Post
from gridpoints.claiming.model import Claim, ClaimStatus
from gridpoints.community.model import Member, Profile
from gridpoints.emergency.model import PLACED, Assignment, MusterCall
from gridpoints.i18n.language import Language
from gridpoints.recognition.agenda import Ahead, feed
from gridpoints.recognition.badges import Issuer, Signed, Texts, badge, short_form, status_list
from gridpoints.recognition.certifying import Certifying
from gridpoints.recognition.gathering import Gathering
from gridpoints.recognition.model import Certificate, CertificateStatus, RecordEntry
from gridpoints.recognition.papers import as_csv, as_svg, texts_of
from gridpoints.recognition.prints import as_pdf
from gridpoints.recognition.record import VolunteerRecord
from gridpoints.recognition.titles import Listed, listed, titles
from gridpoints.records import Change
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work
from gridpoints.values import midnight

T = TypeVar("T")


@frozen
class Recognition(Certifying):
    """The room ``recognition``: who is thanked, for what.

    A record is read by the person themself, and by those who have the rights `SEE_MEMBERS` and
    `SEE_STATEMENTS`: `RightReserved`.
    """

    def record(self, member_id: str) -> VolunteerRecord:
        """The record of a volunteer as it stands now; raises `RightReserved` or `RecordUnknown`."""
        self._may_read(member_id)
        with self.context.read() as work:
            return Gathering(self.context, work, member_id).record()

    def csv(self, member_id: str, *, language: str = "en") -> str:
        """The record as CSV, its headings in that language; raises as `record` does."""
        return as_csv(self.record(member_id), self._language(language))

    def agenda(self, member_id: str) -> str:
        """What a member took on and is still ahead, as an iCalendar feed: see `Ahead`.

        Raises as `record` does, and `MissingDriver` without the extra ``calendar``.
        """
        self._may_read(member_id)
        with self.context.read() as work:
            work.get(Member, member_id)
            ahead = sorted(
                [*self._claimed(work, member_id), *self._turns(work, member_id)],
                key=lambda each: (self._instant(each.starts_at), each.id),
            )
            name = work.get(Profile, self.context.community).name
        return feed(ahead, community=self.context.community, name=name)

    def _claimed(self, work: Work, member_id: str) -> Iterable[Ahead]:
        """Sessions, errands that have a time, and posts that have a term, as far as they are not over."""
        confirmed = {"member_id": member_id, "status": ClaimStatus.CONFIRMED}
        claims = work.find(Claim, confirmed)
        found = listed(work, claims)
        names = titles(work, found)
        for claim in claims:
            on = claim.target, claim.target_id
            if on in found and (when := self._when(claim, found[on])) is not None:
                yield Ahead(claim.id, names[on], *when, claim.claimed_at, claim.version)

    def _when(self, claim: Claim, what: Listed) -> tuple[datetime | date, datetime | date | None] | None:
        """When something is; None: it is over, called off, or at no time of its own."""
        now = self.context.now()
        match what:
            case Session(status=status, starts_at=start, ends_at=end):
                return (start, end) if end > now and status is not SessionStatus.CANCELLED else None
            case Post(starts_on=first, ends_on=last):
                return (first, last) if last is not None and last >= self.context.today() else None
            case Errand(starts_at=start, ends_at=end):
                over = end or start
                return (start or claim.claimed_at, end) if over is not None and over > now else None
        return None

    def _turns(self, work: Work, member_id: str) -> list[Ahead]:
        turns = work.find(Assignment, {"member_id": member_id, "status": PLACED})
        calls = {call.id: call for call in work.find(MusterCall, {"id": [t.call_id for t in turns]})}
        pairs = [(turn, calls[turn.call_id]) for turn in turns]
        return [
            Ahead(turn.id, call.place, call.starts_at, call.ends_at, turn.requested_at, turn.version)
            for turn, call in pairs
        ]

    def _instant(self, when: datetime | date) -> datetime:
        return when if isinstance(when, datetime) else midnight(when, self.context.zone)

    # --- certificates -------------------------------------------------------------------------

    def certificate(self, id: str) -> Certificate:
        """The certificate of that id; raises as `record` does."""
        with self.context.read() as work:
            certificate = work.get(Certificate, id)
        self._may_read(certificate.member_id)
        return certificate

    def svg(self, certificate_id: str, *, language: str = "en", issuer: Issuer | None = None) -> str:
        """A certificate as a picture, in that language; with an issuer, signed.

        One that was revoked says so, and bears no signature. Raises as `record` does.
        """
        return self._drawn(as_svg, certificate_id, language, issuer)

    def pdf(self, certificate_id: str, *, language: str = "en", issuer: Issuer | None = None) -> bytes:
        """A certificate as PDF on a sheet of A4, in that language; with an issuer, signed.

        The signed badge is attached, and a QR code says the same in a signed `short_form`. One that was
        revoked says so, and bears no signature. Raises `MissingDriver` without the extra ``pdf``, and as
        `record` does.
        """
        return self._drawn(as_pdf, certificate_id, language, issuer)

    def _drawn(self, draw: Callable[..., T], certificate_id: str, language: str, issuer: Issuer | None) -> T:
        spoken = self._language(language)
        with self.context.read() as work:
            certificate, member, profile, texts = self._certified(work, certificate_id, spoken)
            revoked = certificate.status is CertificateStatus.REVOKED
            why = None
            if revoked:
                subject = {"kind": "certificate", "subject": certificate.id, "status": certificate.status}
                why = next(iter(work.find(Change, subject, order=("-version",), limit=1))).reason
        signed = None
        if issuer is not None and not revoked:
            what = (certificate, self.context.community, member, issuer, texts)
            signed = Signed(badge(*what), short_form(*what))
        return draw(certificate, member, profile, texts, spoken, signed=signed, why_revoked=why)

    def badge(self, certificate_id: str, issuer: Issuer, *, language: str = "en") -> str:
        """A certificate as a signed Open Badge 3.0, its texts in that language.

        Raises `CertificateRevoked`, `MissingDriver` without the extra ``proof``, and as `record` does.
        """
        with self.context.read() as work:
            certificate, member, _, texts = self._certified(work, certificate_id, self._language(language))
        certificate.must_be_valid()
        return badge(certificate, self.context.community, member, issuer, texts)

    def status_list(self, issuer: Issuer) -> str:
        """The signed list of what is revoked, for everybody: to be published under `Issuer.status_url`."""
        with self.context.read() as work:
            revoked = [each.number for each in work.find(Certificate, {"status": CertificateStatus.REVOKED})]
            count = work.count(Certificate)
        return status_list(revoked, count, issuer, self.context.now())

    def _certified(
        self, work: Work, certificate_id: str, language: Language
    ) -> tuple[Certificate, Member, Profile, Texts]:
        certificate = work.get(Certificate, certificate_id)
        self._may_read(certificate.member_id)
        member = work.get(Member, certificate.member_id)
        profile = work.get(Profile, self.context.community)
        entry = None
        if certificate.entry_id is not None:
            entry = work.get(RecordEntry, certificate.entry_id)
        return certificate, member, profile, texts_of(certificate, entry, member, profile, language)

    # --- steps --------------------------------------------------------------------------------

    def _may_read(self, member_id: str) -> None:
        if self.context.actor.id != member_id:
            rules = Rules(self.context)
            rules.require(Right.SEE_MEMBERS)
            rules.require(Right.SEE_STATEMENTS)

    def _language(self, tag: str) -> Language:
        return Language.of(tag, self.context.zone)
