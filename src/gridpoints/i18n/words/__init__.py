"""Words for the codes that appear in errors, explanations and tables, by context.

The keys are what the code says, the values are the English texts that are translated. A context
is a translation's ``msgctxt``: ``open`` may need one word for a session and another for a hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from gridpoints.i18n.words.enums import ENUMS
from gridpoints.i18n.words.fields import FIELDS
from gridpoints.i18n.words.kinds import KINDS
from gridpoints.i18n.words.rules import RULES
from gridpoints.i18n.words.statuses import STATUSES

WORDS: Mapping[str, Mapping[str, str]] = {
    **RULES,
    "kind": KINDS,
    **STATUSES,
    "field": FIELDS,
    **ENUMS,
}

#: Numbers with what they count, singular and plural, by code.
QUANTITIES: Mapping[str, tuple[str, str]] = {
    "hour": ("{n} hour", "{n} hours"),
    "time": ("{n} time", "{n} times"),
    "item": ("{n} item", "{n} items"),
    "points": ("{n} point", "{n} points"),
}

#: Which context the text in a field of an error or of a step, or an enum of that name, is a code of.
#: ``status`` is looked up under ``session_status`` first where the other fields tell of a session.
CONTEXTS: Mapping[str, str] = {
    "allowed": "status",
    "column": "field",
    "counted": "per",
    "excess": "excess",
    "emergency_kind": "emergency_kind",
    "field": "field",
    "kind": "kind",
    "metric": "metric",
    "mode": "mode",
    "per": "per",
    "period": "period",
    "rounding": "rounding",
    "right": "right",
    "scope": "scope",
    "stage": "stage_kind",
    "status": "status",
    "target": "kind",
    "wanted": "status",
    "parent_kind": "grid_kind",
    "offered": "mode",
    "detail": "detail",
    "missing": "missing",
    "personal": "personal",
}

#: What somebody has to type as it is, in whatever language.
VERBATIM = frozenset({"key"})

#: Fields whose numbers say which one, not how many: written as they are, 1234 and not 1,234.
NUMBERED = frozenset({"column", "first", "line", "row"})
