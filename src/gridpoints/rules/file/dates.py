"""Whether days, people and terms of a file can be meant: swapped days, more votes than seats."""

from __future__ import annotations

from collections.abc import Iterator

from gridpoints.rules.file.amounts import PointsInRange
from gridpoints.rules.file.approval import ApprovalEntry, StageEntry
from gridpoints.rules.file.document import RuleSetDocument
from gridpoints.rules.file.problems import (
    CampaignEmpty,
    DaysSwapped,
    MoneyUnknown,
    PanelNeeded,
    Path,
    Problem,
    QuorumTooLarge,
)
from gridpoints.rules.file.reading import Reading


def problems(reading: Reading) -> Iterator[Problem]:
    """All that cannot be meant."""
    source, tables = reading.source, reading.tables
    for code, campaign in tables.campaigns.items():
        if campaign.until <= campaign.starts_on:
            error = DaysSwapped(first=campaign.starts_on, last=campaign.until)
            yield source.at_value(("campaigns", code, "until"), error)
        if campaign.times is None and campaign.plus is None:
            yield source.at_key(("campaigns", code), CampaignEmpty())
    for code, budget in tables.budgets.items():
        if budget.money and not (tables.redemption and tables.redemption.priced):
            yield source.at_key(("budgets", code, "money"), MoneyUnknown())
    whole = tables if isinstance(tables, RuleSetDocument) else None
    default = whole.approval if whole else None
    if default:
        yield from _panel(reading, ("approval",), default)
    for code, deed in tables.deeds.items():
        approval = deed.approval or default
        if deed.approval:
            yield from _panel(reading, ("deeds", code, "approval"), deed.approval)
        if isinstance(deed.points, PointsInRange) and whole and not _has_panel(approval):
            yield source.at_key(("deeds", code), PanelNeeded(deed=code))


def _has_panel(approval: ApprovalEntry | None) -> bool:
    return approval is not None and isinstance(approval.root, StageEntry) and approval.root.panel is not None


def _panel(reading: Reading, path: Path, approval: ApprovalEntry) -> Iterator[Problem]:
    panel = approval.root.panel if isinstance(approval.root, StageEntry) else None
    if panel and panel.quorum > panel.seats:
        error = QuorumTooLarge(quorum=panel.quorum, seats=panel.seats)
        yield reading.source.at_value((*path, "panel", "quorum"), error)
