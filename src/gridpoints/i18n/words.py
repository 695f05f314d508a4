"""Words for the codes that appear in errors, explanations and tables, by context.

The keys are what the code says, the values are the English texts that are translated. A context
is a translation's ``msgctxt``: ``open`` may need one word for a session and another for a hold.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "account": "account",
        "award": "award",
        "change": "journal line",
        "claim": "claim",
        "grid": "grid",
        "hold": "hold",
        "household": "household",
        "member": "member",
        "merchant": "merchant",
        "offer": "offer",
        "profile": "community",
        "published_rules": "rule set",
        "redemption": "redemption",
        "service_item": "service item",
        "session": "session",
        "settlement": "settlement statement",
        "transaction": "transaction",
        "unit": "unit",
        "wish": "wish",
    },
    "status": {
        "active": "active",
        "applied": "applied for",
        "approved": "approved",
        "authorised": "reserved",
        "cancelled": "cancelled",
        "captured": "handed over",
        "claimed": "claimed",
        "closed": "closed",
        "confirmed": "confirmed",
        "credited": "credited",
        "delivered": "delivered",
        "disputed": "disputed",
        "draft": "a draft",
        "drawn_up": "drawn up",
        "expired": "expired",
        "fulfilled": "fulfilled",
        "lapsed": "lapsed",
        "left": "no longer here",
        "no_show": "not attended",
        "open": "open",
        "paid": "paid",
        "published": "published",
        "refused": "refused",
        "rejected": "rejected",
        "released": "given back",
        "submitted": "submitted",
        "suspended": "suspended",
        "verified": "verified",
        "void": "void",
        "voided": "called off",
        "withdrawn": "withdrawn",
    },
    "hold_status": {
        "captured": "used up",
        "open": "in force",
    },
    "offer_status": {
        "published": "published",
        "withdrawn": "withdrawn",
    },
    "account_kind": {
        "member": "member account",
        "household": "household account",
        "merchant": "merchant account",
        "fund": "the fund",
        "issuance": "the issuing account",
        "settled": "the account of settled points",
        "expiry": "the account of expired points",
        "fees": "the account of fees",
    },
    "transaction_kind": {
        "adjustment": "adjustment",
        "award": "award",
        "capture": "taken from a hold",
        "redemption": "redemption",
        "settlement": "settlement",
    },
    "role": {
        "clerk": "clerk",
        "organiser": "organiser",
        "system": "the system",
    },
    "scope": {
        "member": "each member",
        "household": "each household",
        "grid": "each grid",
        "community": "the whole community",
    },
    "period": {
        "day": "per day",
        "week": "per week",
        "month": "per month",
        "quarter": "per quarter",
        "year": "per year",
        "lifetime": "in all",
    },
    "excess": {
        "clip": "credit what is left",
        "reject": "credit nothing",
    },
    "rounding": {
        "exact": "exact",
        "half": "down to halves",
        "whole": "down to whole numbers",
        "up": "up to whole numbers",
        "nearest": "to the nearest whole number",
    },
    "per": {
        "hour": "hour",
        "time": "time",
        "item": "item",
    },
    "unit": {
        "points": "points",
    },
    "field": {
        "account": "the account",
        "actor": "the acting person",
        "amount": "the amount",
        "community": "the community's short name",
        "count": "the count",
        "currency": "the currency",
        "deed": "the deed",
        "description": "the description",
        "effective_at": "the time of the act",
        "ends_at": "the end",
        "expires_at": "the expiry",
        "id": "the id",
        "instant": "the time",
        "kind": "the kind",
        "label": "the label",
        "limit": "the number of lines",
        "name": "the name",
        "now": "the clock's time",
        "number": "the member's number",
        "pieces": "the number of pieces",
        "places": "the number of places",
        "price": "the price",
        "quantity": "the quantity",
        "rate": "the rate",
        "reason": "the reason",
        "reference": "the payment reference",
        "scale": "the number of digits after the point",
        "since": "the beginning",
        "source": "the source",
        "starts_at": "the start",
        "stock": "the stock",
        "text": "the text",
        "transaction": "the transaction",
        "until": "the end",
    },
}

#: Numbers with what they count, singular and plural, by code.
QUANTITIES: Mapping[str, tuple[str, str]] = {
    "hour": ("{n} hour", "{n} hours"),
    "time": ("{n} time", "{n} times"),
    "item": ("{n} item", "{n} items"),
    "points": ("{n} point", "{n} points"),
}

#: Which context the text in a field of an error or of a step, or an enum of that name, is a code of.
#: ``status`` is looked up under ``session_status`` first where a field ``kind`` says ``session``.
CONTEXTS: Mapping[str, str] = {
    "allowed": "status",
    "column": "field",
    "counted": "per",
    "excess": "excess",
    "field": "field",
    "kind": "kind",
    "per": "per",
    "period": "period",
    "rounding": "rounding",
    "scope": "scope",
    "status": "status",
    "target": "kind",
    "wanted": "status",
}

#: Fields whose numbers say which one, not how many: written as they are, 1234 and not 1,234.
NUMBERED = frozenset({"row", "line", "column", "first"})
