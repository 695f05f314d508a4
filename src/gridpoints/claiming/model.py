"""Who will do it: one claim machine for whatever can be claimed (认领).

A claim is never deleted; what became of it is its status. Who may move it, and when, stands in
`gridpoints.claiming.claims`, and, for what is claimed, in its `Claimable`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.records import Lifecycle
from gridpoints.values import Explanation, Interval


class Target(StrEnum):
    """What can be claimed."""

    SESSION = "session"
    WISH = "wish"
    POST = "post"
    ERRAND = "errand"
    TASK = "task"


class ClaimStatus(StrEnum):
    """From the request to what came of it; what leads where stands in `CLAIM`.

    Offered (候补递补): a free place is kept for somebody in line, who has still to accept it.
    Stand-in wanted (找人替岗): they cannot come, and answer for it until somebody takes over. Called
    off: by the organiser. Unaccounted: checked in, never checked out. Submitted: the claimant, or a
    clerk, says that it is done, and how long it took; somebody else then verifies it.
    """

    REQUESTED = "requested"
    REJECTED = "rejected"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    LAPSED = "lapsed"
    CONFIRMED = "confirmed"
    STAND_IN_WANTED = "stand_in_wanted"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    CALLED_OFF = "called_off"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    UNACCOUNTED = "unaccounted"
    ABANDONED = "abandoned"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    DISPUTED = "disputed"
    VOID = "void"
    NO_SHOW = "no_show"
    EXCUSED = "excused"


_FROM_CONFIRMED = {
    ClaimStatus.CONFIRMED,  # a team named somebody, a lease was extended, a stand-in is wanted no more
    ClaimStatus.STAND_IN_WANTED,
    ClaimStatus.TRANSFERRED,
    ClaimStatus.CANCELLED,
    ClaimStatus.LATE_CANCELLED,
    ClaimStatus.CALLED_OFF,
    ClaimStatus.LAPSED,
    ClaimStatus.CHECKED_IN,
    ClaimStatus.SUBMITTED,
    ClaimStatus.NO_SHOW,
    ClaimStatus.EXCUSED,
}

CLAIM = Lifecycle.of(
    {
        ClaimStatus.REQUESTED: {
            ClaimStatus.CONFIRMED,
            ClaimStatus.REJECTED,
            ClaimStatus.CANCELLED,
            ClaimStatus.LAPSED,
            ClaimStatus.CALLED_OFF,
        },
        ClaimStatus.WAITLISTED: {
            ClaimStatus.OFFERED,
            ClaimStatus.CANCELLED,
            ClaimStatus.LAPSED,
            ClaimStatus.CALLED_OFF,
        },
        ClaimStatus.OFFERED: {
            ClaimStatus.CONFIRMED,
            ClaimStatus.CANCELLED,
            ClaimStatus.LAPSED,
            ClaimStatus.CALLED_OFF,
        },
        ClaimStatus.CONFIRMED: _FROM_CONFIRMED,
        ClaimStatus.STAND_IN_WANTED: _FROM_CONFIRMED,
        ClaimStatus.CHECKED_IN: {
            ClaimStatus.CONFIRMED,  # its session was moved before it began
            ClaimStatus.CHECKED_OUT,
            ClaimStatus.UNACCOUNTED,
            ClaimStatus.ABANDONED,
            ClaimStatus.CALLED_OFF,
        },
        ClaimStatus.CHECKED_OUT: {ClaimStatus.SUBMITTED, ClaimStatus.ABANDONED, ClaimStatus.VOID},
        ClaimStatus.UNACCOUNTED: {
            ClaimStatus.SUBMITTED,
            ClaimStatus.ABANDONED,
            ClaimStatus.EXCUSED,
            ClaimStatus.VOID,
        },
        ClaimStatus.SUBMITTED: {ClaimStatus.VERIFIED, ClaimStatus.DISPUTED},
        ClaimStatus.DISPUTED: {ClaimStatus.VERIFIED, ClaimStatus.VOID},
        ClaimStatus.NO_SHOW: {ClaimStatus.EXCUSED, ClaimStatus.SUBMITTED},
        ClaimStatus.LATE_CANCELLED: {ClaimStatus.EXCUSED},
    }
)

#: A verified claim is corrected, or comes to nothing after all, only together with what it was credited with.
CORRECTION = Lifecycle.of(
    {each: set[ClaimStatus]() for each in ClaimStatus}
    | {ClaimStatus.VERIFIED: {ClaimStatus.VERIFIED, ClaimStatus.VOID}}
)

#: Confirmed, and nothing has begun yet.
EXPECTED = (ClaimStatus.CONFIRMED, ClaimStatus.STAND_IN_WANTED)

#: A claim in one of these takes up a place, or keeps the wish from others.
HOLDING = (
    ClaimStatus.OFFERED,
    *EXPECTED,
    ClaimStatus.CHECKED_IN,
    ClaimStatus.CHECKED_OUT,
    ClaimStatus.UNACCOUNTED,
    ClaimStatus.SUBMITTED,
    ClaimStatus.DISPUTED,
    ClaimStatus.VERIFIED,
)

#: Before the work is done: what stands in the way of another claim of the same person.
OPEN = (
    ClaimStatus.REQUESTED,
    ClaimStatus.WAITLISTED,
    ClaimStatus.OFFERED,
    *EXPECTED,
    ClaimStatus.CHECKED_IN,
)

#: What the clock moves on, once `Claim.due_at` has come.
TIMED = OPEN


class Provenance(StrEnum):
    """How somebody knows of the hours (时长来源).

    Claimed: the claimant says so. Checked: in and out, by a code or by the organiser. Entered: by an
    administrator, which is for the record alone unless the `Conditions` say otherwise. Proxy (代录) and
    paper (纸质签到): written down by a clerk for those who have no telephone.
    """

    CLAIMED = "claimed"
    CHECKED = "checked"
    ENTERED = "entered"
    PROXY = "proxy"
    PAPER = "paper"


#: So long after its end something may still go on: who is there checks out, an errand is finished.
LATE = timedelta(minutes=60)

#: Hours in hundredths, never more than were there.
_HUNDREDTH = Decimal("0.01")


@frozen
class Claim:
    """One participation record: who took on what, and what came of it.

    `lease_until` is when an exclusive claim goes back by itself; `due_at` when the clock does
    something with the claim (see `ClaimClock.tick`). `hours` is what was submitted, `provenance` how that
    is known, and `entered_by` who wrote it down for the claimant. `award_id` names what the deed was
    credited with, `corrections` counts how often that was done anew. A claim of a `team` holds
    `seats` until those who come are named, each with a claim of their own whose `from_claim` it is;
    so is the one that a stand-in took over. `children` come along and take up no place.
    `code_window` is the last half minute whose code was used; `warnings` is what was told to the claimant.
    `evidence` (凭据) are texts or links that show that it was done, from the claimant and from who verified
    it; the award has them as well. `waits_since` is when it was submitted, as long as it waits to be judged.
    `moved_at` is when its session was moved to another time than its claimant had agreed to.
    """

    id: str
    target: Target
    target_id: str
    member_id: str
    claimed_at: datetime
    lease_until: datetime | None = None
    hours: Decimal | None = None
    verified_by: str | None = None
    award_id: str | None = None
    due_at: datetime | None = None
    seats: int = 1
    team: str | None = None
    children: int = 0
    from_claim: str | None = None
    acknowledged: bool = False
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    code_window: int | None = None
    provenance: Provenance | None = None
    entered_by: str | None = None
    corrections: int = 0
    warnings: Explanation = ()
    status: ClaimStatus = ClaimStatus.CONFIRMED
    version: int = 1
    evidence: tuple[str, ...] = ()
    waits_since: datetime | None = None
    moved_at: datetime | None = None

    def lapsed_at(self, now: datetime) -> bool:
        """Whether the lease ran out before anything was delivered."""
        return self.status in EXPECTED and self.lease_until is not None and self.lease_until <= now

    def attended(self, session: Interval) -> Interval | None:
        """From check-in to check-out, as far as it lies within the session; None: no time at all."""
        if self.checked_in_at is None or self.checked_out_at is None:
            return None
        start, end = max(self.checked_in_at, session.start), min(self.checked_out_at, session.end)
        return Interval(start, end) if start < end else None


@frozen
class CodeKey:
    """The secret, in hexadecimal, that the codes at the door of one session are made of. Never shown.

    `id` is the session's; see `gridpoints.codes.rotating_code`.
    """

    id: str
    secret: str
    made_at: datetime


def hours_within(start: datetime, end: datetime) -> Decimal:
    """The hours from one instant to another, rounded down to hundredths (36 seconds); 0: there are none."""
    if end <= start:
        return Decimal(0)
    return Interval(start, end).hours.quantize(_HUNDREDTH, rounding=ROUND_DOWN)
