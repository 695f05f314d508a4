"""How a file says who must agree: the forms of ``approval``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, RootModel, Tag

from gridpoints.rules import approval
from gridpoints.rules.file.fields import Count, Document, Roles, checked, shown
from gridpoints.rules.file.problems import Path
from gridpoints.rules.file.problems_of_sense import ApprovalUnknown


class Automatic(StrEnum):
    """Nobody need agree, or anybody but the member and the reporter."""

    AUTOMATIC = "automatic"
    CONFIRMER = "confirmer"


class PanelEntry(Document):
    """``{seats: 5, quorum: 3, roles: [panel]}``."""

    quorum: Count
    seats: Annotated[Count, Field(examples=[5])]
    roles: Roles = Field(default_factory=list)


class NoticeEntry(Document):
    """``{days: 7, roles: [panel]}``: public so long, objections judged by those roles."""

    days: Annotated[Count, Field(examples=[7])]
    roles: Roles = Field(default_factory=list)


class ConfirmerEntry(Document):
    """``{roles: [grid_worker]}``."""

    roles: Roles


class StageEntry(Document):
    """One of three things that points wait for."""

    confirmer: Annotated[ConfirmerEntry | None, Field(examples=[{"roles": ["grid_worker"]}])] = None
    panel: Annotated[PanelEntry | None, Field(examples=[{"seats": 5, "quorum": 3}])] = None
    notice: Annotated[NoticeEntry | None, Field(examples=[{"days": 7}])] = None

    @property
    def stages(self) -> approval.Approval:
        """Those that are given, in the order confirmer, panel, notice."""
        stages: list[approval.Stage] = []
        if self.confirmer:
            stages.append(approval.Confirmer(frozenset(self.confirmer.roles)))
        if self.panel:
            stages.append(approval.Panel(self.panel.quorum, self.panel.seats, frozenset(self.panel.roles)))
        if self.notice:
            stages.append(approval.Notice(self.notice.days, frozenset(self.notice.roles)))
        return tuple(stages)


def _word(value: Any) -> Automatic:
    try:
        return Automatic(value)
    except ValueError:
        raise ApprovalUnknown(found=shown(value)) from None


def _tag(value: Any) -> str:
    return "<stages>" if isinstance(value, dict | StageEntry) else "<word>"


class ApprovalEntry(
    RootModel[
        Annotated[
            Annotated[Automatic, BeforeValidator(checked(_word)), Tag("<word>")]
            | Annotated[StageEntry, Tag("<stages>")],
            Discriminator(_tag),
        ]
    ]
):
    """``automatic``, ``confirmer``, or what points wait for: ``{panel: …, notice: …}``."""

    def compiled(self) -> approval.Approval:
        """The stages, one after the other."""
        match self.root:
            case StageEntry() as entry:
                return entry.stages
            case Automatic.CONFIRMER:
                return (approval.Confirmer(),)
        return ()

    def roles(self, path: Path) -> list[tuple[Path, list[str]]]:
        """The roles that it names, with the path that leads to each list from `path`."""
        entry = self.root
        if not isinstance(entry, StageEntry):
            return []
        stages = {"confirmer": entry.confirmer, "panel": entry.panel, "notice": entry.notice}
        return [((*path, name, "roles"), stage.roles) for name, stage in stages.items() if stage]


Approval = Annotated[ApprovalEntry, Field(examples=["automatic"])]
