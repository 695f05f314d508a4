"""``claim``: who takes part in what, who came, for how many hours, and that it is so."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import typer

from gridpoints.catalog.model import ServiceItem, Session, SessionStatus
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.tasks import Task
from gridpoints.claiming.model import HOLDING, OPEN, Claim, Provenance, Target
from gridpoints.claiming.operations import Claiming
from gridpoints.cli.catalog import listed
from gridpoints.cli.claiming.shown import show_claims
from gridpoints.cli.commands import Commands, argument, flag, option, reason_option
from gridpoints.cli.desk import Desk
from gridpoints.cli.facts import fact_option, read_facts
from gridpoints.errors import NameAmbiguous, RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.sheets.cells import read_day, read_quantity
from gridpoints.values import check_decimal

_TARGETS = {Post: Target.POST, Errand: Target.ERRAND, Task: Target.TASK}


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "claim", language.text("Who takes part: claimed, checked in and out, hours, verified.")
    )
    _register_making(command, language)
    _register_moves(command, language)
    _register_verifying(command, language)
    _register_reasoned(command, language)
    _register_hours(command, language)


def _what_argument(language: Language) -> Any:
    return argument(
        "NAME",
        language.text("The service, post, errand or task, by its name or id; or the number of a session."),
    )


def _member_argument(language: Language) -> Any:
    return argument("MEMBER", language.text("Who, by number, id or name."))


def _day_option(language: Language) -> Any:
    return option(
        "DAY",
        language.text(
            "The session of this day; without it, the next one, or the last where none is to come."
        ),
    )


def _register_making(command: Commands, language: Language) -> None:
    @command("make", language.text("Let a member take part."))
    def make(
        desk: Desk,
        *,
        name: Annotated[str, _what_argument(language)],
        member: Annotated[str, _member_argument(language)],
        day: Annotated[str | None, _day_option(language)] = None,
        wait: Annotated[
            bool, flag("--wait", language.text("Wait in line where all places are taken."))
        ] = False,
        born: Annotated[
            str | None, option("DAY", language.text("The day of birth, where age matters."))
        ] = None,
        risk_read: Annotated[
            bool, flag("--risk-read", language.text("They have read the notice of the risks."))
        ] = False,
    ) -> None:
        with desk.village() as village:
            room, person = village.claiming, desk.member(village, member)
            target, id = _target(desk, village, name, day)
            birthday = None if born is None else read_day(born)
            if target is Target.SESSION:
                made = room.claim_session(id, person.id, wait=wait, born=birthday, acknowledged=risk_read)
            elif target is Target.POST:
                made = room.claim_post(id, person.id, wait=wait, born=birthday, acknowledged=risk_read)
            else:
                act = room.claim_errand if target is Target.ERRAND else room.claim_task
                made = act(id, person.id, born=birthday, acknowledged=risk_read)
            show_claims(desk, village, [made])

    @command("list", language.text("The claims of a member, or those on something."))
    def listing(
        desk: Desk,
        *,
        name: Annotated[
            str | None,
            argument(
                "[NAME]",
                language.text(
                    "The service, post, errand or task, by its name or id; or the number of a session."
                ),
            ),
        ] = None,
        day: Annotated[str | None, _day_option(language)] = None,
        member: Annotated[str | None, option("MEMBER", language.text("Only what this member has."))] = None,
    ) -> None:
        if name is None and member is None:
            raise typer.BadParameter(desk.language.text("Name what was claimed, or give --member."))
        with desk.village() as village:
            where: dict[str, Any] = {}
            if member is not None:
                where["member_id"] = desk.member(village, member).id
            if name is not None:
                where["target"], where["target_id"] = _target(desk, village, name, day)
            with village.context.read() as work:
                found = work.find(Claim, where, order=("claimed_at", "id"))
            show_claims(desk, village, [claim for claim in found if claim.target is not Target.WISH])

    @command("tick", language.text("Let happen what is due: offers, leases, check-outs; wishes as well."))
    def tick(desk: Desk) -> None:
        with desk.village() as village:
            moved = village.claiming.tick()
            show_claims(desk, village, [claim for claim in moved if claim.target is not Target.WISH])


def _register_moves(command: Commands, language: Language) -> None:
    def moving(name: str, help: str, act: Callable[[Claiming, str], Claim]) -> None:
        @command(name, help)
        def move(
            desk: Desk,
            *,
            name: Annotated[str, _what_argument(language)],
            member: Annotated[str, _member_argument(language)],
            day: Annotated[str | None, _day_option(language)] = None,
        ) -> None:
            with desk.village() as village:
                claim = _claim(desk, village, name, member, day)
                show_claims(desk, village, [act(village.claiming, claim.id)])

    moving("confirm", language.text("Give a place to somebody who asked for one."), Claiming.confirm)
    moving(
        "accept", language.text("Take the place that was offered to somebody who waited."), Claiming.accept
    )
    moving("check-in", language.text("Note that somebody is there: you see them."), Claiming.check_in)
    moving("check-out", language.text("Note that somebody leaves: you see them."), Claiming.check_out)
    moving("no-show", language.text("Note that somebody did not come."), Claiming.no_show)


def _register_verifying(command: Commands, language: Language) -> None:
    mine_help = language.text("Leave out your own, and what you wrote down.")
    after_help = language.text("Only what comes after the page that gave this cursor.")

    @command("to-verify", language.text("What waits to be verified, whoever claimed it where."))
    def to_verify(
        desk: Desk,
        *,
        item: Annotated[str | None, option("ITEM", language.text("Only those of this service item."))] = None,
        grid: Annotated[
            str | None, option("GRID", language.text("Only of people in this grid, or below it."))
        ] = None,
        mine: Annotated[bool, flag("--mine", mine_help)] = False,
        after: Annotated[str, option("CURSOR", after_help)] = "",
        limit: Annotated[int, typer.Option(min=1, max=10_000, help=language.text("So many at most."))] = 100,
    ) -> None:
        with desk.village() as village:
            page = village.claiming.to_verify(
                item_id=None if item is None else listed.item_id(desk, village, item),
                grid_id=None if grid is None else desk.grid(village, grid).id,
                mine=mine,
                after=after,
                limit=limit,
            )
            show_claims(desk, village, page.claims, page)

    help = language.text("Verify hours that somebody else wrote down, and credit them.")

    @command("verify", help)
    def verify(
        desk: Desk,
        *,
        name: Annotated[str, _what_argument(language)],
        member: Annotated[str, _member_argument(language)],
        day: Annotated[str | None, _day_option(language)] = None,
        quantity: Annotated[
            str | None, option("NUMBER", language.text("How many hours, times or items."))
        ] = None,
        fact: Annotated[list[str] | None, fact_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            claim = _claim(desk, village, name, member, day)
            facts = read_facts(village.rules.in_force(), fact) if fact else None
            told = read_quantity(quantity or "")
            show_claims(desk, village, [village.claiming.verify(claim.id, facts=facts, quantity=told)[0]])


def _register_reasoned(command: Commands, language: Language) -> None:
    def moving(name: str, help: str, act: Callable[..., Claim]) -> None:
        @command(name, help)
        def move(
            desk: Desk,
            *,
            name: Annotated[str, _what_argument(language)],
            member: Annotated[str, _member_argument(language)],
            reason: Annotated[str, reason_option(language)],
            day: Annotated[str | None, _day_option(language)] = None,
        ) -> None:
            with desk.village() as village:
                claim = _claim(desk, village, name, member, day)
                show_claims(desk, village, [act(village.claiming, claim.id, reason=reason)])

    moving("reject", language.text("Give no place to somebody who asked for one."), Claiming.reject)
    moving("cancel", language.text("Give a claim back: the place goes to the next in line."), Claiming.cancel)
    moving("excuse", language.text("Excuse who stayed away, or cancelled late."), Claiming.excuse)
    moving("dispute", language.text("Doubt hours that were written down."), Claiming.dispute)
    moving(
        "void",
        language.text("Let a claim count for nothing; what it was credited with is taken back."),
        Claiming.void,
    )


def _register_hours(command: Commands, language: Language) -> None:
    @command(
        "hours",
        language.text(
            "Write down how many hours somebody gave, also without a claim; somebody else verifies it."
        ),
    )
    def hours(
        desk: Desk,
        *,
        name: Annotated[str, _what_argument(language)],
        member: Annotated[str, _member_argument(language)],
        hours: Annotated[str, argument("HOURS", language.text("How many hours, like 2.5."))],
        day: Annotated[str | None, _day_option(language)] = None,
        how: Annotated[
            str,
            option(
                "paper|proxy|entered",
                language.text("How you know: from a list on paper, told by them, or as an administrator."),
            ),
        ] = "paper",
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            target, id = _target(desk, village, name, day)
            person, number = desk.member(village, member).id, check_decimal("hours", hours)
            claim = _of(village, target, id, person)
            provenance = desk.choice("provenance", how, Provenance)
            submitted = _written_down(
                village, claim, (target, id, person), number, provenance=provenance, reason=reason
            )
            show_claims(desk, village, [submitted])


def _written_down(
    village: Community,
    claim: Claim | None,
    of: tuple[Target, str, str],
    hours: Decimal,
    *,
    provenance: Provenance,
    reason: str | None,
) -> Claim:
    room, (target, id, member) = village.claiming, of
    if claim is None:
        if target is not Target.SESSION:
            raise RecordUnknown(kind="claim", id=id)
        return room.enter_attendance(id, member, hours, provenance)
    if target is not Target.SESSION:
        return room.report_done(claim.id, hours)
    if village.context.actor.id == member:
        return room.submit_hours(claim.id, hours)
    return room.enter_hours(claim.id, hours, provenance, reason=reason)


# --- which is meant -------------------------------------------------------------------------------


def _target(desk: Desk, village: Community, text: str, day: str | None) -> tuple[Target, str]:
    """What can be claimed and is meant; raises `RecordUnknown` or `NameAmbiguous`."""
    with village.context.read() as work:
        if work.count(Session, {"id": text}):
            return Target.SESSION, text
    found = listed.find(desk, village, text, ServiceItem, Post, Errand, Task)
    if not isinstance(found, ServiceItem):
        return _TARGETS[type(found)], found.id
    return Target.SESSION, _session(village, found, day).id


def _session(village: Community, item: ServiceItem, day: str | None) -> Session:
    sessions = [s for s in village.catalog.sessions(item.id) if s.status is not SessionStatus.CANCELLED]
    if day is not None:
        wanted = read_day(day)
        sessions = [s for s in sessions if village.context.local_day(s.starts_at) == wanted]
        if len(sessions) > 1:
            raise NameAmbiguous(name=item.name, ids=tuple(session.id for session in sessions))
    now = village.context.now()
    to_come = [session for session in sessions if session.ends_at > now]
    for session in (*to_come, *reversed(sessions)):
        return session
    raise RecordUnknown(kind="session", id=item.name)


def _claim(desk: Desk, village: Community, what: str, member: str, day: str | None) -> Claim:
    """The claim of a member that is meant; raises `RecordUnknown`."""
    target, id = _target(desk, village, what, day)
    claim = _of(village, target, id, desk.member(village, member).id)
    if claim is None:
        raise RecordUnknown(kind="claim", id=member)
    return claim


def _of(village: Community, target: Target, id: str, member_id: str) -> Claim | None:
    """A member's claim on something: the one that stands, else the last one that did."""
    with village.context.read() as work:
        own = {"target": target, "target_id": id, "member_id": member_id}
        found = work.find(Claim, own, order=("claimed_at", "id"))
    standing = [claim for claim in found if claim.status in (*HOLDING, *OPEN)]
    return next(iter(reversed(standing or found)), None)
