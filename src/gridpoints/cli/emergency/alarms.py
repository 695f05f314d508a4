"""Which emergency is meant, and how it is told: for all commands of ``emergency``."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Any

from gridpoints.cli.commands import flag
from gridpoints.community.emergency import Emergency, Mode
from gridpoints.errors import NoEmergency
from gridpoints.exchange import Community
from gridpoints.i18n import Language


def drill_option(language: Language) -> Any:
    """The option that means the drill instead of the emergency."""
    return flag("--drill", language.text("The drill, not the emergency."))


def present(village: Community, *, drill: bool) -> Emergency:
    """The emergency, or the drill, that is on; raises `NoEmergency`."""
    mode = Mode.DRILL if drill else Mode.EMERGENCY
    found = village.emergency.present(mode)
    if found is None:
        raise NoEmergency(mode=mode)
    return found


def latest(village: Community, *, drill: bool) -> Emergency:
    """The one that is on or was on last; raises `NoEmergency`."""
    found = village.emergency.emergencies(Mode.DRILL if drill else Mode.EMERGENCY)
    return found[-1] if found else present(village, drill=drill)


def document_of(emergency: Emergency) -> dict[str, Any]:
    """An emergency for programs."""
    return {
        "id": emergency.id,
        "kind": emergency.kind,
        "mode": emergency.mode,
        "status": emergency.status,
        "reason": emergency.reason,
        "grids": list(emergency.grids),
        "declared_at": emergency.declared_at,
        "declared_by": emergency.declared_by,
        "ended_at": emergency.ended_at,
        "ended_by": emergency.ended_by,
        "outcome": emergency.outcome,
    }


def title_of(said: Language, emergency: Emergency) -> str:
    """An emergency in a heading: flood, emergency mode, since when."""
    return said.text(
        "{kind}, {mode}, since {since}",
        kind=said.word(emergency.kind),
        mode=said.word(emergency.mode),
        since=emergency.declared_at,
    )
