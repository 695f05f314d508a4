"""What each step of an explanation says, by its code.

A code has one or more texts: the first one of which all fields are given is used, so that a
shorter one may stand in where a figure is missing. A new step needs one entry here; until it has
one, its code and its reason are shown. In a step with a unit the fields of `AMOUNTS` are shown
with it ("5 points"); in one with ``per``, those of `COUNTS` with that ("2.5 hours").
"""

from __future__ import annotations

from collections.abc import Mapping

from gridpoints.i18n.differences import PHRASES

STEPS: Mapping[str, tuple[str, ...]] = {
    # rules: how a deed came to its points
    "rule": ("{deed}, by rule set {rule_set}",),
    "in_emergency": ("Judged by the emergency rules: {emergency_kind} since {since}",),
    "star_held": ("Held this star: {level}",),
    "no_star_held": ("Held no star",),
    "was_excluded": ("Was excluded until {until}: {reason}", "Was excluded for good: {reason}"),
    "not_excluded": ("Was not excluded",),
    "fixed": ("{points} each time",),
    "per_unit": (
        "{quantity}, counted as {counted}, at {rate} per {per}: {points}",
        "{quantity} at {rate} per {per}: {points}",
    ),
    "chosen": ("{points}, chosen by the panel between {least} and {most}",),
    "reset": ("All that there is, {points}, is taken away",),
    "running_total": ("{quantity} were counted before",),
    "bracket": ("{quantity} of it at {rate} per {per}: {points}",),
    "table": ("{points}, because {fact} is {value}",),
    "table_per": (
        "{quantity}, counted as {counted}, at {rate} per {per}, because {fact} is {value}: {points}",
        "{quantity} at {rate} per {per}, because {fact} is {value}: {points}",
    ),
    "computed": ("{points}, calculated as “{expression}”",),
    "coefficient": (
        "Times {factor}, because {fact} is {value}: {points}",
        "Times {factor}: {points}",
    ),
    "campaign": ("{campaign}, in addition: {points}",),
    "to_choose": ("A panel chooses between {least} and {most}",),
    # rules: why it gives nothing
    "one_of": (
        "It gives nothing, because {fact} is {found}; needed is: {needed}",
        "{fact} must be one of these: {needed}",
    ),
    "at_least": (
        "It gives nothing, because {fact} is {found}; needed is {needed} or more",
        "{fact} must be {needed} or more",
    ),
    "at_most": (
        "It gives nothing, because {fact} is {found}; needed is {needed} or less",
        "{fact} must be {needed} or less",
    ),
    "expression": (
        "It gives nothing, because this does not hold: {needed} ({found})",
        "This must hold: {needed}",
    ),
    # rules: what limits leave
    "within": ("The limit {limit} is {most} {period} for {scope}; {left} remained",),
    "within_quantity": ("The limit {limit} is {most} {period} for {scope}; {left} remained",),
    "within_times": ("The limit {limit} is {most} times {period} for {scope}; {left} remained",),
    "clipped_quantity": (
        "The limit {limit} is {most} {period} for {scope}; only {quantity} remained to be counted",
    ),
    "rejected_quantity": (
        "The limit {limit} is {most} {period} for {scope}; only {left} remained, so nothing is credited",
    ),
    "clipped_times": (
        "The limit {limit} is {most} times {period} for {scope}; none remained, so nothing is credited",
    ),
    "rejected_times": (
        "The limit {limit} is {most} times {period} for {scope}; none remained, so nothing is credited",
    ),
    "overrun": ("The budget {limit} is {most} {period}; {left} remained, and it is overrun",),
    "capped": ("An account holds {most} at most; {points} found room",),
    "short_zero": ("Only {left} was there to be taken",),
    "short_debt": ("Only {left} was there; {owed} is taken from what is earned next",),
    "short_reject": ("Only {left} was there, so nothing is taken",),
    # rules: who must agree
    "confirmer": ("It waits for somebody to confirm it",),
    "panel": ("It waits for a panel of {seats}, of whom {quorum} must vote",),
    "notice": ("It is made public for {days} days",),
    # awards: who agreed, and who did not
    "confirmed": ("Confirmed by {by}",),
    "not_confirmed": ("Not confirmed by {by}: {reason}",),
    "voted": ("The panel agreed, with {agreed} votes for it and {against} against it",),
    "voted_amount": (
        "The panel agreed, with {agreed} votes for it and {against} against it, on the middle: {points}",
    ),
    "voted_down": ("The panel did not agree, with {agreed} votes for it and {against} against it",),
    "unopposed": ("Public until {until}; no objection stood",),
    "dismissed": ("An objection was dismissed by {by}: {reason}",),
    "upheld": ("An objection was upheld by {by}: {reason}",),
    "withdrawn": ("Withdrawn by {by}: {reason}",),
    "reversed_before": ("Of its points, the ledger had given back before: {points}",),
    "reversed": ("Taken back: {reason}",),
    "clipped": ("The limit {limit} is {most} {period} for {scope}; only {points} remained to be credited",),
    "rejected": (
        "The limit {limit} is {most} {period} for {scope}; only {left} remained, so nothing is credited",
    ),
    # oversight: what looks odd, and what else may be behind it
    "odd_velocity": ("{times} redemptions within {hours} hours",),
    "odd_velocity_caution": (
        "Before a festival, or before points expire, people redeem all at once; some fetch for neighbours",
    ),
    "odd_ring": ("{members} people confirmed one another {times} times, and hardly anybody else did",),
    "odd_ring_caution": (
        "Where few people do a thing, such as a night patrol of two, there may be nobody else to confirm it",
    ),
    "odd_one_family": ("{percent} per cent of the points, in {times} redemptions, came from one household",),
    "odd_one_family_caution": (
        "A shop that is new, or far away, may have one household nearby; it may fetch for its neighbours",
    ),
    "odd_refunds_after_earning": ("{times} times, what was bought and had earned points was given back",),
    "odd_refunds_after_earning_caution": (
        "The goods may have been bad. What a purchase earned is taken back with the refund in any case",
    ),
    "odd_odd_hours": ("{times} times, points were taken while the outlet was closed",),
    "odd_odd_hours_caution": (
        "The hours may be out of date, there may have been a market, or the till's clock is wrong",
    ),
    # what a star needs, and who lost one
    "star": ("{level}",),
    "star_met": ("{level} needs {needed} {metric}; there are {found}",),
    "star_kept": ("{level} is kept until the next review",),
    "star_lost": ("{before} is lost; what is left is {level}",),
    "star_lost_all": ("{before} is lost",),
    "star_unmet": ("{level} needs {needed} {metric}; there are {found}, so {missing} are missing",),
    "star_missing": ("{missing} {metric} are missing to {level}, which needs {needed}",),
    "suspended": ("Takes no part until {until}, after staying away {no_shows} times {period}",),
    "deregistered": ("Takes no part any more, after staying away {no_shows} times {period}",),
    "excluded": ("Excluded until {until}: {reason}",),
    "excluded_for_good": ("Excluded for good: {reason}",),
    # how grids and households are classed
    "grade": ("{level}",),
    "grade_met": ("{level} needs {needed} {metric}; there are {found}",),
    "grade_share": ("Place {rank} of {of} is among the first {top} per cent",),
    # community: what is not as it should be
    "too_many_households": ("{grid} has {found} households; about {about} are usual, {bound} at most",),
    "too_few_households": ("{grid} has {found} households; about {about} are usual, {bound} at least",),
    "too_many_people": ("{grid} has {found} people; about {about} are usual, {bound} at most",),
    "too_few_people": ("{grid} has {found} people; about {about} are usual, {bound} at least",),
    "understaffed": ("{grid} has {found} {group}; {least} are needed, so {missing} are missing",),
    "without_worker": ("{grid} has no grid worker",),
    "worker_of_several": ("{member} is the grid worker of several grids: {grids}",),
    "household_without_grid": ("{household} in {place} lies in no grid that is in use",),
    "household_twice": ("{household} stands in several grids with the same people: {grids}",),
    "covered_twice": ("{place} is covered by several units of one purpose ({purpose}): {units}",),
    "not_placed": ("{member} has no household",),
    "term_over": ("The term of {member} as {role} was over on {until}",),
    "holder_left": ("{member} is {role} still, and has left the community",),
    "may_rise": ("{overlay} has {found} members and may become a {level}, which needs {least}",),
    # community: why somebody fits
    "has_skills": ("Can do {skills}",),
    "has_time": ("Has time then",),
    "time_unknown": ("It is not known when they have time",),
    "lives_there": ("Lives in {place}",),
    "lives_near": ("Lives {steps} steps from {place} in the tree of grids",),
    "home_unknown": ("It is not known where they live",),
    "can_be_spared": ("{grid} has more than it needs",),
    # rules: why points cannot be redeemed
    "not_redemption_day": (
        "Points are not redeemed on {day}; the next day for it is {next}",
        "Points are not redeemed on {day}",
    ),
    "category_not_redeemed": (
        "Goods of the kind {category} cannot be had for points; possible are: {known}",
        "Goods of an unknown kind cannot be had for points; possible are: {known}",
    ),
    "hours_too_few": ("{needed} hours must be served before points are redeemed; there are {found}",),
    "balance_too_low": ("Only who has {least} or more can redeem points; there are {left}",),
    "points_too_few": ("It takes {points}, and there are {left}",),
    "redeemed_too_little": ("At least {least} are redeemed at once, and these are {points}",),
    "redeemed_too_much": ("At most {most} are redeemed at once, and these are {points}",),
    "redemption_limit": ("At most {most} are redeemed {period} for {scope}; {left} remained",),
    "redemption_limit_times": ("Points are redeemed {most} times {period} for {scope}; none remained",),
    "cash": ("{points} are missing, for which {money} {currency} is paid",),
    "cash_unpriced": ("{points} are missing, and are paid for in cash",),
    # redemption: what was redeemed, and who paid
    "redemption_line": ("{quantity} × {offer}: {points}",),
    "redemption_share": ("{account} pays {points}",),
    "points_live_on": (
        "Points that passed their date while they were set aside live on until {until}: {points}",
    ),
    "points_gone": ("Points that passed their date while they were set aside are gone: {points}",),
    "double_use": ("Paid for a voucher that was used twice: {reason}",),
    # claims: what is warned of, and what is for the record alone
    "expected_elsewhere": ("They are expected in the session {session} at this time",),
    "qualification_over": ("What they are qualified for is over by then: {skills}",),
    "consent_over": ("No consent of a guardian is in force then",),
    "age_again": ("It is on an earlier day now: their age is to be asked again",),
    "little_time_between": ("Only {minutes} minutes lie between this and the session {session}",),
    "entered_hours": ("The hours were entered by an administrator: for the record, without points",),
    # the ledger: what an entry without an award is
    "award": ("Points for: {reason}", "Points for a deed"),
    "redemption": ("Redeemed: {quantity} × {reason}", "Redeemed: {reason}", "Redeemed at a merchant"),
    "refund": ("Given back: {reason}", "Given back"),
    "carried": ("Paid out before, and given back since",),
    "settlement": ("Settled with the merchant, statement {settlement}", "Settled with the merchant"),
    "adjustment": ("Adjustment: {reason}", "Adjustment"),
    "expiry": ("Expired: not spent in time",),
    "reversal": ("Given back: {reason}", "Given back"),
    "debt": ("A debt paid: {reason}", "A debt paid"),
    "capture": ("Taken from reserved points: {reason}", "Taken from reserved points"),
    # what a rule set says
    **PHRASES,
}

#: For a code that has no entry.
UNKNOWN = ("{code}: {reason}", "{code}")

#: Which of its fields the ``names`` of a step are for: the first of these that it has.
NAMED = ("deed", "campaign", "limit")

AMOUNTS = frozenset({"points", "rate", "most", "left", "least", "owed"})
COUNTS = frozenset({"quantity", "counted"})
