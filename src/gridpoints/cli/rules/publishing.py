"""``rules publish`` and ``rules versions``: a version becomes law, and which is when."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Cell, Listing, data, listing, seen, told
from gridpoints.cli.output import words
from gridpoints.errors import RecordExists
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.rules.life import Ballot, Draft, Version
from gridpoints.rules.model import RuleSet
from gridpoints.sheets.cells import read_day


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""
    _register_publish(command, language)
    _register_versions(command, language)


def _register_publish(command: Commands, language: Language) -> None:
    @command(
        "publish",
        language.text(
            "Publish a rule set; or put it down as a draft, write down by which vote it was approved,"
            " and publish that."
        ),
    )
    def publish(
        desk: Desk,
        *,
        rules: Annotated[
            str,
            argument(
                "FILE|PRESET|VERSION",
                language.text("A YAML file, a preset, or the version of a draft, such as our-village@2026."),
            ),
        ],
        draft: Annotated[
            bool, flag("--draft", language.text("Put it down as a draft, and check it; again: revise it."))
        ] = False,
        approve: Annotated[
            str | None,
            option(
                "FOR:AGAINST[:ABSTAINED]",
                language.text("Approve the draft of this version: how the votes were cast."),
            ),
        ] = None,
        minutes: Annotated[str, option("TEXT", language.text("Where the vote is written down."))] = "",
        withdraw: Annotated[
            str | None, option("REASON", language.text("Take back the draft of this version."))
        ] = None,
        starts_on: Annotated[
            str | None,
            option(
                "DAY",
                language.text("Publish the draft from a later day than it says, like 2026-03-31."),
                "--from",
            ),
        ] = None,
    ) -> None:
        if sum((draft, approve is not None, withdraw is not None, starts_on is not None)) > 1:
            raise typer.BadParameter(
                language.text("--draft, --approve, --withdraw and --from are steps of their own: take one.")
            )
        if minutes and approve is None:
            raise typer.BadParameter(language.text("--minutes belongs to --approve."))
        vote = None if approve is None else _vote(language, approve, minutes)
        with desk.village() as village:
            if draft:
                _show_draft(desk, _drafted(village, rules))
            elif vote is not None:
                _show_draft(desk, village.rules.approve_draft(rules, vote))
            elif withdraw is not None:
                _show_draft(desk, village.rules.withdraw_draft(rules, reason=withdraw))
            else:
                _show_published(desk, village, _published(village, rules, starts_on))


def _vote(language: Language, text: str, minutes: str) -> Ballot:
    parts = text.replace("：", ":").split(":")
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdigit() for part in parts):
        raise typer.BadParameter(
            language.text("--approve takes the votes for, against, and those who abstained, like 12:3:1.")
        )
    in_favour, against, abstained = (int(part) for part in (*parts, "0")[:3])
    return Ballot(in_favour, against, abstained, minutes)


def _drafted(village: Community, source: str) -> Draft:
    """The draft with that text, checked; what is wrong with it is raised, and it is kept all the same."""
    try:
        draft = village.rules.draft(source)
    except RecordExists as standing:
        draft = village.rules.revise_draft(standing.id, source)
    return village.rules.check_draft(draft.id)


def _published(village: Community, rules: str, starts_on: str | None) -> RuleSet:
    if starts_on is not None:
        return village.rules.publish_draft(rules, starts_on=read_day(starts_on))
    if names_version(rules):
        return village.rules.publish_draft(rules)
    return village.rules.publish(rules)


def names_version(text: str) -> bool:
    """Whether it is a version that somebody wrote, and not a file."""
    return "@" in text and not Path(text).exists()


def _show_draft(desk: Desk, draft: Draft) -> None:
    said = desk.language
    status = said.word(draft.status)
    document = _drafts(desk, [draft]).document[0]
    desk.out.show(document, said.text("{id} is {status}", id=draft.id, status=status))


def _show_published(desk: Desk, village: Community, rules: RuleSet) -> None:
    said = desk.language
    overtaken = village.awards.overtaken_by(rules.id)
    document = {"version": rules.id, "from": rules.starts_on, "overtaken": overtaken}
    sentence = said.text("{id} is published, and in force from {day}", id=rules.id, day=rules.starts_on)
    kept = said.plural(
        "{n} deed of its days was judged by other rules before, and stays as it is",
        "{n} deeds of its days were judged by other rules before, and stay as they are",
        overtaken,
    )
    desk.out.show(document, sentence, *([kept] if overtaken else []))


# --- the calendar ---------------------------------------------------------------------------------


def _register_versions(command: Commands, language: Language) -> None:
    @command(
        "versions",
        language.text("The versions of the rules: from when until when, approved and published by whom."),
    )
    def versions(desk: Desk) -> None:
        with desk.village() as village:
            published = village.rules.versions()
            waiting = [draft for draft in village.rules.drafts() if not _is_among(draft, published)]
        said = desk.language
        law = listing(
            desk,
            said.text("Versions of the rules"),
            published,
            told("version", words(said.text("Version")), lambda each: each.rules.id),
            told("from", words(said.text("From")), lambda each: each.starts_on),
            told("until", words(said.text("Until")), lambda each: each.ends_on),
            told("status", words(said.text("Status"))),
            data("published_at"),
            told("published_by", words(said.text("Published by"))),
            *_approval(said),
        )
        drafts = _drafts(desk, waiting)
        document = {"versions": law.document, "drafts": drafts.document}
        desk.out.show(document, law.table, *([drafts.table] if waiting else []))


def _drafts(desk: Desk, drafts: Sequence[Draft]) -> Listing:
    said = desk.language
    return listing(
        desk,
        said.text("Drafts"),
        drafts,
        told("version", words(said.text("Version")), lambda each: each.id),
        told("status", words(said.text("Status"))),
        data("drafted_at"),
        told("drafted_by", words(said.text("Drafted by"))),
        data("approved_at"),
        *_approval(said),
    )


def _approval(said: Language) -> tuple[Cell[Any], ...]:
    """The cells of versions and drafts about who approved them."""
    return (
        told("approved_by", words(said.text("Approved by"))),
        told("vote", of=lambda each: _vote_document(each.vote)),
        seen(words(said.text("Vote")), lambda each: _vote_in_words(said, each.vote)),
    )


def _is_among(draft: Draft, published: tuple[Version, ...]) -> bool:
    return any(each.rules.id == draft.id for each in published)


def _vote_in_words(said: Language, vote: Ballot | None) -> str:
    if vote is None:
        return ""
    counted = said.text(
        "{in_favour} for, {against} against, {abstained} abstained",
        in_favour=vote.in_favour,
        against=vote.against,
        abstained=vote.abstained,
    )
    return f"{counted} ({vote.minutes})" if vote.minutes else counted


def _vote_document(vote: Ballot | None) -> dict[str, Any] | None:
    if vote is None:
        return None
    return {
        "for": vote.in_favour,
        "against": vote.against,
        "abstained": vote.abstained,
        "minutes": vote.minutes,
    }
