"""Who stayed away, for the awards: see `gridpoints.awards.standing.Missed`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from gridpoints.catalog.model import Session
from gridpoints.claiming.model import Claim, ClaimStatus, Target
from gridpoints.context import Context
from gridpoints.storage.port import Work


def missed(context: Context, work: Work, member_ids: Collection[str]) -> Mapping[str, Sequence[date]]:
    """The local days of the sessions that each member did not come to; what a team held is nobody's."""
    no_shows = {
        "member_id": tuple(sorted(member_ids)),
        "status": ClaimStatus.NO_SHOW,
        "target": Target.SESSION,
        "team": None,
    }
    claims = work.select(Claim, ("member_id", "target_id"), no_shows)
    if not claims:
        return {}
    ids = sorted({session_id for _, session_id in claims})
    starts = dict(work.select(Session, ("id", "starts_at"), {"id": ids}))
    days: dict[str, list[date]] = defaultdict(list)
    for member_id, session_id in claims:
        days[member_id].append(context.local_day(starts[session_id]))
    return {member_id: sorted(each) for member_id, each in days.items()}
