"""How calls and turns are told: for all commands of ``emergency``."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from typing import Any

from gridpoints.cli.desk import Desk
from gridpoints.cli.output import figures, words
from gridpoints.emergency.model import Assignment, AssignmentStatus, MusterCall
from gridpoints.emergency.mustering import Asked
from gridpoints.exchange import Community


def calls_document(village: Community, calls: Sequence[MusterCall]) -> list[dict[str, Any]]:
    """What a program is told of calls."""
    return [
        {
            "id": each.id,
            "place": each.place,
            "wanted": each.wanted,
            "missing": village.emergency.missing(each.id),
            "skill": each.skill,
            "grid": each.grid_id,
            "deed": each.deed,
            "starts_at": each.starts_at,
            "ends_at": each.ends_at,
            "status": each.status,
        }
        for each in calls
    ]


def calls_table(desk: Desk, village: Community, calls: Sequence[MusterCall]) -> Any:
    """Calls as a table."""
    said = desk.language
    return desk.out.table(
        said.text("Calls"),
        [
            words(said.text("Place")),
            figures(said.text("Wanted")),
            figures(said.text("Missing")),
            words(said.text("Skill")),
            words(said.text("Status")),
        ],
        [
            (
                each.place,
                str(each.wanted),
                str(village.emergency.missing(each.id)),
                each.skill or "",
                said.word(each.status),
            )
            for each in calls
        ],
    )


def show_calls(desk: Desk, village: Community, calls: Sequence[MusterCall]) -> None:
    """Show calls."""
    desk.out.show({"calls": calls_document(village, calls)}, calls_table(desk, village, calls))


def turns_document(desk: Desk, village: Community, turns: Sequence[Assignment]) -> list[dict[str, Any]]:
    """What a program is told of turns."""
    desk.name_members(village, [turn.member_id for turn in turns])
    return [
        {
            "turn": each.id,
            "call": each.call_id,
            "member": each.member_id,
            "name": desk.known[each.member_id],
            "status": each.status,
            "answer_by": each.answer_by,
            "hours": each.hours,
            "hours_from": each.hours_from,
            "award": each.award_id,
        }
        for each in turns
    ]


def turns_table(desk: Desk, village: Community, turns: Sequence[Assignment]) -> Any:
    """Turns as a table."""
    said = desk.language
    ids = {turn.emergency_id for turn in turns}
    places = {call.id: call.place for id in ids for call in village.emergency.calls(id)}
    return desk.out.table(
        said.text("People asked and come"),
        [
            words(said.text("Member")),
            words(said.text("Place")),
            words(said.text("Status")),
            words(said.text("Answer by")),
            figures(said.text("Hours")),
        ],
        [
            (
                desk.known[each.member_id],
                places[each.call_id],
                said.word(each.status),
                said.instant(each.answer_by)
                if each.answer_by and each.status is AssignmentStatus.REQUESTED
                else "",
                "" if each.hours is None else said.number(each.hours),
            )
            for each in turns
        ],
    )


def show_turns(desk: Desk, village: Community, turns: Sequence[Assignment]) -> None:
    """Show turns."""
    document = {"turns": turns_document(desk, village, turns)}
    desk.out.show(document, turns_table(desk, village, turns))


def show_asked(desk: Desk, village: Community, call: MusterCall, asked: Sequence[Asked]) -> None:
    """Show who is asked for a call, and how they fit."""
    said = desk.language
    turns = [each.assignment for each in asked if each.assignment]
    desk.name_members(village, [each.member_id for each in asked])
    missing = village.emergency.missing(call.id)
    document = {
        "turns": turns_document(desk, village, turns),
        "not_asked": [
            {
                "member": each.member_id,
                "name": desk.known[each.member_id],
                "code": each.error.code,
                "message": said.error(each.error, desk.known),
            }
            for each in asked
            if each.error
        ],
        "missing": missing,
    }
    parts: list[Any] = [turns_table(desk, village, turns)] if turns else []
    parts += [said.error(each.error, desk.known) for each in asked if each.error]
    if missing:
        parts.append(said.text("{place}: {n} are missing still", place=call.place, n=missing))
    desk.out.show(document, *(parts or [said.text("Nobody is missing.")]))
