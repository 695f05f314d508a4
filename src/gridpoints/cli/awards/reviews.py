"""``awards``: points that wait for somebody to agree, and those that are given back."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from gridpoints.awards.model import Award
from gridpoints.awards.reviews import Objection, Review
from gridpoints.cli.desk import Desk, command
from gridpoints.cli.output import figures, words
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        name="awards",
        help=language.text("Points that wait for somebody to agree, and those that are given back."),
        no_args_is_help=True,
    )
    app.add_typer(group)
    _register_reading(group, language)
    _register_deciding(group, language)
    _register_objecting(group, language)


def _award_argument(language: Language) -> Any:
    return typer.Argument(metavar="AWARD", help=language.text("The number under which the deed stands."))


def _reason_option(language: Language) -> Any:
    return typer.Option(metavar="TEXT", help=language.text("Why; everybody concerned can read it."))


def _register_reading(group: typer.Typer, language: Language) -> None:
    @command(group, language, "pending", language.text("What waits for somebody to agree, oldest first."))
    def pending(
        desk: Desk,
        *,
        member: Annotated[
            str | None,
            typer.Option(metavar="MEMBER", help=language.text("Only those of this member.")),
        ] = None,
        unit: Annotated[
            str | None, typer.Option(metavar="CODE", help=language.text("Only those in this unit."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            person = None if member is None else desk.member(village, member).id
            _show(desk, village, village.awards.pending(person, unit), "pending")

    @command(
        group,
        language,
        "tick",
        language.text("Credit what was public long enough, and nobody objects to; as often as one likes."),
    )
    def tick(desk: Desk) -> None:
        with desk.village() as village:
            _show(desk, village, village.awards.tick(), "passed")


def _register_deciding(group: typer.Typer, language: Language) -> None:
    @command(group, language, "approve", language.text("Confirm an award, or vote for it on a panel."))
    def approve(
        desk: Desk,
        *,
        award: Annotated[str, _award_argument(language)],
        amount: Annotated[
            str | None,
            typer.Option(
                metavar="POINTS", help=language.text("How many points, where the rules leave a range.")
            ),
        ] = None,
    ) -> None:
        _decide(desk, lambda village: village.awards.approve(award, amount))

    def deciding(name: str, help: str, act: Callable[[Community, str, str], Award]) -> None:
        @command(group, language, name, help)
        def decide(
            desk: Desk,
            *,
            award: Annotated[str, _award_argument(language)],
            reason: Annotated[str, _reason_option(language)],
        ) -> None:
            _decide(desk, lambda village: act(village, award, reason))

    deciding(
        "reject",
        language.text("Do not confirm an award, or vote against it on a panel."),
        lambda village, award, reason: village.awards.reject(award, reason),
    )
    deciding(
        "withdraw",
        language.text("Take back what one reported oneself, while it waits."),
        lambda village, award, reason: village.awards.withdraw(award, reason),
    )
    deciding(
        "reverse",
        language.text("Take back an award that was credited: its points, and what it used of limits."),
        lambda village, award, reason: village.awards.reverse(award, reason),
    )


def _register_objecting(group: typer.Typer, language: Language) -> None:
    def objecting(name: str, help: str, act: Callable[[Community, str, str], Objection]) -> None:
        @command(group, language, name, help)
        def object(
            desk: Desk,
            *,
            award: Annotated[str, _award_argument(language)],
            reason: Annotated[str, _reason_option(language)],
        ) -> None:
            with desk.village() as village:
                objection = act(village, award, reason)
                _show_objections(desk, [objection])

    objecting(
        "object",
        language.text("Object to an award while it is public."),
        lambda village, award, reason: village.awards.object(award, reason),
    )
    objecting(
        "appeal",
        language.text("Appeal against a deduction, within the days that the rules allow."),
        lambda village, award, reason: village.awards.appeal(award, reason),
    )

    @command(
        group, language, "objections", language.text("Objections and appeals that nobody has decided on.")
    )
    def objections(desk: Desk) -> None:
        with desk.village() as village:
            _show_objections(desk, village.awards.objections())

    def judging(name: str, help: str, act: Callable[[Community, str, str], Award]) -> None:
        @command(group, language, name, help)
        def judge(
            desk: Desk,
            *,
            objection: Annotated[
                str, typer.Argument(metavar="OBJECTION", help=language.text("The objection, by its number."))
            ],
            reason: Annotated[str, _reason_option(language)],
        ) -> None:
            _decide(desk, lambda village: act(village, objection, reason))

    judging(
        "uphold",
        language.text("Decide that an objection or an appeal is right."),
        lambda village, objection, reason: village.awards.uphold(objection, reason),
    )
    judging(
        "dismiss",
        language.text("Decide that an objection or an appeal is not right."),
        lambda village, objection, reason: village.awards.dismiss(objection, reason),
    )


def _decide(desk: Desk, act: Callable[[Community], Award]) -> None:
    with desk.village() as village:
        _show(desk, village, [act(village)], "awards")


def _show(desk: Desk, village: Community, awards: Sequence[Award], key: str) -> None:
    said, units = desk.language, village.rules.units()
    desk.name_members(village, [award.member_id for award in awards])
    with village.context.read() as work:
        found = work.find(Review, {"award_id": [award.id for award in awards]}, order=("stage",))
    present = {review.award_id: review for review in found}
    document = {
        key: [
            {
                "award": award.id,
                "member": award.member_id,
                "deed": award.deed,
                "day": award.day,
                "unit": award.unit,
                "awarded": units[award.unit].decimal(award.awarded),
                "status": award.status,
                "waits_for": _waits_for(present.get(award.id)),
                "closes_at": _closes_at(present.get(award.id)),
            }
            for award in awards
        ]
    }
    table = desk.out.table(
        said.text("Awards"),
        [
            words(said.text("Number")),
            words(said.text("Member")),
            words(said.text("Deed")),
            figures(said.text("Day")),
            figures(said.text("Points")),
            words(said.text("Status")),
            words(said.text("Waits for")),
        ],
        [
            (
                award.id,
                desk.known[award.member_id],
                award.deed,
                said.date(award.day),
                said.amount(award.awarded, units[award.unit]),
                said.word(award.status),
                _waiting(said, present.get(award.id)),
            )
            for award in awards
        ],
    )
    desk.out.show(document, table)


def _waits_for(review: Review | None) -> str | None:
    return review.kind if review is not None and review.status.waits else None


def _closes_at(review: Review | None) -> Any:
    return review.closes_at if review is not None and review.status.waits else None


def _waiting(said: Language, review: Review | None) -> str:
    if review is None or not review.status.waits:
        return ""
    if review.closes_at is None:
        return said.word(review.kind)
    return said.text("{stage}, until {until}", stage=review.kind, until=review.closes_at)


def _show_objections(desk: Desk, objections: Sequence[Objection]) -> None:
    said = desk.language
    document = {
        "objections": [
            {
                "objection": each.id,
                "kind": each.kind,
                "award": each.award_id,
                "made_by": each.made_by,
                "made_at": each.made_at,
                "reason": each.reason,
                "status": each.status,
            }
            for each in objections
        ]
    }
    table = desk.out.table(
        said.text("Objections"),
        [
            words(said.text("Number")),
            words(said.text("Award")),
            words(said.text("By")),
            figures(said.text("Since")),
            words(said.text("Reason")),
        ],
        [
            (each.id, each.award_id, each.made_by, said.instant(each.made_at), each.reason)
            for each in objections
        ],
    )
    desk.out.show(document, table)
