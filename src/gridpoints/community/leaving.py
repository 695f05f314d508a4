"""Who has left, for the rooms that end what they left behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gridpoints.community.model import Member
from gridpoints.storage.port import Range, Work

#: The reason that the journal has of all that ends because somebody left.
LEFT = "member_left"
#: Of how many people is asked at once.
AT_ONCE = 500


def left_by(work: Work, until: datetime) -> list[str]:
    """The ids of all who left by an instant and are not back: found by an index of those alone."""
    return [id for (id,) in work.select(Member, ("id",), {"left_at": Range(at_most=until)})]


def left_among(work: Work, member_ids: Iterable[str], until: datetime) -> set[str]:
    """Those of them who left by an instant and are not back."""
    ids = sorted(set(member_ids))
    some = (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
    gone = Range(at_most=until)
    return {id for each in some for (id,) in work.select(Member, ("id",), {"id": each, "left_at": gone})}
