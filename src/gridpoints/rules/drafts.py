"""Drafts of rules (草案): written, revised, checked, approved by a vote, and published or withdrawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from gridpoints.context import Context
from gridpoints.errors import RecordExists, RuleSetFrozen
from gridpoints.records import Change, kind_of
from gridpoints.rules.life import DRAFT, Ballot, Draft, DraftStatus, Revision, beginning
from gridpoints.rules.loading import load, read, version_of
from gridpoints.rules.model import PublishedRules, RuleSet
from gridpoints.rules.permissions import Right
from gridpoints.rules.publishing import publish, publishing
from gridpoints.storage.port import Work


class Drafts(ABC):
    """How a committee makes a version of the rules."""

    context: Context

    @abstractmethod
    def require(self, right: Right) -> None:
        """Raise `RightReserved` where whoever acts does not have a right."""

    def draft(self, source: str | Path) -> Draft:
        """Put down a draft: a file, the name of a preset, or the YAML text itself.

        It need not be right yet, only say its code and its version. The same text again answers the
        draft that stands. Raises `RuleSetInvalid` where these cannot be read, `RuleSetFrozen` for a
        version that is published, and `RecordExists` where another text of it stands: revise that.
        """
        text, name = read(source)
        draft = Draft(version_of(text, name), text, self.context.now(), self.context.actor.id)
        try:
            with self.context.begin() as work:
                if work.count(PublishedRules, {"id": draft.id}):
                    raise RuleSetFrozen(version=draft.id)
                return self.context.keep(work, draft)
        except RecordExists:
            standing = self.draft_of(draft.id)
            if standing.text != text:
                raise
            return standing

    def revise_draft(self, draft_id: str, source: str | Path, *, reason: str | None = None) -> Draft:
        """Give a draft that is not approved another text; the former one is kept.

        It has to be checked again. Raises `DraftMismatch` where the text is of another version.
        """
        text, name = read(source)
        version = version_of(text, name)
        with self.context.begin() as work:
            draft = work.get(Draft, draft_id, lock=True)
            revised = draft.revised(text, version)
            return draft if text == draft.text else self.context.change(work, draft, revised, reason)

    def check_draft(self, draft_id: str) -> Draft:
        """Check its text; raises `RuleSetInvalid` with all that is wrong, and it stays a draft.

        Of one that stands checked already, the text is checked again, and nothing else changes.
        """
        with self.context.begin() as work:
            draft = work.get(Draft, draft_id, lock=True)
            self._load(draft)
            if draft.status is DraftStatus.CHECKED:
                return draft
            return self.context.change(work, draft, DRAFT.advance(draft, DraftStatus.CHECKED))

    def approve_draft(self, draft_id: str, vote: Ballot) -> Draft:
        """Write down the vote by which a checked draft was approved; raises `VoteLost`."""
        context = self.context
        self.require(Right.PUBLISH)
        with context.begin() as work:
            draft = work.get(Draft, draft_id, lock=True)
            approved = draft.approved(vote, at=context.now(), by=context.actor.id)
            return context.change(work, draft, approved)

    def _load(self, draft: Draft) -> RuleSet:
        return load(draft.text, source=draft.id, evaluator=self.context.evaluator)

    def publish_draft(self, draft_id: str, *, starts_on: date | None = None) -> RuleSet:
        """Publish an approved draft from a day on (None: the ``from`` of its text): now it is frozen.

        Again, it changes nothing. Raises `StartsTooEarly` for a day before that which was voted on,
        `IllegalTransition` for a draft that is not approved, and `UnitChanged`.
        """
        self.require(Right.PUBLISH)

        def act(work: Work) -> RuleSet:
            return self._publish_draft(work, work.get(Draft, draft_id, lock=True), starts_on)

        return publishing(self.context, act)

    def _publish_draft(self, work: Work, draft: Draft, starts_on: date | None) -> RuleSet:
        """Publish a draft that is locked."""
        if draft.status is DraftStatus.PUBLISHED:
            [standing] = work.find(PublishedRules, {"id": draft.id})
            if starts_on not in (None, standing.starts_on):
                raise RuleSetFrozen(version=draft.id)
            return beginning(self._load(draft), standing.starts_on)
        published = DRAFT.advance(draft, DraftStatus.PUBLISHED)
        rules = beginning(self._load(draft), starts_on)
        publish(self.context, work, rules, draft.text)
        self.context.change(work, draft, published)
        return rules

    def withdraw_draft(self, draft_id: str, *, reason: str) -> Draft:
        """Take back a draft that is not published. A new attempt needs a version of its own."""
        with self.context.begin() as work:
            draft = work.get(Draft, draft_id, lock=True)
            return self.context.change(work, draft, DRAFT.advance(draft, DraftStatus.WITHDRAWN), reason)

    def draft_of(self, version: str) -> Draft:
        """The draft of that version (``code@version``); raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Draft, version)

    def drafts(self, status: DraftStatus | None = None) -> list[Draft]:
        """All drafts, or those of a status, the oldest first."""
        where = {"status": status} if status else None
        with self.context.read() as work:
            return work.find(Draft, where, order=("drafted_at", "id"))

    def revisions(self, draft_id: str) -> list[Revision]:
        """Every text that a draft ever had, the oldest first, with who wrote it and why."""
        with self.context.read() as work:
            draft = work.get(Draft, draft_id)
            where = {"kind": kind_of(Draft), "subject": draft.id}
            changes = work.find(Change, where, order=("-version",))
        return [*_revisions(draft, changes)][::-1]


def _revisions(draft: Draft, changes: list[Change]) -> Iterator[Revision]:
    """From the last change back to the first: each keeps what stood there before it."""
    text = draft.text
    for change in changes:
        if "text" in change.before or change.version == 1:
            yield Revision(change.version, text, change.at, change.actor, change.reason)
            text = change.before.get("text", text)
