"""What is told of each of the unusable transactions and calls: the code of the error, and its fields."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gridpoints.ledger.model import AccountKind

KINDS = tuple(AccountKind)

TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "zero": ("bad_leg_amount", {"transaction": "t", "account": "points/member/li", "amount": "0"}),
    "float": ("bad_leg_amount", {"transaction": "t", "account": "points/member/li", "amount": "1.5"}),
    "bool": ("bad_leg_amount", {"transaction": "t", "account": "points/member/li", "amount": "True"}),
    "2^63": (
        "bad_leg_amount",
        {"transaction": "t", "account": "points/member/li", "amount": "9223372036854775808"},
    ),
    "no legs": ("transaction_empty", {"transaction": "t"}),
    "unbalanced": ("transaction_unbalanced", {"transaction": "t", "unit": "points", "total": -1}),
    "given by both": ("transaction_unbalanced", {"transaction": "t", "unit": "points", "total": 2}),
    "unknown unit": ("unit_unknown", {"unit": "bananas"}),
    "mixed units": ("transaction_unbalanced", {"transaction": "t", "unit": "points", "total": 1}),
    "naive": ("naive_instant", {"field": "effective_at", "value": "2026-03-02T01:00:00"}),
    "an expiry on what is taken": ("leg_cannot_expire", {"transaction": "t", "account": "points/member/li"}),
    "an expiry on a hot account": (
        "leg_cannot_expire",
        {"transaction": "t", "account": "points/merchant/shop"},
    ),
    "a naive expiry": ("naive_instant", {"field": "expires_at", "value": "2026-03-02T01:00:00"}),
    "a naive expiry of the second leg": (
        "naive_instant",
        {"field": "expires_at", "value": "2026-03-02T01:00:00"},
    ),
    "too much in all": (
        "bad_leg_amount",
        {"transaction": "t", "account": "points/member/li", "amount": "1999999999998"},
    ),
    "10 MB": ("metadata_unusable", {"transaction": "t", "problem": "it is too large", "most": 16384}),
    "NUL": ("bad_text", {"field": "reason"}),
    "half a character": (
        "metadata_unusable",
        {"transaction": "t", "problem": "'\\ud83d' holds NUL or half a character", "most": 16384},
    ),
    "NUL in metadata": (
        "metadata_unusable",
        {"transaction": "t", "problem": "'a\\x00b' holds NUL or half a character", "most": 16384},
    ),
    "NUL in a key of metadata": (
        "metadata_unusable",
        {"transaction": "t", "problem": "'a\\x00b' holds NUL or half a character", "most": 16384},
    ),
    "a key of metadata that is no text": (
        "metadata_unusable",
        {"transaction": "t", "problem": "the key 5 is not text", "most": 16384},
    ),
    "a float in metadata": (
        "metadata_unusable",
        {"transaction": "t", "problem": "0.5 of type float", "most": 16384},
    ),
    "a Chinese text that cannot be kept": (
        "metadata_unusable",
        {"transaction": "t", "problem": "'说明\\x00' holds NUL or half a character", "most": 16384},
    ),
    "a quote in an id": ("bad_identifier", {"field": "transaction", "value": 't"', "longest": 360}),
    "a backslash in an account": (
        "bad_identifier",
        {"field": "account", "value": 'points/member/li\\"', "longest": 360},
    ),
    "the id of a hold's line": (
        "bad_identifier",
        {"field": "transaction", "value": "hold h1", "longest": 360},
    ),
    "the id of an expiry": (
        "bad_identifier",
        {"field": "transaction", "value": "expiry points/member/li x", "longest": 360},
    ),
    "hold and reversal": ("transaction_ambiguous", {"transaction": "t"}),
    "an unknown hold": ("record_unknown", {"kind": "hold", "id": "h"}),
    "an unknown original": ("record_unknown", {"kind": "transaction", "id": "nothing"}),
    "itself reversed": ("record_unknown", {"kind": "transaction", "id": "t"}),
    "no reason": ("bad_text", {"field": "reason"}),
    "a reason that is no text": ("bad_text", {"field": "reason"}),
    "no metadata": (
        "metadata_unusable",
        {"transaction": "t", "problem": "it is of type NoneType", "most": 16384},
    ),
    "metadata that is no object": (
        "metadata_unusable",
        {"transaction": "t", "problem": "it is of type list", "most": 16384},
    ),
    "an effective day": ("naive_instant", {"field": "effective_at", "value": "2026-03-02"}),
    "an instant before all years": (
        "naive_instant",
        {"field": "effective_at", "value": "0001-01-01T00:00:00+14:00"},
    ),
    "an expiry after all years": (
        "naive_instant",
        {"field": "expires_at", "value": "9999-12-31T23:00:00-14:00"},
    ),
    "a leg that is a text": ("not_usable", {"field": "leg", "value": "a"}),
    "a leg on a text": ("not_usable", {"field": "leg", "value": "Leg(account='points/issuance', amount=-1"}),
    "legs on nothing": ("not_usable", {"field": "leg", "value": "Leg(account=None, amount=1, expires_at=N"}),
    "a number of many digits": (
        "bad_leg_amount",
        {"transaction": "t", "account": "points/member/li", "amount": "int"},
    ),
    "an id of many digits": ("bad_identifier", {"field": "transaction", "value": "int", "longest": 360}),
    "negative days": ("not_whole_number", {"field": "extend_days", "value": "-1", "least": 0, "most": 36500}),
}

TOLD_OF_CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "a hold of 0": ("not_whole_number", {"field": "amount", "value": "0", "least": 1, "most": 999999999999}),
    "a hold of a float": (
        "not_whole_number",
        {"field": "amount", "value": "1.5", "least": 1, "most": 999999999999},
    ),
    "a naive hold": ("naive_instant", {"field": "expires_at", "value": "2026-03-02T01:00:00"}),
    "a hold on a hot account": ("account_hot", {"account": "points/merchant/shop"}),
    "a hold beyond what is there": (
        "insufficient_points",
        {
            "account": "points/member/li",
            "unit": "points",
            "available": Decimal(100),
            "wanted": Decimal(101),
        },
    ),
    "an unknown hold": ("record_unknown", {"kind": "hold", "id": "nothing"}),
    "half a character of a hold": ("bad_identifier", {"field": "hold", "value": "\ufffd", "longest": 120}),
    "half a character of an account": (
        "bad_identifier",
        {"field": "account", "value": "points/member/\ufffd", "longest": 360},
    ),
    "half an account's statement": (
        "bad_identifier",
        {"field": "account", "value": "points/member/\ufffd", "longest": 360},
    ),
    "a capture from nothing": ("record_unknown", {"kind": "hold", "id": "nothing"}),
    "half a character captured": ("bad_identifier", {"field": "hold", "value": "\ufffd", "longest": 120}),
    "an unknown reversal": ("record_unknown", {"kind": "transaction", "id": "nothing"}),
    "half a character": ("bad_identifier", {"field": "transaction", "value": "\ufffd", "longest": 360}),
    "more than there was": (
        "reversal_exceeds",
        {
            "transaction": "back",
            "original": "award",
            "account": "points/issuance",
            "left": Decimal(100),
            "wanted": Decimal(101),
        },
    ),
    "a negative part": (
        "not_whole_number",
        {"field": "amount", "value": "-1", "least": 1, "most": 999999999999},
    ),
    "days before now": (
        "not_whole_number",
        {"field": "extend_days", "value": "-1", "least": 0, "most": 36500},
    ),
    "a floor above the balance": (
        "floor_above_balance",
        {"account": "points/member/li", "floor": Decimal(101), "available": Decimal(100)},
    ),
    "a floor without a reason": ("blank_text", {"field": "reason"}),
    "a floor of a hot account": ("account_hot", {"account": "points/merchant/shop"}),
    "a floor as a float": (
        "not_whole_number",
        {"field": "floor", "value": "0.5", "least": -999999999999, "most": 999999999999},
    ),
    "a period that is not over": ("period_not_over", {"until": datetime(2026, 6, 9, 1, 0, tzinfo=UTC)}),
    "a naive period": ("naive_instant", {"field": "until", "value": "2026-03-02T01:00:00"}),
    "no entries": ("not_whole_number", {"field": "limit", "value": "0", "least": 1, "most": 10000}),
    "too many entries": ("not_whole_number", {"field": "limit", "value": "10001", "least": 1, "most": 10000}),
    "an expiry until a naive instant": ("naive_instant", {"field": "until", "value": "2026-03-02T01:00:00"}),
    "naive entries": ("naive_instant", {"field": "since", "value": "2026-03-02T01:00:00"}),
    "entries until a naive instant": ("naive_instant", {"field": "until", "value": "2026-03-02T01:00:00"}),
    "a naive balance": ("naive_instant", {"field": "at", "value": "2026-03-02T01:00:00"}),
    "an unknown transaction": ("record_unknown", {"kind": "transaction", "id": "nothing"}),
    "a transaction under a number": (
        "bad_identifier",
        {"field": "transaction", "value": "5", "longest": 120},
    ),
    "a transaction under two blanks": (
        "bad_identifier",
        {"field": "transaction", "value": "", "longest": 360},
    ),
    "a proof of nothing": ("record_unknown", {"kind": "transaction", "id": "nothing"}),
    "a proof before the seal": ("not_sealed_yet", {"transaction": "award"}),
    "a hold until some day": ("naive_instant", {"field": "expires_at", "value": "2026"}),
    "a hold for a number": ("naive_instant", {"field": "expires_at", "value": "9999-12-31T23:00:00-14:00"}),
    "a hold for no reason": ("bad_text", {"field": "reason"}),
    "a period for no reason": ("bad_text", {"field": "reason"}),
    "a text of points": (
        "not_whole_number",
        {"field": "amount", "value": "1", "least": 1, "most": 999999999999},
    ),
    "less than nothing captured": (
        "not_whole_number",
        {"field": "amount", "value": "-1", "least": 1, "most": 999999999999},
    ),
    "a part as a float": (
        "not_whole_number",
        {"field": "amount", "value": "1.5", "least": 1, "most": 999999999999},
    ),
    "a part as a text": (
        "not_whole_number",
        {"field": "amount", "value": "1", "least": 1, "most": 999999999999},
    ),
    "a part of no legs": ("transaction_empty", {"transaction": "back"}),
    "legs of others": (
        "reversal_exceeds",
        {
            "transaction": "back",
            "original": "award",
            "account": "points/member/zhao",
            "left": Decimal(0),
            "wanted": Decimal(1),
        },
    ),
    "reversed under its own id": ("transaction_conflict", {"transaction": "award"}),
    "a line that moves nothing": ("record_unknown", {"kind": "transaction", "id": "hold h"}),
    "entries after less than none": (
        "not_whole_number",
        {"field": "number", "value": "-1", "least": 0, "most": 9007199254740992},
    ),
    "entries after 2^63": (
        "not_whole_number",
        {"field": "number", "value": "9223372036854775808", "least": 0, "most": 9007199254740992},
    ),
    "a kind with half a character": ("bad_text", {"field": "kind"}),
    "a reason with NUL": ("bad_text", {"field": "reason"}),
    "metadata with NUL": ("bad_text", {"field": "text"}),
    "half a key": ("bad_text", {"field": "text"}),
    "half another account": (
        "bad_identifier",
        {"field": "account", "value": "points/member/\ufffd", "longest": 360},
    ),
    "seals after 2^63": (
        "not_whole_number",
        {"field": "number", "value": "9223372036854775808", "least": 0, "most": 9223372036854775807},
    ),
    "too many seals": ("not_whole_number", {"field": "limit", "value": "10001", "least": 1, "most": 10000}),
    "flows of half a unit": ("unit_unknown", {"unit": "\ufffd"}),
    "months of no unit": ("unit_unknown", {"unit": "\ufffd"}),
    "no months": ("not_whole_number", {"field": "count", "value": "0", "least": 1, "most": 1200}),
    "a proof by a size to come": (
        "not_whole_number",
        {"field": "published", "value": "18446744073709551616", "least": 1, "most": 1},
    ),
    "a period as a text": ("naive_instant", {"field": "until", "value": "2026"}),
    "a kind of account": ("not_one_of", {"field": "kind", "value": "resident", "known": KINDS}),
    "no kind of account": ("not_one_of", {"field": "kind", "value": "None", "known": KINDS}),
    "nobody's account": ("not_usable", {"field": "account", "value": "('points', None)"}),
    "an account of a number": ("not_usable", {"field": "account", "value": "(5, 'li')"}),
    "half a key of an account": ("not_one_of", {"field": "kind", "value": "", "known": KINDS}),
    "an account as a text": ("not_usable", {"field": "account", "value": "points/member/li"}),
    "a statement of nothing": ("not_usable", {"field": "account", "value": "None"}),
    "other as a text": ("not_usable", {"field": "account", "value": "points/merchant/shop"}),
    "metadata as a list": ("not_usable", {"field": "metadata", "value": "['a']"}),
    "a hold on a text": ("not_usable", {"field": "account", "value": "li"}),
    "a hold of many digits": (
        "not_whole_number",
        {"field": "amount", "value": "int", "least": 1, "most": 999999999999},
    ),
    "one that is posted alone": (
        "not_usable",
        {"field": "transaction", "value": "Transaction(id='t', legs=(Leg(account=Ac"},
    ),
    "none that are posted": ("not_usable", {"field": "transaction", "value": "None"}),
    "a text that is posted": ("not_usable", {"field": "transaction", "value": "award"}),
    "no legs at all": ("not_usable", {"field": "legs", "value": "5"}),
    "a part of texts": ("not_usable", {"field": "leg", "value": "x"}),
    "a month before all years": ("not_usable", {"field": "first", "value": "9999-12-01"}),
    "months beyond all years": ("not_usable", {"field": "first", "value": "9990-01-01"}),
    "a month as a text": (
        "wrong_type",
        {"field": "first", "expected": "date", "given": "str", "value": "2026-01"},
    ),
    "flows of nothing": ("unit_unknown", {"unit": "None"}),
    "flows within a text": ("not_usable", {"field": "within", "value": "2026"}),
    "turnover within naive days": ("naive_instant", {"field": "start", "value": "2026-03-02T01:00:00"}),
    "flows until after all years": ("naive_instant", {"field": "end", "value": "9999-12-31T23:00:00-14:00"}),
    "an export as XML": ("not_one_of", {"field": "format", "value": "xml", "known": ("json", "csv")}),
    "an import of XML": ("not_one_of", {"field": "format", "value": "xml", "known": ("json", "csv")}),
    "a batch of none": ("not_whole_number", {"field": "batch", "value": "0", "least": 1, "most": 100000}),
}
