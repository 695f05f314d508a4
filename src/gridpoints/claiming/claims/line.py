"""Those who wait in line: what is free is offered to them, first come first served, each for a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from gridpoints.claiming.claims.machine import conditions_under
from gridpoints.claiming.claims.taken import taken
from gridpoints.claiming.model import CLAIM, Claim, ClaimStatus, Target
from gridpoints.context import Context
from gridpoints.storage.port import Work


@frozen
class Line:
    """Something that has so many `places`, and a line of people who wait for one.

    `scopes` are the ids of its `conditions`; an offer stands until `closes_at` at the latest (None: it
    never closes).
    """

    id: str
    places: int
    scopes: tuple[str, ...]
    closes_at: datetime | None


def offer(context: Context, work: Work, target: Target, lines: Sequence[Line]) -> dict[str, int]:
    """Offer what is free of things that are locked, in the order of each line; answers what is then left.

    A team for which too few are free is passed over, and keeps its place in line.
    """
    now, by_id = context.now(), {line.id: line for line in lines}
    held = taken(work, target, by_id)
    left = {id: max(0, line.places - held[id]) for id, line in by_id.items()}
    free = tuple(id for id in by_id if left[id])
    if not free:
        return left
    where = {"target": target, "target_id": free, "status": ClaimStatus.WAITLISTED}
    waiting = work.find(Claim, where, order=("claimed_at", "id"), lock=True)
    asked = [by_id[id] for id in dict.fromkeys(claim.target_id for claim in waiting)]
    found = conditions_under(work, *(line.scopes for line in asked)) if asked else []
    terms = {line.id: conditions for line, conditions in zip(asked, found, strict=True)}
    offers = []
    for claim in waiting:
        id = claim.target_id
        if claim.seats <= left[id]:
            left[id] -= claim.seats
            until = now + timedelta(minutes=terms[id].offer_minutes)
            closes_at = by_id[id].closes_at
            until = until if closes_at is None else min(until, closes_at)
            offers.append((claim, CLAIM.advance(claim, ClaimStatus.OFFERED, due_at=until)))
    context.change_all(work, offers)
    return left
