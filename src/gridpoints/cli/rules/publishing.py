"""``rules publish`` and ``rules versions``: a version becomes law, and which is when."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column

from gridpoints.cli.desk import Desk, command
from gridpoints.cli.output import words
from gridpoints.errors import RecordExists
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.rules.life import Ballot, Draft, Version
from gridpoints.rules.model import RuleSet
from gridpoints.sheets.cells import read_day


def register(group: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    _register_publish(group, language)
    _register_versions(group, language)


def _register_publish(group: typer.Typer, language: Language) -> None:
    @command(
        group,
        language,
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
            typer.Argument(
                metavar="FILE|PRESET|VERSION",
                help=language.text(
                    "A YAML file, a preset, or the version of a draft, such as our-village@2026."
                ),
            ),
        ],
        draft: Annotated[
            bool,
            typer.Option(
                "--draft", help=language.text("Put it down as a draft, and check it; again: revise it.")
            ),
        ] = False,
        approve: Annotated[
            str | None,
            typer.Option(
                metavar="FOR:AGAINST[:ABSTAINED]",
                help=language.text("Approve the draft of this version: how the votes were cast."),
            ),
        ] = None,
        minutes: Annotated[
            str, typer.Option(metavar="TEXT", help=language.text("Where the vote is written down."))
        ] = "",
        withdraw: Annotated[
            str | None,
            typer.Option(metavar="REASON", help=language.text("Take back the draft of this version.")),
        ] = None,
        starts_on: Annotated[
            str | None,
            typer.Option(
                "--from",
                metavar="DAY",
                help=language.text("Publish the draft from a later day than it says, like 2026-03-31."),
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
    desk.out.show(_draft_document(draft), said.text("{id} is {status}", id=draft.id, status=status))


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


def _register_versions(group: typer.Typer, language: Language) -> None:
    @command(
        group,
        language,
        "versions",
        language.text("The versions of the rules: from when until when, approved and published by whom."),
    )
    def versions(desk: Desk) -> None:
        with desk.village() as village:
            published = village.rules.versions()
            waiting = [draft for draft in village.rules.drafts() if not _is_among(draft, published)]
        said = desk.language
        document = {
            "versions": [_version_document(each) for each in published],
            "drafts": [_draft_document(each) for each in waiting],
        }
        parts = [
            desk.out.table(
                said.text("Versions of the rules"),
                [
                    words(said.text("Version")),
                    words(said.text("From")),
                    words(said.text("Until")),
                    words(said.text("Status")),
                    words(said.text("Published by")),
                    *_by_whom(said),
                ],
                [_version_row(said, each) for each in published],
            )
        ]
        if waiting:
            headings = [
                words(said.text("Version")),
                words(said.text("Status")),
                words(said.text("Drafted by")),
            ]
            rows = [_draft_row(said, each) for each in waiting]
            parts.append(desk.out.table(said.text("Drafts"), [*headings, *_by_whom(said)], rows))
        desk.out.show(document, *parts)


def _by_whom(said: Language) -> list[Column]:
    return [words(said.text("Approved by")), words(said.text("Vote"))]


def _is_among(draft: Draft, published: tuple[Version, ...]) -> bool:
    return any(each.rules.id == draft.id for each in published)


def _version_row(said: Language, each: Version) -> tuple[str, ...]:
    return (
        each.rules.id,
        said.date(each.starts_on),
        said.date(each.ends_on) if each.ends_on else "",
        said.word(each.status),
        each.published_by,
        each.approved_by or "",
        _vote_in_words(said, each.vote),
    )


def _draft_row(said: Language, each: Draft) -> tuple[str, ...]:
    vote = _vote_in_words(said, each.vote)
    return (each.id, said.word(each.status), each.drafted_by, each.approved_by or "", vote)


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


def _version_document(each: Version) -> dict[str, Any]:
    return {
        "version": each.rules.id,
        "from": each.starts_on,
        "until": each.ends_on,
        "status": each.status,
        "published_at": each.published_at,
        "published_by": each.published_by,
        "approved_by": each.approved_by,
        "vote": _vote_document(each.vote),
    }


def _draft_document(each: Draft) -> dict[str, Any]:
    return {
        "version": each.id,
        "status": each.status,
        "drafted_at": each.drafted_at,
        "drafted_by": each.drafted_by,
        "approved_at": each.approved_at,
        "approved_by": each.approved_by,
        "vote": _vote_document(each.vote),
    }


def _vote_document(vote: Ballot | None) -> dict[str, Any] | None:
    if vote is None:
        return None
    return {
        "for": vote.in_favour,
        "against": vote.against,
        "abstained": vote.abstained,
        "minutes": vote.minutes,
    }
