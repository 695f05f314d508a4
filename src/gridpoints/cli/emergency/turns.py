"""How calls and turns are told: for all commands of ``emergency``."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from typing import Any

from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Listing, data, listing, seen, told
from gridpoints.cli.output import figures, words
from gridpoints.emergency.model import Assignment, AssignmentStatus, MusterCall
from gridpoints.emergency.mustering import Asked
from gridpoints.exchange import Community


def calls_told(desk: Desk, village: Community, calls: Sequence[MusterCall]) -> Listing:
    """Calls, as they are told."""
    said = desk.language
    return listing(
        desk,
        said.text("Calls"),
        calls,
        data("id"),
        told("place", words(said.text("Place"))),
        told("wanted", figures(said.text("Wanted"))),
        told("missing", figures(said.text("Missing")), lambda each: village.emergency.missing(each.id)),
        told("skill", words(said.text("Skill"))),
        data("deed", "starts_at", "ends_at", grid="grid_id"),
        told("status", words(said.text("Status"))),
    )


def show_calls(desk: Desk, village: Community, calls: Sequence[MusterCall]) -> None:
    """Show calls."""
    listed = calls_told(desk, village, calls)
    desk.out.show({"calls": listed.document}, listed.table)


def turns_told(desk: Desk, village: Community, turns: Sequence[Assignment]) -> Listing:
    """Turns, as they are told."""
    said = desk.language
    desk.name_members(village, [turn.member_id for turn in turns])
    ids = {turn.emergency_id for turn in turns}
    places = {call.id: call.place for id in ids for call in village.emergency.calls(id)}
    return listing(
        desk,
        said.text("People asked and come"),
        turns,
        data(turn="id", call="call_id", member="member_id", award="award_id"),
        told("name", words(said.text("Member")), lambda each: desk.known[each.member_id]),
        seen(words(said.text("Place")), lambda each: places[each.call_id]),
        told("status", words(said.text("Status"))),
        told(
            "answer_by",
            words(said.text("Answer by")),
            seen=lambda each: each.answer_by if each.status is AssignmentStatus.REQUESTED else None,
        ),
        told("hours", figures(said.text("Hours"))),
        data("hours_from"),
    )


def show_turns(desk: Desk, village: Community, turns: Sequence[Assignment]) -> None:
    """Show turns."""
    listed = turns_told(desk, village, turns)
    desk.out.show({"turns": listed.document}, listed.table)


def show_asked(desk: Desk, village: Community, call: MusterCall, asked: Sequence[Asked]) -> None:
    """Show who is asked for a call, and how they fit."""
    said = desk.language
    turns = turns_told(desk, village, [each.assignment for each in asked if each.assignment])
    desk.name_members(village, [each.member_id for each in asked])
    missing = village.emergency.missing(call.id)
    not_asked = [
        {
            "member": each.member_id,
            "name": desk.known[each.member_id],
            "code": each.error.code,
            "message": said.error(each.error, desk.known),
        }
        for each in asked
        if each.error
    ]
    parts: list[Any] = [turns.table] if turns.document else []
    parts += [each["message"] for each in not_asked]
    if missing:
        parts.append(said.text("{place}: {n} are missing still", place=call.place, n=missing))
    document = {"turns": turns.document, "not_asked": not_asked, "missing": missing}
    desk.out.show(document, *(parts or [said.text("Nobody is missing.")]))
