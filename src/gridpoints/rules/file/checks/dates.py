"""Whether days, people and terms of a file can be meant: swapped days, more votes than seats."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from gridpoints.rules.file.amounts import PointsInRange
from gridpoints.rules.file.approval import ApprovalEntry, StageEntry
from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.problems import (
    CampaignEmpty,
    DaysSwapped,
    MoneyUnknown,
    PanelNeeded,
    Path,
    Problem,
    QuorumTooLarge,
)
from gridpoints.rules.file.problems_of_sense import ApprovalEmpty, PercentTooLarge, TermUnclear
from gridpoints.rules.file.units import Term


def problems(reading: Reading) -> Iterator[Problem]:
    """All that cannot be meant."""
    return chain(_units(reading), _campaigns(reading), _budgets(reading), _approvals(reading))


def _units(reading: Reading) -> Iterator[Problem]:
    for code, unit in reading.tables.units.items():
        if isinstance(unit.expires, Term) and len(unit.expires.model_fields_set) != 1:
            yield reading.source.at_key(("units", code, "expires"), TermUnclear())


def _campaigns(reading: Reading) -> Iterator[Problem]:
    for code, campaign in reading.tables.campaigns.items():
        if campaign.until <= campaign.starts_on:
            error = DaysSwapped(first=campaign.starts_on, last=campaign.until)
            yield reading.source.at_value(("campaigns", code, "until"), error)
        if campaign.times is None and campaign.plus is None:
            yield reading.source.at_key(("campaigns", code), CampaignEmpty())


def _budgets(reading: Reading) -> Iterator[Problem]:
    priced = {"points", "money"} <= reading.table("redemption").keys()
    for code, budget in reading.tables.budgets.items():
        if budget.alarm is not None and budget.alarm > 100:
            error = PercentTooLarge(found=budget.alarm)
            yield reading.source.at_value(("budgets", code, "alarm"), error)
        if budget.money and not priced:
            yield reading.source.at_key(("budgets", code, "money"), MoneyUnknown())


def _approvals(reading: Reading) -> Iterator[Problem]:
    clear = reading.tables.approval is not None or reading.declared.get("approval") is None
    default = reading.tables.approval
    if default:
        yield from _stages(reading, ("approval",), default)
    for code, deed in reading.tables.deeds.items():
        approval = deed.approval or default
        if deed.approval:
            yield from _stages(reading, ("deeds", code, "approval"), deed.approval)
        if isinstance(deed.points, PointsInRange) and clear and not _has_panel(approval):
            yield reading.source.at_key(("deeds", code), PanelNeeded(deed=code))


def _has_panel(approval: ApprovalEntry | None) -> bool:
    return approval is not None and isinstance(approval.root, StageEntry) and approval.root.panel is not None


def _stages(reading: Reading, path: Path, approval: ApprovalEntry) -> Iterator[Problem]:
    if not isinstance(stages := approval.root, StageEntry):
        return
    if not stages.stages:
        yield reading.source.at_key(path, ApprovalEmpty())
    if (panel := stages.panel) and panel.quorum > panel.seats:
        error = QuorumTooLarge(quorum=panel.quorum, seats=panel.seats)
        yield reading.source.at_value((*path, "panel", "quorum"), error)
