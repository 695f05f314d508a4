"""Any sequence of what can happen to claims, held against a plain oracle that knows no store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from attrs import define
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gridpoints import Account, Actor, Community, Exchange, GridpointsError
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import HOLDING
from gridpoints.records import Change
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

RULES = """\
gridpoints: 1
code: machine
version: 1
name: {en: Machine}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}}
deeds:
  care: {name: {en: Care}, points: {per: hour, amount: 10}}
limits:
  year: {deeds: [care], period: year, most: 1000, excess: clip}
"""
HOUR = timedelta(hours=1)
OFFER, LATE, NAMING = 3 * HOUR, 2 * HOUR, 4 * HOUR
PLACES = 2
MEMBERS = ("m0", "m1", "m2", "m3", "m4")
#: One who claims nothing, and has a hand in everything.
STRANGER = "eve"
ANYBODY = st.sampled_from([*MEMBERS, STRANGER, "clerk", "chen"])
MEMBER = st.sampled_from(MEMBERS)
NUMBER = st.integers(0, 40)

WAITING = ("waitlisted", "offered", "confirmed", "stand_in_wanted", "checked_in")
FINAL = {
    *("rejected", "lapsed", "transferred", "cancelled", "called_off"),
    *("abandoned", "excused", "void"),
}


#: What nobody does with another's claim, or the session of it, by the code of the refusal.
FORBIDDEN: dict[str, tuple[Callable[[Community, str, str, str], Any], ...]] = {
    "not_the_claimant": (
        lambda as_eve, claim, *_: as_eve.claiming.cancel(claim),
        lambda as_eve, claim, *_: as_eve.claiming.accept(claim),
        lambda as_eve, claim, *_: as_eve.claiming.want_stand_in(claim),
        lambda as_eve, claim, *_: as_eve.claiming.come_after_all(claim),
        lambda as_eve, claim, *_: as_eve.claiming.name(claim, STRANGER),
        lambda as_eve, claim, *_: as_eve.claiming.check_in(claim, "12345678"),
        lambda as_eve, claim, *_: as_eve.claiming.check_out(claim, "12345678"),
        lambda as_eve, claim, *_: as_eve.claiming.submit_hours(claim, Decimal(1)),
        lambda as_eve, claim, *_: as_eve.claiming.abandon(claim, reason="x"),
    ),
    "not_for_others": (
        lambda as_eve, _, session, member: as_eve.claiming.claim_session(session, member, wait=True),
        lambda as_eve, _, session, member: as_eve.claiming.claim_for_team(session, member, 1, team="t"),
        lambda as_eve, claim, _, member: as_eve.claiming.stand_in(claim, member),
    ),
    "not_the_organiser": (
        lambda as_eve, claim, *_: as_eve.claiming.confirm(claim),
        lambda as_eve, claim, *_: as_eve.claiming.reject(claim, reason="x"),
        lambda as_eve, claim, *_: as_eve.claiming.call_off(claim, reason="x"),
        lambda as_eve, claim, *_: as_eve.claiming.check_in(claim),
        lambda as_eve, claim, *_: as_eve.claiming.check_out(claim),
        lambda as_eve, claim, *_: as_eve.claiming.enter_hours(claim, Decimal(1)),
        lambda as_eve, claim, *_: as_eve.claiming.no_show(claim),
        lambda as_eve, claim, *_: as_eve.claiming.excuse(claim, reason="x"),
        lambda as_eve, claim, *_: as_eve.claiming.void(claim, reason="x"),
        lambda as_eve, claim, *_: as_eve.claiming.extend_lease(claim, START, reason="x"),
        lambda as_eve, _, session, member: as_eve.claiming.enter_attendance(session, member, Decimal(1)),
        lambda as_eve, _, session, __: as_eve.claiming.cancel_session(session),
        lambda as_eve, _, session, __: as_eve.claiming.check_in_code(session),
        lambda as_eve, _, session, __: as_eve.catalog.cancel_session(session),
        lambda as_eve, _, session, __: as_eve.catalog.close_session(session),
        lambda as_eve, _, session, __: as_eve.catalog.move_session(session, START, START + HOUR),
        lambda as_eve, *_: as_eve.claiming.set_conditions(Conditions()),
        lambda as_eve, *_: as_eve.claiming.qualify(STRANGER, "law"),
        lambda as_eve, _, __, member: as_eve.community.record_consent(member, "mother"),
    ),
}


@define
class Told:
    """A claim, as somebody would keep it in a notebook."""

    id: str
    session: int
    member: str
    at: datetime
    status: str
    due: datetime | None = None
    seats: int = 1
    team: bool = False
    hours: Decimal | None = None
    came: datetime | None = None
    left: datetime | None = None
    moved: bool = False
    known: str | None = None
    by: str | None = None

    def holds(self) -> bool:
        return self.status in HOLDING


@define
class Held:
    """A session in the notebook."""

    id: str
    starts: datetime
    ends: datetime
    cancelled: bool = False


class ClaimingMachine(RuleBasedStateMachine):
    """Claims, waits, comes, leaves, verifies, and lets time pass."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        clock.set(START)
        self.village: Community = exchange.found(f"v{len(exchange.communities())}", name="v", rules=RULES)
        for id in (*MEMBERS, STRANGER):
            self.village.community.enrol(id, id=id)
        clerk = self.as_("clerk")
        clerk.claiming.set_conditions(
            Conditions(
                late_minutes=LATE // timedelta(minutes=1),
                offer_minutes=OFFER // timedelta(minutes=1),
                naming_minutes=NAMING // timedelta(minutes=1),
                entered_counts=True,
            )
        )
        self.item = clerk.catalog.publish(clerk.catalog.draft("Care", deed="care").id).id
        self.sessions: list[Held] = []
        self.told: list[Told] = []
        self.hold(0)
        self.hold(4)

    # --- what the oracle expects --------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def as_(self, who: str) -> Community:
        roles = frozenset({"clerk"}) if who in ("clerk", "chen") else frozenset[str]()
        return self.village.acting_as(Actor(who, roles))

    def free(self, session: int) -> int:
        return PLACES - sum(t.seats for t in self.told if t.session == session and t.holds())

    def offer(self, session: int) -> int:
        """Give what is free to those in line, whoever fits."""
        held, free = self.sessions[session], self.free(session)
        if held.cancelled or self.now >= held.starts:
            return 0
        for told in self.line(session):
            if 0 < told.seats <= free:
                told.status, told.due = "offered", min(self.now + OFFER, held.starts)
                free -= told.seats
        return free

    def line(self, session: int) -> list[Told]:
        return [t for t in self.told if t.session == session and t.status == "waitlisted"]

    def busy(self, member: str, session: int, but: str = "") -> bool:
        mine = self.sessions[session]
        return any(
            t.session != session
            and not self.sessions[t.session].cancelled
            and mine.starts < self.sessions[t.session].ends
            and self.sessions[t.session].starts < mine.ends
            for t in self.told
            if t.member == member and not t.team and t.id != but
            if t.status in WAITING and t.status != "waitlisted"
        )

    def shut(self, session: int) -> str | None:
        """Why a session takes no claims, or lets nobody go."""
        held = self.sessions[session]
        if held.cancelled:
            return "not_published"
        return "session_started" if self.now >= held.starts else None

    def welcome(self, member: str, session: int) -> str | None:
        """Why somebody may not come."""
        for told in self.told:
            if told.session == session and told.member == member and not told.team and told.status in WAITING:
                return "already_claimed"
        return "time_conflict" if self.busy(member, session) else None

    def naming_ends(self, session: int) -> datetime:
        starts = self.sessions[session].starts
        return starts - NAMING if starts - NAMING > self.now else starts

    def new(self, claim: Any, session: int, member: str, status: str, **more: Any) -> None:
        self.told.append(Told(claim.id, session, member, self.now, status, **more))

    def tries(self, act: Callable[[], Any], expected: str | None) -> Any:
        """Do it; it must be refused as expected, or not at all."""
        found, answer = None, None
        try:
            answer = act()
        except GridpointsError as refusal:
            found = refusal.code
        assert found == expected, f"{found}, not {expected}"
        return answer

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, who=st.sampled_from([STRANGER, *MEMBERS]))
    def meddle(self, number: int, who: str) -> None:
        """Whatever is forbidden is refused, and nothing stands in the journal."""
        told = self.pick(number)
        if who == told.member:
            return
        meddler, before = self.as_(who), self.pages()
        for refusal, acts in FORBIDDEN.items():
            for act in acts:
                ids = told.id, self.sessions[told.session].id, told.member
                self.tries(partial(act, meddler, *ids), refusal)
        assert self.pages() == before

    def pages(self) -> int:
        with self.village.context.read() as work:
            return work.count(Change)

    def pick(self, number: int) -> Told:
        return self.told[number % len(self.told)]

    # --- claims -------------------------------------------------------------------------------

    @precondition(lambda self: len(self.sessions) < 5)
    @rule(hours=st.sampled_from([0, 1, 2, 4]))
    def hold(self, hours: int) -> None:
        starts = self.now + 6 * HOUR + hours * HOUR
        session = self.as_("clerk").catalog.hold_session(self.item, starts, starts + 2 * HOUR, places=PLACES)
        self.sessions.append(Held(session.id, starts, starts + 2 * HOUR))

    @rule(number=NUMBER, member=MEMBER, wait=st.booleans())
    def claim(self, number: int, member: str, wait: bool) -> None:
        session = number % len(self.sessions)
        expected = self.shut(session) or self.welcome(member, session)
        status = "confirmed"
        if expected is None and self.offered_first(session) < 1:
            status, expected = "waitlisted", None if wait else "session_full"
        claiming, id = self.as_(member).claiming, self.sessions[session].id
        claim = self.tries(lambda: claiming.claim_session(id, member, wait=wait), expected)
        if claim is not None:
            due = self.sessions[session].starts if status == "waitlisted" else None
            self.new(claim, session, member, status, due=due)

    def offered_first(self, session: int) -> int:
        """Nothing is free of which nobody in line was told."""
        free = self.free(session)
        assert not any(t.seats <= free for t in self.line(session))
        return free

    @rule(number=NUMBER, member=MEMBER, seats=st.integers(1, 2), wait=st.booleans())
    def claim_for_team(self, number: int, member: str, seats: int, wait: bool) -> None:
        session = number % len(self.sessions)
        expected, status = self.shut(session), "confirmed"
        if expected is None and self.free(session) < seats:
            status, expected = "waitlisted", None if wait else "session_full"
        claiming, id = self.as_(member).claiming, self.sessions[session].id
        claim = self.tries(lambda: claiming.claim_for_team(id, member, seats, team="t", wait=wait), expected)
        if claim is not None:
            due = self.naming_ends(session) if status == "confirmed" else self.sessions[session].starts
            self.new(claim, session, member, status, due=due, seats=seats, team=True)

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, member=MEMBER)
    def name(self, number: int, member: str) -> None:
        told = self.pick(number)
        expected = None
        if not told.team:
            expected = "not_for_team"
        elif told.status != "confirmed":
            expected = "illegal_transition"
        elif told.due is not None and told.due <= self.now:
            expected = "names_over"
        expected = expected or self.welcome(member, told.session)
        claiming = self.as_(told.member).claiming
        claim = self.tries(lambda: claiming.name(told.id, member), expected)
        if claim is not None:
            told.seats -= 1
            if not told.seats:
                told.status, told.seats, told.due = "transferred", 1, None
            self.new(claim, told.session, member, "confirmed")

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, who=ANYBODY)
    def accept(self, number: int, who: str) -> None:
        told = self.pick(number)
        expected = None
        if who not in (told.member, "clerk", "chen"):
            expected = "not_the_claimant"
        elif told.status != "offered":
            expected = "illegal_transition"
        elif told.due is not None and told.due <= self.now:
            expected = "offer_over"
        elif not told.team and self.busy(told.member, told.session, told.id):
            expected = "time_conflict"
        self.tries(lambda: self.as_(who).claiming.accept(told.id), expected)
        if expected is None:
            told.status, told.due = "confirmed", self.naming_ends(told.session) if told.team else None
            told.moved = False

    @precondition(lambda self: self.told)
    @rule(number=NUMBER)
    def cancel(self, number: int) -> None:
        told = self.pick(number)
        held = self.sessions[told.session]
        expected, to = None, "cancelled"
        if self.now >= held.starts and not held.cancelled:
            expected = "session_started"
        elif told.status not in ("waitlisted", "offered", "confirmed", "stand_in_wanted"):
            expected = "illegal_transition"
        elif told.status in ("confirmed", "stand_in_wanted") and self.now >= held.starts - LATE:
            to = "cancelled" if held.cancelled or told.moved else "late_cancelled"
        self.ends(told, to, expected, lambda: self.as_(told.member).claiming.cancel(told.id))

    def ends(self, told: Told, to: str, expected: str | None, act: Callable[[], Any]) -> None:
        self.tries(act, expected)
        if expected is None:
            told.status, told.due = to, None
            self.offer(told.session)

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, who=ANYBODY)
    def call_off(self, number: int, who: str) -> None:
        told = self.pick(number)
        expected = None if who in ("clerk", "chen") else "not_the_organiser"
        if expected is None and told.status not in WAITING:
            expected = "illegal_transition"
        act = self.as_(who).claiming.call_off
        self.ends(told, "called_off", expected, lambda: act(told.id, reason="so it is"))

    @rule(number=NUMBER, by_catalog=st.booleans())
    def cancel_session(self, number: int, *, by_catalog: bool) -> None:
        session = number % len(self.sessions)
        held = self.sessions[session]
        clerk = self.as_("clerk")
        open_ = [t for t in self.told if t.session == session and t.status in WAITING]
        if by_catalog and not held.cancelled:
            clerk.catalog.cancel_session(held.id)
        else:
            ended = clerk.claiming.cancel_session(held.id)
            assert {claim.id for claim in ended} == {told.id for told in open_}
        held.cancelled = True
        for told in open_:
            told.status, told.due = "called_off", None

    @rule(number=NUMBER, hours=st.sampled_from([-1, 2, 3, 5, 9]), long=st.integers(1, 3))
    def move_session(self, number: int, hours: int, long: int) -> None:
        session = number % len(self.sessions)
        held, expected = self.sessions[session], None
        starts = self.now + hours * HOUR
        ends = starts + long * HOUR
        if self.now >= held.starts and not held.cancelled:
            expected = "session_started"
        elif held.cancelled:
            expected = "illegal_transition"
        elif hours < 0:
            expected = "starts_in_the_past"
        move = self.as_("clerk").catalog.move_session
        moved = self.tries(lambda: move(held.id, starts, ends), expected)
        if moved is None or (held.starts, held.ends) == (starts, ends):
            return
        held.starts, held.ends = starts, ends
        followed = [t for t in self.told if t.session == session and t.status in WAITING]
        for told in followed:
            self.follows(told, starts)
        assert {clash.claim_id for clash in moved.clashes} == {
            told.id
            for told in followed
            if not told.team and told.status != "waitlisted" and self.busy(told.member, session, told.id)
        }

    def follows(self, told: Told, starts: datetime) -> None:
        """What becomes of a claim whose session begins at another time."""
        told.moved = True
        if told.status == "waitlisted":
            told.due = starts
        elif told.status == "offered":
            told.due = starts if told.due is None else min(told.due, starts)
        else:
            told.due = self.naming_ends(told.session) if told.team else None
        if told.status == "checked_in":
            told.status, told.came = "confirmed", None

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, member=MEMBER, step=st.sampled_from(["want", "keep", "take"]))
    def stand_in(self, number: int, member: str, step: str) -> None:
        told = self.pick(number)
        held, expected = self.sessions[told.session], None
        begun = self.now >= held.starts and not held.cancelled
        claiming = self.as_(told.member).claiming
        if step == "keep":
            expected = None if told.status == "stand_in_wanted" else "illegal_transition"
            self.tries(lambda: claiming.come_after_all(told.id), expected)
            told.status = "confirmed" if expected is None else told.status
            return
        if begun:
            expected = "session_started"
        elif step == "want":
            legal = told.status in ("confirmed", "stand_in_wanted")
            expected = None if legal else "illegal_transition"
        elif told.status != "stand_in_wanted":
            expected = "illegal_transition"
        if step == "want":
            self.tries(lambda: claiming.want_stand_in(told.id), expected)
            told.status = "stand_in_wanted" if expected is None else told.status
            return
        expected = expected or self.welcome(member, told.session)
        claim = self.tries(lambda: self.as_(member).claiming.stand_in(told.id, member), expected)
        if claim is not None:
            told.status, told.due = "transferred", None
            self.new(claim, told.session, member, "confirmed")

    # --- who was there ------------------------------------------------------------------------

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, coded=st.booleans())
    def check_in(self, number: int, coded: bool) -> None:
        told = self.pick(number)
        held, expected = self.sessions[told.session], None
        if held.cancelled:
            expected = "not_published"
        elif told.team:
            expected = "illegal_transition"
        elif not held.starts - HOUR <= self.now < held.ends:
            expected = "check_in_closed"
        elif told.status not in ("confirmed", "stand_in_wanted"):
            expected = "illegal_transition"
        self.tries(lambda: self.seen(told, coded, "check_in"), expected)
        if expected is None:
            told.status, told.came, told.due = "checked_in", self.now, held.ends + HOUR

    def seen(self, told: Told, coded: bool, act: str) -> None:
        clerk = self.as_("clerk").claiming
        if coded and told.came != self.now:  # the code of the same moment was used
            code = clerk.check_in_code(self.sessions[told.session].id).text
            getattr(self.as_(told.member).claiming, act)(told.id, code)
        else:
            getattr(clerk, act)(told.id)

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, coded=st.booleans())
    def check_out(self, number: int, coded: bool) -> None:
        told = self.pick(number)
        held, expected = self.sessions[told.session], None
        if told.status != "checked_in":
            expected, coded = "illegal_transition", False
        elif self.now >= held.ends + HOUR:
            expected = "check_in_closed"
        self.tries(lambda: self.seen(told, coded, "check_out"), expected)
        if expected is None:
            told.status, told.left, told.due = "checked_out", self.now, None

    def over(self, session: int) -> str | None:
        held = self.sessions[session]
        if held.cancelled:
            return "not_published"
        return "session_not_over" if self.now < held.ends else None

    def attended(self, told: Told) -> tuple[datetime, datetime]:
        held = self.sessions[told.session]
        if told.came is None or told.left is None or max(told.came, held.starts) >= min(told.left, held.ends):
            return held.starts, held.ends
        return max(told.came, held.starts), min(told.left, held.ends)

    def longest(self, told: Told) -> Decimal:
        held = self.sessions[told.session]
        if told.status != "checked_out" and told.known != "checked":
            return Decimal((held.ends - held.starts) // HOUR)
        assert told.came is not None
        assert told.left is not None
        time = min(told.left, held.ends) - max(told.came, held.starts)
        return max(Decimal(0), Decimal(time // timedelta(hours=1)))

    def overlapping(self, told: Told) -> bool:
        starts, ends = self.attended(told)
        others = [
            self.attended(t)
            for t in self.told
            if t.member == told.member and t.session != told.session
            if t.status in ("submitted", "disputed", "verified")
        ]
        return any(starts < other_ends and other_starts < ends for other_starts, other_ends in others)

    def written(self, told: Told, hours: int) -> str | None:
        """Why those hours cannot be written down."""
        if not 0 < hours <= self.longest(told):
            return "hours_out_of_range" if self.longest(told) else "no_time_spent"
        return "hours_overlap" if self.overlapping(told) else None

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, hours=st.integers(0, 3), by_clerk=st.booleans())
    def submit_hours(self, number: int, hours: int, by_clerk: bool) -> None:
        told = self.pick(number)
        expected: str | None = None
        if told.status in ("checked_in", "unaccounted"):
            expected = "check_out_missing"
        elif told.team:
            expected = "illegal_transition"
        elif told.status == "no_show" and not by_clerk:
            expected = "own_claim"
        elif told.status != "checked_out" and (over := self.over(told.session)):
            expected = over
        elif told.status not in ("confirmed", "stand_in_wanted", "checked_out", "no_show"):
            expected = "illegal_transition"
        known = "checked" if told.status == "checked_out" else "proxy" if by_clerk else "claimed"
        if known == "checked":
            hours = hours or int(self.longest(told))
        expected = expected or self.written(told, hours)
        who = self.as_("clerk" if by_clerk else told.member).claiming
        self.tries(lambda: who.submit_hours(told.id, Decimal(hours)), expected)
        if expected is None:
            told.status, told.hours, told.known, told.due = "submitted", Decimal(hours), known, None
            told.by = "clerk" if by_clerk else None

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, hours=st.integers(0, 3), who=ANYBODY)
    def enter_hours(self, number: int, hours: int, who: str) -> None:
        told = self.pick(number)
        expected: str | None = None
        if who == told.member:
            expected = "own_claim"
        elif who not in ("clerk", "chen"):
            expected = "not_the_organiser"
        elif told.team:
            expected = "illegal_transition"
        elif over := self.over(told.session):
            expected = over
        elif told.status not in ("confirmed", "stand_in_wanted", "checked_out", "unaccounted", "no_show"):
            expected = "illegal_transition"
        expected = expected or self.written(told, hours)
        self.tries(lambda: self.as_(who).claiming.enter_hours(told.id, Decimal(hours)), expected)
        if expected is None:
            told.status, told.hours, told.known, told.due = "submitted", Decimal(hours), "entered", None
            told.by = who

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, what=st.sampled_from(["no_show", "abandon", "excuse"]))
    def is_missed(self, number: int, what: str) -> None:
        told = self.pick(number)
        expected = None
        legal = {
            "no_show": ("confirmed", "stand_in_wanted"),
            "abandon": ("checked_in", "checked_out", "unaccounted"),
            "excuse": ("confirmed", "stand_in_wanted", "unaccounted", "no_show", "late_cancelled"),
        }
        if what == "no_show" and (over := self.over(told.session)):
            expected = over
        elif told.status not in legal[what]:
            expected = "illegal_transition"
        act, more = getattr(self.as_("clerk").claiming, what), {} if what == "no_show" else {"reason": "so"}
        to = {"no_show": "no_show", "abandon": "abandoned", "excuse": "excused"}[what]
        self.ends(told, to, expected, lambda: act(told.id, **more))

    # --- verified -----------------------------------------------------------------------------

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, who=ANYBODY)
    def verify(self, number: int, who: str) -> None:
        told = self.pick(number)
        expected = self.judges(told, who)
        if expected is None and told.status not in ("submitted", "disputed"):
            expected = "illegal_transition"
        self.tries(lambda: self.as_(who).claiming.verify(told.id), expected)
        told.status = "verified" if expected is None else told.status

    def judges(self, told: Told, who: str) -> str | None:
        if who == told.member:
            return "own_claim"
        return "own_entry" if who == told.by else None

    def organises(self, who: str) -> str | None:
        return None if who in ("clerk", "chen") else "not_the_organiser"

    @precondition(lambda self: self.told)
    @rule(number=NUMBER)
    def dispute(self, number: int) -> None:
        told = self.pick(number)
        expected = None if told.status == "submitted" else "illegal_transition"
        self.tries(lambda: self.as_("chen").claiming.dispute(told.id, reason="doubt"), expected)
        told.status = "disputed" if expected is None else told.status

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, who=ANYBODY)
    def void(self, number: int, who: str) -> None:
        told = self.pick(number)
        expected = "own_claim" if who == told.member else self.organises(who)
        if expected is None and told.status not in ("checked_out", "unaccounted", "disputed", "verified"):
            expected = "illegal_transition"
        self.ends(told, "void", expected, lambda: self.as_(who).claiming.void(told.id, reason="no"))

    @precondition(lambda self: self.told)
    @rule(number=NUMBER, who=ANYBODY, hours=st.integers(1, 3))
    def correct(self, number: int, who: str, hours: int) -> None:
        told = self.pick(number)
        expected = self.judges(told, who) or self.organises(who)
        if expected is None and hours > (longest := self.longest(told)):
            expected = "hours_out_of_range" if longest else "no_time_spent"
        elif expected is None and told.status != "verified":
            expected = "illegal_transition"
        act = self.as_(who).claiming.correct
        self.tries(lambda: act(told.id, Decimal(hours), reason="it was so"), expected)
        told.hours = Decimal(hours) if expected is None else told.hours

    # --- the clock ----------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([60, 120, 180, 300, 1500]))
    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @rule()
    def tick(self) -> None:
        due = [t for t in self.told if t.status in WAITING and t.due is not None and t.due <= self.now]
        moved = self.village.claiming.tick()
        assert {claim.id for claim in moved} == {told.id for told in due}
        for told in due:
            told.status, told.due = "unaccounted" if told.status == "checked_in" else "lapsed", None
        for session in {told.session for told in due}:
            self.offer(session)
        assert self.village.claiming.tick() == []

    # --- what must be true --------------------------------------------------------------------

    @invariant()
    def all_is_as_told(self) -> None:
        kept = {claim.id: claim for member in MEMBERS for claim in self.village.claiming.claims_of(member)}
        assert {
            id: (claim.status.value, claim.seats, claim.due_at, claim.hours) for id, claim in kept.items()
        } == {told.id: (told.status, told.seats, told.due, told.hours) for told in self.told}
        for number, session in enumerate(self.sessions):
            assert self.free(number) >= 0, "never more than there are places"
            assert self.village.claiming.free_places(session.id) == self.free(number)
        points = Counter[str]()
        for claim in kept.values():
            if claim.status.value == "verified":
                assert claim.provenance is not None
                assert claim.verified_by not in (None, claim.member_id, claim.entered_by)
                points[claim.member_id] += int(claim.hours or 0) * 10
        for member in MEMBERS:
            account = Account.member(member, "points")
            assert self.village.ledger.balance(account).posted == points[member]

    def teardown(self) -> None:
        assert self.village.ledger.verify().ok
        with self.village.context.read() as work:
            ended: defaultdict[str, list[str]] = defaultdict(list)
            for change in work.find(Change, {"kind": "claim"}, order=("subject", "version")):
                assert not set(ended[change.subject]) & FINAL, "what has ended does not move"
                ended[change.subject].append(str(change.status))


@pytest.mark.parametrize(
    ("store_url", "examples"), [("memory", 60), ("sqlite", 5), ("postgres", 2)], indirect=["store_url"]
)
def test_any_sequence(exchange: Exchange, clock: ManualClock, examples: int) -> None:
    run_state_machine_as_test(
        lambda: ClaimingMachine(exchange, clock),  # type: ignore[arg-type]  # a factory will do
        settings=settings(max_examples=examples, stateful_step_count=50, deadline=None),
    )
