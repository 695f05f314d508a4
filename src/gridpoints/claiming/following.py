"""Claims follow what they are on: a session that is moved or called off, a post that is closed."""

from __future__ import annotations

from collections.abc import Sequence

from gridpoints.catalog.model import ItemStatus, Session, SessionStatus
from gridpoints.catalog.places import Clash, Followed, Unfit
from gridpoints.catalog.posts import Post
from gridpoints.claiming.claims.ending import call_off_all
from gridpoints.claiming.claims.machine import conditions_under
from gridpoints.claiming.model import CLAIM, OPEN, Claim, ClaimStatus, Target
from gridpoints.claiming.sessions.places import Places, offer
from gridpoints.claiming.undertaking import HeldPost
from gridpoints.community.model import Member
from gridpoints.context import Context
from gridpoints.errors import TimeConflict
from gridpoints.storage.port import Work
from gridpoints.values import Step

#: Whoever has not got what they asked for yet.
_ASKING = (ClaimStatus.REQUESTED, ClaimStatus.WAITLISTED, ClaimStatus.OFFERED)


def follow(
    context: Context, work: Work, changes: Sequence[Followed], reason: str | None
) -> list[Clash | Unfit]:
    """See `gridpoints.catalog.places.Follow`."""
    moved, roomier = [], []
    for old, new in changes:
        if isinstance(old, Session) and isinstance(new, Session):
            if new.status is SessionStatus.CANCELLED:
                Places(context, work, new).call_off(reason)
            elif new.interval != old.interval:
                moved.append((old, new))
            if new.places > old.places:
                roomier.append(new)
        elif isinstance(old, Post) and isinstance(new, Post):
            _follow_post(context, work, old, new, reason)
    told = _move(context, work, moved, reason)
    offer(context, work, roomier)
    return told


def _move(
    context: Context, work: Work, moved: Sequence[tuple[Session, Session]], reason: str | None
) -> list[Clash | Unfit]:
    """Tell the claims on sessions of their new time; answers who cannot be there then, and who may not."""
    before = {old.id: context.local_day(old.starts_at) for old, _ in moved}
    places = {session.id: Places(context, work, session) for _, session in moved}
    on_them = {"target": Target.SESSION, "target_id": list(places), "status": OPEN}
    claims = work.find(Claim, on_them, order=("claimed_at", "id"), lock=True) if places else []
    if not claims:
        return []
    members = {m.id: m for m in work.find(Member, {"id": sorted({claim.member_id for claim in claims})})}
    changes, told = [], list[Clash | Unfit]()
    for claim in claims:
        at = places[claim.target_id]
        warnings = claim.warnings
        if claim.team is None:
            admission = at.admission(members[claim.member_id], at.conditions())
            warnings = ()
            if claim.status is not ClaimStatus.WAITLISTED:
                try:
                    warnings = admission.must_not_clash(claim, at.session)
                except TimeConflict as conflict:
                    warnings = (Step("expected_elsewhere", {"session": conflict.session}),)
                    told.append(Clash(claim.member_id, claim.id, conflict.session))
            if reasons := admission.no_longer_fit(before[claim.target_id]):
                told.append(Unfit(claim.member_id, claim.id, reasons))
                warnings += reasons
        changes.append((claim, _at_its_new_time(claim, at, warnings=warnings, moved_at=context.now())))
    context.change_all(work, changes, reason)
    return told


def _at_its_new_time(claim: Claim, places: Places, **changes: object) -> Claim:
    session = places.session
    match claim.status:
        case ClaimStatus.CHECKED_IN:  # they came for nothing
            return CLAIM.advance(claim, ClaimStatus.CONFIRMED, due_at=None, checked_in_at=None, **changes)
        case ClaimStatus.REQUESTED | ClaimStatus.WAITLISTED:
            due_at = session.starts_at
        case ClaimStatus.OFFERED:
            due_at = session.starts_at if claim.due_at is None else min(claim.due_at, session.starts_at)
        case _:
            return CLAIM.amend(claim, due_at=places.due(claim), **changes)
    return CLAIM.amend(claim, due_at=due_at, **changes)


def _follow_post(context: Context, work: Work, old: Post, new: Post, reason: str | None) -> None:
    held = HeldPost(context, work, new)
    on_it = {"target": Target.POST, "target_id": new.id}
    if new.status is ItemStatus.CLOSED:
        asking = work.find(Claim, {**on_it, "status": _ASKING}, order=("claimed_at", "id"), lock=True)
        [conditions] = conditions_under(work, held.scopes)
        # Whose time is over has lapsed, whichever tick comes first.
        open_ones = [each for each in asking if each.due_at is None or context.now() < each.due_at]
        call_off_all(context, work, open_ones, conditions, reason)
        return
    if new.ends_on != old.ends_on:
        waiting = work.find(Claim, {**on_it, "status": ClaimStatus.WAITLISTED}, lock=True)
        closes_at = held.closes_at()
        context.change_all(work, [(each, CLAIM.amend(each, due_at=closes_at)) for each in waiting], reason)
    held.offer()
