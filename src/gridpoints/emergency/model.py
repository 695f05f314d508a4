"""The muster (集结): who is wanted where, who was asked, and what became of it.

Everything is kept; what became of somebody's turn is its status. Who may move it stands in
`gridpoints.emergency.mustering` and `gridpoints.emergency.serving`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from attrs import frozen

from gridpoints.errors import CallClosed
from gridpoints.records import Lifecycle

_CENT = Decimal("0.01")


class CallStatus(StrEnum):
    """People are wanted, or no more."""

    OPEN = "open"
    CLOSED = "closed"


CALL = Lifecycle.of({CallStatus.OPEN: {CallStatus.CLOSED}})


@frozen
class MusterCall:
    """So many people are wanted at a place at a time (集结令), with a skill if need be.

    `grid_id` is where the place lies; who lives near is asked first. Serving counts in the rules as the
    `deed`; None: it earns nothing. `ends_at` is when they will be needed until, as far as is known.
    """

    id: str
    emergency_id: str
    place: str
    wanted: int
    starts_at: datetime
    called_at: datetime
    called_by: str
    ends_at: datetime | None = None
    skill: str | None = None
    grid_id: str | None = None
    deed: str | None = None
    status: CallStatus = CallStatus.OPEN
    version: int = 1

    def must_be_open(self) -> None:
        """Raise `CallClosed` where nobody is wanted any more."""
        if self.status is not CallStatus.OPEN:
            raise CallClosed(place=self.place)


class AssignmentStatus(StrEnum):
    """From the question to the stand-down (待命 → 出动 → 在岗 → 撤离 → 解除).

    Declined: they said no. Lapsed: they did not answer in time. Released: they are not needed.
    """

    REQUESTED = "requested"
    ASSIGNED = "assigned"
    STANDBY = "standby"
    MOBILISED = "mobilised"
    IN_ACTION = "in_action"
    DEMOBILISED = "demobilised"
    STOOD_DOWN = "stood_down"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RELEASED = "released"


_S = AssignmentStatus

ASSIGNMENT = Lifecycle.of(
    {
        _S.REQUESTED: {_S.ASSIGNED, _S.DECLINED, _S.LAPSED, _S.RELEASED},
        _S.ASSIGNED: {_S.STANDBY, _S.MOBILISED, _S.DECLINED, _S.RELEASED},
        _S.STANDBY: {_S.MOBILISED, _S.DECLINED, _S.RELEASED},
        _S.MOBILISED: {_S.STANDBY, _S.IN_ACTION, _S.RELEASED},
        _S.IN_ACTION: {_S.DEMOBILISED},
        _S.DEMOBILISED: {_S.STOOD_DOWN},
    }
)
#: While they wait to be stood down, hours can be corrected.
CORRECTION = Lifecycle.of({**{each: set[_S]() for each in _S}, _S.DEMOBILISED: {_S.DEMOBILISED}})

#: In one of these, they take one of the places that are wanted. Who is back has to be relieved.
PLACED = (_S.ASSIGNED, _S.STANDBY, _S.MOBILISED, _S.IN_ACTION)
#: In one of these, somebody is bound, and can be asked for nothing else: so nobody is counted twice.
BOUND = (_S.REQUESTED, *PLACED)
#: In one of these, they can still be sent home without having served.
NOT_YET_IN_ACTION = (_S.REQUESTED, _S.ASSIGNED, _S.STANDBY, _S.MOBILISED)


class HoursFrom(StrEnum):
    """Where hours come from: others noted start and end, the person did, or somebody entered them."""

    RECORDED = "recorded"
    SELF_REPORTED = "self_reported"
    ENTERED = "entered"


@frozen
class Assignment:
    """Somebody's turn at a place (派遣), with the instants at which they came to each status.

    `hours` are those in action, `hours_from` says where they come from; `verified_by` is who stood them
    down, `award_id` names what the deed was credited with.
    """

    id: str
    call_id: str
    emergency_id: str
    member_id: str
    requested_at: datetime
    requested_by: str
    answer_by: datetime | None = None
    answered_at: datetime | None = None
    mobilised_at: datetime | None = None
    in_action_at: datetime | None = None
    demobilised_at: datetime | None = None
    hours: Decimal | None = None
    hours_from: HoursFrom | None = None
    verified_by: str | None = None
    award_id: str | None = None
    status: AssignmentStatus = AssignmentStatus.REQUESTED
    version: int = 1


def hours_between(start: datetime, end: datetime) -> Decimal:
    """So many hours, to the hundredth that is full."""
    return (Decimal((end - start) // timedelta(seconds=1)) / 3600).quantize(_CENT, ROUND_DOWN)
