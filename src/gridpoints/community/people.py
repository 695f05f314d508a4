"""What is noted of people beside their name: types, guardians, dual check-in, cards of four colours."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from attrs import frozen

from gridpoints.community.model import Standing, Tenure
from gridpoints.records import Lifecycle


@frozen
class Classification:
    """Which type of member somebody is, and how they are managed (五类党员, 五管合一), under their own id."""

    id: str
    member_id: str
    type: str
    managed: str
    status: Standing = Standing.ACTIVE
    version: int = 1


@frozen
class Guardianship:
    """That one member is known as the guardian (监护人) of another; its id is made of both."""

    id: str
    member_id: str
    guardian_id: str
    status: Tenure = Tenure.HELD
    version: int = 1


class CheckInStatus(StrEnum):
    """A dual check-in is complete when both sides know."""

    PARTIAL = "partial"
    COMPLETE = "complete"


DUAL_CHECK_IN = Lifecycle.of(
    {
        CheckInStatus.PARTIAL: {CheckInStatus.PARTIAL, CheckInStatus.COMPLETE},
        CheckInStatus.COMPLETE: {CheckInStatus.COMPLETE},
    }
)


@frozen
class DualCheckIn:
    """Checked in with the organisation where one works, and in the grid where one lives (双报到).

    Under the member's own id; each side has its day, None where it has not happened yet.
    """

    id: str
    member_id: str
    partner_id: str | None = None
    partner_on: date | None = None
    grid_id: str | None = None
    grid_on: date | None = None
    status: CheckInStatus = CheckInStatus.PARTIAL
    version: int = 1


class CardColour(StrEnum):
    """What a card is about (四色卡): red promise, yellow information, pink service, green activity."""

    PROMISE = "promise"
    INFORMATION = "information"
    SERVICE = "service"
    ACTIVITY = "activity"


@frozen
class ColourCard:
    """A card that a member filled in (红色承诺、黄色信息、粉色服务、绿色活动)."""

    id: str
    member_id: str
    colour: CardColour
    text: str
    day: date
    status: Standing = Standing.ACTIVE
    version: int = 1
