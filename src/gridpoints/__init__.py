"""gridpoints: civility points that everybody can check.

``open(url)`` is the door: it gives an `Exchange`, which founds and opens communities. A
`Community` handle has the rooms as attributes; each room's nouns are in its ``model``.
"""

from __future__ import annotations

from gridpoints.awards.model import Award, Report
from gridpoints.catalog.model import ServiceItem, Session
from gridpoints.claiming.model import Claim
from gridpoints.claiming.wishes import Wish
from gridpoints.community.model import Grid, Household, Member
from gridpoints.errors import GridpointsError
from gridpoints.exchange import Community, Exchange, open
from gridpoints.ledger.model import Account, AccountKind, Leg, Transaction
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.model import Redemption
from gridpoints.redemption.offers.model import Offer
from gridpoints.redemption.statements.model import Settlement
from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.model import RuleSet
from gridpoints.values import SYSTEM, Actor, Interval, Step, Unit

__all__ = [
    "SYSTEM",
    "Account",
    "AccountKind",
    "Actor",
    "Award",
    "Claim",
    "Community",
    "Exchange",
    "Expressions",
    "Grid",
    "GridpointsError",
    "Household",
    "Interval",
    "Leg",
    "Member",
    "Merchant",
    "Offer",
    "Redemption",
    "Report",
    "RuleSet",
    "ServiceItem",
    "Session",
    "Settlement",
    "Step",
    "Transaction",
    "Unit",
    "Wish",
    "open",
]
