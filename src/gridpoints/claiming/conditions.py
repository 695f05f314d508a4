"""On what conditions something is claimed (报名条件), and what a claimant brings: qualifications.

Everything is off by default: a community that sets no conditions has none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from gridpoints.community.consents import EVERYWHERE, AttestationStatus
from gridpoints.records import Lifecycle


class ConditionsStatus(StrEnum):
    """They are always in force; each change is one version more."""

    IN_FORCE = "in_force"


CONDITIONS = Lifecycle.of({ConditionsStatus.IN_FORCE: {ConditionsStatus.IN_FORCE}})


@frozen
class Conditions:
    """Who may claim, when, and what becomes of claims.

    `id` says of what: ``session:``, ``post:``, ``errand:`` or ``task:`` and its id, ``service_item:`` and its
    id, or `EVERYWHERE`, for the community. The most particular ones apply, whole. Minutes are counted back
    from the beginning of the session: those `OF_SESSIONS` are asked of nothing else, and nobody waits in line
    (`OF_LINES`) but for sessions and posts.

    `confirmed` requests wait for the organiser. Claims open `opens_before` minutes before it begins
    and end `closes_before`; until `newcomers_before` only those claim who have no verified claim yet.
    A member has `most_open` claims at once, and claims nothing for `cooldown_days` after a no-show.
    Errands and tasks go back when nothing was reported for `lease_days`.
    Who cancels in the last `late_minutes` cancels late. An offer stands for `offer_minutes`; a team
    names its people until `naming_minutes` before. A gap of less than `travel_minutes` between two
    sessions is warned of. Claimants are `least_age` years old; under `guardian_below` a guardian
    consents. `skills` are the codes of the qualifications that are needed; the `risk` must be
    acknowledged. Not `family_verifies`: nobody of the claimant's household verifies. `entered_counts`:
    hours that an administrator entered earn points. `called_off_deed` is what those are credited
    with whose session the organiser calls off, by its code in the rules.
    """

    id: str = EVERYWHERE
    confirmed: bool = False
    opens_before: int | None = None
    closes_before: int | None = None
    newcomers_before: int | None = None
    most_open: int | None = None
    cooldown_days: int | None = None
    late_minutes: int = 0
    offer_minutes: int = 1_440
    naming_minutes: int = 1_440
    travel_minutes: int = 30
    lease_days: int = 7
    least_age: int | None = None
    guardian_below: int | None = None
    skills: tuple[str, ...] = ()
    risk: str = ""
    family_verifies: bool = True
    entered_counts: bool = False
    called_off_deed: str | None = None
    status: ConditionsStatus = ConditionsStatus.IN_FORCE
    version: int = 1


#: Where a community set none.
UNCONDITIONAL = Conditions()

#: The fields that say what holds before a session begins, or between two.
OF_SESSIONS = (
    "opens_before",
    "closes_before",
    "newcomers_before",
    "late_minutes",
    "naming_minutes",
    "travel_minutes",
)
#: The field that says how long an offer stands to who is first in line.
OF_LINES = ("offer_minutes",)


@frozen
class Qualification:
    """What somebody can do, and who says so (资质): a first-aid course, a driving licence."""

    id: str
    member_id: str
    skill: str
    attested_by: str
    since: datetime
    until: datetime | None = None
    status: AttestationStatus = AttestationStatus.GIVEN
    version: int = 1

    def holds_at(self, instant: datetime) -> bool:
        """Whether it is good at that time."""
        given = self.status is AttestationStatus.GIVEN
        return given and self.since <= instant and (self.until is None or instant < self.until)


def before(instant: datetime, minutes: int) -> datetime:
    """So many minutes before an instant; the first of all instants where there is none."""
    try:
        return instant - timedelta(minutes=minutes)
    except OverflowError:
        return datetime.min.replace(tzinfo=instant.tzinfo)
