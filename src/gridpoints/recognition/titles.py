"""What claims are on, and what that is called in a record and in a calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.tasks import Task
from gridpoints.claiming.model import Claim, Target
from gridpoints.storage.port import Work

Listed = Session | Post | Errand | Task
#: By target and id.
AllListed = Mapping[tuple[Target, str], Listed]

_KINDS: Mapping[Target, type[Listed]] = {
    Target.SESSION: Session,
    Target.POST: Post,
    Target.ERRAND: Errand,
    Target.TASK: Task,
}


def listed(work: Work, claims: Sequence[Claim]) -> AllListed:
    """What of the catalog the claims are on; wishes are not of it."""
    found: dict[tuple[Target, str], Listed] = {}
    for target, kind in _KINDS.items():
        if ids := sorted({claim.target_id for claim in claims if claim.target is target}):
            found |= {(target, each.id): each for each in work.find(kind, {"id": ids})}
    return found


def titles(work: Work, found: AllListed) -> Mapping[tuple[Target, str], str]:
    """A post and a task have names; a session and an errand are called what their service item is.

    What a resident asks for in an errand is theirs, as a wish is, and stands in nobody else's papers.
    """
    ids = sorted({each.item_id for each in found.values() if isinstance(each, Session | Errand)})
    names = {item.id: item.name for item in work.find(ServiceItem, {"id": ids})} if ids else {}
    return {
        key: each.name if isinstance(each, Post | Task) else names[each.item_id]
        for key, each in found.items()
    }
