"""Deeds become points: judged by the rules of their day, once, with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest

from gridpoints import Account, Actor, Community, Exchange, GridpointsError, Member, Report
from gridpoints.awards.model import AwardStatus
from gridpoints.errors import (
    BlankText,
    DeedConflict,
    DeedInFuture,
    DeedUnknown,
    EvidenceNeeded,
    IllegalTransition,
    MemberInactive,
    NoRulesInForce,
    PeriodClosed,
    QuantityNeeded,
    QuantityNotTaken,
    RecordUnknown,
    RuleSetFrozen,
    UnitUnknown,
)
from gridpoints.i18n import Language
from gridpoints.ledger.operations import Ledger
from gridpoints.testing import ManualClock
from gridpoints.values import Step, zone
from tests.rooms.conftest import RULES

DAY = date(2026, 3, 1)


def care(id: str, member: Member, hours: str, day: date = DAY) -> Report:
    return Report(id, member.id, "care", day, Decimal(hours))


def points(village: Community, member: Member) -> int:
    return village.ledger.balance(Account.member(member.id, "points")).available


def codes(award_id: str, village: Community) -> list[str]:
    return [step.code for step in village.awards.explain(award_id)]


def test_a_fixed_deed(village: Community, li: Member) -> None:
    award = village.awards.credit(Report("d1", li.id, "patrol", DAY))
    assert (award.wanted, award.awarded, award.status) == (5, 5, AwardStatus.CREDITED)
    assert award.rule_set == "test@1"
    assert award.reported_by == "clerk-wang"
    assert codes("d1", village) == ["rule", "fixed"]
    assert points(village, li) == 5


def test_a_deed_of_a_closed_period_is_in_nobodys_way(village: Community, li: Member) -> None:
    village.ledger.close_period(datetime(2026, 2, 28, 16, tzinfo=UTC))  # midnight in Shanghai
    late, due = village.awards.credit_all(
        [Report("d1", li.id, "patrol", date(2026, 2, 28)), Report("d2", li.id, "patrol", DAY)]
    )
    assert isinstance(late.error, PeriodClosed)
    assert due.award is not None
    assert points(village, li) == 5


def test_hours_are_cut_to_halves_and_clipped_at_the_monthly_limit(village: Community, li: Member) -> None:
    """2.8 h count as 2.5 h: 25. Two more hours would be 45 in March, of which 40 are allowed."""
    first, second, third = village.awards.credit_all(
        [care("a", li, "2.8"), care("b", li, "2"), care("c", li, "1")]
    )
    assert [o.award and o.award.awarded for o in (first, second, third)] == [25, 15, 0]
    assert codes("b", village) == ["rule", "per_unit", "clipped"]
    [clipped] = [s for s in village.awards.explain("b") if s.code == "clipped"]
    assert clipped.values["left"] == Decimal(15)
    assert third.award is not None
    assert third.award.status is AwardStatus.REFUSED
    assert points(village, li) == 40


def test_the_limit_begins_anew_with_the_local_month(village: Community, li: Member, zhao: Member) -> None:
    february, march = date(2026, 2, 28), date(2026, 3, 1)
    village.awards.credit_all([care("a", li, "4", february), care("b", li, "4", march), care("c", zhao, "4")])
    assert points(village, li) == 80
    assert points(village, zhao) == 40


def test_reported_twice_it_counts_once(village: Community, li: Member) -> None:
    report = care("a", li, "2")
    first = village.awards.credit(report)
    [again] = village.awards.credit_all([attrs.evolve(report, source="another file")])
    assert again.repeated
    assert again.award == first
    within_one = village.awards.credit_all([care("b", li, "1"), care("b", li, "1"), care("b", li, "2")])
    assert [o.repeated for o in within_one] == [False, True, False]
    assert isinstance(within_one[2].error, DeedConflict)
    assert points(village, li) == 30


def test_one_bad_report_does_not_keep_the_others(village: Community, li: Member, zhao: Member) -> None:
    village.community.leave(zhao.id)
    cases: Sequence[tuple[Report, type[GridpointsError] | None]] = [
        (Report("1", li.id, "patrol", DAY), None),
        (Report("2", "nobody", "patrol", DAY), RecordUnknown),
        (Report("3", zhao.id, "patrol", DAY), MemberInactive),
        (Report("4", li.id, "patroll", DAY), DeedUnknown),
        (Report("5", li.id, "patrol", date(2026, 3, 3)), DeedInFuture),
        (Report("6", li.id, "patrol", date(2025, 12, 31)), NoRulesInForce),
        (Report("7", li.id, "care", DAY), QuantityNeeded),
        (Report("8", li.id, "care", DAY, Decimal(0)), QuantityNeeded),
        (Report("9", li.id, "care", DAY, Decimal(-3)), QuantityNeeded),
        (Report("10", li.id, "patrol", DAY, Decimal(3)), QuantityNotTaken),
        (Report("11", li.id, "patrol", DAY), None),
    ]
    outcomes = village.awards.credit_all(report for report, _ in cases)
    assert [type(o.error) if o.error else None for o in outcomes] == [error for _, error in cases]
    assert points(village, li) == 10
    with pytest.raises(DeedUnknown, match="Most like it: patrol"):
        village.awards.credit(cases[3][0])


def test_today_is_the_communitys_today(village: Community, li: Member, clock: ManualClock) -> None:
    """At 17:00 UTC it is past midnight in Shanghai: the deed of that day is not in the future."""
    clock.set(clock.now().replace(hour=17))
    assert village.awards.credit(Report("d", li.id, "patrol", date(2026, 3, 3))).awarded == 5


@pytest.mark.parametrize(
    ("first", "then", "awarded"),
    [
        (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 22, 59, tzinfo=UTC), [20, 0]),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), [20, 20]),
    ],
    ids=["a day of 25 hours", "a day of 23 hours"],
)
def test_a_day_on_which_the_clocks_change_is_one_day(
    exchange: Exchange, clock: ManualClock, first: datetime, then: datetime, awarded: list[int]
) -> None:
    daily = f"{RULES}  a-day: {{deeds: [care], period: day, most: 20, excess: clip}}\n"
    kreuzberg = exchange.found("kreuzberg", name="Kreuzberg", timezone="Europe/Berlin", rules=daily)
    li = kreuzberg.community.enrol("Li")
    given = []
    for id, now in (("first", first), ("then", then)):
        clock.set(now)
        given.append(
            kreuzberg.awards.credit(care(id, li, "2", now.astimezone(zone("Europe/Berlin")).date())).awarded
        )
    assert given == awarded


def test_a_deed_is_judged_by_the_rules_of_its_day(village: Community, li: Member) -> None:
    dearer = RULES.replace('version: "1"', 'version: "2"').replace("points: 5", "points: 8")
    village.rules.publish(dearer.replace("from: 2026-01-01", "from: 2026-03-02"))
    village.awards.credit(Report("before", li.id, "patrol", DAY))
    village.awards.credit(Report("after", li.id, "patrol", date(2026, 3, 2)))
    assert [a.awarded for a in village.awards.awards_of(li.id)] == [5, 8]
    assert [a.rule_set for a in village.awards.awards_of(li.id)] == ["test@1", "test@2"]


def test_a_deduction_that_is_taken_back_late_lives_on_as_the_rules_of_its_day_say(
    exchange: Exchange, clock: ManualClock
) -> None:
    text = RULES.replace(
        "积分, zh_Hant: 積分}}", "积分, zh_Hant: 積分}, expires: {day: 2026-03-10}, extend_days: 30}"
    )
    text = text.replace(
        "limits:", "  noise: {name: {en: Noise, zh_Hans: 噪音, zh_Hant: 噪音}, points: -3}\nlimits:"
    )
    lasting = exchange.found("lasting", name="长村", rules=text)
    village = lasting.acting_as(Actor("clerk-wang", frozenset({"clerk"})))
    li = village.community.enrol("李秀英", number="1")
    village.awards.credit(Report("d", li.id, "patrol", DAY))
    assert village.awards.credit(Report("n", li.id, "noise", DAY)).awarded == -3
    clock.advance(timedelta(days=20))
    village.rules.publish(text.replace('"1"', '"2"').replace("2026-01-01", "2026-03-20").replace("30}", "1}"))
    assert points(village, li) == 0
    village.awards.reverse("n", "it was somebody else")
    assert points(village, li) == 3
    [lot] = village.ledger.lots(Account.member(li.id, "points"))
    assert lot.expires_at is not None
    assert (lot.expires_at - clock.now()).days == 30


def test_published_rules_are_frozen(village: Community) -> None:
    assert village.rules.publish(RULES).id == "test@1"
    with pytest.raises(RuleSetFrozen):
        village.rules.publish(RULES.replace("points: 5", "points: 6"))


def test_what_a_deed_asks_as_evidence_is_kept_with_the_award(village: Community, li: Member) -> None:
    shown = RULES.replace('version: "1"', 'version: "2"').replace(
        "points: 5}", "points: 5, evidence: [a photograph]}"
    )
    village.rules.publish(shown)
    assert village.awards.preview(Report("d", li.id, "patrol", DAY)).awarded == 5
    with pytest.raises(EvidenceNeeded) as refused:
        village.awards.credit(Report("d", li.id, "patrol", DAY))
    assert (refused.value.deed, refused.value.evidence) == ("patrol", ("a photograph",))
    photograph = ("https://example.org/photo/1", "signed by the guard")
    village.awards.credit(Report("d", li.id, "patrol", DAY, evidence=photograph))
    assert village.awards.award("d").evidence == photograph
    assert village.awards.credit(
        Report("w", li.id, "wish", DAY, evidence=("a letter",))
    ).evidence  # not asked
    with pytest.raises(BlankText):
        village.awards.credit(Report("e", li.id, "patrol", DAY, evidence=(" ",)))


def test_who_reported_is_kept(village: Community, li: Member) -> None:
    informant = village.acting_as(Actor("informant", frozenset({"collector"})))
    assert (
        informant.awards.credit(Report("d", li.id, "patrol", DAY, source="letter-box")).source == "letter-box"
    )
    assert village.awards.award("d").reported_by == "informant"


def test_what_is_kept_for_the_record_keeps_all_that_was_reported(village: Community) -> None:
    """The facts that it was judged by, what shows it, and the household whose account it would have been."""
    asking = RULES.replace('version: "1"', 'version: "2"').replace("2026-01-01", "2026-02-01")
    asking = asking.replace("deeds:\n", "facts:\n  floors: {type: number}\ndeeds:\n", 1)
    asking = asking.replace("points: 5}", "points: 5, when: floors >= 3, for: household, evidence: [photo]}")
    village.rules.publish(asking)
    home = village.community.add_household(village.community.add_grid("一网格").id, "1-1")
    sun = village.community.enrol("孙丽", household_id=home.id)
    why = Step("entered_hours")
    report = Report("r", sun.id, "patrol", DAY, facts={"floors": 4})
    with pytest.raises(EvidenceNeeded):
        village.awards.keep_for_record(report, why)
    shown = attrs.evolve(report, evidence=("photo/1",))
    award = village.awards.keep_for_record(shown, why)
    assert (award.status, award.wanted, award.awarded, award.uses) == (AwardStatus.REFUSED, 5, 0, {})
    assert (award.told, award.evidence, award.household_id) == ({"floors": 4}, ("photo/1",), home.id)
    assert award.explanation[-1] == why
    assert village.awards.keep_for_record(shown, why) == village.awards.award("r") == award
    with pytest.raises(DeedConflict):  # other facts are another report
        village.awards.keep_for_record(attrs.evolve(shown, facts={"floors": 5}), why)


@pytest.mark.parametrize("before", [4, 20])
def test_what_the_ledger_gave_back_before_is_told_and_does_not_go_back_twice(
    village: Community, li: Member, before: int
) -> None:
    """Past the door of the awards: the rest goes back, and all that was counted under the limits."""
    award = village.awards.credit(care("a", li, "2"))
    village.awards.credit(care("b", li, "2"))
    assert (award.awarded, points(village, li)) == (20, 40)
    Ledger(village.context).reverse("award:a", before, reason="a mistake")
    reversed_ = village.awards.reverse("a", "it was not done")
    assert reversed_.status is AwardStatus.REVERSED
    assert [Language.of("en").step(step) for step in reversed_.explanation[-2:]] == [
        f"Of its points, the ledger had given back before: {before} points",
        "Taken back: it was not done",
    ]
    assert points(village, li) == 20
    assert village.awards.credit(care("c", li, "3")).awarded == 20  # of 40 in a month
    assert village.ledger.verify().ok
    with pytest.raises(IllegalTransition):
        village.awards.reverse("a", "again")


def test_who_asks_for_a_unit_that_there_is_not_is_told_so(village: Community, li: Member) -> None:
    """A slip of the pen is not 0 points; an account that was never used is."""
    wrong, unused = Account.member(li.id, "point"), Account.member(li.id, "points")
    ledger, now = village.ledger, village.context.now()
    for ask in (
        ledger.balance,
        lambda account: ledger.balance(account, now),
        lambda account: ledger.balances([unused, account]),
        ledger.lots,
        ledger.statement,
    ):
        assert ask(unused) is not None
        with pytest.raises(UnitUnknown):
            ask(wrong)
    village.awards.credit(Report("d1", li.id, "patrol", DAY))
    assert ledger.balances([unused])[unused].available == 5
