"""Points that wait: confirmed, voted on, made public, objected to; credited once, or never."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from gridpoints import (
    SYSTEM,
    Account,
    Actor,
    Community,
    Exchange,
    GridpointsError,
    Leg,
    Member,
    Report,
    Transaction,
)
from gridpoints.awards.model import AwardStatus
from gridpoints.awards.reviews import ObjectionStatus, ReviewStatus, Side, Vote, middle, notice_ends
from gridpoints.errors import (
    AmountNotAsked,
    AmountNotChosen,
    ChoiceOutOfRange,
    DeedConflict,
    IllegalTransition,
    NotAllDone,
    NoticeOver,
    NotPending,
    NotTheReporter,
    OwnAward,
    ReportReserved,
    RoleNeeded,
    TransactionConflict,
    VotedAlready,
    WrongStage,
)
from gridpoints.records import Change
from gridpoints.testing import ManualClock
from gridpoints.values import zone

RULES = """\
gridpoints: 1
code: pending
version: 1
name: {en: Pending}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}}
deeds:
  plain: {name: {en: Plain}, points: 5}
  signed: {name: {en: Signed}, points: 20, approval: {confirmer: {roles: [grid_worker]}}}
  anyone: {name: {en: Anyone}, points: 20, approval: confirmer}
  panel: {name: {en: Panel}, points: 20, approval: {panel: {seats: 5, quorum: 3, roles: [panel]}}}
  public: {name: {en: Public}, points: 20, approval: {notice: {days: 7, roles: [panel]}}}
  range: {name: {en: Range}, points: {range: [10, 50]}, approval: {panel: {seats: 5, quorum: 3}}}
  all:
    name: {en: All}
    points: {range: [10, 50]}
    approval: {confirmer: {roles: [grid_worker]}, panel: {seats: 3, quorum: 2}, notice: {days: 1}}
limits:
  month: {deeds: [signed, panel, public, range, all], most: 30, period: month, excess: clip}
"""
DAY = date(2026, 3, 1)


@pytest.fixture
def village(exchange: Exchange) -> Community:
    """Acts as a clerk, who reports."""
    founded = exchange.found("baiyang", name="白羊村", rules=RULES)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


def points(village: Community, member: Member) -> int:
    return village.ledger.balance(Account.member(member.id, "points")).posted


def report(village: Community, id: str, member: Member, deed: str) -> AwardStatus:
    return village.awards.credit(Report(id, member.id, deed, DAY)).status


def as_(village: Community, who: str, *roles: str) -> Community:
    return village.acting_as(Actor(who, frozenset(roles)))


def worker(village: Community) -> Community:
    return as_(village, "worker", "grid_worker")


def judge(village: Community, number: int) -> Community:
    return as_(village, f"judge-{number}", "panel")


def codes(village: Community, award_id: str) -> list[str]:
    return [step.code for step in village.awards.explain(award_id)]


# --- a confirmer ----------------------------------------------------------------------------------


def test_a_confirmer_makes_it_count(village: Community, li: Member) -> None:
    assert report(village, "a", li, "signed") is AwardStatus.PENDING
    assert [award.id for award in village.awards.pending()] == ["a"]
    assert village.awards.pending_points(li.id) == {"points": 20}
    assert points(village, li) == 0
    award = worker(village).awards.approve("a")
    assert (award.status, award.awarded, points(village, li)) == (AwardStatus.CREDITED, 20, 20)
    assert codes(village, "a") == ["rule", "fixed", "within", "confirmer", "confirmed"]
    assert award.explanation[-1].values == {"by": "worker"}
    assert village.awards.pending() == village.awards.pending(li.id) == []
    assert village.ledger.transaction("award:a").effective_at == datetime(2026, 2, 28, 16, tzinfo=UTC)


def test_nobody_decides_on_their_own(village: Community, li: Member) -> None:
    report(village, "a", li, "signed")
    report(village, "b", li, "anyone")
    for who in ("clerk-wang", li.id):
        for act in (
            as_(village, who, "grid_worker").awards.approve,
            _reject(as_(village, who, "grid_worker")),
        ):
            with pytest.raises(OwnAward):
                act("a")
    with pytest.raises(RoleNeeded) as caught:
        judge(village, 1).awards.approve("a")
    assert caught.value.roles == ("grid_worker",)
    assert as_(village, "passer-by").awards.approve("b").status is AwardStatus.CREDITED
    with pytest.raises(AmountNotAsked):
        worker(village).awards.approve("a", 20)


def _reject(village: Community):  # type: ignore[no-untyped-def]
    return lambda id: village.awards.reject(id, "no")


def test_two_that_wait_share_a_limit(village: Community, li: Member) -> None:
    report(village, "a", li, "signed")
    report(village, "b", li, "signed")
    assert [award.awarded for award in village.awards.pending()] == [20, 10]
    worker(village).awards.reject("a", "did not happen")
    assert village.awards.award("a").status is AwardStatus.REJECTED
    report(village, "c", li, "signed")
    for id in ("b", "c"):
        worker(village).awards.approve(id)
    assert points(village, li) == 30
    with pytest.raises(NotPending):
        worker(village).awards.approve("a")
    assert report(village, "d", li, "signed") is AwardStatus.REFUSED


def test_the_reporter_takes_it_back(village: Community, li: Member) -> None:
    report(village, "a", li, "signed")
    with pytest.raises(NotTheReporter):
        worker(village).awards.withdraw("a", "by mistake")
    assert village.awards.withdraw("a", "by mistake").status is AwardStatus.WITHDRAWN
    assert [review.status for review in village.awards.reviews_of("a")] == [ReviewStatus.STOPPED]
    report(village, "b", li, "signed")
    assert village.awards.pending_points(li.id) == {"points": 20}
    assert report(village, "a", li, "signed") is AwardStatus.WITHDRAWN


def test_everything_is_in_the_journal(village: Community, li: Member) -> None:
    report(village, "a", li, "signed")
    report(village, "b", li, "plain")
    worker(village).awards.approve("a")
    with village.context.read() as work:
        lines = work.find(Change, order=("kind", "subject", "version"))
    told = [(line.kind, line.subject, line.version, line.status, line.actor) for line in lines]
    assert [line for line in told if line[0] in ("award", "review")] == [
        ("award", "a", 1, "pending", "clerk-wang"),
        ("award", "a", 2, "credited", "worker"),
        ("review", "a#1", 1, "open", "clerk-wang"),
        ("review", "a#1", 2, "passed", "worker"),
    ]


# --- a panel --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("votes", "status"),
    [
        ("+", "pending"),
        ("++", "pending"),
        ("+++", "credited"),
        ("++-", "credited"),
        ("+-+", "credited"),
        ("--", "pending"),
        ("---", "rejected"),
        ("+--", "pending"),
        ("+--+", "pending"),
        ("+--++", "credited"),
        ("+--+-", "rejected"),
    ],
)
def test_a_panel_needs_a_quorum_and_more_for_than_against(
    village: Community, li: Member, votes: str, status: str
) -> None:
    report(village, "a", li, "panel")
    for number, vote in enumerate(votes):
        awards = judge(village, number).awards
        if vote == "+":
            awards.approve("a")
        else:
            awards.reject("a", "no")
    award = village.awards.award("a")
    assert award.status == status
    assert points(village, li) == (20 if status == "credited" else 0)
    assert len(village.awards.votes_on("a")) == len(votes)


def test_one_vote_a_person(village: Community, li: Member) -> None:
    report(village, "a", li, "panel")
    judge(village, 1).awards.approve("a")
    with pytest.raises(VotedAlready):
        judge(village, 1).awards.approve("a")
    with pytest.raises(VotedAlready):
        judge(village, 1).awards.reject("a", "after all")
    with pytest.raises(AmountNotAsked):
        judge(village, 2).awards.approve("a", 20)
    with pytest.raises(WrongStage):
        judge(village, 2).awards.object("a", "not public")


def test_a_panel_chooses_in_a_range(village: Community, li: Member) -> None:
    """20, 50 and, against, none: the lower of the two in the middle is 20."""
    assert report(village, "a", li, "range") is AwardStatus.PENDING
    [award] = village.awards.pending()
    assert (award.wanted, award.awarded, award.chosen) == (0, 0, None)
    assert codes(village, "a") == ["rule", "to_choose", "panel"]
    refused: list[tuple[object, type[GridpointsError]]] = [
        (None, AmountNotChosen),
        (9, ChoiceOutOfRange),
        (Decimal(51), ChoiceOutOfRange),
    ]
    for amount, error in refused:
        with pytest.raises(error):
            judge(village, 1).awards.approve("a", amount)  # type: ignore[arg-type]
    judge(village, 1).awards.approve("a", 50)
    judge(village, 2).awards.reject("a", "nothing")
    award = judge(village, 3).awards.approve("a", "20")
    assert (award.status, award.chosen, award.awarded) == (AwardStatus.CREDITED, 20, 20)
    assert codes(village, "a") == ["rule", "chosen", "within", "panel", "voted_amount"]
    assert report(village, "a", li, "range") is AwardStatus.CREDITED
    with pytest.raises(DeedConflict):
        village.awards.credit(Report("a", li.id, "range", DAY, chosen=Decimal(20)))


def test_what_was_chosen_counts_against_limits_then(village: Community, li: Member) -> None:
    report(village, "a", li, "range")
    worker(village).awards.approve("b") if report(village, "b", li, "signed") else None
    for number in range(3):
        judge(village, number).awards.approve("a", 40)
    award = village.awards.award("a")
    assert (award.wanted, award.awarded) == (40, 10)
    report(village, "c", li, "range")
    for number in range(3):
        judge(village, number).awards.approve("c", 40)
    assert village.awards.award("c").status is AwardStatus.REFUSED
    assert points(village, li) == 30


@pytest.mark.parametrize(("named", "chosen"), [([7], 7), ([9, 7], 7), ([9, 7, 8], 8), ([1, 9, 8, 2], 2)])
def test_the_middle(named: list[int], chosen: int) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    votes = [Vote(str(n), "r", str(n), Side.FOR, at, amount) for n, amount in enumerate(named)]
    assert middle([*votes, Vote("x", "r", "x", Side.AGAINST, at)]) == chosen


def test_a_range_that_the_report_fills(village: Community, li: Member) -> None:
    award = village.awards.credit(Report("a", li.id, "range", DAY, chosen=Decimal(25)))
    assert (award.status, award.awarded) == (AwardStatus.PENDING, 25)
    for number in range(3):
        award = judge(village, number).awards.approve("a")
    assert (award.status, award.awarded) == (AwardStatus.CREDITED, 25)
    with pytest.raises(DeedConflict):
        report(village, "a", li, "range")


# --- a public notice ------------------------------------------------------------------------------


def test_a_notice_ends_by_the_clock(village: Community, li: Member, clock: ManualClock) -> None:
    """Reported on Monday morning in Shanghai: seven whole days end on Monday night a week later."""
    report(village, "a", li, "public")
    [review] = village.awards.reviews_of("a")
    assert review.closes_at == datetime(2026, 3, 9, 16, tzinfo=UTC)
    with pytest.raises(WrongStage):
        judge(village, 1).awards.approve("a")
    with pytest.raises(WrongStage):
        judge(village, 1).awards.reject("a", "no")
    clock.set(review.closes_at - timedelta(microseconds=1))
    assert village.awards.tick() == []
    clock.set(review.closes_at)
    with pytest.raises(NoticeOver):
        as_(village, "sun").awards.object("a", "too late")
    assert [award.id for award in village.awards.tick()] == ["a"]
    assert village.awards.tick() == village.awards.tick(clock.now() + timedelta(days=400)) == []
    assert points(village, li) == 20
    assert village.awards.explain("a")[-1].values == {"until": date(2026, 3, 9)}


def test_an_objection_stops_the_clock(
    village: Community, li: Member, zhao: Member, clock: ManualClock
) -> None:
    report(village, "a", li, "public")
    report(village, "b", zhao, "public")
    first = as_(village, zhao.id).awards.object("a", "she was not there")
    second = as_(village, "sun", "panel").awards.object("a", "nor was anybody")
    clock.set(clock.now() + timedelta(days=30))
    assert [award.id for award in village.awards.tick()] == ["b"]
    assert [o.id for o in village.awards.objections()] == [first.id, second.id]
    for who in (li.id, "clerk-wang", "sun"):
        with pytest.raises(OwnAward):
            as_(village, who, "panel").awards.uphold(second.id, "so it is")
    with pytest.raises(RoleNeeded):
        worker(village).awards.dismiss(second.id, "no")
    judge(village, 1).awards.dismiss(second.id, "two witnesses")
    assert village.awards.tick() == []
    with pytest.raises(IllegalTransition):
        judge(village, 1).awards.uphold(second.id, "after all")
    judge(village, 1).awards.dismiss(first.id, "two witnesses")
    assert [award.id for award in village.awards.tick()] == ["a"]
    assert points(village, li) == 20
    assert codes(village, "a")[-3:] == ["dismissed", "dismissed", "unopposed"]


def test_a_notice_that_cannot_end_keeps_back_no_other(
    village: Community, li: Member, clock: ManualClock
) -> None:
    for id in ("a", "b", "c"):
        report(village, id, li, "public")
    system = village.acting_as(SYSTEM)
    account, issuance = Account.member(li.id, "points"), Account.issuance("points")
    by_hand = Transaction("award:b", (Leg(account, 1), Leg(issuance, -1)))  # its id is taken
    system.ledger.post([by_hand])
    clock.advance(timedelta(days=20))
    with pytest.raises(NotAllDone) as caught:
        village.awards.tick()
    assert [type(refusal) for refusal in caught.value.refusals] == [TransactionConflict]
    assert [award.id for award in village.awards.pending()] == ["b"]


def test_an_objection_upheld_ends_it(village: Community, li: Member, clock: ManualClock) -> None:
    report(village, "a", li, "public")
    first, second = (as_(village, f"n{n}").awards.object("a", "untrue") for n in range(2))
    award = judge(village, 1).awards.uphold(first.id, "it is untrue")
    assert (award.status, award.awarded, award.wanted) == (AwardStatus.REJECTED, 0, 20)
    statuses = {o.id: o.status for o in village.awards.objections("a")}
    assert statuses == {first.id: ObjectionStatus.UPHELD, second.id: ObjectionStatus.MOOT}
    clock.set(clock.now() + timedelta(days=30))
    assert village.awards.tick() == []
    assert points(village, li) == 0
    assert village.awards.preview(Report("b", li.id, "public", DAY)).awarded == 20


def test_all_stages_one_after_the_other(village: Community, li: Member, clock: ManualClock) -> None:
    report(village, "a", li, "all")
    with pytest.raises(RoleNeeded):
        judge(village, 1).awards.approve("a")
    assert worker(village).awards.approve("a").status is AwardStatus.PENDING
    judge(village, 1).awards.approve("a", 12)
    assert judge(village, 2).awards.approve("a", 14).status is AwardStatus.PENDING
    assert village.awards.pending_points(li.id) == {"points": 12}
    clock.set(clock.now() + timedelta(days=5))
    [award] = village.awards.tick()
    assert award.awarded == points(village, li) == 12
    assert codes(village, "a") == [
        "rule",
        "chosen",
        "within",
        "confirmer",
        "panel",
        "notice",
        "confirmed",
        "voted_amount",
        "unopposed",
    ]
    assert [review.kind for review in village.awards.reviews_of("a")] == ["confirmer", "panel", "notice"]


def test_a_period_that_closed_meanwhile(village: Community, li: Member, clock: ManualClock) -> None:
    """The deed then counts from the day on which all had agreed."""
    report(village, "a", li, "signed")
    clock.set(datetime(2026, 4, 2, 4, tzinfo=UTC))
    village.ledger.close_period(datetime(2026, 3, 31, 16, tzinfo=UTC))
    worker(village).awards.approve("a")
    assert village.ledger.transaction("award:a").effective_at == clock.now()
    assert points(village, li) == 20


def test_who_has_left_meanwhile_is_credited(village: Community, li: Member) -> None:
    report(village, "a", li, "signed")
    village.community.leave(li.id)
    assert worker(village).awards.approve("a").status is AwardStatus.CREDITED


# --- time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened", "days", "ends"),
    [
        ("2026-03-27T12:00", 2, "2026-03-30T00:00"),  # the clocks go forward on the 29th
        ("2026-03-29T00:00", 1, "2026-03-30T00:00"),  # a day of 23 hours, from its first moment
        ("2026-10-24T23:59", 1, "2026-10-26T00:00"),  # the 25th has 25 hours
        ("2026-01-30T08:00", 1, "2026-02-01T00:00"),
        ("2026-02-27T08:00", 1, "2026-03-01T00:00"),
        ("2028-02-27T08:00", 2, "2028-03-01T00:00"),  # a leap year
        ("2028-02-29T00:00", 1, "2028-03-01T00:00"),
        ("2026-12-31T23:59", 7, "2027-01-08T00:00"),
    ],
)
def test_whole_days_in_berlin(opened: str, days: int, ends: str) -> None:
    berlin = zone("Europe/Berlin")
    at, end = (datetime.fromisoformat(text).replace(tzinfo=berlin) for text in (opened, ends))
    assert notice_ends(at.astimezone(UTC), days, berlin) == end.astimezone(UTC)


def test_a_window_over_the_change_of_the_clocks(exchange: Exchange, clock: ManualClock) -> None:
    """In Berlin, midnight of 30 March 2026 is at 22:00 UTC; the day before it was at 23:00."""
    kreuzberg = exchange.found("kreuzberg", name="Kreuzberg", timezone="Europe/Berlin", rules=RULES)
    clock.set(datetime(2026, 3, 21, 23, tzinfo=UTC))  # midnight: the 22nd counts whole
    li = kreuzberg.community.enrol("Li")
    kreuzberg.awards.credit(Report("a", li.id, "public", date(2026, 3, 22)))
    assert kreuzberg.awards.reviews_of("a")[0].closes_at == datetime(2026, 3, 28, 23, tzinfo=UTC)
    clock.set(datetime(2026, 3, 21, 23, 0, 1, tzinfo=UTC))
    kreuzberg.awards.credit(Report("b", li.id, "public", date(2026, 3, 22)))
    assert kreuzberg.awards.reviews_of("b")[0].closes_at == datetime(2026, 3, 29, 22, tzinfo=UTC)
    clock.set(datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC))
    assert [award.id for award in kreuzberg.awards.tick()] == ["a"]
    clock.set(datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert [award.id for award in kreuzberg.awards.tick()] == ["b"]


# --- rights ---------------------------------------------------------------------------------------


def test_the_rules_say_who_may_report_and_who_may_agree(exchange: Exchange) -> None:
    rules = """\
gridpoints: 1
code: rights
version: 1
name: {en: Rights}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}}
permissions: {report: [grid_worker], confirm: [organiser]}
deeds:
  patrol: {name: {en: Patrol}, points: 5, approval: confirmer}
  own: {name: {en: Own report}, points: 1, reporters: [resident]}
"""
    village = exchange.found("rights", name="白羊村", rules=rules)
    li = village.community.enrol("李秀英")
    worker = village.acting_as(Actor("worker", frozenset({"grid_worker"})))
    resident = village.acting_as(Actor("resident", frozenset({"resident"})))
    with pytest.raises(ReportReserved) as reserved:
        resident.awards.credit(Report("1", li.id, "patrol", DAY))
    assert reserved.value.roles == ("grid_worker",)
    with pytest.raises(ReportReserved):
        worker.awards.credit(Report("2", li.id, "own", DAY))
    assert resident.awards.credit(Report("2", li.id, "own", DAY)).status is AwardStatus.CREDITED
    assert worker.awards.credit(Report("1", li.id, "patrol", DAY)).status is AwardStatus.PENDING
    with pytest.raises(RoleNeeded):
        resident.awards.approve("1")
    village.acting_as(Actor("zhao", frozenset({"organiser"}))).awards.approve("1")
    assert village.awards.award("1").status is AwardStatus.CREDITED
