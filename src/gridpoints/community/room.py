"""What the parts of the room ``community`` share: records are kept, amended and moved in one way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from attrs import frozen

from gridpoints.community.model import Member
from gridpoints.community.terms import KNOWN, Term, TermList
from gridpoints.context import Context
from gridpoints.errors import TermEndsFirst, TermUnknown
from gridpoints.records import Lifecycle, Record, Stateful
from gridpoints.storage.port import Work
from gridpoints.values import check_day, check_text, shown

R = TypeVar("R", bound=Stateful)
T = TypeVar("T", bound=Record)

#: The longest name of anything.
LONGEST_NAME = 200


@frozen
class Room:
    """A part of `gridpoints.community.operations.Membership`."""

    context: Context

    def _get(self, kind: type[T], id: str) -> T:
        with self.context.read() as work:
            return work.get(kind, id)

    def _find(self, kind: type[T], where: Mapping[str, Any] | None = None, *order: str) -> list[T]:
        with self.context.read() as work:
            return work.find(kind, where, order=order or ("id",))

    def _keep(self, record: R) -> R:
        with self.context.begin() as work:
            return self.context.keep(work, record)

    def _advance(
        self, kind: type[R], lifecycle: Lifecycle[Any], id: str, to: StrEnum, reason: str | None
    ) -> R:
        with self.context.begin() as work:
            record = work.get(kind, id, lock=True)
            return self.context.change(work, record, lifecycle.advance(record, to), reason)

    def _amend(
        self, kind: type[R], lifecycle: Lifecycle[Any], id: str, reason: str | None = None, **changes: Any
    ) -> R:
        """Change fields of a record; nothing is written where they are as they were."""
        with self.context.begin() as work:
            record = work.get(kind, id, lock=True)
            if all(getattr(record, name) == value for name, value in changes.items()):
                return record
            return self.context.change(work, record, lifecycle.amend(record, **changes), reason)

    def _member(self, work: Work, id: str) -> Member:
        """The member, locked; raises `MemberInactive` for somebody who has left."""
        member = work.get(Member, id, lock=True)
        member.must_be_active()
        return member

    def _term(self, work: Work, list: TermList, code: str) -> str:
        """`code`, where it is on the list; raises `TermUnknown`."""
        if code not in KNOWN[list]:
            added = {term.code for term in work.find(Term, {"list": list})}
            if code not in added:
                raise TermUnknown(value=shown(code), known=tuple(sorted(KNOWN[list] | added)))
        return code


def check_name(name: str) -> str:
    """A name of at most 200 characters."""
    return check_text("name", name, longest=LONGEST_NAME)


def check_or_empty(name: str, text: str) -> str:
    """A text that may be left empty."""
    return check_text(name, text) if text.strip() else ""


def check_term(since: date, until: date | None) -> None:
    """Raise `TermEndsFirst` for a term that ends before it begins, `WrongType` for what is no day."""
    check_day("since", since)
    if until is not None and check_day("until", until) < since:
        raise TermEndsFirst(since=since, until=until)
