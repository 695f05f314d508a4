"""What each step of an explanation says, by its code.

A code has one or more texts: the first one of which all fields are given is used, so that a
shorter one may stand in where a figure is missing. A new step needs one entry here; until it has
one, its code and its reason are shown. In a step with a unit the fields of `AMOUNTS` are shown
with it ("5 points"); in one with ``per``, those of `COUNTS` with that ("2.5 hours").
"""

from __future__ import annotations

from collections.abc import Mapping

STEPS: Mapping[str, tuple[str, ...]] = {
    # rules: how a deed came to its points
    "rule": ("{deed}, by rule set {rule_set}",),
    "fixed": ("{points} each time",),
    "per_unit": (
        "{quantity}, counted as {counted}, at {rate} per {per}: {points}",
        "{quantity} at {rate} per {per}: {points}",
    ),
    "clipped": ("The limit {limit} is {most} {period} for {scope}; only {points} remained to be credited",),
    "rejected": (
        "The limit {limit} is {most} {period} for {scope}; only {left} remained, so nothing is credited",
    ),
    # the ledger: what an entry without an award is
    "award": ("Points for: {reason}", "Points for a deed"),
    "redemption": ("Redeemed: {quantity} × {reason}", "Redeemed: {reason}", "Redeemed at a merchant"),
    "settlement": ("Settled with the merchant, statement {settlement}", "Settled with the merchant"),
    "adjustment": ("Adjustment: {reason}", "Adjustment"),
    "expiry": ("Expired: not spent in time",),
    "reversal": ("Given back: {reason}", "Given back"),
    "debt": ("A debt paid: {reason}", "A debt paid"),
    "capture": ("Taken from reserved points: {reason}", "Taken from reserved points"),
}

#: For a code that has no entry.
UNKNOWN = ("{code}: {reason}", "{code}")

AMOUNTS = frozenset({"points", "rate", "most", "left"})
COUNTS = frozenset({"quantity", "counted"})
