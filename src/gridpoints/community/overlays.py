"""Functional units that lie over the tree and leave it as it is (功能型网格): branches, markets, zones."""

from __future__ import annotations

from attrs import frozen

from gridpoints.community.model import Standing, Tenure


@frozen
class Overlay:
    """A functional unit: a branch (支部), a responsibility zone (责任区), a market, a chain of buildings.

    Units of one `purpose` should not cover anything twice. `level` is what it is among those, where its
    purpose knows levels (总支—支部—小组); `parent_id` the unit above it.
    """

    id: str
    name: str
    purpose: str
    level: str | None = None
    parent_id: str | None = None
    status: Standing = Standing.ACTIVE
    version: int = 1


@frozen
class Cover:
    """An overlay covers a grid, with all below it, or a household. One of the two is given."""

    id: str
    overlay_id: str
    grid_id: str | None = None
    household_id: str | None = None
    status: Tenure = Tenure.HELD
    version: int = 1
