"""What rooms keep: records, their kinds, their state machines, and the journal of changes.

A record is a frozen attrs class with an `id`. One that can change has a `status` and a
`version` as well; it changes only along its `Lifecycle`. That it was added, and every change, is
written to the journal as a `Change`, so that what stood there before can always be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

import attrs
from attrs import field, frozen

from gridpoints.errors import IllegalTransition


class Record(Protocol):
    """Anything a room keeps: an attrs class with an id that is unique in its community."""

    @property
    def id(self) -> str:
        """Unique among the records of this kind in one community."""


class Stateful(Record, Protocol):
    """A record with a state machine; `version` counts its changes from 1."""

    @property
    def status(self) -> StrEnum:
        """Where the record stands in its `Lifecycle`."""

    @property
    def version(self) -> int:
        """1 when added, one more with each change."""


S = TypeVar("S", bound=StrEnum)
R = TypeVar("R", bound=Stateful)


def kind_of(record: object | type) -> str:
    """The kind a record is known by in errors and in the journal: ``service_item``."""
    return _kind(record if isinstance(record, type) else type(record))


@cache
def _kind(cls: type) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()


@frozen
class Lifecycle(Generic[S]):
    """The state machine of one kind of record: from each status, where it may go."""

    moves: Mapping[S, frozenset[S]]

    @classmethod
    def of(cls, moves: Mapping[S, set[S]]) -> Lifecycle[S]:
        """Build it from plain sets; a status that is only arrived at is final."""
        reached = set().union(*moves.values()) if moves else set()
        return cls({s: frozenset(moves.get(s, ())) for s in [*moves, *sorted(reached - set(moves))]})

    def advance(self, record: R, to: S, **changes: object) -> R:
        """`record` in status `to`, one version on, with `changes` applied.

        Raises `IllegalTransition` where its present status does not lead there.
        """
        allowed = self.moves[record.status]  # type: ignore[index]
        if to not in allowed:
            raise IllegalTransition(
                kind=kind_of(record),
                id=record.id,
                status=str(record.status),
                wanted=str(to),
                allowed=tuple(sorted(map(str, allowed))),
            )
        return attrs.evolve(record, status=to, version=record.version + 1, **changes)  # type: ignore[misc]

    def amend(self, record: R, **changes: object) -> R:
        """`record` one version on in the status that it has, with `changes` applied.

        Raises `IllegalTransition` where that status is final.
        """
        if not self.moves[record.status]:  # type: ignore[index]
            return self.advance(record, record.status, **changes)  # type: ignore[arg-type]  # refuses
        return attrs.evolve(record, version=record.version + 1, **changes)  # type: ignore[misc]


@frozen
class Change:
    """One line of the journal: who changed which record, when, and what it said before.

    `before` keeps the *former* values of the fields that changed (empty for a new record): the
    present ones stand in the record, so the two together give every version there ever was.
    """

    id: str
    kind: str
    subject: str
    version: int
    at: datetime
    actor: str
    status: str | None
    before: Mapping[str, Any] = field(factory=dict)
    reason: str | None = None

    @classmethod
    def between(
        cls,
        old: Record | None,
        new: Record,
        *,
        id: str,
        at: datetime,
        actor: str,
        reason: str | None = None,
    ) -> Change:
        """The change that leads from `old` (None: it is new) to `new`."""
        before = {}
        status = getattr(new, "status", None)
        if old is not None:
            for a in attrs.fields(type(old)):  # type: ignore[arg-type]  # every record is attrs
                was, now = getattr(old, a.name), getattr(new, a.name)
                if was is not now and was != now and a.name != "version":
                    before[a.name] = was
        return cls(
            id=id,
            kind=kind_of(new),
            subject=new.id,
            version=getattr(new, "version", 1),
            at=at,
            actor=actor,
            status=None if status is None else str(status),
            before=before,
            reason=reason,
        )


def versions(record: R, changes: Iterable[Change]) -> list[tuple[Change, R]]:
    """Every version that the journal knows of a record, the first of them first, with what led to it.

    `record` is as it is now, `changes` what the journal says of it, in any order.
    """
    found: list[tuple[Change, R]] = []
    for change in sorted(changes, key=lambda change: -change.version):
        found.append((change, record))
        record = attrs.evolve(record, **{**change.before, "version": change.version - 1})  # type: ignore[misc]
    return found[::-1]
