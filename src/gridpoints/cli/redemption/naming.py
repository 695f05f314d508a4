"""How merchants, their outlets and tills, and alliances are named on the command line: by id or name."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Any

from gridpoints.cli.commands import argument
from gridpoints.cli.desk import Desk
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.merchants.model import Alliance, Merchant
from gridpoints.redemption.merchants.outlets import Outlet, Till
from gridpoints.redemption.model import Redemption


def merchant_argument(language: Language) -> Any:
    """The argument that names a merchant."""
    return argument("MERCHANT", language.text("The merchant's id or name."))


def outlet_argument(language: Language) -> Any:
    """The argument that names a place of a merchant's."""
    return argument("OUTLET", language.text("The place, by its name or its id."))


def till_argument(language: Language) -> Any:
    """The argument that names a till."""
    return argument("TILL", language.text("The till, by its name or its id."))


def alliance_argument(language: Language) -> Any:
    """The argument that names an alliance."""
    return argument("ALLIANCE", language.text("The alliance, by its name or its id."))


def merchant_of(desk: Desk, village: Community, text: str) -> Merchant:
    """The merchant that is meant."""
    found: Merchant = desk.one_of("merchant", village.redemption.merchants(), text)
    return found


def outlet_of(desk: Desk, village: Community, text: str) -> Outlet:
    """The place that is meant, of whichever merchant."""
    room = village.redemption
    outlets = [outlet for merchant in room.merchants() for outlet in room.outlets(merchant.id)]
    found: Outlet = desk.one_of("outlet", outlets, text)
    return found


def till_of(desk: Desk, village: Community, text: str) -> Till:
    """The till that is meant, of whichever merchant."""
    room = village.redemption
    tills = [till for merchant in room.merchants() for till in room.tills(merchant.id)]
    found: Till = desk.one_of("till", tills, text)
    return found


def alliance_of(desk: Desk, village: Community, text: str) -> Alliance:
    """The alliance that is meant."""
    found: Alliance = desk.one_of("alliance", village.redemption.alliances(), text)
    return found


def past_their_date(desk: Desk, village: Community, redemption: Redemption) -> list[str]:
    """What became of points that passed their date while they were set aside: a line for each account."""
    desk.known[redemption.member_id] = village.community.member(redemption.member_id).name
    late = [step for step in redemption.explanation if step.code in ("points_live_on", "points_gone")]
    return desk.language.explanation(late, desk.known)
