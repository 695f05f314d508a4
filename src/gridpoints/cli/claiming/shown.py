"""How claims are told: for all commands of ``claim``."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence

from gridpoints.catalog.listing import Listed
from gridpoints.catalog.model import Session
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.tasks import Task
from gridpoints.claiming.claims.waiting import ToVerify
from gridpoints.claiming.model import Claim
from gridpoints.claiming.wishes import Wish
from gridpoints.cli.catalog import listed
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, listing, seen, told
from gridpoints.cli.output import figures, words
from gridpoints.exchange import Community


def show_claims(
    desk: Desk, village: Community, claims: Sequence[Claim], page: ToVerify | None = None
) -> None:
    """Show claims: who, what, how far, and what was warned of; of a `page`, what leads to the next."""
    said = desk.language
    desk.name_members(village, [claim.member_id for claim in claims])
    named = _names(village, claims)
    claimed = listing(
        desk,
        said.text("Claims"),
        claims,
        data("target", "target_id", claim="id", member="member_id", award="award_id"),
        seen(words(said.text("Member")), lambda each: desk.known[each.member_id]),
        told("name", words(said.text("What")), lambda each: named[each.target_id]),
        told("status", words(said.text("Status"))),
        told("hours", figures(said.text("Hours"))),
        data("provenance"),
        told("warnings", of=lambda each: said.explanation(each.warnings, desk.known)),
    )
    document: dict[str, object] = {"claims": claimed.document}
    more = []
    if page is not None:
        document["next"] = page.next
        if page.next is not None:
            more.append(said.text("There are more: --after {cursor}", cursor=page.next))
    warnings = [line for each in claimed.document for line in each["warnings"]]
    table = claimed.table if claims else said.text("There are none.")
    desk.out.show(document, table, *warnings, *more)


def _names(village: Community, claims: Sequence[Claim]) -> dict[str, str]:
    """What was claimed: a session by its service and its day."""
    ids = sorted({claim.target_id for claim in claims})
    items = {item.id: item.name for item in village.catalog.items(None)}
    with village.context.read() as work:
        sessions = work.find(Session, {"id": ids})
        here = {"id": ids}
        others: list[Listed] = [*work.find(Post, here), *work.find(Errand, here), *work.find(Task, here)]
        wishes = dict(work.select(Wish, ("id", "number"), here))
    days = {s.id: f"{items[s.item_id]} {village.context.local_day(s.starts_at)}" for s in sessions}
    numbers = {id: number or id for id, number in wishes.items()}
    return days | numbers | listed.names_of(village, others)
