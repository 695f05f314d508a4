"""Dated sessions: held, closed, cancelled, and called off where too few people come. A part of `Catalog`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from gridpoints.catalog.listing import Amendable, Listing
from gridpoints.catalog.model import (
    QUORUM,
    SESSION,
    SESSION_MOVED,
    Quorum,
    QuorumStatus,
    ServiceItem,
    Session,
    SessionStatus,
)
from gridpoints.catalog.places import Clash, Unfit
from gridpoints.errors import StartsInThePast
from gridpoints.records import Stateful
from gridpoints.storage.port import Range, Work
from gridpoints.values import Interval, check_instant

#: When the minimum of a session is looked at, before it begins, where nothing else is said.
DECIDE = timedelta(hours=24)
#: Those to which too few people come.
SHORT = {"status": QuorumStatus.SHORT}


@frozen
class MovedSession:
    """A session at its new time; who of those that claimed it is expected elsewhere then, or unfit."""

    session: Session
    clashes: tuple[Clash, ...] = ()
    unfit: tuple[Unfit, ...] = ()


@frozen
class Sessions(Listing):
    """When services take place."""

    def hold_session(
        self,
        item_id: str,
        starts_at: datetime,
        ends_at: datetime,
        *,
        places: int,
        minimum: int = 0,
        desired: int | None = None,
        decide_at: datetime | None = None,
        place: str = "",
        id: str | None = None,
    ) -> Session:
        """Announce a session of a published item, with so many places for volunteers.

        Where fewer than `minimum` hold a place at `decide_at` (a day before, if not said), `tick` finds
        that. Raises `NotPublished`, `NaiveInstant`, `EmptyInterval` or `NotWholeNumber`.
        """
        when = Interval(check_instant("starts_at", starts_at), check_instant("ends_at", ends_at))
        due = when.start - DECIDE if decide_at is None else check_instant("decide_at", decide_at)
        session = Session(
            id=self.context.id(id),
            item_id=item_id,
            starts_at=when.start,
            ends_at=when.end,
            places=places,
            minimum=minimum,
            desired=desired,
            place=place,
        ).checked()
        with self.context.begin() as work:
            self.context.must_organise()
            work.get(ServiceItem, item_id).must_be_published()
            self._announce(work, [(session, due)])
            return session

    def move_session(
        self, session_id: str, starts_at: datetime, ends_at: datetime, *, reason: str | None = None
    ) -> MovedSession:
        """Let a session take place at another time, as long as it has not begun.

        Its claims stand, and each is told by an event: who claimed it before may give it back without
        cancelling late. For a person to speak with, it is named who is expected elsewhere at the new time (a
        clash), and who does not fulfil any more what is asked (unfit): their qualification or a guardian's
        consent is over by then, the day is earlier, so that their age is to be asked again, or they take no
        part. None of them loses their place by it; both stand in the claim's `warnings`.

        Hours are counted within the new time; who had checked in already does so again; the minimum is looked
        at as long before as it was. Raises `SessionStarted`, `StartsInThePast`, `IllegalTransition` for one
        that is cancelled, `NotTheOrganiser`, `NaiveInstant` or `EmptyInterval`.
        """
        when = Interval(check_instant("starts_at", starts_at), check_instant("ends_at", ends_at))
        self.context.must_organise()
        with self.context.begin() as work:
            old, now = work.get(Session, session_id, lock=True), self.context.now()
            old.must_let_go(now)
            new = SESSION_MOVED.advance(old, old.status, starts_at=when.start, ends_at=when.end)
            if when.start <= now:
                raise StartsInThePast(starts_at=when.start)
            if old.interval == new.interval:
                return MovedSession(old)
            self.context.change(work, old, new, reason)
            self._enter_sessions(work, [new])
            looked_at = {"id": new.id, "status": (QuorumStatus.WAITING, QuorumStatus.REACHED)}
            for quorum in work.find(Quorum, looked_at, lock=True):
                due = quorum.due_at + (new.starts_at - old.starts_at)
                again = QUORUM.advance(quorum, QuorumStatus.WAITING, due_at=due, taken=None)
                self.context.change(work, quorum, again, reason)
            told = self.follow(self.context, work, [(old, new)], reason)
            return MovedSession(
                new,
                tuple(each for each in told if isinstance(each, Clash)),
                tuple(each for each in told if isinstance(each, Unfit)),
            )

    def close_session(self, session_id: str) -> Session:
        """Take no more claims for a session; hours can still be submitted."""
        return self._move_session(session_id, SessionStatus.CLOSED)

    def cancel_session(self, session_id: str, *, reason: str | None = None) -> Session:
        """Call a session off: nobody can claim it or submit hours for it, and the claims on it end.

        Those who were sure of their place are credited where the `Conditions` name a deed for it.
        """
        return self._move_session(session_id, SessionStatus.CANCELLED, reason)

    def session(self, id: str) -> Session:
        """The session of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Session, id)

    def sessions(
        self, item_id: str | None = None, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Session]:
        """The sessions of an item (None: of all), by their beginning.

        Those that begin at `since` or later, and before `until`.
        """
        where: dict[str, object] = {} if item_id is None else {"item_id": item_id}
        if since is not None or until is not None:
            where["starts_at"] = Range(
                at_least=since and check_instant("since", since),
                below=until and check_instant("until", until),
            )
        with self.context.read() as work:
            return work.find(Session, where, order=("starts_at", "id"))

    # --- too few people -----------------------------------------------------------------------

    def shortfalls(self) -> list[Quorum]:
        """The sessions to which too few people come, each to be called off or held anyway."""
        with self.context.read() as work:
            return work.find(Quorum, SHORT, order=("due_at", "id"))

    def hold_anyway(self, session_id: str, *, reason: str | None = None) -> Quorum:
        """Hold a session to which fewer come than its minimum."""
        self.context.must_organise()
        with self.context.begin() as work:
            quorum = work.get(Quorum, session_id, lock=True)
            held = QUORUM.advance(quorum, QuorumStatus.HELD_ANYWAY)
            return self.context.change(work, quorum, held, reason)

    def _count(self, work: Work, now: datetime) -> list[Stateful]:
        """Look at the minimums that are due, and again at those that were not reached."""
        due = work.find(Quorum, self._waiting_quorums(now), lock=True)
        short = work.find(Quorum, SHORT, lock=True)
        sessions = {s.id: s for s in work.find(Session, {"id": [q.session_id for q in (*due, *short)]})}
        taken = self.taken(work, "session", sorted(sessions))
        changes = []
        for quorum in (*due, *short):
            session, held = sessions[quorum.session_id], taken[quorum.session_id]
            status = _verdict(session, held, now)
            if status is not quorum.status:
                changes.append((quorum, QUORUM.advance(quorum, status, taken=held)))
        self.context.change_all(work, changes)
        return [new for _, new in changes]

    def _waiting_quorums(self, now: datetime) -> Mapping[str, object]:
        return {"status": QuorumStatus.WAITING, "due_at": Range(at_most=now)}

    # --- steps --------------------------------------------------------------------------------

    def _announce(self, work: Work, sessions: Sequence[tuple[Session, datetime]]) -> None:
        """Keep new sessions, each with when its minimum is looked at."""
        self.context.keep_all(work, [session for session, _ in sessions])
        self.context.keep_all(work, [Quorum(s.id, s.id, due) for s, due in sessions if s.minimum])
        self._enter_sessions(work, [session for session, _ in sessions])

    def _amended(self, work: Work, new: Amendable) -> None:
        super()._amended(work, new)
        if isinstance(new, Session) and new.minimum and not work.count(Quorum, {"id": new.id}):
            self.context.keep(work, Quorum(new.id, new.id, new.starts_at - DECIDE))

    def _move_session(self, session_id: str, to: SessionStatus, reason: str | None = None) -> Session:
        self.context.must_organise()
        with self.context.begin() as work:
            session = work.get(Session, session_id, lock=True)
            return self._moved_session(work, session, to, reason)

    def _moved_session(
        self, work: Work, session: Session, to: SessionStatus, reason: str | None = None
    ) -> Session:
        moved = self.context.change(work, session, SESSION.advance(session, to), reason)
        if to is SessionStatus.CANCELLED:
            undecided = {"id": session.id, "status": (QuorumStatus.WAITING, QuorumStatus.SHORT)}
            for quorum in work.find(Quorum, undecided, lock=True):
                called_off = QUORUM.advance(quorum, QuorumStatus.CALLED_OFF)
                self.context.change(work, quorum, called_off, reason)
            self.follow(self.context, work, [(session, moved)], reason)
        return moved


def _verdict(session: Session, taken: int, now: datetime) -> QuorumStatus:
    if session.status is SessionStatus.CANCELLED:
        return QuorumStatus.CALLED_OFF
    if taken >= session.minimum:
        return QuorumStatus.REACHED
    return QuorumStatus.MOOT if now >= session.starts_at else QuorumStatus.SHORT
