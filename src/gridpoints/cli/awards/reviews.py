"""``awards``: points that wait for somebody to agree, and those that are given back."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from gridpoints.awards.model import Award
from gridpoints.awards.operations import Awards
from gridpoints.awards.reviews import Objection, Review
from gridpoints.cli.commands import Commands, argument, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import data, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "awards", language.text("Points that wait for somebody to agree, and those that are given back.")
    )
    _register_reading(command, language)
    _register_deciding(command, language)
    _register_objecting(command, language)


def _award_argument(language: Language) -> Any:
    return argument("AWARD", language.text("The number under which the deed stands."))


def _reason_option(language: Language) -> Any:
    return option("TEXT", language.text("Why; everybody concerned can read it."))


def _register_reading(command: Commands, language: Language) -> None:
    @command("pending", language.text("What waits for somebody to agree, oldest first."))
    def pending(
        desk: Desk,
        *,
        member: Annotated[str | None, option("MEMBER", language.text("Only those of this member."))] = None,
        unit: Annotated[str | None, option("CODE", language.text("Only those in this unit."))] = None,
    ) -> None:
        with desk.village() as village:
            person = None if member is None else desk.member(village, member).id
            _show(desk, village, village.awards.pending(person, unit), "pending")

    @command(
        "tick",
        language.text("Credit what was public long enough, and nobody objects to; as often as one likes."),
    )
    def tick(desk: Desk) -> None:
        with desk.village() as village:
            _show(desk, village, village.awards.tick(), "passed")


def _register_deciding(command: Commands, language: Language) -> None:
    @command("approve", language.text("Confirm an award, or vote for it on a panel."))
    def approve(
        desk: Desk,
        *,
        award: Annotated[str, _award_argument(language)],
        amount: Annotated[
            str | None, option("POINTS", language.text("How many points, where the rules leave a range."))
        ] = None,
    ) -> None:
        _decide(desk, lambda awards: awards.approve(award, amount))

    def deciding(name: str, help: str, act: Callable[[Awards, str, str], Award]) -> None:
        @command(name, help)
        def decide(
            desk: Desk,
            *,
            award: Annotated[str, _award_argument(language)],
            reason: Annotated[str, _reason_option(language)],
        ) -> None:
            _decide(desk, lambda awards: act(awards, award, reason))

    deciding(
        "reject", language.text("Do not confirm an award, or vote against it on a panel."), Awards.reject
    )
    deciding(
        "withdraw", language.text("Take back what one reported oneself, while it waits."), Awards.withdraw
    )
    deciding(
        "reverse",
        language.text("Take back an award that was credited: its points, and what it used of limits."),
        Awards.reverse,
    )


def _register_objecting(command: Commands, language: Language) -> None:
    def objecting(name: str, help: str, act: Callable[[Awards, str, str], Objection]) -> None:
        @command(name, help)
        def object(
            desk: Desk,
            *,
            award: Annotated[str, _award_argument(language)],
            reason: Annotated[str, _reason_option(language)],
        ) -> None:
            with desk.village() as village:
                objection = act(village.awards, award, reason)
                _show_objections(desk, [objection])

    objecting("object", language.text("Object to an award while it is public."), Awards.object)
    objecting(
        "appeal",
        language.text("Appeal against a deduction, within the days that the rules allow."),
        Awards.appeal,
    )

    @command("objections", language.text("Objections and appeals that nobody has decided on."))
    def objections(desk: Desk) -> None:
        with desk.village() as village:
            _show_objections(desk, village.awards.objections())

    def judging(name: str, help: str, act: Callable[[Awards, str, str], Award]) -> None:
        @command(name, help)
        def judge(
            desk: Desk,
            *,
            objection: Annotated[str, argument("OBJECTION", language.text("The objection, by its number."))],
            reason: Annotated[str, _reason_option(language)],
        ) -> None:
            _decide(desk, lambda awards: act(awards, objection, reason))

    judging("uphold", language.text("Decide that an objection or an appeal is right."), Awards.uphold)
    judging("dismiss", language.text("Decide that an objection or an appeal is not right."), Awards.dismiss)


def _decide(desk: Desk, act: Callable[[Awards], Award]) -> None:
    with desk.village() as village:
        _show(desk, village, [act(village.awards)], "awards")


def _show(desk: Desk, village: Community, awards: Sequence[Award], key: str) -> None:
    said, units = desk.language, village.rules.units()
    desk.name_members(village, [award.member_id for award in awards])
    with village.context.read() as work:
        found = work.find(Review, {"award_id": [award.id for award in awards]}, order=("stage",))
    waiting = {review.award_id: review for review in found if review.status.waits}
    show_listing(
        desk,
        key,
        said.text("Awards"),
        awards,
        told("award", words(said.text("Number")), lambda award: award.id),
        data("unit", member="member_id"),
        seen(words(said.text("Member")), lambda award: desk.known[award.member_id]),
        told("deed", words(said.text("Deed"))),
        told("day", figures(said.text("Day"))),
        told("awarded", of=lambda award: units[award.unit].decimal(award.awarded)),
        seen(figures(said.text("Points")), lambda award: said.amount(award.awarded, units[award.unit])),
        told("status", words(said.text("Status"))),
        told("waits_for", of=lambda award: waiting[award.id].kind if award.id in waiting else None),
        told("closes_at", of=lambda award: waiting[award.id].closes_at if award.id in waiting else None),
        seen(words(said.text("Waits for")), lambda award: _stage(said, waiting.get(award.id))),
    )


def _stage(said: Language, waiting: Review | None) -> str:
    if waiting is None:
        return ""
    if waiting.closes_at is None:
        return said.word(waiting.kind)
    return said.text("{stage}, until {until}", stage=waiting.kind, until=waiting.closes_at)


def _show_objections(desk: Desk, objections: Sequence[Objection]) -> None:
    said = desk.language
    show_listing(
        desk,
        "objections",
        said.text("Objections"),
        objections,
        told("objection", words(said.text("Number")), lambda each: each.id),
        told("award", words(said.text("Award")), lambda each: each.award_id),
        data("kind", "status"),
        told("made_by", words(said.text("By"))),
        told("made_at", figures(said.text("Since"))),
        told("reason", words(said.text("Reason"))),
    )
