"""Trainings, honours and evaluations are entered, corrected and withdrawn. A part of `Recognition`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import DeedInFuture, OwnRecord
from gridpoints.recognition.model import ENTRY, EntryKind, EntryStatus, RecordEntry
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.values import check_day, check_decimal, check_one_of, check_text


@frozen
class Entering:
    """Who enters something needs the right `CERTIFY`, and does it for others alone: `OwnRecord`."""

    context: Context

    def enter(
        self,
        member_id: str,
        kind: EntryKind,
        title: str,
        *,
        day: date,
        hours: Decimal | int | str | None = None,
        given_by: str = "",
        note: str | None = None,
        id: str | None = None,
    ) -> RecordEntry:
        """Enter a training, an honour, an evaluation, or service elsewhere.

        Raises `RightReserved`, `OwnRecord`, `DeedInFuture`, or `RecordUnknown` for the member.
        """
        self._may_certify(member_id)
        entry = self._entry(member_id, kind, title, day=day, hours=hours, given_by=given_by, note=note, id=id)
        with self.context.begin() as work:
            work.get(Member, member_id)
            return self.context.keep(work, entry)

    def correct(
        self,
        entry_id: str,
        reason: str,
        *,
        title: str | None = None,
        day: date | None = None,
        hours: Decimal | int | str | None = None,
        given_by: str | None = None,
        note: str | None = None,
    ) -> RecordEntry:
        """Put another entry in the place of one that is wrong, with what is given changed; both are shown."""
        with self.context.begin() as work:
            old = work.get(RecordEntry, entry_id, lock=True)
            self._may_certify(old.member_id)
            reason = check_text("reason", reason)
            self.context.change(work, old, ENTRY.advance(old, EntryStatus.CORRECTED), reason)
            entry = self._entry(
                old.member_id,
                old.kind,
                old.title if title is None else title,
                day=old.day if day is None else day,
                hours=old.hours if hours is None else hours,
                given_by=old.given_by if given_by is None else given_by,
                note=old.note if note is None else note,
                corrects=old.id,
            )
            return self.context.keep(work, entry)

    def withdraw(self, entry_id: str, reason: str) -> RecordEntry:
        """Say that an entry was wrong: it is shown, with the reason, and counts no more."""
        with self.context.begin() as work:
            entry = work.get(RecordEntry, entry_id, lock=True)
            self._may_certify(entry.member_id)
            reason = check_text("reason", reason)
            return self.context.change(work, entry, ENTRY.advance(entry, EntryStatus.WITHDRAWN), reason)

    def _may_certify(self, member_id: str) -> None:
        Rules(self.context).require(Right.CERTIFY)
        if self.context.actor.id == member_id:
            raise OwnRecord(actor=self.context.actor.id)

    def _entry(
        self,
        member_id: str,
        kind: EntryKind,
        title: str,
        *,
        day: date,
        hours: Decimal | int | str | None,
        given_by: str,
        note: str | None,
        id: str | None = None,
        corrects: str | None = None,
    ) -> RecordEntry:
        if check_day("day", day) > self.context.today():
            raise DeedInFuture(day=day)
        return RecordEntry(
            id=self.context.id(id),
            member_id=member_id,
            kind=check_one_of("kind", kind, EntryKind),
            title=check_text("title", title, longest=200),
            day=day,
            entered_at=self.context.now(),
            entered_by=self.context.actor.id,
            hours=None if hours is None else check_decimal("hours", hours),
            given_by=check_text("given_by", given_by, longest=200) if given_by else "",
            note=None if note is None else check_text("note", note),
            corrects=corrects,
        )
