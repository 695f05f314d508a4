"""How a rule set is told in few words, and what two differ in: the phrases by the codes of their steps."""

from __future__ import annotations

from collections.abc import Mapping

#: Of `gridpoints.rules.statements`; "fixed" is the step of an explanation as well.
PHRASES: Mapping[str, tuple[str, ...]] = {
    "value": ("{value}",),
    "yes": ("yes",),
    "no": ("no",),
    "amount": ("{points}",),
    "rate_per": ("{rate} per {per}",),
    "rate_up_to": ("{rate} per {per} up to {quantity}",),
    "rate_above": ("{rate} per {per} above that",),
    "from_range": ("from {least} to {most}, as the panel chooses",),
    "from_table": ("by {fact}",),
    "from_expression": ("calculated as “{expression}”",),
    "all_taken": ("all that there is is taken away",),
    "in_each": ("{period} for {scope}", "{period}"),
    "lasting": ("from {starts_on} until {until}",),
    "needs": ("{expression}",),
    "needs_one_of": ("{fact} is {needed}",),
    "needs_at_least": ("{fact} is {needed} or more",),
    "needs_at_most": ("{fact} is {needed} or less",),
    "needs_of": ("{fact}: {needed}",),
    "times_for": ("times {factor} where {fact} is {found}",),
    "times_otherwise": ("times {factor} for every other {fact}",),
    "times_where": ("times {factor} where {conditions}",),
    "at_once": ("they count at once",),
    "confirmed_by_another": ("somebody else confirms it",),
    "confirmed_by": ("one of these confirms it: {roles}",),
    "panel_of": (
        "a panel of {seats}, of whom {quorum} must vote: {roles}",
        "a panel of {seats}, of whom {quorum} must vote",
    ),
    "public_for": (
        "made public for {days} days, objections judged by: {roles}",
        "made public for {days} days",
    ),
    "stays_never": ("never",),
    "stays_end_of_year": ("at the end of the year",),
    "stays_months": ("{value} months after they were earned",),
    "stays_years": ("at the end of the year, {value} years later",),
    "stays_day": ("{value} is the last day",),
    "suspended": ("suspended for {days} days after {no_shows} no-shows ({period})",),
    "suspended_for_good": ("suspended for good after {no_shows} no-shows ({period})",),
    "only_the_first": ("the first {top} alone",),
    "only_who_agreed": ("those alone who agreed",),
    "benefit": ("{deed}",),
    "reserved_for": ("these roles alone: {roles}",),
    "for_everybody": ("everybody",),
}

#: What is told of a figure beside itself, by the name of the value.
BESIDE: Mapping[str, str] = {
    "since": "{phrase} from {since}",
    "source": "{phrase} (source: {source})",
    "review_by": "{phrase} (to be reviewed by {review_by})",
}

#: A whole difference, by how the entry was altered; and where there is nothing to sum it up.
TEMPLATES: Mapping[str, str] = {
    "added": "{place} is new: {new}",
    "removed": "{place} is gone; it was: {old}",
    "changed": "{place}: {old} → {new}",
}
BARE: Mapping[str, str] = {"added": "{place} is new", "removed": "{place} is gone"}

#: An aspect of an entry, and an entry with the kind of thing that it is.
ASPECT = "{place}, {aspect}"
ENTRY = "{section} {entry}"
